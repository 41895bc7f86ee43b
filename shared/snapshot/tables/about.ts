import type { Counts } from '../../register/view.ts';
import { groupedFingerprint } from '../fingerprint.ts';
import type { Manifest } from '../format.ts';
import type { Population } from '../population.ts';
import type { About, AboutLine, Table, TableRow } from './table.ts';
import type { TableInput } from './tableInput.ts';

/** On everything that is taken out of the generated estate. */
export const WATERMARK = 'Sample estate: nothing here is real';

const ALL_DIGITS = 64;

/** What a reader of tables must know to doubt them, and to check them. */
export function aboutOf({ manifest, fingerprint, population }: TableInput): About {
  const { head, query } = manifest;
  return [
    ...(manifest.sample ? [line('watermark', 'Not real', WATERMARK)] : []),
    line('space', 'Space', manifest.name),
    line('spaceId', 'Space id', manifest.space),
    line('asOf', 'As of', manifest.asOf),
    line('place', 'Place in the ledger: up to change', manifest.place),
    line('epoch', 'Epoch of the ledger', manifest.epoch),
    line('root', 'Root of the ledger (RFC 6962)', head.root),
    line('headAt', 'Root signed at', head.at),
    line('fingerprint', 'Fingerprint of the key that signed it', groupedFingerprint(fingerprint, ALL_DIGITS)),
    line('created', 'Snapshot made at', manifest.created),
    line('by', 'Asked for by', manifest.by.name),
    line('software', 'Made with', `Muster ${manifest.software}`),
    line('query', 'Population: query', query.text === '' ? 'the whole register' : query.text),
    ...(query.where === undefined ? [] : [line('where', 'Population: condition', query.where)]),
    ...(query.include === undefined ? [] : [line('include', 'Population: also', query.include.join(', '))]),
    line('matches', 'Population: rows', population.matches),
    ...countLines(population.counts),
    ...leftOutLines(manifest, population),
    ...sampleLines(population),
    line(
      'verify',
      'How to verify',
      'Tables prove nothing by themselves. Verify the snapshot they were taken from, with the fingerprint as it reached you another way than the file: muster snapshot verify FILE --key FINGERPRINT',
    ),
    line(
      'again',
      'How to get them again',
      'muster snapshot export FILE -o TABLES.xlsx verifies the snapshot first, computes everything again, and writes these tables.',
    ),
    line(
      'unknown',
      'What a snapshot cannot prove',
      'That no newer entries exist, that a source told the truth, or that nothing exists outside the coverage of its sources: see the sheet of gaps.',
    ),
  ];
}

const line = (id: string, label: string, value: string | number): AboutLine => ({ id, label, value });

const countLines = (counts: Counts): About => [
  line('identities', 'Population: identities', counts.identities),
  line('noOwner', 'Population: without an owner', counts.noOwner),
  line('unregistered', 'Population: unregistered', counts.unregistered),
  line('overdue', 'Population: review overdue', counts.overdue),
  line('privileged', 'Population: privileged', counts.privileged),
  line('cannotEvaluate', 'Population: could not be evaluated', counts.cannotEvaluate),
];

function leftOutLines({ private: personal }: Pick<Manifest, 'private'>, { exclusions }: Population): About {
  const lines = exclusions.map(({ number, reason, source, label }, index) =>
    line(`excluded${index + 1}`, source === undefined ? 'Not in the population' : `Not in it: ${label ?? source}`, `${number}: ${reason}`),
  );
  if (personal === 'included')
    lines.push(line('private', 'Kept to one computer', 'sources that one person keeps to their own computer are included'));
  return lines;
}

function sampleLines({ sample }: Population): About {
  if (sample === undefined) return [line('sample', 'Random sample', 'none was asked for')];
  return [
    line('sample', 'Random sample: rows', sample.ids.length),
    line('seed', 'Random sample: seed', sample.seed),
    line(
      'method',
      'Random sample: method',
      `${sample.method}: the ids of the population sorted by the SHA-256 of the seed, a line feed and the id; the first ${sample.size} of them`,
    ),
  ];
}

/** The first sheet of a workbook. */
export const aboutTable = (about: About): Table => ({
  name: 'about',
  title: 'About',
  columns: [
    { id: 'what', label: 'What', type: 'list' },
    { id: 'value', label: 'Value', type: 'long' },
  ],
  rows: about.map(({ label, value }) => [label, value]),
});

/** Every row says that it is not real, so that a row which is copied elsewhere still does. */
export const watermarked = (table: Table): Table => ({
  ...table,
  columns: [{ id: 'watermark', label: 'Not real', type: 'text' }, ...table.columns],
  ...(table.frozen === undefined ? {} : { frozen: table.frozen + 1 }),
  rows: markedRows(table.rows),
});

async function* markedRows(rows: Table['rows']): AsyncGenerator<TableRow> {
  for await (const row of rows) yield [WATERMARK, ...row];
}
