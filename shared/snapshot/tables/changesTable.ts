import type { Place } from '../../model/ids.ts';
import type { EntryInWords } from '../../register/dossier.ts';
import { type ColumnOf, column, headerOf, rowOf } from './columnsOf.ts';
import type { Table, TableRow } from './table.ts';
import type { TableInput } from './tableInput.ts';

const COLUMNS: readonly ColumnOf<EntryInWords>[] = [
  column('change', 'Change', 'number', ({ entry }) => entry.place),
  column('received', 'Placed by the server at', 'instant', ({ entry }) => entry.receipt?.at),
  column('said', 'Said at, by its author’s clock', 'instant', ({ entry }) => entry.entry.at),
  column('who', 'Who', 'text', ({ line }) => line.who),
  column('person', 'Person', 'text', ({ entry }) => entry.person),
  column('device', 'On', 'text', ({ line }) => line.device),
  column('deviceKey', 'Key of the device', 'text', ({ entry }) => entry.entry.device),
  column('what', 'What', 'long', ({ line }) => line.what),
  column('count', 'Records', 'number', ({ ids }) => ids.length),
  column('records', 'Of', 'list', ({ line }) => line.records.map(({ name }) => name)),
  column('ids', 'Ids', 'list', ({ ids }) => ids),
  column('why', 'Reason given', 'long', ({ line }) => line.why),
  column('state', 'State', 'text', ({ line }) => (line.state === 'on the server' ? 'counts' : line.state)),
  column('void', 'Acts that do not count', 'list', ({ entry }) => [...entry.void].map(([act, reason]) => `act ${act + 1}: ${reason}`)),
  column('withdrawn', 'Acts taken back', 'list', ({ entry }) => [...entry.withdrawn].map((act) => `act ${act + 1}`)),
  column('seen', 'Its author had seen up to change', 'number', ({ entry }) => entry.entry.seen.place),
  column('seenRoot', 'Root that its author witnesses', 'text', ({ entry }) => entry.entry.seen.root),
  column('entry', 'Entry', 'text', ({ entry }) => entry.entry.id),
];

/** Entries of a page: each is decoded when it is asked for. */
const AT_ONCE = 200;

/** The whole ledger in its order, whatever the query was. */
export const changesTable = (input: TableInput): Table => ({
  name: 'changes',
  title: 'Changes',
  columns: headerOf(COLUMNS),
  rows: changeRows(input),
});

function* changeRows({ register, manifest }: TableInput): Generator<TableRow> {
  for (let from = 1; from <= manifest.place; from += AT_ONCE) {
    const before = Math.min(from + AT_ONCE, manifest.place + 1);
    const page = register.entries({ before: before as Place, limit: before - from });
    for (const one of [...page].reverse()) yield rowOf(COLUMNS, one);
  }
}
