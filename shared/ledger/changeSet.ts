import type { ActKind } from '../model/act.ts';
import type { Anchor } from '../model/ids.ts';
import type { LedgerChange } from './ledgerReader.ts';

const STRUCTURE: ReadonlySet<ActKind> = new Set<ActKind>(['create', 'merge', 'split']);
const PEOPLE: ReadonlySet<ActKind> = new Set<ActKind>(['role', 'enrol', 'revoke', 'rekey', 'invite', 'genesis']);
const DECISIONS: ReadonlySet<ActKind> = new Set<ActKind>(['propose', 'approve', 'reject', 'release', 'discard']);

/** Collects what an append or a change of the outbox touched. */
export class ChangeSet implements LedgerChange {
  readonly anchors = new Set<Anchor>();
  structure = false;
  policy = false;
  people = false;
  decisions = false;

  touch(kind: ActKind, anchors: readonly Anchor[]): void {
    for (const anchor of anchors) this.anchors.add(anchor);
    if (STRUCTURE.has(kind)) this.structure = true;
    if (kind === 'policy') this.policy = true;
    if (PEOPLE.has(kind)) this.people = true;
    if (DECISIONS.has(kind)) this.decisions = true;
  }

  touchEverything(anchors: Iterable<Anchor>): void {
    for (const anchor of anchors) this.anchors.add(anchor);
    this.structure = true;
    this.policy = true;
    this.people = true;
    this.decisions = true;
  }
}
