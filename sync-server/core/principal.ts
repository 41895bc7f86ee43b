import { type CallLevel, mayCall } from '../../shared/ledger/permissions.ts';
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

export type Level = CallLevel;

export const atLevel = (principal: Principal, level: Level): boolean => mayCall(principal.role, level);
