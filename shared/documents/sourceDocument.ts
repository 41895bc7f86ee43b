import type * as Y from 'yjs';
import type { ExternalId } from '../model/ids.ts';

/** The one file that knows the layout of `source/<id>/<epoch>/<shard>`: `records: Y.Map<externalId, record bytes>`. */

/** At most this many records a shard (DESIGN 4). */
export const SHARD_RECORDS = 20_000;

/** FNV-1a over UTF-16 code units, modulo the shard count, which is fixed for an epoch. */
export function shardOf(id: ExternalId, shards: number): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index++) hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193) >>> 0;
  return hash % shards;
}

/** Enough shards for `records` with room to double. */
export const shardsFor = (records: number): number => Math.max(1, Math.min(256, Math.ceil((records * 2) / SHARD_RECORDS)));

const recordsOf = (doc: Y.Doc): Y.Map<Uint8Array> => doc.getMap('records');

/** Runner only. One transaction. The caller writes only what changed: an unchanged record costs a struct for ever. */
export function putRecords(doc: Y.Doc, records: readonly { externalId: ExternalId; bytes: Uint8Array }[]): void {
  doc.transact(() => {
    for (const { externalId, bytes } of records) recordsOf(doc).set(externalId, bytes);
  });
}

export const recordBytes = (doc: Y.Doc, id: ExternalId): Uint8Array | undefined => recordsOf(doc).get(id);
export const recordCount = (doc: Y.Doc): number => recordsOf(doc).size;

export function* eachRecord(doc: Y.Doc): Generator<{ externalId: ExternalId; bytes: Uint8Array }> {
  for (const [id, bytes] of recordsOf(doc)) yield { externalId: id as ExternalId, bytes };
}

export function onRecords(doc: Y.Doc, callback: (changed: ExternalId[]) => void): () => void {
  const records = recordsOf(doc);
  const listener = (event: Y.YMapEvent<Uint8Array>): void => callback([...event.keysChanged] as ExternalId[]);
  records.observe(listener);
  return () => records.unobserve(listener);
}

/** Structs in the document, live and superseded: when they pass twice the live records plus 5,000 a new epoch is due. */
export function structCount(doc: Y.Doc): number {
  let count = 0;
  for (const structs of doc.store.clients.values()) count += structs.length;
  return count;
}

export const needsNewEpoch = (structs: number, live: number): boolean => structs > 2 * live + 5_000;
