import { canonicalJson } from '../base/json.ts';
import type { Result } from '../base/result.ts';
import type { Millis } from '../base/time.ts';
import type { LedgerChange, LedgerReader } from '../ledger/ledgerReader.ts';
import type { Act, ActOf } from '../model/act.ts';
import { fieldByName } from '../model/fields.ts';
import type { Anchor, IdentityId, PersonId, Place, SourceId } from '../model/ids.ts';
import type { SourceStatus } from '../model/status.ts';
import { activityOf, saidWords } from './activity.ts';
import { type Condition, compileCondition, isProblem } from './condition.ts';
import { type Dossier, dossierOf, type EntryInWords, entriesInWords } from './dossier.ts';
import { fieldView } from './fieldView.ts';
import { findingsOf } from './findingsOf.ts';
import { identityView } from './identityView.ts';
import { inboxOf } from './inbox.ts';
import { partiesOf, searchAll, suggest } from './people.ts';
import { plainRow } from './plainRow.ts';
import { type PortableRow, portableRow } from './portableRow.ts';
import { previewEdit } from './preview.ts';
import type { KeptRow, Projected } from './projected.ts';
import { Projection, type RecordChange } from './projection.ts';
import { countRows, EVERYTHING, idsOf, Queries, type QueryResult, windowOf } from './queries.ts';
import { isRegistered, type Registered, type RegisteredProblem, registeredFor } from './registered.ts';
import type { RowsStanding } from './rowsReader.ts';
import { shownRow } from './shownRow.ts';
import { sourceViews } from './sourceView.ts';
import type {
  Counts,
  EditChange,
  EditPreview,
  FieldView,
  Finding,
  IdentityView,
  InboxGroup,
  PartyView,
  Query,
  QueryProblem,
  RegisterReader,
  Row,
  RowWindow,
  SourceView,
} from './view.ts';
import { type WriteBackView, writeBacks } from './writeBackView.ts';

const PREFIX = /^[0-9a-f]{6,32}$/;
const CONDITIONS_KEPT = 100;

/**
 * The register: what the ledger and the observations add up to (DESIGN 3). It is never written; it is told what changed,
 * and answers from then on as if it had been built from scratch.
 */
export class Register implements RegisterReader {
  private readonly projection: Projection;
  private readonly queries = new Queries();
  private readonly conditions = new Map<string, Condition | QueryProblem>();
  /** Several parts of a page show the same counts. The rows alone do not tell: one list is changed in place. */
  private counted: { readonly rows: readonly Projected[]; readonly version: number; readonly counts: Counts } | undefined;
  private readonly me: PersonId | undefined;

  constructor(input: { readonly ledger: LedgerReader; readonly now: Millis; readonly me?: PersonId }) {
    this.projection = new Projection(input.ledger, input.now);
    this.me = input.me;
  }

  get now(): Millis {
    return this.projection.now;
  }
  get version(): number {
    return this.projection.version;
  }

  /** After `ledger.append` or `ledger.setOutbox`, with what they returned. */
  ledgerChanged(change: LedgerChange): void {
    this.projection.ledgerChanged(change);
  }
  applyRecords(source: SourceId, changes: readonly RecordChange[]): void {
    this.projection.applyRecords(source, changes);
  }
  applyStatus(status: SourceStatus): void {
    this.projection.applyStatus(status.source, status);
  }
  removeSource(id: SourceId): void {
    this.projection.removeSource(id);
  }
  setNow(now: Millis): void {
    this.projection.setNow(now);
  }

  window(query: Query, from: number, count: number): RowWindow {
    return windowOf(this.run(query), from, count, (projected) => shownRow(projected, this.projection));
  }
  ids(query: Query): readonly IdentityId[] {
    return idsOf(this.run(query).rows);
  }
  counts(query: Query = EVERYTHING): Counts {
    const { rows } = this.run(query);
    const { parties, version } = this.projection;
    if (this.counted?.rows !== rows || this.counted.version !== version)
      this.counted = { rows, version, counts: countRows(rows, parties.size, parties.isDirectory) };
    return this.counted.counts;
  }

  /** After a load: the first search would have to do it otherwise. Cheap when there is little to do. */
  prepareSearch(): void {
    this.queries.prepareSearch(this.projection.usualByName());
  }

  private run(query: Query): QueryResult {
    const byName = this.projection.byName();
    const { now, version, evidence, parties } = this.projection;
    return this.queries.run(query, {
      byName,
      usual: this.projection.usualByName(),
      now,
      version,
      sourceLabel: (source) => evidence.label(source),
      directory: parties.isDirectory,
      plain: plainRow,
    });
  }

  row(id: IdentityId): Row | undefined {
    const projected = this.projection.row(this.projection.classes.id(id));
    return projected && shownRow(projected, this.projection);
  }

