import type { IdentityId } from '../../model/ids.ts';
import type { Finding, Row } from '../../register/view.ts';
import { type ColumnOf, column, headerOf, rowOf } from './columnsOf.ts';
import { findingsOf } from './reviewRow.ts';
import type { Table, TableRow } from './table.ts';
import type { TableInput } from './tableInput.ts';

interface FindingRow {
  readonly row: Row;
  readonly finding: Finding;
}

const COLUMNS: readonly ColumnOf<FindingRow>[] = [
  column('id', 'Id', 'text', ({ row }) => row.id),
  column('name', 'Name', 'text', ({ row }) => row.name),
  column('kind', 'Kind', 'text', ({ row }) => row.kind),
  column('owner', 'Accountable owner', 'text', ({ row }) => row.owner?.text),
  column('rule', 'Finding', 'text', ({ finding }) => finding.rule),
  column('verdict', 'Verdict', 'text', ({ finding }) => finding.verdict),
  column('severity', 'Severity', 'text', ({ finding }) => (finding.verdict === 'found' ? finding.severity : undefined)),
  column('sentence', 'What', 'long', ({ finding }) => finding.sentence),
  column('missing', 'Evidence that is missing', 'long', ({ finding }) => finding.missing),
  column('references', 'References', 'list', ({ finding }) => finding.references),
];

/** What was found and what could not be evaluated, in the population. What is clear is in the file and not listed. */
export const findingsTable = (input: TableInput): Table => ({
  name: 'findings',
  title: 'Findings',
  columns: headerOf(COLUMNS),
  rows: findingRows(input),
});

function* findingRows({ population, register }: TableInput): Generator<TableRow> {
  for (const id of population.ids as readonly IdentityId[]) {
    const row = register.row(id);
    const dossier = row && register.dossier(id);
    if (dossier) for (const finding of findingsOf({ row, dossier })) yield rowOf(COLUMNS, { row, finding });
  }
}
