import type { Clock } from '../../shared/base/clock.ts';
import type { HashHex } from '../../shared/base/hash.ts';
import { type Millis, toInstant } from '../../shared/base/time.ts';
import { toPlanItem } from '../../shared/observed/planItem.ts';
import type { DryRunReply } from '../../shared/wire/http.ts';
import { type ActiveSource, previousOf } from './activeSource.ts';
import type { AskKeychain } from './keychain.ts';
import { judgeListing, startListing } from './listing.ts';
import { PLAN_LIFETIME, planDigest, type ShelvedPlan } from './planShelf.ts';
import { statusOf } from './runStatus.ts';
import type { ConfiguredSource } from './settings.ts';
import type { SourceStore } from './sourceStore.ts';

interface PreviewOrder {
  readonly configured: ConfiguredSource;
  readonly store: SourceStore;
  readonly clock: Clock;
  readonly uploads: string;
  readonly ask: AskKeychain;
  readonly mode: 'list only' | 'read';
}

/** Everything a run does but the commit: what it would write stays in memory. */
export async function preview({ configured, store, clock, uploads, ask, mode }: PreviewOrder): Promise<ShelvedPlan> {
  const { id } = configured.settings;
  const stored = store.status(id);
  const known = statusOf(configured, stored);
  const previous = stored ? previousOf(store, id) : { get: () => undefined, all: () => [] };
  const memory = stored ? store.memory(id) : { durableRun: 0 };
  const order = { configured, previous, known, cursor: undefined, mode, leftOut: new Set<never>(), uploads, ask, started: clock() };
  const listed = await startListing({ ...order, onProgress: () => undefined }).result;
  const judgement = judgeListing(configured, known, 'place' in memory ? memory.place : undefined, listed, new Map());
  const items = judgement.apply.map(toPlanItem);
  const reply: DryRunReply = {
    digest: planDigest(configured, judgement, memory.durableRun, mode),
    source: id,
    asOf: listed.collected.asOf,
    outcome: judgement.outcome,
    counts: judgement.counts,
    items,
    more: 0,
    held: judgement.held.map((plan) => plan.part),
    problems: [...judgement.problems],
    ...(listed.collected.report === undefined ? {} : { report: listed.collected.report }),
    expires: toInstant(clock() + PLAN_LIFETIME),
  };
  return { reply, configured, collected: listed.collected, judgement, mode, base: memory.durableRun };
}

/** The difference of a held part. After a restart only its sample is known, until the next run. */
export function heldReply(source: ActiveSource, digest: HashHex, now: Millis): DryRunReply | undefined {
  const plan = source.held.find((held) => held.part.digest === digest);
  const part = plan?.part ?? source.status().held.find((held) => held.digest === digest);
  if (!part) return undefined;
  const items = plan ? [...plan.items] : part.sample;
  const all = Object.values(part.counts).reduce<number>((sum, count = 0) => sum + count, 0);
  return {
    digest,
    source: source.id,
    asOf: part.since,
    outcome: 'complete',
    counts: part.counts,
    items,
    more: Math.max(0, all - items.length),
    held: [part],
    problems: [],
    expires: toInstant(now + PLAN_LIFETIME),
  };
}
