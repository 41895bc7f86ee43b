import { canonicalJson } from '../base/json.ts';
import { ok, type Result } from '../base/result.ts';
import type { MerkleTree } from '../ledger/merkle.ts';
import type { SnapshotRefusal } from './contracts.ts';
import type { Manifest, RecordLine } from './format.ts';
import type { SeriesLines } from './readSnapshotData.ts';
import { refusal, refuse } from './refusal.ts';
import { serverKeysOf } from './serverKeyChain.ts';

/** A file that was verified by itself, as far as another one is compared with it. */
export interface VerifiedSnapshot {
  readonly manifest: Manifest;
  readonly tree: MerkleTree;
  readonly records: SeriesLines<RecordLine>;
}

/** An older file that is refused by itself: said as what it means for the newer one. */
export const olderRefused = (older: SnapshotRefusal): SnapshotRefusal =>
  refusal('not an extension', `The older file does not stand by itself (${older.code}). ${older.message}`, older);

/** FORMAT.md, 7. */
export function checkExtension(newer: VerifiedSnapshot, older: VerifiedSnapshot): Result<void, SnapshotRefusal> {
  const problem = ledgerProblem(newer, older);
  if (problem !== undefined) return refuse('not an extension', problem);
  const leftOut = new Set<string>(newer.manifest.leftOut.map(({ source }) => source));
  const held = new Set(newer.records.lines.map(versionKey));
  const lost = older.records.lines.findIndex((version) => !leftOut.has(version.source) && !held.has(versionKey(version)));
  if (lost < 0) return ok(undefined);
  return refuse('not an extension', 'A version of a record that the older file holds is not in the newer one.', older.records.lineAt(lost));
}

function ledgerProblem(newer: VerifiedSnapshot, older: VerifiedSnapshot): string | undefined {
  const [now, before] = [newer.manifest, older.manifest];
  if (now.space !== before.space || !continues(serverKeysOf(now), serverKeysOf(before))) return 'The older file is of another register.';
  if (now.epoch < before.epoch || now.place < before.place) return 'The file that should be older is the newer one.';
  if (newer.tree.root(before.place) !== before.head.root) return 'The newer ledger does not begin with the older one.';
  return undefined;
}

/** The older file's key may be one that was replaced since: then the newer's chain goes through it. */
const continues = (now: readonly string[], before: readonly string[]): boolean => before.every((key, index) => now[index] === key);

/** A version is its whole line; the hash stands for the record. */
const versionKey = ({ bytes: _bytes, ...members }: RecordLine): string => canonicalJson(members);
