import { type Millis, toInstant } from '../../shared/base/time.ts';
import type { HeldPart, RunSummary, SourceStatus } from '../../shared/model/status.ts';
import { type Judgement, stillHeld } from '../../shared/observed/judge.ts';
import type { ConfiguredSource } from './settings.ts';

const MOST_RUNS = 50;
const MOST_REREADS = 50;

/** What the settings say, with what the last status knew. */
export function statusOf(configured: ConfiguredSource, known: SourceStatus | undefined): SourceStatus {
  const { settings, traits, levels, schedule, label, visibility } = configured;
  return {
    source: settings.id,
    kind: settings.kind,
    label: label.slice(0, 500),
    visibility,
    mechanism: traits.mechanism,
    cadence: Math.round(schedule.cadence),
    levels,
    lag: traits.lag,
    ...(traits.note === undefined ? {} : { note: traits.note }),
    state: settings.paused ? 'paused' : restingState(known),
    ...(known?.heartbeat ? { heartbeat: known.heartbeat } : {}),
    ...(known?.follow && configured.followed !== undefined && !settings.paused
      ? { follow: { ...known.follow, every: configured.followed } }
      : {}),
    ...(known?.delays ? { delays: known.delays } : {}),
    coverage: known?.coverage ?? [],
    runs: known?.runs ?? [],
    held: known?.held ?? [],
    rereads: known?.rereads ?? [],
    ...(configured.connector.writes?.length ? { writable: [...configured.connector.writes] } : {}),
    ...(known?.writes ? { writes: known.writes } : {}),
    needs: known?.needs ?? [],
  };
}

function restingState(known: SourceStatus | undefined): SourceStatus['state'] {
  const last = known?.runs.at(-1);
  if (!last) return 'never run';
  return last.outcome === 'failed' ? 'failed' : 'idle';
}

export const withNextRun = (status: SourceStatus, next: Millis | undefined): SourceStatus => {
  const { nextRun: _next, ...rest } = status;
  return next === undefined || !Number.isFinite(next) ? rest : { ...rest, nextRun: toInstant(next) };
};

export function withRun(status: SourceStatus, run: RunSummary): SourceStatus {
  const runs = [...status.runs, run].slice(-MOST_RUNS);
  const paused = status.state === 'paused';
  return { ...status, runs, state: paused ? 'paused' : run.outcome === 'failed' ? 'failed' : 'idle' };
}

/** The status after a run was judged. `held` keeps what an incomplete run could not look at. */
export function afterRun(status: SourceStatus, run: RunSummary, judgement: Judgement): SourceStatus {
  const next = withRun({ ...status, coverage: [...judgement.coverage], held: [...stillHeld(status.held, judgement)] }, run);
  return judgement.outcome === 'failed' ? next : { ...next, heartbeat: run.ended };
}

export function withReread(status: SourceStatus, reread: SourceStatus['rereads'][number]): SourceStatus {
  const others = status.rereads.filter((earlier) => earlier.externalId !== reread.externalId);
  return { ...status, rereads: [...others, reread].slice(-MOST_REREADS) };
}

export const withoutHeld = (status: SourceStatus, digest: HeldPart['digest']): SourceStatus => ({
  ...status,
  held: status.held.filter((part) => part.digest !== digest),
});

/** How long the last complete run took, for the sum of DESIGN 9. */
export function lastRunTime(status: SourceStatus | undefined): Millis {
  const run = status?.runs.findLast((earlier) => earlier.outcome === 'complete' && earlier.trigger !== 'release');
  return run ? Math.max(0, Date.parse(run.ended) - Date.parse(run.started)) : 0;
}
