import type { CredentialView } from '../../register/view.ts';
import { type ColumnOf, column, headerOf, rowOf } from './columnsOf.ts';
import { type Author, authorOf, fieldOf, findingsOf, type ReviewRow, reviewRows } from './reviewRow.ts';
import type { Table, TableRow } from './table.ts';
import type { TableInput } from './tableInput.ts';

type Of = ColumnOf<ReviewRow>;

/** Who said a value, when, at which place of the ledger, and why (FRAMEWORKS, what a review export must carry). */
function saidColumns(field: string, label: string): Of[] {
  const said = (pick: (author: Author) => string | number | undefined) => (item: ReviewRow) => pick(authorOf(item.dossier, field));
  return [
    column(
      `${field}SetBy`,
      `${label} set by`,
      'text',
      said(({ by }) => by),
    ),
    column(
      `${field}SetByKind`,
      `${label} set by a`,
      'text',
      said(({ kind }) => kind),
    ),
    column(
      `${field}SetAt`,
      `${label} set at, or observed at`,
      'instant',
      said(({ at }) => at),
    ),
    column(
      `${field}Change`,
      `${label} set in change`,
      'number',
      said(({ place }) => place),
    ),
    column(
      `${field}Reason`,
      `${label}: reason given`,
      'text',
      said(({ why }) => why),
    ),
  ];
}

const IDENTITY: readonly Of[] = [
  column('id', 'Id', 'text', ({ row }) => row.id),
  column('name', 'Name', 'text', ({ row }) => row.name),
  column('alias', 'Called by its source', 'text', ({ row }) => row.alias),
  column('type', 'Type', 'text', ({ row }) => row.type),
  column('kind', 'Kind', 'text', ({ row }) => row.kind),
  column('subtype', 'Kind in its source', 'text', ({ row }) => row.subtype),
  column('boundary', 'Boundary', 'text', ({ row }) => row.boundary),
  column('summary', 'In one sentence', 'long', ({ dossier }) => dossier.sentence),
  column('observed', 'Observed', 'text', ({ row }) => row.observed),
  column('states', 'State', 'list', ({ row }) => row.states),
];

const ACCOUNTABILITY: readonly Of[] = [
  column('owner', 'Accountable owner', 'text', ({ row }) => row.owner?.text),
  ...saidColumns('owner', 'Owner'),
  column('team', 'Owning team', 'text', ({ row }) => row.team?.text),
  column('purpose', 'Purpose', 'long', ({ dossier, row }) => fieldOf(dossier, 'purpose')?.text ?? row.purpose),
  ...saidColumns('purpose', 'Purpose'),
  column('application', 'Application', 'text', ({ row }) => row.application),
  column('environment', 'Environment', 'text', ({ row }) => row.environment),
  column('criticality', 'Criticality', 'text', ({ row }) => row.criticality),
  column('classification', 'Data classification', 'text', ({ row }) => row.classification),
  column('vendor', 'Vendor', 'text', ({ row }) => row.vendor?.text),
  column('usedBy', 'Used by', 'text', ({ row }) => row.usedBy),
  column('neededUntil', 'Needed until', 'day', ({ row }) => row.neededUntil),
  column('tags', 'Tags', 'list', ({ row }) => row.tags),
  column('lifecycle', 'Lifecycle', 'text', ({ row }) => row.lifecycle),
  ...saidColumns('lifecycle', 'Lifecycle'),
  column('reviewDue', 'Review due', 'day', ({ row }) => row.reviewDue),
];

const ACCESS: readonly Of[] = [
  column('access', 'Highest access', 'text', ({ row }) => row.access ?? (row.type === 'identity' ? 'unread' : undefined)),
  column('accessCertainty', 'How sure that is', 'text', ({ row }) => row.accessCertainty),
  column('privileged', 'Privileged', 'text', ({ row }) => yesNo(row.privileged, row.type === 'identity')),
  column('entitlements', 'Entitlements in plain words', 'long', ({ dossier }) => dossier.access.map(({ plain }) => plain)),
  column('entitlementsNative', 'Entitlements as the source has them', 'long', ({ dossier }) =>
    dossier.access.map(({ native, source }) => `${source}: ${native}`),
  ),
  column('approvedAccess', 'Approved access', 'text', ({ dossier }) => fieldOf(dossier, 'approvedAccess')?.text),
  column('credentials', 'Credentials', 'long', ({ dossier }) => dossier.credentials.map(credentialText)),
  column('credential', 'Worst credential', 'text', ({ row }) => row.credential?.text),
  column('lastUsed', 'Last used', 'day', ({ row }) => row.lastUsed ?? (row.lastUsedUnread ? 'unread' : undefined)),
];

