import type { IdentityId } from '../../shared/model/ids.ts';
import type { Counts, Query, QueryProblem, Row } from '../../shared/register/view.ts';
import { type PackedDetail, unpackedDetail } from '../../shared/snapshot/report/detailPacking.ts';
import { chunkName, PER_CHUNK, type ReportChange, type ReportDetail, type ReportHead } from '../../shared/snapshot/report/reportData.ts';
import { breathe, type Chunks, Damaged } from './chunks.ts';
import type { GapsPart, PeoplePart, PolicyPart, PopulationPart } from './derivedParts.ts';

/** What a query gives: a window on rows that are not copied. */
export interface Answer {
  readonly ids: readonly IdentityId[];
  readonly problem?: QueryProblem;
  readonly hint?: { readonly without: string; readonly matches: number };
}

/** The rows of the report, asked as the app asks its register. */
export interface Rows {
  readonly total: number;
  answer(query: Query): Answer;
  counts(query: Query): Counts;
  row(id: IdentityId): Row | undefined;
}

const CHUNKS_KEPT = 6;

/** Everything that the page shows. Rows are held; details and changes are read when somebody looks. */
export class Report {
  readonly head: ReportHead;
  readonly chunks: Chunks;
  readonly rows: Rows;
  readonly population: PopulationPart;
  readonly gaps: GapsPart;
  readonly people: PeoplePart;
  readonly policy: PolicyPart;
  private readonly placeOf: ReadonlyMap<string, number>;
  private readonly kept = new Map<string, Promise<readonly unknown[]>>();
  private ledger: Promise<readonly ReportChange[]> | undefined;
  private readonly labels: ReadonlyMap<string, string>;

  constructor(parts: {
    readonly head: ReportHead;
    readonly chunks: Chunks;
    readonly rows: Rows;
    readonly order: readonly string[];
    readonly population: PopulationPart;
    readonly gaps: GapsPart;
    readonly people: PeoplePart;
    readonly policy: PolicyPart;
  }) {
    this.head = parts.head;
    this.chunks = parts.chunks;
    this.rows = parts.rows;
    this.population = parts.population;
    this.gaps = parts.gaps;
    this.people = parts.people;
    this.policy = parts.policy;
    this.placeOf = new Map(parts.order.map((id, index) => [id, index]));
    this.labels = new Map(parts.head.sources.map(({ status }) => [status.source, status.label || status.source]));
  }

  /** The drawn ids, in the order in which they were drawn. */
  get sample(): readonly IdentityId[] {
    return (this.population.sample?.ids ?? []) as readonly IdentityId[];
  }

  sourceLabel(source: string): string {
    return this.labels.get(source) ?? source;
  }

  has(id: string): boolean {
    return this.placeOf.has(id);
  }

  /** @returns undefined where this file has no room for it. @throws Damaged */
  async detail(id: string): Promise<ReportDetail | undefined> {
    const place = this.placeOf.get(id);
    if (place === undefined) return undefined;
    const name = chunkName('details', Math.floor(place / PER_CHUNK) + 1);
    if (!this.chunks.has(name)) return undefined;
    const list = await this.list(name);
    const detail = list[place % PER_CHUNK] as PackedDetail | null | undefined;
    if (detail != null && detail.id !== id) throw new Damaged('The details of this report do not belong to its rows.');
    return detail == null ? undefined : unpackedDetail(detail, this.head.fields, (source) => this.sourceLabel(source));
  }

  private list(name: string): Promise<readonly unknown[]> {
    const known = this.kept.get(name);
    if (known) return known;
    const reading = this.chunks.readList(name);
    this.kept.set(name, reading);
    const [oldest] = this.kept.keys();
    if (this.kept.size > CHUNKS_KEPT && oldest !== undefined) this.kept.delete(oldest);
    return reading;
  }

  /** The whole ledger, newest first; read once. @throws Damaged */
  changes(): Promise<readonly ReportChange[]> {
    this.ledger ??= this.readChanges();
    return this.ledger;
  }
  private async readChanges(): Promise<readonly ReportChange[]> {
    const changes: ReportChange[] = [];
    for (const name of this.chunks.names('changes')) {
      for (const change of await this.chunks.readList(name)) changes.push(change as ReportChange);
      await breathe();
    }
    return changes;
  }
}
