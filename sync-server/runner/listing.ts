import type { HashHex } from '../../shared/base/hash.ts';
import type { Millis } from '../../shared/base/time.ts';
import type { ExternalId } from '../../shared/model/ids.ts';
import type { SourceStatus } from '../../shared/model/status.ts';
import type { RecentCounts } from '../../shared/observed/guard.ts';
import { type Judgement, judge } from '../../shared/observed/judge.ts';
import { mayGoMissing, type Plan, type PreviousRecords, startPlan } from '../../shared/observed/plan.ts';
import { isEcho } from '../../shared/observed/receipts.ts';
import { type Collected, collect } from './collect.ts';
import { startConnector, type WorkerEnd } from './connectorHost.ts';
import type { AskKeychain } from './keychain.ts';
import { type ConfiguredSource, listingLife } from './settings.ts';

export interface ListingOrder {
  readonly configured: ConfiguredSource;
  readonly previous: PreviousRecords;
  readonly known: SourceStatus | undefined;
  readonly cursor: string | undefined;
  readonly mode: 'list only' | 'read';
  readonly leftOut: ReadonlySet<ExternalId>;
  readonly uploads: string;
  readonly ask: AskKeychain;
  readonly started: Millis;
  onProgress(progress: NonNullable<SourceStatus['progress']>): void;
}

export interface Listed {
  readonly end: WorkerEnd;
  readonly collected: Collected;
  readonly plan: Plan;
}

export interface Listing {
  readonly result: Promise<Listed>;
  cancel(): void;
}

/** Runs the connector in its worker and plans while the messages arrive. Writes nothing. */
export function startListing(order: ListingOrder): Listing {
  const planner = startPlan(order.previous);
  const collector = collect(planner, order.started, order.leftOut);
  const { registered, own, timeout, settings } = order.configured;
  const run = startConnector(
    { module: registered.module, settings: own, network: settings.network, cursor: order.cursor, uploads: order.uploads, mode: order.mode },
    timeout,
    (messages) => {
      for (const message of messages) collector.take(message);
      order.onProgress(collector.progress);
    },
    order.ask,
  );
  const result = run.ended.then((end): Listed => {
    const collected = asListedOnly(collector.finish(end), order.mode);
    const complete = end.outcome === 'done' ? mayGoMissing(order.known?.coverage ?? [], collected.listed) : new Map();
    return { end, collected, plan: planner.finish(complete) };
  });
  return { result, cancel: () => run.cancel() };
}

/** A listing that opened nothing is not complete: what it says of a record is less than there is. */
function asListedOnly(collected: Collected, mode: 'list only' | 'read'): Collected {
  if (mode === 'read') return collected;
  return {
    ...collected,
    listed: collected.listed.map((coverage) => (coverage.outcome === 'failed' ? coverage : { ...coverage, outcome: 'partial' as const })),
  };
}

export function judgeListing(
  configured: ConfiguredSource,
  known: SourceStatus | undefined,
  lastPlace: string | undefined,
  { collected, plan, end }: Listed,
  decisions: ReadonlyMap<HashHex, 'release' | 'discard'>,
  recent?: RecentCounts,
): Judgement {
  const echoes = isElsewhere(lastPlace, collected.place)
    ? []
    : plan.records.filter((record) => isEcho(record, known?.writes?.receipts ?? []));
  const judgement = judge(
    {
      source: configured.settings.id,
      plan: echoes.length === 0 ? plan : { ...plan, records: plan.records.filter((record) => !echoes.includes(record)) },
      asOf: collected.asOf,
      listed: collected.listed,
      known: known?.coverage ?? [],
      runs: known?.runs ?? [],
      held: known?.held ?? [],
      lastPlace,
      place: collected.place,
      thresholds: configured.thresholds,
      decisions,
      listingLife: listingLife(configured),
      ...(recent ? { recent } : {}),
    },
    end.problem ? [end.problem] : [],
  );
  if (echoes.length === 0) return judgement;
  return { ...judgement, apply: [...judgement.apply, ...echoes], counts: { ...judgement.counts, echoed: echoes.length } };
}

/** Then everything is held, what looks like an echo too. */
const isElsewhere = (last: string | undefined, now: string | undefined): boolean => last !== undefined && now !== undefined && last !== now;
