import { compareCodeUnits } from '../base/json.ts';
import type { CannotEvaluate, FindingGaps } from './findingGaps.ts';
import { type IgnoredEntry, ignoredOf, type VoidEntry, voidOf } from './ledgerGaps.ts';
import type { Replayed, SnapshotData } from './replayed.ts';
import { type HeldRun, heldOf, type SourceGaps, sourceGapsOf } from './sourceGaps.ts';

export type { CannotEvaluate } from './findingGaps.ts';
export type { IgnoredEntry, VoidEntry } from './ledgerGaps.ts';
export type { CoverageGap, CoverageGapKind, HeldRun, SourceGaps } from './sourceGaps.ts';

/** `gaps.json`: what does not count, what is not covered, and what could not be evaluated. */
export interface Gaps {
  /** Acts that the server placed and that do not count, by place. */
  readonly void: readonly VoidEntry[];
  /** What whoever computes the register does not let count although the server said nothing against it, by place. */
  readonly ignored: readonly IgnoredEntry[];
  /** What the guard holds back until a steward decides. */
  readonly held: readonly HeldRun[];
  /** Every source that counts, by id; `coverage` names only what is wanting. */
  readonly sources: readonly SourceGaps[];
  /** Sources that records came from and that say nothing of their coverage. */
  readonly withoutStatus: readonly string[];
  /** Some source says of parties whether they are still here. */
  readonly directory: boolean;
  /** By rule, then by the evidence that is missing. */
  readonly cannotEvaluate: readonly CannotEvaluate[];
}

export async function gapsOf(replayed: Replayed, data: SnapshotData, findings: FindingGaps, breathe: () => Promise<void>): Promise<Gaps> {
  const { ledger, register } = replayed;
  const views = register.sources();
  const known = new Set<string>(views.map(({ status }) => status.source));
  return {
    void: await voidOf(data, ledger, breathe),
    ignored: ignoredOf(ledger),
    held: views.flatMap(({ status }) => heldOf(status)),
    sources: views.map((view) => sourceGapsOf(view, replayed.now)),
    withoutStatus: [...findings.sources].filter((source) => !known.has(source)).sort(compareCodeUnits),
    directory: register.rowsStanding().directory,
    cannotEvaluate: findings.list(),
  };
}
