import * as z from 'zod';
import { coverageId, entryId, externalId, hash, sourceId } from './ids.ts';
import { instant } from './record.ts';

const count = z.number().int().min(0);
const text = z.string().max(2_048);

export const mechanism = z.enum(['batch', 'poll', 'event', 'stream', 'watch']);
export type Mechanism = z.infer<typeof mechanism>;

/** A connector's failure, as a closed union: who failed and whether to retry. */
export const connectorProblem = z
  .object({
    code: z.enum([
      'unreachable',
      'unauthorized',
      'forbidden',
      'rate limited',
      'malformed',
      'not found',
      'too large',
      'timed out',
      'crashed',
      'misconfigured',
    ]),
    /** One line, without any value that a source held. */
    message: text,
    retry: z.boolean(),
    /** What to do about it. */
    wayOut: text.optional(),
  })
  .strict();
export type ConnectorProblem = z.infer<typeof connectorProblem>;

export const guardRule = z.enum(['wrong place', 'empty', 'removals', 'slow bleed', 'owner wipe', 'mass change', 'flood', 'blinded']);
export type GuardRule = z.infer<typeof guardRule>;

/** What a run changed or would change. */
export const runCounts = z

  .object({
    added: count,
    changed: count,
    missing: count,
    returned: count,
    deleted: count,
    unchanged: count,
    held: count,
    /** Changes that this register sent itself, and saw come back: no news. Absent: none. */
    echoed: count.optional(),
  })
  .strict();
export type RunCounts = z.infer<typeof runCounts>;

/** One line of a diff: enough to explain, never a secret. */
export const planItem = z
  .object({
    change: z.enum(['add', 'change', 'missing', 'return', 'delete']),
    externalId,
    name: text,
    type: z.string().max(32),
    /** Names of the fields that differ, with both values in short. */
    fields: z
      .array(z.object({ field: z.string().max(64), from: text.optional(), to: text.optional() }).strict())
      .max(32)
      .optional(),
  })
  .strict();
export type PlanItem = z.infer<typeof planItem>;

/** A part of a run that the guard holds until a steward releases or discards it. Named by the digest of exactly what it would do. */
export const heldPart = z
  .object({
    digest: hash,
    rules: z.array(guardRule).min(1),
    /** One sentence: what, how many, of how many, why it looks wrong. */
    explanation: text,
    since: instant,
    counts: runCounts,
    /** The first 200 items; all of them at `GET /api/plans/<digest>`. */
    sample: z.array(planItem).max(200),
  })
  .strict();
export type HeldPart = z.infer<typeof heldPart>;

export const runSummary = z
  .object({
    id: z.number().int().min(1),
    started: instant,
    ended: instant,
    /** The moment the source was true for: taken before the listing started. */
    asOf: instant,
    /** `delta`: everything that changed since the cursor was said; what it does not name is as it was. */
    outcome: z.enum(['complete', 'delta', 'partial', 'failed', 'cancelled']),
    counts: runCounts,
    problems: z.array(connectorProblem).max(20),
    trigger: z.enum(['schedule', 'watch', 'person', 'start', 'event', 'reread', 'release']),
  })
  .strict();
export type RunSummary = z.infer<typeof runSummary>;

export const coverageState = z
  .object({
    id: coverageId,
    label: text,
    /** The moment for which everything in it is known: a complete listing, carried on by deltas or a stream. Absent: never complete. */
    completeAsOf: instant.optional(),
    /** As-of of the last complete listing, where deltas or a stream have carried `completeAsOf` past it. */
    listedAsOf: instant.optional(),
    lastAttempt: instant,
    outcome: z.enum(['complete', 'partial', 'failed']),
    records: count,
    /** Events were lost since: a full scan must follow. */
    gap: z.boolean().optional(),
    problem: connectorProblem.optional(),
    /** The most records in the last seven days, for the slow-bleed rule. */
    high: z.object({ records: count, at: instant }).strict().optional(),
  })
  .strict();
export type CoverageState = z.infer<typeof coverageState>;

/** How a source is followed between its listings. */
export const followState = z
  .object({
    state: z.enum(['connecting', 'live', 'broken']),
    /** Milliseconds within which a living stream says something: three times that in silence is unknown. */
    every: z.number().int().min(1),
    since: instant,
    /** Records that were said to have changed or gone since then. */
    events: count,
    problem: connectorProblem.optional(),
  })
  .strict();
export type FollowState = z.infer<typeof followState>;

/** Delays that are kept: enough for a 95th percentile, and a few hundred bytes. */
export const MOST_DELAYS = 50;

/**
 * What became of one approved write (DESIGN 11). `sending` is on disk before anything is sent, every other state after the source answered,
 * so that a crash between the two is known by it.
 */
