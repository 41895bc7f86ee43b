import type { DeviceId, PersonId } from '../../shared/model/ids.ts';
import type { Role } from '../../shared/model/vocabulary.ts';

/** Who is on the other end of a connection or a request. */
export interface Principal {
  /** Absent for a token of the command line: it reads, and acts for no device. */
  readonly device: DeviceId | undefined;
  readonly person: PersonId | undefined;
  readonly personName: string;
  readonly role: Role;
  readonly remit: string;
  /** The person whose computer the server runs on: private sources are theirs. */
  readonly local: boolean;
}

/** The roles that may call an endpoint of each level (DESIGN 12). An approver decides and comments; it does not steward. */
const CALLERS: Readonly<Record<'reader' | 'steward' | 'admin', readonly Role[]>> = {
  reader: ['reader', 'owner', 'steward', 'approver', 'admin'],
  steward: ['steward', 'admin'],
  admin: ['admin'],
};
export type Level = keyof typeof CALLERS;

export const atLevel = (principal: Principal, level: Level): boolean => CALLERS[level].includes(principal.role);
