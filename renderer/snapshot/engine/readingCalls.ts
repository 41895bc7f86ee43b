import { fromUtf8 } from '../../../shared/base/bytes.ts';
import { err, ok } from '../../../shared/base/result.ts';
import type { Instant } from '../../../shared/base/time.ts';
import type { EngineApi } from '../../../shared/bridge/engine.ts';
import type { SnapshotMark } from '../../../shared/bridge/snapshot.ts';
import type { Place } from '../../../shared/model/ids.ts';
import type { Register } from '../../../shared/register/register.ts';
import type { RowsReader } from '../../../shared/register/rowsReader.ts';
import type { Query } from '../../../shared/register/view.ts';
import { NO_COUNTS } from '../../engine/engineApi.ts';
import { exportRows } from '../../engine/exportRows.ts';
import type { OpenFile } from './openFile.ts';
import { READ_ONLY_CALLS } from './readOnlyCalls.ts';

/**
 * The reading half of the engine's interface over a file. The first window is there at once, then counts, filters and single rows, from the rows
 * that the file holds; everything else is of the replay, and waits for it. While a place is under way every question waits for that place.
 */
export function readingCalls(file: () => OpenFile | undefined, status: EngineApi['status']): EngineApi {
  const rows = async (): Promise<Register | RowsReader | undefined> => {
    const opened = file();
    return opened?.ready ? (await opened.ready.seeker.settled()).register : opened?.whole;
  };
  /** The beginning of the list is there before the rest is. */
  const beginning = (query: Query, from: number): RowsReader | undefined => {
    const opened = file();
    return opened && !opened.ready && isPlain(query) && from < opened.rows.size ? opened.rows : undefined;
  };
  const whole = async (): Promise<Register | undefined> => {
    const replayed = await file()?.replayed.catch(() => undefined);
    return (await replayed?.seeker.settled())?.register;
  };
  return {
    ...READ_ONLY_CALLS,
    status,
    window: async (query, from, count) =>
      (beginning(query, from) ?? (await rows()))?.window(query, from, count) ?? { total: 0, from, rows: [] },
    ids: async (query) => (await rows())?.ids(query) ?? [],
    counts: async (query) => (await rows())?.counts(query) ?? NO_COUNTS,
    row: async (id) => (await rows())?.row(id),
    identity: async (id) => (await whole())?.identity(id),
    field: async (id, field) => (await whole())?.field(id, field),
    inbox: async () => [],
    sources: async () => (await whole())?.sources() ?? [],
    parties: async () => (await whole())?.parties() ?? [],
    writeBacks: async () => (await whole())?.writeBacks() ?? [],
    activity: async (options) => (await whole())?.activity(options) ?? [],
    suggestions: async (field, text, limit) => (await whole())?.suggestions(field, text, limit) ?? [],
    search: async (text, limit) => (await whole())?.search(text, limit) ?? [],
    exportRows: async (query, columns, format) => {
      const register = await whole();
      if (!register) throw new Error('the ledger of this file cannot be replayed');
      return exportRows(register, query, columns, format);
    },
    recordHistory: async (source, externalId) => {
      const replayed = await file()?.replayed.catch(() => undefined);
      if (!replayed) return err(NOT_REPLAYED);
      const { place } = await replayed.seeker.settled();
      const versions = replayed.data.records.filter((line) => line.source === source && line.id === externalId && line.place <= place);
      return ok(
        versions
          .map(({ at, run, hash, bytes }) => ({ at: at as Instant, run, hash, record: JSON.parse(fromUtf8(bytes)) as unknown }))
          .reverse(),
      );
    },
    changeAt: async (place) => {
      const replayed = await file()?.replayed.catch(() => undefined);
      const mark = replayed && markAt(replayed.seeker.end.register, place);
      return mark && { place, at: mark.at, who: mark.who, what: mark.what };
    },
  };
}

/** Asks for everything that a register shows by itself, in the order of names, in which a file holds its rows. */
const isPlain = ({ text, where, sort, include = [] }: Query): boolean =>
  text.trim() === '' &&
  where === undefined &&
  include.length === 0 &&
  sort.every(({ column, direction }, index) => index === 0 && column === 'name' && direction === 'ascending');

const NOT_REPLAYED = {
  code: 'not replayed',
  message: 'The ledger of this file cannot be replayed.',
  wayOut: 'The verification says what is wrong.',
  retry: false,
};

/** What happened at a place, whatever place is shown. */
export function markAt(register: Register, place: number): SnapshotMark | undefined {
  const [found] = register.entries({ before: (place + 1) as Place, limit: 1 });
  if (found?.entry.place !== place) return undefined;
  const { line, entry } = found;
  return { place, at: (entry.receipt?.at ?? line.at) as Instant, who: line.who, what: line.what, void: line.state === 'void' };
}
