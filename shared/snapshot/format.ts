import * as z from 'zod';
import { succession } from '../model/act.ts';
import { deviceId, hash, personId, sourceId, spaceId } from '../model/ids.ts';
import { instant, json } from '../model/record.ts';
import { signedHead } from '../model/status.ts';

/** The snapshot file of FORMAT.md: names, limits and the shapes of what is in it. */

export const FORMAT = 'muster-snapshot';
export const FORMAT_VERSION = 1;
export const MEDIA_TYPE = 'application/vnd.muster.snapshot';

export const LIMITS = {
  fileBytes: 2 ** 32 - 1,
  parts: 4_096,
  partBytes: 64 * 1_024 * 1_024,
  manifestBytes: 4 * 1_024 * 1_024,
  /** A part above `ratioFrom` bytes that is this many times larger than packed is a bomb. */
  ratio: 200,
  ratioFrom: 1_024 * 1_024,
  /** Parts that are together above `totalFrom` bytes, and this many times larger than the file, are one too. */
  totalRatio: 50,
  totalFrom: 64 * 1_024 * 1_024,
  /** A ledger frame: nothing smaller holds an entry, nothing larger a receipt (u16) and an entry of 256 KiB. */
  smallestValue: 256,
  largestValue: 2 + 65_535 + 256 * 1_024,
} as const;

/** A writer starts a new part of a series at this many bytes; one line or value may go past it. */
export const PART_BYTES = 8 * 1_024 * 1_024;

export const PART_NAME = /^(README\.txt|[a-z0-9]+(\/[0-9]{4})?\.(bin|ndjson|json|sig|html))$/;
export const SERIES = ['ledger', 'records', 'statuses', 'register', 'findings'] as const;
export type Series = (typeof SERIES)[number];
export const seriesPart = (series: Series, number: number): string =>
  `${series}/${String(number).padStart(4, '0')}.${series === 'ledger' ? 'bin' : 'ndjson'}`;

const count = z.number().int().min(0);

export const partEntry = z
  .object({ name: z.string().regex(PART_NAME), size: count, sha256: hash, packed: count, packedSha256: hash })
  .strict();
export type PartEntry = z.infer<typeof partEntry>;

/** A query without its order: the population of a snapshot. */
export const snapshotQuery = z
  .object({
    text: z.string().max(4_096),
    where: z.string().max(4_096).optional(),
    include: z.array(z.enum(['excluded', 'archived', 'parties', 'workloads'])).optional(),
  })
  .strict();
export type SnapshotQuery = z.infer<typeof snapshotQuery>;

export const restoreMark = z.object({ epoch: count, at: count }).strict();

/** How a random sample is drawn, so that anybody can draw it again. */
export const sampleSpec = z.object({ seed: z.string().min(1).max(200), size: z.number().int().min(1).max(100_000) }).strict();
export type SampleSpec = z.infer<typeof sampleSpec>;

export const manifest = z
  .object({
    format: z.literal(FORMAT),
    v: z.literal(FORMAT_VERSION),
    space: spaceId,
    name: z.string().max(2_048),
    sample: z.boolean(),
    software: z.string().max(64),
    serverKey: deviceId,
    /** From the key of genesis to `serverKey`, the oldest first; absent while it is that one. */
    succession: z.array(succession).min(1).max(1_000).optional(),
    epoch: count,
    place: z.number().int().min(1),
    restores: z.array(restoreMark).max(1_000),
    head: signedHead,
    asOf: instant,
    created: instant,
    by: z.object({ person: personId, name: z.string().max(2_048) }).strict(),
    /** Sources that one person keeps to their own device. */
    private: z.enum(['left out', 'included']),
    /** Sources that are not in the file, and how many records they hold. */
    leftOut: z.array(z.object({ source: sourceId, label: z.string().max(2_048), records: count }).strict()).max(10_000),
    /** The random sample that was asked for. */
    draw: sampleSpec.optional(),
    query: snapshotQuery,
    parts: z.array(partEntry).max(LIMITS.parts),
  })
  .strict();
export type Manifest = z.infer<typeof manifest>;

/** One version of one record, as a line of `records/` (FORMAT.md, 4). `bytes`: exactly the record's canonical JSON. */
export interface RecordLine {
  readonly source: z.infer<typeof sourceId>;
  readonly id: string;
  readonly run: number;
  readonly at: string;
  readonly place: number;
  readonly hash: string;
  readonly bytes: Uint8Array;
}

/** What a source said of itself from then on, or that it counts no longer (FORMAT.md, 5). `status` is checked by `sourceStatus`. */
export const statusLine = z.union([
  z.object({ at: instant, place: count, source: sourceId, status: json }).strict(),
  z.object({ at: instant, place: count, source: sourceId, removed: z.boolean() }).strict(),
]);
export type StatusLine = z.infer<typeof statusLine>;
