import type { HashHex } from '../base/hash.ts';
import type { Result } from '../base/result.ts';
import type { Verify } from '../base/signature.ts';
import type { Manifest, PartEntry } from './format.ts';

/** What the host gives, so that one verifier runs on Node and in a worker of a browser. */
export interface SnapshotHost {
  /** SHA-256, natively where the host has it. */
  readonly sha256: (bytes: Uint8Array) => Promise<HashHex>;
  /**
   * Raw deflate (RFC 1951): exactly `size` bytes. Stops and throws as soon as more come out, when fewer do, or when the stream ends
   * before the last packed byte; never allocates more than `size` and a little.
   */
  readonly inflate: (packed: Uint8Array, size: number) => Promise<Uint8Array<ArrayBuffer>>;
  readonly verify: Verify;
  /** Lets other work run; called between parts and every few hundred entries. Rejects when the person cancelled. */
  readonly breathe: () => Promise<void>;
}

/** A file that is read piece by piece: a `File` in a worker, a file handle on Node, bytes in a test. */
export interface SnapshotBytes {
  readonly size: number;
  /** Exactly `length` bytes from `offset`. @throws when the file is shorter. */
  read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** Why a file is refused, in the order in which it is found out (FORMAT.md, 9). */
export const REFUSALS = [
  'too large',
  'newer format',
  'archive',
  'manifest',
  'manifest signature',
  'succession',
  'another key',
  'parts',
  'head root',
  'head signature',
  'genesis',
  'entry malformed',
  'entry signature',
  'entry order',
  'witness',
  'record hash',
  'sample',
  'not recomputed',
  'not an extension',
] as const;
export type RefusalCode = (typeof REFUSALS)[number];

/** What is wrong, and where. Never holds text of the file, but names of parts that match the format. */
export interface SnapshotRefusal {
  readonly code: RefusalCode;
  /** One sentence. */
  readonly message: string;
  readonly part?: string;
  /** The place of the entry, counted over the whole ledger. */
  readonly place?: number;
  /** The line within the part, from 1. */
  readonly line?: number;
}

/** An archive whose manifest was read and whose signature was verified. Parts are checked when they are read. */
export interface OpenSnapshot {
  readonly manifest: Manifest;
  /** Of the server's key: 64 hexadecimal digits. */
  readonly fingerprint: HashHex;
  readonly parts: readonly PartEntry[];
  /** Inflated, with size, CRC-32 and both hashes checked. */
  read(part: PartEntry): Promise<Result<Uint8Array<ArrayBuffer>, SnapshotRefusal>>;
}

export type CheckId = 'archive' | 'signature' | 'key' | 'parts' | 'ledger' | 'entries' | 'records' | 'sample' | 'recomputed' | 'extension';

/** A check as the verification panel and the command line tell it. */
export interface Check {
  readonly id: CheckId;
  readonly state: 'waiting' | 'running' | 'passed' | 'failed' | 'not asked';
  /** Plain words: what was checked, with the figures in it. */
  readonly sentence: string;
  readonly done?: number;
  readonly total?: number;
}

export interface Verdict {
  readonly ok: boolean;
  readonly checks: readonly Check[];
  readonly refusal?: SnapshotRefusal;
  readonly fingerprint?: HashHex;
  /** Plain sentences of FORMAT.md, 8: always shown. */
  readonly cannotKnow: readonly string[];
}
