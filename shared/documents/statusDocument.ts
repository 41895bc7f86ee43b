import type * as Y from 'yjs';
import { fromUtf8, utf8 } from '../base/bytes.ts';
import { canonicalJson } from '../base/json.ts';
import { type SourceStatus, sourceStatus } from '../model/status.ts';

/** The one file that knows the layout of `status/<source>/<epoch>`: one key, `state`, canonical JSON bytes. */
const stateOf = (doc: Y.Doc): Y.Map<Uint8Array> => doc.getMap('status');

export const putStatus = (doc: Y.Doc, status: SourceStatus): void => void stateOf(doc).set('state', utf8(canonicalJson(status)));

/** @returns undefined before the first write, and for bytes that are not a status. */
export function readStatus(doc: Y.Doc): SourceStatus | undefined {
  const bytes = stateOf(doc).get('state');
  if (!bytes) return undefined;
  try {
    const parsed = sourceStatus.safeParse(JSON.parse(fromUtf8(bytes)));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

export function onStatus(doc: Y.Doc, callback: () => void): () => void {
  const state = stateOf(doc);
  state.observe(callback);
  return () => state.unobserve(callback);
}

/** A status may be believed only once its shards hold the clocks that it names, or freshness would be claimed for records that have not arrived. */
export function holdsNeeds(
  shards: readonly (Y.Doc | undefined)[],
  needs: SourceStatus['needs'],
  clockOf: (doc: Y.Doc, client: number) => number,
): boolean {
  return needs.every(([client, clock], shard) => {
    const doc = shards[shard];
    return clock === 0 || (doc !== undefined && clockOf(doc, client) >= clock);
  });
}
