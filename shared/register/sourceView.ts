import { MINUTE, toInstant } from '../base/time.ts';
import type { SourceStatus } from '../model/status.ts';
import type { FreshnessLevel } from '../model/vocabulary.ts';
import { evidenceOf, freshnessOf } from '../observed/freshness.ts';
import { ageText, plural } from './age.ts';
import type { Projection } from './projection.ts';
import type { SourceView } from './view.ts';

export const sourceViews = (projection: Projection): SourceView[] =>
  projection.evidence.all().map((status) => sourceView(status, projection));

function sourceView(status: SourceStatus, projection: Projection): SourceView {
  const { now } = projection;
  const evidence = status.coverage.map((coverage) => evidenceOf(status, coverage));
  const complete = evidence.filter(({ asOf }) => asOf !== undefined);
  const oldest = complete.length === 0 ? undefined : Math.min(...complete.map(({ asOf }) => asOf as number));
  const source = { reporting: status.levels.reporting, cadence: status.cadence };
  const worst = (level: number): FreshnessLevel =>
    worstOf(evidence.length === 0 ? ['unknown'] : evidence.map((one) => freshnessOf(one, level, source, now)));
  const freshness = {
    reporting: worst(status.levels.reporting),
    control: status.levels.control === null ? ('not for control' as const) : worst(status.levels.control),
  };
  return {
    status,
    freshness,
    records: projection.store.countOf(status.source),
    coverageComplete: status.coverage.filter(({ outcome, gap }) => outcome === 'complete' && gap !== true).length,
    coverageTotal: status.coverage.length,
    sentence: sentenceOf(status, freshness, oldest === undefined ? undefined : now - oldest),
    ...(oldest === undefined ? {} : { asOf: toInstant(oldest), age: now - oldest }),
  };
}

function worstOf(levels: readonly FreshnessLevel[]): FreshnessLevel {
  if (levels.includes('unknown')) return 'unknown';
  return levels.includes('stale') ? 'stale' : 'fresh';
}

/** What the evidence is good for, now: never "the sync succeeded". */
function sentenceOf(status: SourceStatus, { reporting, control }: SourceView['freshness'], age: number | undefined): string {
  const late = status.lag < MINUTE ? 'within seconds' : `in about ${ageText(status.lag)}`;
  const lag = status.lag > 0 ? ` Changes arrive ${late}.` : '';
  const held = status.held.length > 0 ? ` ${plural(status.held.length, 'part')} held by the guard.` : '';
  const note = status.note ? ` ${status.note}` : '';
  return `${goodFor(reporting, control, age)}${lag}${held}${note}`;
}

function goodFor(reporting: FreshnessLevel, control: SourceView['freshness']['control'], age: number | undefined): string {
  if (age === undefined) return 'Never complete: what it shows is a part, and nothing can be missing from it.';
  const old = ageText(age) === 'just now' ? 'Evidence just now' : `Evidence ${ageText(age)} old`;
  if (reporting === 'unknown') return `${old}, or silent since: nothing can be said of now.`;
  if (reporting === 'stale') return `${old}: too old for reports and for certifying.`;
  if (control === 'fresh') return `${old}: good for reports and for certifying.`;
  return `${old}: good for reports${control === 'not for control' ? ' only' : ', not for certifying'}.`;
}