  resolve(text: string): IdentityId | undefined {
    if (!PREFIX.test(text)) return undefined;
    this.projection.flush();
    const exact = this.projection.classes.id(text as Anchor);
    if (this.projection.rows.has(exact)) return exact;
    return text.length < 32 ? this.projection.idByPrefix(text) : undefined;
  }

  identity(id: IdentityId): IdentityView | undefined {
    this.projection.flush();
    const view = identityView(this.projection.classes.id(id), this.projection);
    return view && { ...view, history: activityOf(this.projection, { runs: false, limit: HISTORY, me: this.me }, view.anchors) };
  }
  field(id: IdentityId, field: string): FieldView | undefined {
    this.projection.flush();
    const subject = this.projection.projector.subject(this.projection.classes.id(id));
    const definition = fieldByName.get(field);
    return subject && definition ? fieldView(subject, definition, this.projection) : undefined;
  }

  /** Every verdict on a record; quick enough to be asked for all of them. Empty when nothing is known of the id. */
  findings(id: IdentityId): readonly Finding[] {
    this.projection.flush();
    return findingsOf(this.projection.classes.id(id), this.projection);
  }

  /** What a report says of a record: quick enough to be asked for all of them. */
  dossier(id: IdentityId): Dossier | undefined {
    this.projection.flush();
    return dossierOf(this.projection.classes.id(id), this.projection);
  }
  /** The ledger a page at a time, newest first: entries before a place, in words. */
  entries(options: { readonly before?: Place; readonly limit: number }): readonly EntryInWords[] {
    this.projection.flush();
    return entriesInWords(options, this.projection);
  }

  inbox(): readonly InboxGroup[] {
    return inboxOf(this.projection, this.me);
  }
  sources(): readonly SourceView[] {
    return sourceViews(this.projection);
  }
  parties(): readonly PartyView[] {
    return partiesOf(this.projection);
  }
  writeBacks(): readonly WriteBackView[] {
    this.projection.flush();
    return writeBacks(this.projection, this.me);
  }
  activity(options: Parameters<RegisterReader['activity']>[0]): ReturnType<RegisterReader['activity']> {
    this.projection.flush();
    return activityOf(this.projection, { ...options, me: this.me });
  }
  /** Acts that this device said and that no ledger holds, in words. */
  said(acts: readonly Act[]): string[] {
    this.projection.flush();
    return saidWords(acts, this.projection);
  }
  suggestions(field: string, text: string, limit: number): ReturnType<RegisterReader['suggestions']> {
    return suggest(field, text, limit, this.projection);
  }
  search(text: string, limit: number): ReturnType<RegisterReader['search']> {
    return searchAll(text, limit, this.projection);
  }
  preview(ids: readonly IdentityId[], change: EditChange): EditPreview {
    this.projection.flush();
    return previewEdit(ids, change, this.projection);
  }

  matches(id: IdentityId, condition: string): boolean | QueryProblem {
    const compiled = this.condition(condition);
    if (isProblem(compiled)) return compiled;
    const projected = this.projection.row(this.projection.classes.id(id));
    return projected !== undefined && compiled.test(plainRow(projected));
  }
  private condition(text: string): Condition | QueryProblem {
    const held = this.conditions.get(text);
    if (held) return held;
    if (this.conditions.size >= CONDITIONS_KEPT) this.conditions.clear();
    const compiled = compileCondition(text);
    this.conditions.set(text, compiled);
    return compiled;
  }

  /** Every row in the order of names, with all that queries read of it: a `RowsReader` over them answers as this register does. */
  *portableRows(): IterableIterator<PortableRow> {
    const { parties, classes } = this.projection;
    for (const projected of this.projection.byName()) yield portableRow(projected, classes.anchors(projected.id), parties.isDirectory);
  }
  /** Every row in the order of names, as it is kept: quicker to go through, and without the as-of that moves with every pass. */
  rows(): Iterable<KeptRow> {
    return this.projection.byName();
  }
  /** What a `RowsReader` must know besides the rows. */
  rowsStanding(): RowsStanding {
    this.projection.flush();
    const { now, parties, evidence } = this.projection;
    const labels = new Map(evidence.all().map(({ source }) => [source as string, evidence.label(source)]));
    return { now, directory: parties.isDirectory, parties: parties.size, sourceLabels: labels };
  }

  /** What write-back may send of a field of one identity, or why nothing. */
  registered(anchors: readonly Anchor[], field: string): Result<Registered, RegisteredProblem> {
    this.projection.flush();
    return registeredFor(anchors, field, this.projection);
  }
  /** Is what a proposal was made from still registered, without a conflict? */
  isRegistered(proposal: ActOf<'propose'>): boolean {
    this.projection.flush();
    return isRegistered(proposal, this.projection);
  }

  /** Every row in canonical form: replicas that hold the same documents and clock give the same text. */
  dump(): string {
    return canonicalJson(
      this.projection
        .byName()
        .map((projected) => ({ ...shownRow(projected, this.projection), anchors: this.projection.classes.anchors(projected.id) })),
    );
  }
}

const HISTORY = 200;
