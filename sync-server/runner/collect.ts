import type { Json } from '../../shared/base/json.ts';
import { unreachable } from '../../shared/base/result.ts';
import { type Instant, type Millis, toInstant } from '../../shared/base/time.ts';
import type { CoverageId, ExternalId } from '../../shared/model/ids.ts';
import type { ConnectorProblem, SourceStatus } from '../../shared/model/status.ts';
import type { ListedCoverage, Planner } from '../../shared/observed/plan.ts';
import type { WorkerEnd } from './connectorHost.ts';
import type { AdmittedMessage } from './workerProtocol.ts';

/** What a run said beside its records. */
export interface Collected {
  readonly asOf: Instant;
  readonly listed: readonly ListedCoverage[];
  readonly place?: string;
  readonly cursor?: string;
  readonly report?: Json;
  readonly hints: readonly ExternalId[];
  /** When what a delta names happened, by record, where the source says so. */
  readonly happened: ReadonlyMap<ExternalId, Instant>;
}

export interface Collector {
  take(message: AdmittedMessage): void;
  readonly progress: NonNullable<SourceStatus['progress']>;
  finish(end: WorkerEnd): Collected;
}

interface Open {
  readonly label: string;
  readonly asOf: Instant;
  outcome?: ListedCoverage['outcome'];
  problems: readonly ConnectorProblem[];
  refused: number;
  reason: string;
  gap: boolean;
}

const MOST_PROBLEMS = 20;
const LOST: ConnectorProblem = { code: 'malformed', message: 'The listing ended before this part was complete', retry: true };

/** Sorts a run's messages: records into the planner as they come, the rest into what the run says of itself. */
export function collect(planner: Planner, started: Millis, leftOut: ReadonlySet<ExternalId>): Collector {
  const coverages = new Map<CoverageId, Open>();
  const runAsOf = toInstant(started);
  const hints: ExternalId[] = [];
  const happened = new Map<ExternalId, Instant>();
  const said: { place?: string; cursor?: string; report?: Json } = {};
  let progress: Collector['progress'] = { done: 0, what: 'reading' };
  let last: Open | undefined;
  const open = (id: CoverageId, label: string = id, asOf: Instant = runAsOf): Open => {
    const known = coverages.get(id);
    if (known) return known;
    const fresh: Open = { label: label.slice(0, 500), asOf, problems: [], refused: 0, reason: '', gap: false };
    coverages.set(id, fresh);
    return fresh;
  };
  const record = (message: AdmittedMessage & { kind: 'record' }): void => {
    last = open(message.record.coverage);
    if (leftOut.has(message.record.externalId)) return;
    planner.observed(message.record, last.asOf);
    if (message.at !== undefined) happened.set(message.record.externalId, message.at);
    progress = { ...progress, done: progress.total === undefined ? progress.done + 1 : progress.done };
  };

  function take(message: AdmittedMessage): void {
    switch (message.kind) {
      case 'place':
        said.place = message.place;
        return;
      case 'coverage':
        last = open(message.coverage, message.label, message.asOf);
        return;
      case 'record':
        record(message);
        return;
      case 'deleted':
        planner.deleted(message.externalId, { at: message.at, evidence: message.evidence });
        return;
      case 'hint':
        if (hints.length < 1_000) hints.push(message.externalId);
        return;
      case 'checkpoint':
        said.cursor = message.cursor;
        return;
      case 'gap':
        open(message.coverage).gap = true;
        return;
      case 'coverageDone':
        Object.assign(open(message.coverage), {
          outcome: message.outcome,
          problems: message.problems.slice(0, MOST_PROBLEMS).map(shortProblem),
          gap: message.outcome !== 'complete' && open(message.coverage).gap,
        });
        return;
      case 'progress':
        progress = {
          done: message.done,
          what: message.what.slice(0, 200),
          ...(message.total === undefined ? {} : { total: message.total }),
        };
        return;
      case 'report':
        said.report = message.report;
        return;
      case 'refused':
        last ??= open('all' as CoverageId);
        last.refused++;
        last.reason = message.reason;
        return;
      case 'cleaned':
      case 'heartbeat':
      case 'planned':
      case 'written':
        return;
      default:
        unreachable(message);
    }
  }

  return {
    take,
    get progress() {
      return progress;
    },
    finish: (end) => ({ asOf: runAsOf, listed: [...coverages].map(([id, state]) => toListed(id, state, end)), hints, happened, ...said }),
  };
}

const shortProblem = (problem: ConnectorProblem): ConnectorProblem => ({
  ...problem,
  message: problem.message.slice(0, 500),
  ...(problem.wayOut === undefined ? {} : { wayOut: problem.wayOut.slice(0, 500) }),
});

/** A coverage that was not finished is failed; one with a refused record is not complete. */
function toListed(id: CoverageId, state: Open, end: WorkerEnd): ListedCoverage {
  const outcome = state.outcome ?? 'failed';
  const unfinished = state.outcome === undefined ? [end.problem ?? LOST] : [];
  const refused: ConnectorProblem[] =
    state.refused === 0
      ? []
      : [{ code: 'malformed', message: `${state.refused} records could not be taken over (${state.reason})`, retry: false }];
  return {
    id,
    label: state.label,
    asOf: state.asOf,
    outcome: state.refused > 0 && outcome !== 'failed' ? 'partial' : outcome,
    problems: [...unfinished, ...state.problems, ...refused].slice(0, MOST_PROBLEMS),
    gap: state.gap,
  };
}
