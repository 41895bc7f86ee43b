import { type Millis, parseTime } from '../base/time.ts';
import type { CoverageId, ExternalId, SourceId } from '../model/ids.ts';
import type { SourceStatus } from '../model/status.ts';
import type { FreshnessLevel } from '../model/vocabulary.ts';
import { type Evidence, evidenceOf, freshnessOf, nextFreshnessChange } from '../observed/freshness.ts';

/** What is known of one coverage. Rows point at it, so that a pass over an unchanged source changes no row. */
export interface CoverageEvidence {
  readonly source: SourceId;
  readonly coverage: CoverageId;
  evidence: Evidence;
  asOf: Millis | undefined;
  level: FreshnessLevel;
  next: Millis;
}

const NEVER: Evidence = { asOf: undefined, heartbeat: undefined, gap: false };

/** The statuses of all sources, by coverage, under the clock in force. */
export class EvidenceBook {
  private readonly statuses = new Map<SourceId, SourceStatus>();
  private readonly coverages = new Map<SourceId, Map<CoverageId, CoverageEvidence>>();
  private readonly held = new Map<SourceId, ReadonlySet<ExternalId>>();
  private now: Millis;

  constructor(now: Millis) {
    this.now = now;
  }

  status(source: SourceId): SourceStatus | undefined {
    return this.statuses.get(source);
  }
  all(): SourceStatus[] {
    return [...this.statuses.values()].sort((a, b) => (a.source < b.source ? -1 : a.source > b.source ? 1 : 0));
  }
  kindOf = (source: string): string | undefined => this.statuses.get(source as SourceId)?.kind;
  label(source: string): string {
    return this.statuses.get(source as SourceId)?.label || source;
  }
  isPrivate(source: SourceId): boolean {
    return this.statuses.get(source)?.visibility === 'private';
  }
  isHeld(source: SourceId, externalId: ExternalId): boolean {
    return this.held.get(source)?.has(externalId) ?? false;
  }
  heldOf(source: SourceId): ReadonlySet<ExternalId> {
    return this.held.get(source) ?? new Set();
  }

  of(source: SourceId, coverage: CoverageId): CoverageEvidence {
    let ofSource = this.coverages.get(source);
    if (!ofSource) {
      ofSource = new Map();
      this.coverages.set(source, ofSource);
    }
    let held = ofSource.get(coverage);
    if (!held) {
      held = { source, coverage, evidence: NEVER, asOf: undefined, level: 'unknown', next: Number.POSITIVE_INFINITY };
      ofSource.set(coverage, held);
      this.refresh(held);
    }
    return held;
  }

  /** A record that its source dates itself is as old as it says. @returns the level and when it changes. */
  dated(source: SourceId, asOf: string): { asOf: Millis | undefined; level: FreshnessLevel; next: Millis } {
    const evidence: Evidence = { asOf: parseTime(asOf), heartbeat: undefined, gap: false };
    const levels = this.levelsOf(source);
    return {
      asOf: evidence.asOf,
      level: freshnessOf(evidence, levels.reporting, levels, this.now),
      next: nextFreshnessChange(evidence, levels.reporting, levels, this.now),
    };
  }
  private levelsOf(source: SourceId): { reporting: Millis; cadence: Millis } {
    const status = this.statuses.get(source);
    return { reporting: status?.levels.reporting ?? 0, cadence: status?.cadence ?? 0 };
  }

  /** @returns the coverages whose level changed, and the records whose held state did. */
  put(source: SourceId, status: SourceStatus | undefined): { levels: Set<CoverageEvidence>; held: Set<ExternalId>; everything: boolean } {
    const before = this.statuses.get(source);
    if (status) this.statuses.set(source, status);
    else this.statuses.delete(source);
    const held = this.changeHeld(source, status);
    const levels = new Set<CoverageEvidence>();
    const byId = new Map(status?.coverage.map((coverage) => [coverage.id, coverage]) ?? []);
    for (const id of byId.keys()) this.of(source, id);
    for (const one of this.coverages.get(source)?.values() ?? []) {
      one.evidence = status ? evidenceOf(status, byId.get(one.coverage)) : NEVER;
      if (this.refresh(one)) levels.add(one);
    }
    return { levels, held, everything: !sameSetting(before, status) };
  }

  private changeHeld(source: SourceId, status: SourceStatus | undefined): Set<ExternalId> {
    const before = this.heldOf(source);
    const after = new Set(status?.held.flatMap((part) => part.sample.map((item) => item.externalId)) ?? []);
    this.held.set(source, after);
    return new Set([...[...before].filter((id) => !after.has(id)), ...[...after].filter((id) => !before.has(id))]);
  }

  setNow(now: Millis): Set<CoverageEvidence> {
    this.now = now;
    return new Set([...this.coverages.values()].flatMap((ofSource) => [...ofSource.values()].filter((one) => this.refresh(one))));
  }

  private refresh(one: CoverageEvidence): boolean {
    const levels = this.levelsOf(one.source);
    const before = one.level;
    one.asOf = one.evidence.asOf;
    one.level = freshnessOf(one.evidence, levels.reporting, levels, this.now);
    one.next = nextFreshnessChange(one.evidence, levels.reporting, levels, this.now);
    return one.level !== before;
  }
}

/** What of a status every row of the source shows, beside freshness. */
function sameSetting(a: SourceStatus | undefined, b: SourceStatus | undefined): boolean {
  return a?.kind === b?.kind && a?.visibility === b?.visibility && a?.levels.reporting === b?.levels.reporting;
}
