import * as Y from 'yjs';
import { utf8 } from '../../shared/base/bytes.ts';
import { appendLedgerValues, ledgerPlaces, ledgerValueAt } from '../../shared/documents/ledgerDocument.ts';
import { eachRecord } from '../../shared/documents/sourceDocument.ts';
import { LedgerState, type LedgerValue } from '../../shared/ledger/ledgerState.ts';
import { type Anchor, anchorOf, type SourceId } from '../../shared/model/ids.ts';
import { encodeRecord } from '../../shared/model/record.ts';
import { Register } from '../../shared/register/register.ts';
import type { Query } from '../../shared/register/view.ts';
import { shardUpdates } from './documents.ts';
import { encodedEstate, estateRecord, NOW } from './estate.ts';
import { BenchLedger, ledgerUpdate, SPACE } from './ledger.ts';
import { type Figure, figure, liveBytes, median, quantile } from './measure.ts';

const SOURCE = 'bench' as SourceId;
/** Of a hundred identities, how many a steward has set an owner for. */
const GOVERNED = 30;

/** The estate as a device has it on disk, and the same facts as one plain JSON text. */
interface Estate {
  readonly count: number;
  readonly shards: readonly Uint8Array[];
  readonly ledger: Uint8Array;
  readonly plain: string;
  readonly author: BenchLedger;
}

interface Loaded {
  readonly docs: readonly Y.Doc[];
  readonly ledgerDocument: Y.Doc;
  readonly state: LedgerState;
  readonly register: Register;
}

export async function benchRegister(): Promise<Figure[]> {
  const small = estateOf(1_000);
  const large = estateOf(100_000);
  const { figures, held } = await startUp(large);
  const both = [
    { estate: small, held: loaded(small) },
    { estate: large, held },
  ];
  for (const { held: opened } of both) opened.register.prepareSearch();
  return [...figures, ...(await changes(both)), ...(await questions(large, held)), ...(await appends())];
}

const anchorOfRecord = (index: number): Anchor => anchorOf(SOURCE, estateRecord(index).externalId);

function estateOf(count: number): Estate {
  const author = new BenchLedger();
  const values = author.started();
  for (let index = 0; index < count; index++)
    if (index % 100 < GOVERNED) values.push(author.owned(anchorOfRecord(index), `owner ${index % 300}`));
  const records = encodedEstate(count);
  const texts = records.map(({ bytes }) => new TextDecoder().decode(bytes));
  return { count, shards: shardUpdates(records), ledger: ledgerUpdate(values), plain: `[${texts.join(',')}]`, author };
}

/** From what IndexedDB gives to a register that answers: documents, fold, records, rows. */
function loaded(estate: Estate): Loaded {
  const ledgerDocument = documentOf(estate.ledger, 'entries');
  const state = new LedgerState({ space: SPACE });
  state.append(ledgerPlaces(ledgerDocument).map((place) => ({ place, value: ledgerValueAt(ledgerDocument, place) as Uint8Array })));
  const register = new Register({ ledger: state, now: NOW });
  const docs = estate.shards.map((update) => documentOf(update, 'records'));
  for (const doc of docs) register.applyRecords(SOURCE, [...eachRecord(doc)]);
  const { identities } = register.counts();
  if (identities !== estate.count) throw new Error(`${identities} rows instead of ${estate.count}`);
  return { docs, ledgerDocument, state, register };
}

function documentOf(update: Uint8Array, map: string): Y.Doc {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, update);
  doc.getMap(map);
  return doc;
}

async function startUp(estate: Estate): Promise<{ figures: Figure[]; held: Loaded }> {
  const parse = await median(3, () => JSON.parse(estate.plain));
  const load = await median(3, () => loaded(estate));
  const empty = liveBytes();
  const parsed: unknown = JSON.parse(estate.plain);
  const plain = liveBytes() - empty;
  if (!Array.isArray(parsed)) throw new Error('nothing was measured');
  const before = liveBytes();
  const held = loaded(estate);
  const bytes = liveBytes() - before;
  const encoded = [...estate.shards, estate.ledger].reduce((sum, update) => sum + update.length, 0);
  const figures = [
    figure('loaded, decoded, folded and projected ÷ JSON.parse', load / parse, '×', { most: 3 }, `${millis(load)} ÷ ${millis(parse)}`),
    figure(
      'heap and external after that ÷ of the parsed JSON',
      bytes / plain,
      '×',
      { most: 1.5 },
      `${megabytes(bytes)} ÷ ${megabytes(plain)}`,
    ),
    figure('encoded documents with the signed ledger ÷ plain JSON', encoded / utf8(estate.plain).length, '×', { most: 2 }),
  ];
  return { figures, held };
}

