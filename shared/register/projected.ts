import type { Millis } from '../base/time.ts';
import type { IdentityId } from '../model/ids.ts';
import type { CredentialFacts, CredentialVerdict } from './credential.ts';
import type { CoverageEvidence } from './evidence.ts';
import type { Row } from './view.ts';

/** A row and what it takes to keep, find and order it. */
export interface Projected {
  readonly id: IdentityId;
  /** Without `asOf`, which moves with every pass: it is read from the evidence when the row is shown. */
  readonly row: Row;
  /** An identity, or a credential that is not tied to one. */
  readonly registered: boolean;
  readonly parent: IdentityId | undefined;
  readonly ownerValue: string | undefined;
  readonly teamValue: string | undefined;
  readonly vendorValue: string | undefined;
  readonly evidence: readonly CoverageEvidence[];
  readonly datedAsOf: Millis | undefined;
  readonly facts: CredentialFacts | undefined;
  readonly verdict: CredentialVerdict | undefined;
  /** The earliest moment at which the clock changes something of the row; freshness of coverages apart. */
  readonly next: Millis;
  /** Texts of the other heads of fields in conflict: filters match any head. */
  readonly otherHeads: ReadonlyMap<string, readonly string[]> | undefined;
  readonly expiry: Millis | undefined;
  readonly born: Millis | undefined;
  readonly overdue: boolean;
  /** When it gained a privileged right that no steward has accepted since. */
  readonly gained: Millis | undefined;
  /** Ordered by this, then by id. */
  readonly sortName: string;
  /** What sources call it, over all its records. */
  readonly names: readonly string[];
}

/** A row as it is kept: without its as-of, and with a mark on the owner's leaving that is not shown where no directory is read. */
export type KeptRow = Pick<Projected, 'row' | 'registered'>;

/** What a register is about: identities, and credentials that are not tied to one. Not what was excluded or is retired. */
export const isUsual = ({ registered, row }: Projected): boolean =>
  registered && (row.type === 'identity' || row.type === 'credential') && row.lifecycle !== 'excluded' && row.lifecycle !== 'retired';

/** Rights to look at: what is gone or was put aside can use none. */
export const hasGained = ({ gained, row }: Projected): boolean =>
  gained !== undefined && row.observed !== 'missing' && row.lifecycle !== 'excluded' && row.lifecycle !== 'retired';

export const asOfOf = (projected: Projected): Millis | undefined => {
  let newest = projected.datedAsOf;
  for (const { asOf } of projected.evidence) if (asOf !== undefined && (newest === undefined || asOf > newest)) newest = asOf;
  return newest;
};
