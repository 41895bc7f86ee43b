import { visibleText } from '../../base/text.ts';
import type { IdentityId, Place } from '../../model/ids.ts';
import type { EntryInWords } from '../../register/dossier.ts';
import { PER_CHUNK, type ReportChange } from './reportData.ts';

/** What the changes are read from: the register as of a place. */
export interface ChangeSource {
  entries(options: { readonly before?: Place; readonly limit: number }): readonly EntryInWords[];
}

/** A page of changes, newest first, and which records each entry is about. */
export interface ChangePage {
  readonly changes: readonly ReportChange[];
  readonly touched: readonly (readonly [place: number, ids: readonly IdentityId[]])[];
}

/** The whole ledger up to a place, a page at a time. */
export function* changePages(source: ChangeSource, place: number): Generator<ChangePage> {
  for (let before = place + 1; before > 1; ) {
    const entries = source.entries({ before: before as Place, limit: PER_CHUNK }).filter(({ entry }) => entry.place !== undefined);
    const last = entries.at(-1)?.entry.place;
    if (last === undefined) return;
    yield {
      changes: entries.map(changeOf),
      touched: entries.map(({ entry, ids }) => [entry.place ?? 0, ids] as const),
    };
    before = last;
  }
}

function changeOf({ entry, line }: EntryInWords): ReportChange {
  const refused = [...entry.void].map(([act, reason]) => ({ act, reason }));
  return {
    place: entry.place ?? 0,
    id: entry.entry.id,
    received: entry.receipt?.at ?? '',
    said: entry.entry.at,
    who: line.who,
    device: line.device ?? '',
    key: entry.entry.device.slice(0, 10),
    what: visibleText(line.what, 1_000),
    count: line.count,
    records: line.records.map(({ id, name }) => ({ id, name: visibleText(name) })),
    state: line.state,
    seen: entry.entry.seen.place,
    ...(line.why === undefined ? {} : { why: visibleText(line.why, 1_000) }),
    ...(refused.length === 0 ? {} : { void: refused }),
  };
}