export const writeReceipt = z
  .object({
    /** The digest of the proposal. */
    proposal: hash,
    /** The approval: its entry and act, and its place. One approval is sent once. */
    approval: z.object({ entry: entryId, act: count }).strict(),
    place: count,
    externalId,
    field: z.string().max(64),
    /** The hash of what the next observation is expected to say of the field. */
    sent: hash,
    state: z.enum(['sending', 'applied', 'already', 'changed', 'refused', 'stale', 'unknown']),
    at: instant,
    /** How often it was sent, or tried to be. */
    attempts: count,
    /** As the source calls it after the write. */
    version: z.string().max(16_384).optional(),
    /** `changed`: what the source holds instead; null: nothing. */
    now: z.string().max(16_384).nullable().optional(),
    problem: connectorProblem.optional(),
    /** The as-of of the first observation that says what was sent, or of the last one that says something else. */
    confirmed: instant.optional(),
    differs: instant.optional(),
  })
  .strict();
export type WriteReceipt = z.infer<typeof writeReceipt>;

/** The one key `state` of `status/<source>/<epoch>` (DESIGN 4). */
export const sourceStatus = z
  .object({
    source: sourceId,
    kind: z.string().max(64),
    label: text,
    visibility: z.enum(['space', 'private']),
    mechanism,
    /** Milliseconds between runs or heartbeats. */
    cadence: count,
    /** Milliseconds. `control: null`: good for reporting only, never for certifying (DOMAIN I). */
    levels: z.object({ reporting: count, control: count.nullable() }).strict(),
    /** How late the source itself may be, in milliseconds, and one sentence about it. */
    lag: count,
    note: text.optional(),
    state: z.enum(['never run', 'idle', 'running', 'failed', 'paused']),
    progress: z.object({ done: count, total: count.optional(), what: text }).strict().optional(),
    heartbeat: instant.optional(),
    follow: followState.optional(),
    /** Of the last events that their source dates: milliseconds from the event to the moment it was on disk here, oldest first. */
    delays: z.array(count).max(MOST_DELAYS).optional(),
    nextRun: instant.optional(),
    coverage: z.array(coverageState).max(2_000),
    runs: z.array(runSummary).max(50),
    held: z.array(heldPart).max(20),
    rereads: z.array(z.object({ externalId, at: instant, outcome: z.enum(['unchanged', 'changed', 'gone', 'failed']) }).strict()).max(50),
    /** Governed fields that this source has a place for, and so may be sent to it. Absent: none. */
    writable: z.array(z.string().max(64)).max(64).optional(),
    /** `upTo`: every approval for this source up to that place has come to its end, whether its receipt is still here or not. */
    writes: z
      .object({ upTo: count, receipts: z.array(writeReceipt).max(500) })
      .strict()
      .optional(),
    /** The Yjs clock of each shard's writer that a reader must hold before this state may be believed: [client, clock]. */
    needs: z.array(z.tuple([z.number().int().min(0), count])).max(256),
  })
  .strict();
export type SourceStatus = z.infer<typeof sourceStatus>;

/** Values of the `catalog` document. */
export const catalogSpace = z
  .object({
    space: z.string(),
    serverKey: z.string(),
    epoch: count,
    name: text,
    version: text,
    /**
     * Every epoch of this ledger, in order; absent: 0 alone. A device may hold segments of another one: the same backup can be restored
     * a second time, and what grew after the first time is then nobody's ledger.
     */
    epochs: z.array(count).max(1_001).optional(),
  })
  .strict();
export const catalogSource = z
  .object({
    id: sourceId,
    epoch: count,
    shards: z.number().int().min(1).max(256),
    visibility: z.enum(['space', 'private']),
    durableRun: count,
    removed: z.boolean().optional(),
  })
  .strict();
export const catalogSegment = z.object({ epoch: count, n: count, from: count, sealed: z.boolean() }).strict();
/** A signed tree head: `signature` is the server key's, purpose `muster/head/1`, over canonical `{space, epoch, place, root, at}`. */
export const signedHead = z.object({ epoch: count, place: count, root: hash, at: instant, signature: z.string().max(128) }).strict();
/**
 * A restore from backup began this epoch: the ledger goes on after `at`, whose root was `root`; what came later was lost. `signature` is
 * the server key's, purpose `muster/restore/1`, over canonical `{space, epoch, at, root, time}`.
 */
export const signedRestore = z
  .object({ epoch: z.number().int().min(1), at: count, root: hash, time: instant, signature: z.string().max(128) })
  .strict();
export type CatalogSpace = z.infer<typeof catalogSpace>;
export type CatalogSource = z.infer<typeof catalogSource>;
export type CatalogSegment = z.infer<typeof catalogSegment>;
export type SignedHead = z.infer<typeof signedHead>;
export type SignedRestore = z.infer<typeof signedRestore>;