/** Lists of the same length and order: an element for each record that the identity consists of. */
const EVIDENCE: readonly Of[] = [
  column('asOf', 'Observed at', 'instant', ({ row }) => row.asOf),
  column('freshness', 'Freshness', 'text', ({ row }) => row.freshness),
  column('sources', 'Records: source', 'list', ({ records }) => records.map(({ source }) => source)),
  column('externalIds', 'Records: id in the source', 'list', ({ records }) => records.map(({ externalId }) => externalId)),
  column('runs', 'Records: run', 'list', ({ records }) => records.map(({ run }) => (run === undefined ? 'unknown' : String(run)))),
  column('hashes', 'Records: SHA-256', 'list', ({ records }) => records.map(({ hash }) => hash ?? 'unknown')),
  column('observedAt', 'Records: observed at', 'list', ({ records }) => records.map(({ asOf }) => asOf ?? 'never complete')),
  column('coverages', 'Records: coverage', 'list', ({ records }) => records.map(({ coverage }) => coverage)),
  column('missingSince', 'Records: missing since', 'list', ({ records }) =>
    records.some(({ missingSince }) => missingSince !== undefined) ? records.map(({ missingSince }) => missingSince ?? 'present') : [],
  ),
];

const JUDGEMENT: readonly Of[] = [
  column('findings', 'Findings', 'long', (item) =>
    findingsOf(item)
      .filter(({ verdict }) => verdict === 'found')
      .map(({ severity, sentence }) => `${severity}: ${sentence}`),
  ),
  column('cannotEvaluate', 'Could not be evaluated', 'long', (item) =>
    findingsOf(item)
      .filter(({ verdict }) => verdict === 'cannot evaluate')
      .map(({ rule, missing }) => `${rule}: ${missing ?? 'not known'}`),
  ),
  column('conflicts', 'Fields in conflict', 'list', ({ row }) => row.conflicts),
  column('drifts', 'Fields that differ from a source', 'list', ({ row }) => row.drifts),
];

const COLUMNS: readonly Of[] = [...IDENTITY, ...ACCOUNTABILITY, ...ACCESS, ...EVIDENCE, ...JUDGEMENT];

const yesNo = (value: boolean | undefined, asked: boolean): string | undefined =>
  value === undefined ? (asked ? 'cannot be said: access is unread' : undefined) : value ? 'yes' : 'no';

/** "key deploy, enabled, created …, rotated …, expires …". */
function credentialText({ kind, name, observed, created, rotated, expires, lastUsed, worst }: CredentialView): string {
  const dates = [
    ['created', created],
    ['rotated', rotated],
    ['expires', expires],
    ['last used', lastUsed],
  ].flatMap(([word, date]) => (date === undefined ? [] : [`${word} ${date}`]));
  return [`${kind} ${name}`, observed, ...dates, worst.text].join(', ');
}

/** The population as a review needs it, a row for each identity. */
export const registerTable = (input: TableInput): Table => ({
  name: 'register',
  title: 'Register',
  columns: headerOf(COLUMNS),
  frozen: 2,
  rows: tableRows(COLUMNS, input.population.ids, input),
});

const SAMPLE: readonly Of[] = [column('number', 'Drawn as', 'number', ({ number }) => number), ...COLUMNS];

/** The same of the random sample, in the order in which it was drawn. */
export const sampleTable = (input: TableInput): Table => ({
  name: 'sample',
  title: 'Sample',
  columns: headerOf(SAMPLE),
  frozen: 3,
  rows: tableRows(SAMPLE, input.population.sample?.ids ?? [], input),
});

function* tableRows(columns: readonly Of[], ids: readonly string[], input: TableInput): Generator<TableRow> {
  for (const item of reviewRows(ids, input)) yield rowOf(columns, item);
}
