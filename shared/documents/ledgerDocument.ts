import type * as Y from 'yjs';
import type { Place } from '../model/ids.ts';

/** The one file that knows the layout of `ledger/<epoch>/<n>`: `entries: Y.Map<place, ledger value bytes>`. */

/** The fixed Yjs client of every ledger document: clock = place − first place, so any server builds the same bytes. */
export const LEDGER_CLIENT = 1;
/** A segment is sealed at this many entries or bytes, whichever comes first. */
export const SEGMENT_ENTRIES = 50_000;
export const SEGMENT_BYTES = 16 * 1024 * 1024;

const entriesOf = (doc: Y.Doc): Y.Map<Uint8Array> => doc.getMap('entries');

/** Server only. Writes consecutive places in one transaction, which is one Yjs update. The client id is set each time: Yjs changes it after a load. */
export function appendLedgerValues(doc: Y.Doc, values: readonly { place: Place; value: Uint8Array }[]): void {
  doc.clientID = LEDGER_CLIENT;
  doc.transact(() => {
    for (const { place, value } of values) entriesOf(doc).set(String(place), value);
  });
}

export const ledgerValueAt = (doc: Y.Doc, place: number): Uint8Array | undefined => entriesOf(doc).get(String(place));
/** Every place that the document holds, in order. */
export const ledgerPlaces = (doc: Y.Doc): Place[] => [...entriesOf(doc).keys()].map((key) => Number(key) as Place).sort((a, b) => a - b);
export const ledgerLength = (doc: Y.Doc): number => entriesOf(doc).size;

/** Calls back with the places that arrived; in any order. @returns a disposer. */
export function onLedgerValues(doc: Y.Doc, callback: (places: Place[]) => void): () => void {
  const entries = entriesOf(doc);
  const listener = (event: Y.YMapEvent<Uint8Array>): void => callback([...event.keysChanged].map((key) => Number(key) as Place));
  entries.observe(listener);
  return () => entries.unobserve(listener);
}
