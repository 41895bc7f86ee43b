import type { IdentityId } from '../../shared/model/ids.ts';
import type { Row } from '../../shared/register/view.ts';
import type { ReportChange, ReportDetail, ReportField, ReportValue } from '../../shared/snapshot/report/reportData.ts';
import { type ColumnOf, column, headerOf, rowOf } from '../../shared/snapshot/tables/columnsOf.ts';
import type { Table, TableRow } from '../../shared/snapshot/tables/table.ts';
import type { Report } from './report.ts';

interface Item {
  readonly number: number;
  readonly row: Row;
  /** Absent where this file has no room for it. */
  readonly detail: ReportDetail | undefined;
}

const fieldOf = (detail: ReportDetail | undefined, name: string): ReportField | undefined =>
  detail?.fields.find(({ field }) => field === name);
const winner = (item: Item, name: string): ReportValue | undefined => fieldOf(item.detail, name)?.values.find(({ wins }) => wins === true);

const said = (field: string, label: string): ColumnOf<Item>[] => [
  column(`${field}SetBy`, `${label} set by`, 'text', (item) => winner(item, field)?.name),
  column(`${field}SetAt`, `${label} set at, or observed at`, 'instant', (item) => winner(item, field)?.at),
  column(`${field}Change`, `${label} set in change`, 'number', (item) => winner(item, field)?.place),
  column(`${field}Reason`, `${label}: reason given`, 'text', (item) => winner(item, field)?.why),
];

const COLUMNS: readonly ColumnOf<Item>[] = [
  column('id', 'Id', 'text', ({ row }) => row.id),
  column('name', 'Name', 'text', ({ row }) => row.name),
  column('alias', 'Called by its source', 'text', ({ row }) => row.alias),
  column('type', 'Type', 'text', ({ row }) => row.type),
  column('kind', 'Kind', 'text', ({ row }) => row.kind),
  column('boundary', 'Boundary', 'text', ({ row }) => row.boundary),
  column('summary', 'In one sentence', 'long', ({ detail }) => detail?.sentence),
  column('observed', 'Observed', 'text', ({ row }) => row.observed),
  column('states', 'State', 'list', ({ row }) => row.states),
  column('lifecycle', 'Lifecycle', 'text', ({ row }) => row.lifecycle),
  column('owner', 'Accountable owner', 'text', ({ row }) => row.owner?.text),
  ...said('owner', 'Owner'),
  column('team', 'Owning team', 'text', ({ row }) => row.team?.text),
  column('purpose', 'Purpose', 'long', ({ row }) => row.purpose),
  ...said('purpose', 'Purpose'),
  column('application', 'Application', 'text', ({ row }) => row.application),
  column('environment', 'Environment', 'text', ({ row }) => row.environment),
  column('criticality', 'Criticality', 'text', ({ row }) => row.criticality),
  column('access', 'Highest access', 'text', ({ row }) => row.access ?? (row.type === 'identity' ? 'unread' : undefined)),
  column('privileged', 'Privileged', 'text', ({ row }) =>
    row.privileged === undefined
      ? row.type === 'identity'
        ? 'cannot be said: access is unread'
        : undefined
      : row.privileged
        ? 'yes'
        : 'no',
  ),
  column('entitlements', 'Entitlements in plain words', 'long', ({ detail }) => detail?.access.map(({ plain }) => plain)),
  column('entitlementsNative', 'Entitlements as the source has them', 'long', ({ detail }) => detail?.access.map(({ native }) => native)),
  column('credentials', 'Credentials', 'number', ({ row }) => row.credentials),
  column('credential', 'Worst credential', 'text', ({ row }) => row.credential?.text),
  column('lastUsed', 'Last used', 'day', ({ row }) => row.lastUsed ?? (row.lastUsedUnread ? 'unread' : undefined)),
  column('reviewDue', 'Review due', 'day', ({ row }) => row.reviewDue),
  column('asOf', 'Observed at', 'instant', ({ row }) => row.asOf),
  column('freshness', 'Freshness', 'text', ({ row }) => row.freshness),
  column('sources', 'Records: source', 'list', ({ row, detail }) => detail?.records.map(({ source }) => source) ?? row.sources),
  column('externalIds', 'Records: id in the source', 'list', ({ detail }) => detail?.records.map(({ externalId }) => externalId)),
  column('runs', 'Records: run', 'list', ({ detail }) => detail?.records.map(({ versions }) => String(versions.at(-1)?.run ?? 'unknown'))),
  column('hashes', 'Records: SHA-256', 'list', ({ detail }) => detail?.records.map(({ versions }) => versions.at(-1)?.hash ?? 'unknown')),
  column('coverages', 'Records: coverage', 'list', ({ detail }) => detail?.records.map(({ coverage }) => coverage)),
  column('findings', 'Findings', 'long', ({ detail, row }) =>
    detail
      ? detail.findings.filter(({ verdict }) => verdict === 'found').map(({ severity, sentence }) => `${severity}: ${sentence}`)
      : row.findings.filter(({ verdict }) => verdict === 'found').map(({ rule }) => rule),
  ),
  column('cannotEvaluate', 'Could not be evaluated', 'long', ({ detail }) =>
    detail?.findings
      .filter(({ verdict }) => verdict === 'cannot evaluate')
      .map(({ rule, missing }) => `${rule}: ${missing ?? 'not known'}`),
  ),
];

async function* items(report: Report, ids: readonly IdentityId[]): AsyncGenerator<Item> {
  let number = 0;
  for (const id of ids) {
    const row = report.rows.row(id);
    if (row) yield { number: ++number, row, detail: await report.detail(id) };
  }
}

async function* rowsOf<T>(columns: readonly ColumnOf<T>[], all: AsyncIterable<T>): AsyncGenerator<TableRow> {
  for await (const item of all) yield rowOf(columns, item);
}

export const inventoryTable = (report: Report, ids: readonly IdentityId[]): Table => ({
  name: 'register',
  title: 'Register',
  columns: headerOf(COLUMNS),
  rows: rowsOf(COLUMNS, items(report, ids)),
});

const SAMPLE: readonly ColumnOf<Item>[] = [column('number', 'Drawn as', 'number', ({ number }) => number), ...COLUMNS];

export const sampleTable = (report: Report, ids: readonly IdentityId[]): Table => ({
  name: 'sample',
  title: 'Sample',
  columns: headerOf(SAMPLE),
  rows: rowsOf(SAMPLE, items(report, ids)),
});

const CHANGES: readonly ColumnOf<ReportChange>[] = [
  column('place', 'Place', 'number', ({ place }) => place),
  column('received', 'Received', 'instant', ({ received }) => received),
  column('said', 'Said', 'instant', ({ said: at }) => at),
  column('who', 'Who', 'text', ({ who }) => who),
  column('device', 'Device', 'text', ({ device }) => device),
  column('what', 'What', 'long', ({ what }) => what),
  column('why', 'Reason given', 'long', ({ why }) => why),
  column('count', 'Records', 'number', ({ count }) => count),
  column('names', 'Names', 'list', ({ records }) => records.map(({ name }) => name)),
  column('state', 'State', 'text', ({ state }) => state),
  column('void', 'Does not count', 'list', ({ void: refused }) => refused?.map(({ act, reason }) => `act ${act + 1}: ${reason}`)),
  column('id', 'Id', 'text', ({ id }) => id),
];

export const changesTable = (changes: readonly ReportChange[]): Table => ({
  name: 'changes',
  title: 'Changes',
  columns: headerOf(CHANGES),
  rows: changes.map((change) => rowOf(CHANGES, change)),
});
