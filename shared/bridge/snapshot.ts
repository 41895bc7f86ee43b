import type { Result } from '../base/result.ts';
import type { Instant } from '../base/time.ts';
import type { Verdict } from '../snapshot/contracts.ts';
import type { Manifest } from '../snapshot/format.ts';

/**
 * What the page asks of an open snapshot besides the reading half of `EngineApi`. The worker that answers reads one file and
 * nothing else: no server, no database, no network.
 */
export interface SnapshotApi {
  /** The register as of that place. The last wish wins: a former one is answered `false` when it is overtaken. */
  seek(place: number): Promise<boolean>;
  /** Places with their time and what happened there, at most `count` of them, ascending; the last place is always among them. */
  marks(count: number): Promise<readonly SnapshotMark[]>;
  /** What happened at one place; undefined before the ledger is read. */
  mark(place: number): Promise<SnapshotMark | undefined>;
  /** Verifies again from the start. What comes of it is in the status. */
  verify(): Promise<void>;
  cancelVerification(): Promise<void>;
  /** Compares with a fingerprint that reached the person another way, in any grouping; empty: no comparison. */
  expectKey(fingerprint: string): Promise<void>;
  /** Whether this file only adds to that older one. */
  compareAfter(file: SnapshotFile): Promise<SnapshotComparison>;
  evidence(): Promise<SnapshotEvidence>;
  /** The same seed draws the same sample, with Muster or without (FORMAT.md, 6). `undefined`: the file names no such row. */
  drawSample(seed: string, size: number): Promise<Result<SnapshotSample, SnapshotProblem>>;
  exportSample(seed: string, size: number, format: 'csv' | 'xlsx' | 'json'): Promise<Uint8Array<ArrayBuffer>>;
}

/** The part of a `Blob` that is used: it is cloned into the worker, which reads it slice by slice. */
export interface SnapshotFile {
  readonly size: number;
  slice(from: number, to: number): { arrayBuffer(): Promise<ArrayBuffer> };
}

export interface SnapshotProblem {
  readonly message: string;
  readonly wayOut?: string;
}

export interface SnapshotMark {
  readonly place: number;
  /** When the server placed it. */
  readonly at: Instant;
  readonly who: string;
  readonly what: string;
  readonly void: boolean;
}

export interface SnapshotComparison {
  readonly outcome: 'only adds' | 'not an extension' | 'refused';
  readonly sentence: string;
}

export interface SnapshotWitness {
  readonly person: string;
  readonly device: string;
  /** The highest place whose root one of that device's entries names. */
  readonly place: number;
}

export interface SnapshotGap {
  readonly what: string;
  readonly sentence: string;
  readonly count: number;
}

/** What stands beside the rows: who witnessed the ledger, and what the file cannot say. */
export interface SnapshotEvidence {
  readonly witnesses: readonly SnapshotWitness[];
  readonly gaps: readonly { readonly title: string; readonly items: readonly SnapshotGap[] }[];
  readonly population: {
    readonly text: string;
    readonly matches: number;
    readonly exclusions: readonly string[];
    readonly sample?: { readonly seed: string; readonly size: number };
  };
}

export interface SnapshotSample {
  readonly seed: string;
  readonly size: number;
  readonly of: number;
  readonly method: string;
  readonly rows: readonly { readonly id: string; readonly name: string; readonly kind: string; readonly owner: string }[];
}

/** Where a snapshot stands; part of `EngineStatus` while one is open. */
export interface SnapshotStatus {
  readonly manifest: Pick<
    Manifest,
    'name' | 'asOf' | 'created' | 'by' | 'software' | 'epoch' | 'place' | 'private' | 'leftOut' | 'query' | 'sample' | 'restores'
  >;
  /** Of the server's key: 64 hexadecimal digits. */
  readonly fingerprint: string;
  /** The place whose register is shown. */
  readonly place: number;
  /** The clock of what is shown: ages are ages at this moment. */
  readonly at: Instant;
  readonly replay: { readonly state: 'running' | 'ready' | 'failed'; readonly done: number; readonly message?: string };
  /** The place that is being computed, 0 to 1. */
  readonly seeking?: { readonly place: number; readonly done: number };
  readonly verification: {
    readonly state: 'checking' | 'verified' | 'refused' | 'cancelled';
    readonly done: number;
    readonly verdict?: Verdict;
  };
  /** Compared with the fingerprint that the person gave. */
  readonly key: 'not compared' | 'matches' | 'differs';
}

/** Why nothing can be changed; said by every method that would. */
export const SNAPSHOT_READ_ONLY = 'This is a snapshot: nothing in it can be changed.';

const METHODS: Readonly<Record<keyof SnapshotApi, true>> = {
  seek: true,
  marks: true,
  mark: true,
  verify: true,
  cancelVerification: true,
  expectKey: true,
  compareAfter: true,
  evidence: true,
  drawSample: true,
  exportSample: true,
};
export const SNAPSHOT_METHODS = Object.keys(METHODS) as readonly (keyof SnapshotApi)[];
export const isSnapshotMethod = (name: unknown): name is keyof SnapshotApi => typeof name === 'string' && Object.hasOwn(METHODS, name);
