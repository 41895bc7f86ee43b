import type { IdentityId } from '../../model/ids.ts';
import type { Dossier, DossierRecord } from '../../register/dossier.ts';
import type { AuthorValue, FieldView, Finding, Row } from '../../register/view.ts';
import type { TableInput } from './tableInput.ts';

/** An identity with everything that a reviewer needs to judge it, and what each of its records rests on. */
export interface ReviewRow {
  readonly number: number;
  readonly row: Row;
  readonly dossier: Dossier;
  readonly records: readonly ReviewRecord[];
}

export interface ReviewRecord extends DossierRecord {
  /** Of the version that held at the place: the run that brought it and the SHA-256 of its bytes. */
  readonly run?: number;
  readonly hash?: string;
  readonly versions: number;
}

/** One after the other: a dossier is as large as a page of a report. */
export function* reviewRows(ids: readonly string[], { register, versions }: TableInput): Generator<ReviewRow> {
  let number = 0;
  for (const id of ids) {
    const row = register.row(id as IdentityId);
    const dossier = register.dossier(id as IdentityId);
    if (!row || !dossier) continue;
    number++;
    const records = dossier.records.map((record) => withVersion(record, versions.of(record.source, record.externalId)));
    yield { number, row, dossier, records };
  }
}

function withVersion(record: DossierRecord, versions: readonly { readonly run: number; readonly hash: string }[]): ReviewRecord {
  const last = versions.at(-1);
  return { ...record, versions: versions.length, ...(last === undefined ? {} : { run: last.run, hash: last.hash }) };
}

/** Who said the value that counts, when, and on what. */
export interface Author {
  readonly by?: string;
  readonly kind?: 'person' | 'source' | 'rule' | 'inherited';
  readonly at?: string;
  readonly place?: number;
  readonly why?: string;
}

export function authorOf(dossier: Dossier, field: string): Author {
  const view = dossier.fields.find((one) => one.field === field);
  const said = view?.values.find(({ wins }) => wins);
  if (said === undefined) return view?.inherited === true ? { kind: 'inherited', by: 'what it belongs to' } : {};
  return authorOfValue(said);
}

function authorOfValue({ author, asOf, why }: AuthorValue): Author {
  const reason = why === undefined ? {} : { why };
  switch (author.kind) {
    case 'steward':
      return { kind: 'person', by: author.name, at: author.at, ...(author.place === undefined ? {} : { place: author.place }), ...reason };
    case 'source':
      return { kind: 'source', by: author.label, ...(asOf === undefined ? {} : { at: asOf }), ...reason };
    case 'rule':
      return { kind: 'rule', by: author.label, ...reason };
  }
}

export const fieldOf = (dossier: Dossier, field: string): FieldView | undefined => dossier.fields.find((one) => one.field === field);

/** Those that the register counts, in words: what no row can be blamed for is said once, among the gaps (FIN3). */
export const findingsOf = ({ row, dossier }: Pick<ReviewRow, 'row' | 'dossier'>): Finding[] =>
  dossier.findings.filter(({ rule, verdict }) => row.findings.some((mark) => mark.rule === rule && mark.verdict === verdict));
