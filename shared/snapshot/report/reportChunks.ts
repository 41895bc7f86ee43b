import { fromUtf8 } from '../../base/bytes.ts';
import type { IdentityId } from '../../model/ids.ts';
import type { PortableRow } from '../../register/portableRow.ts';
import type { Register } from '../../register/register.ts';
import type { Query } from '../../register/view.ts';
import { fingerprintOf } from '../fingerprint.ts';
import type { RecordLine } from '../format.ts';
import type { DerivedPart, Replayed } from '../replayed.ts';
import { FieldWordsBook, type PackedDetail } from './detailPacking.ts';
import { RecordVersions } from './recordVersions.ts';
import { changePages } from './reportChanges.ts';
import {
  chunkName,
  type Listed,
  PER_CHUNK,
  REPORT_VERSION,
  type ReportHead,
  type ReportManifest,
  type ReportSeries,
} from './reportData.ts';
import { type DetailSources, detailOf } from './reportDetail.ts';

export interface ReportInput {
  readonly manifest: ReportManifest;
  readonly replayed: Pick<Replayed, 'ledger' | 'register'>;
  /** What the query gives. */
  readonly population: Iterable<IdentityId>;
  /** In the order of the format; every version up to the place. */
  readonly records: Iterable<RecordLine>;
  /** `population.json`, `gaps.json`, `people.json` and `policy.json`: shown as they are. Others are passed over. */
  readonly derived: Iterable<DerivedPart>;
}

export interface ReportChunk {
  readonly name: string;
  readonly json: string;
}

/** How many packed bytes each series may fill. What does not fit is counted and said, never left out in silence. */
export interface ReportRoom {
  readonly has: (series: ReportSeries) => boolean;
}

const SHOWN: ReadonlySet<string> = new Set(['population.json', 'gaps.json', 'people.json', 'policy.json']);

/** The ids of the population are those of the rows: they are not said twice. */
function shownPart({ name, bytes }: DerivedPart): string {
  const text = fromUtf8(bytes);
  return name === 'population.json' ? JSON.stringify({ ...(JSON.parse(text) as object), ids: undefined }) : text;
}

/**
 * Everything that a report says, chunk by chunk: rows, changes, details, the small parts, and last `head` without its list of chunks, which
 * only the writer knows. Equal input and room give equal chunks.
 */
export function* reportChunks(input: ReportInput, room: ReportRoom): Generator<ReportChunk, Omit<ReportHead, 'chunks'>> {
  const { ledger, register } = input.replayed;
  const population = new Set(input.population);
  const order: IdentityId[] = [];
  const rows = yield* series('rows', populationRows(register, population, order), population.size, room);
  const touching = new Map<IdentityId, number[]>();
  const changes = yield* ledgerChunks(input, room, touching);
  const sources: DetailSources = {
    versions: new RecordVersions(input.records, input.manifest.place),
    deviceLabel: (device) => ledger.personOf(device)?.devices.find((one) => one.device === device)?.label ?? '',
    touching: (id) => touching.get(id as IdentityId) ?? [],
  };
  const book = new FieldWordsBook();
  const details = yield* series('details', detailsOf(register, order.slice(0, rows.listed), sources, book), population.size, room);
  for (const part of input.derived) if (SHOWN.has(part.name)) yield { name: part.name.replace('.json', ''), json: shownPart(part) };
  return headOf(input, { rows, details, changes, fields: book.words });
}

/** In the order of names, which is that of a query without one. */
function* populationRows(register: Register, population: ReadonlySet<IdentityId>, order: IdentityId[]): Generator<PortableRow> {
  for (const portable of register.portableRows()) {
    if (!population.has(portable.row.id)) continue;
    order.push(portable.row.id);
    yield portable;
  }
}

function* detailsOf(
  register: Register,
  ids: readonly IdentityId[],
  sources: DetailSources,
  book: FieldWordsBook,
): Generator<PackedDetail | null> {
  for (const id of ids) {
    const dossier = register.dossier(id);
    yield dossier === undefined ? null : book.packed(detailOf(dossier, sources));
  }
}

/** @returns how many of them there was room for. */
function* series(name: 'rows' | 'details', values: Iterator<unknown>, total: number, room: ReportRoom): Generator<ReportChunk, Listed> {
  let listed = 0;
  for (let number = 1; room.has(name); number++) {
    const page: unknown[] = [];
    while (page.length < PER_CHUNK) {
      const next = values.next();
      if (next.done) break;
      page.push(next.value);
    }
    if (page.length === 0) break;
    yield { name: chunkName(name, number), json: JSON.stringify(page) };
    listed += page.length;
  }
  return { total, listed };
}

function* ledgerChunks(input: ReportInput, room: ReportRoom, touching: Map<IdentityId, number[]>): Generator<ReportChunk, Listed> {
  let listed = 0;
  let number = 0;
  for (const { changes, touched } of changePages(input.replayed.register, input.manifest.place)) {
    for (const [place, ids] of touched) for (const id of ids) note(touching, id, place);
    if (listed < number * PER_CHUNK || !room.has('changes')) continue;
    yield { name: chunkName('changes', ++number), json: JSON.stringify(changes) };
    listed += changes.length;
  }
  return { total: input.manifest.place, listed };
}

function note(touching: Map<IdentityId, number[]>, id: IdentityId, place: number): void {
  const known = touching.get(id);
  if (known) known.push(place);
  else touching.set(id, [place]);
}

function headOf(
  { manifest, replayed }: ReportInput,
  listed: Pick<ReportHead, 'rows' | 'details' | 'changes' | 'fields'>,
): Omit<ReportHead, 'chunks'> {
  const { register } = replayed;
  const standing = register.rowsStanding();
  return {
    v: REPORT_VERSION,
    ...manifest,
    fingerprint: fingerprintOf(manifest.serverKey),
    now: standing.now,
    counts: register.counts({ ...queryOf(manifest.query), sort: [] }),
    everything: register.counts(),
    directory: standing.directory,
    ...listed,
    sources: register.sources(),
  };
}

const queryOf = ({ text, where, include }: ReportManifest['query']): Omit<Query, 'sort'> => ({
  text,
  ...(where === undefined ? {} : { where }),
  ...(include === undefined ? {} : { include }),
});
