import { parseTime } from '../base/time.ts';
import { CANNOT } from '../findings/finding.ts';
import { type FindingMark, isOwnerUnfollowed } from '../findings/findings.ts';
import type { Anchor } from '../model/ids.ts';
import type { Projected } from './projected.ts';
import { shownRow } from './shownRow.ts';
import type { Row } from './view.ts';

/** What queries, counts and orders read of a row besides what it shows. Moments are milliseconds. */
export interface PortableFacts {
  /** An identity, or a credential that is not tied to one. */
  readonly registered: boolean;
  /** A review is overdue. */
  readonly overdue: boolean;
  readonly expiry?: number;
  /** When it was made or last rotated. */
  readonly born?: number;
  /** When it gained a privileged right that no steward has accepted since. */
  readonly gained?: number;
  /** The owner as it was said: a name, or `party:` and an anchor. */
  readonly ownerValue?: string;
  /** Lower-cased texts of the further values of fields in conflict. */
  readonly otherHeads?: Readonly<Record<string, readonly string[]>>;
  /** What sources call it, over all its records. */
  readonly names: readonly string[];
  /** Nobody says whether its owner is still here, and the row does not say so because no directory is read. */
  readonly ownerUnfollowed?: true;
}

/** A row that can leave the register: plain JSON, which answers queries as it does there. */
export interface PortableRow {
  readonly anchors: readonly Anchor[];
  readonly facts: PortableFacts;
  /** As the register shows it. */
  readonly row: Row;
}

/** @param directory some source says of parties whether they are still here. */
export function portableRow(projected: Projected, anchors: readonly Anchor[], directory: boolean): PortableRow {
  return { anchors, facts: factsOf(projected, directory), row: shownRow(projected, { parties: { isDirectory: directory } }) };
}

function factsOf({ row, registered, overdue, names, ...rest }: Projected, directory: boolean): PortableFacts {
  const { expiry, born, gained, ownerValue, otherHeads } = rest;
  return {
    registered,
    overdue,
    names,
    ...(expiry === undefined ? {} : { expiry }),
    ...(born === undefined ? {} : { born }),
    ...(gained === undefined ? {} : { gained }),
    ...(ownerValue === undefined ? {} : { ownerValue }),
    ...(otherHeads ? { otherHeads: Object.fromEntries(otherHeads) } : {}),
    ...(!directory && row.findings.some(isOwnerUnfollowed) ? { ownerUnfollowed: true } : {}),
  };
}

const OWNER_UNFOLLOWED: FindingMark = { rule: 'owner-gone', ...CANNOT };
const ALONE: readonly FindingMark[] = [OWNER_UNFOLLOWED];

/** The row as the register had it, for everything that queries ask; not to be projected again. */
export function projectedOf({ facts, row }: PortableRow): Projected {
  const unfollowed = facts.ownerUnfollowed === true;
  return {
    id: row.id,
    row: unfollowed ? { ...row, findings: row.findings.length === 0 ? ALONE : [...row.findings, OWNER_UNFOLLOWED] } : row,
    registered: facts.registered,
    overdue: facts.overdue,
    expiry: facts.expiry,
    born: facts.born,
    gained: facts.gained,
    ownerValue: facts.ownerValue,
    otherHeads: facts.otherHeads && new Map(Object.entries(facts.otherHeads)),
    names: facts.names,
    sortName: row.name.toLowerCase(),
    datedAsOf: row.asOf === undefined ? undefined : parseTime(row.asOf),
    evidence: NO_EVIDENCE,
    parent: undefined,
    teamValue: undefined,
    vendorValue: undefined,
    facts: undefined,
    verdict: undefined,
    next: Number.POSITIVE_INFINITY,
  };
}

const NO_EVIDENCE: Projected['evidence'] = [];