const millis = (value: number): string => `${value.toFixed(0)} ms`;
const megabytes = (bytes: number): string => `${(bytes / 1_048_576).toFixed(0)} MB`;

/** One change, then the row that it changed: what a steward waits for after an edit. */
async function changes(parts: readonly { readonly estate: Estate; readonly held: Loaded }[]): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const { held, estate } of parts) {
    const { author, count } = estate;
    const entry = await worst((turn) => {
      const anchor = anchorOfRecord((turn * 7) % count);
      const value = author.owned(anchor, `another owner ${turn}`);
      return () => {
        appendLedgerValues(held.ledgerDocument, [value]);
        held.register.ledgerChanged(held.state.append([value]));
        return held.register.window(EVERYTHING, 0, 50).total + Number(held.register.row(anchor) !== undefined);
      };
    });
    const record = await worst((turn) => {
      const changed = estateRecord((turn * 11) % count, turn + 1);
      const change = { externalId: changed.externalId, bytes: encodeRecord(changed) };
      return () => {
        held.register.applyRecords(SOURCE, [change]);
        return held.register.window(EVERYTHING, 0, 50).total;
      };
    });
    figures.push(
      figure(`a one-act entry → projection updated, p95 at ${count}`, entry, 'ms', { most: 2 }),
      figure(`one changed record → projection updated, p95 at ${count}`, record, 'ms', { most: 2 }),
    );
  }
  return figures;
}

const EVERYTHING: Query = { text: '', sort: [] };
const TURNS = 60;

/** The 95th percentile of many turns, each prepared outside the clock. */
async function worst(prepare: (turn: number) => () => unknown): Promise<number> {
  const times: number[] = [];
  for (let turn = 0; turn < TURNS; turn++) times.push(await median(1, prepare(turn)));
  return quantile(times, 0.95);
}

const by = (column: Query['sort'][number]['column']): Query => ({ text: '', sort: [{ column, direction: 'ascending' }] });

/** Questions that were not asked before, each after a change, so that nothing kept answers them. */
async function questions({ author }: Estate, { register, state }: Loaded): Promise<Figure[]> {
  const asked: [string, Query][] = [
    ['first search', { text: 'application-217', sort: [] }],
    ['search', { text: 'svc-payments', sort: [] }],
    ['search without an answer, with its hint', { text: 'nightly payments', sort: [] }],
    ['filter', { text: 'owner:none environment:production', sort: [] }],
    ['sort by owner', by('owner')],
    ['sort by created', by('created')],
    ['sort by credential', by('credential')],
    ['sort by purpose', by('purpose')],
    ['search and sort', { text: 'storefront', sort: by('lastUsed').sort }],
  ];
  const figures: Figure[] = [];
  for (const [what, query] of asked) {
    register.ledgerChanged(state.append([author.owned(anchorOfRecord(3), `asked ${what}`)]));
    register.counts();
    const value = await median(1, () => register.window(query, 0, 100));
    figures.push(figure(`${what} → first window of 100,000`, value, 'ms', { most: 50 }));
  }
  return figures;
}

/** One entry folded at 160,000 against one at 1,000. */
async function appends(): Promise<Figure[]> {
  const author = new BenchLedger();
  const state = new LedgerState({ space: SPACE });
  state.append(author.started());
  const anchors = Array.from({ length: 10_000 }, (_, index) => anchorOfRecord(index));
  let turn = 0;
  const next = (): LedgerValue => author.owned(anchors[turn++ % anchors.length] as Anchor, `owner ${turn % 300}`);
  const append = async (): Promise<number> => {
    const values = Array.from({ length: 500 }, next);
    return median(1, () => {
      for (const value of values) {
        state.append([value]);
        if (state.root === undefined) throw new Error('no root');
      }
    });
  };
  const rounds = async (): Promise<number> =>
    quantile([await append(), await append(), await append(), await append(), await append()], 0.5);
  await append();
  const early = await rounds();
  while (state.place < 160_000) state.append(Array.from({ length: 1_000 }, next));
  const late = await rounds();
  return [figure('ledger append, folded and hashed, at 160,000 ÷ at 1,000', late / early, '×', { most: 2 }, `${(late * 2).toFixed(0)} µs`)];
}
