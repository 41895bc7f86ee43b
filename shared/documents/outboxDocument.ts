import type * as Y from 'yjs';
import type { EntryBytes } from '../model/entry.ts';
import type { EntryId } from '../model/ids.ts';

/** The one file that knows the layout of `outbox/<device>`: `entries: Y.Map<entryId, entry bytes>`. Held in memory only. */
export const OUTBOX_ROOT = 'entries';

const entriesOf = (doc: Y.Doc): Y.Map<Uint8Array> => doc.getMap(OUTBOX_ROOT);

export function putOutboxEntries(doc: Y.Doc, entries: readonly { id: EntryId; bytes: EntryBytes }[]): void {
  doc.transact(() => {
    for (const { id, bytes } of entries) entriesOf(doc).set(id, bytes);
  });
}

export function removeOutboxEntries(doc: Y.Doc, ids: Iterable<EntryId>): void {
  doc.transact(() => {
    for (const id of ids) entriesOf(doc).delete(id);
  });
}

/** What waits, as it arrived: keys and values are not trusted to belong together. */
export function outboxEntries(doc: Y.Doc): Map<string, EntryBytes> {
  const entries = new Map<string, EntryBytes>();
  for (const [id, bytes] of entriesOf(doc)) if (bytes instanceof Uint8Array) entries.set(id, bytes as EntryBytes);
  return entries;
}
