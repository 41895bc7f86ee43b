import { HOUR } from '../../base/time.ts';
import type { CoverageState, RunSummary } from '../../model/status.ts';
import type { SourceView } from '../../register/view.ts';
import { type ColumnOf, column, headerOf, rowOf } from './columnsOf.ts';
import type { Table, TableRow } from './table.ts';
import type { TableInput } from './tableInput.ts';

interface CoverageRow {
  readonly source: SourceView;
  /** Absent: the source has said of no part yet what it covers. */
  readonly coverage?: CoverageState;
  readonly run?: RunSummary;
}

const hours = (millis: number): number => Math.round((millis / HOUR) * 100) / 100;

const COLUMNS: readonly ColumnOf<CoverageRow>[] = [
  column('source', 'Source', 'text', ({ source }) => source.status.source),
  column('label', 'Called', 'text', ({ source }) => source.status.label),
  column('kind', 'Kind', 'text', ({ source }) => source.status.kind),
  column('mechanism', 'Mechanism', 'text', ({ source }) => source.status.mechanism),
  column('private', 'Kept to one computer', 'yes or no', ({ source }) => source.status.visibility === 'private'),
  column('coverage', 'Coverage', 'text', ({ coverage }) => coverage?.label || coverage?.id || 'none yet'),
  column('coverageId', 'Coverage id', 'text', ({ coverage }) => coverage?.id),
  column('completeAsOf', 'Last complete as of', 'instant', ({ coverage }) => coverage?.completeAsOf),
  column('outcome', 'Last attempt', 'text', ({ coverage }) => coverage?.outcome),
  column('lastAttempt', 'Last attempt at', 'instant', ({ coverage }) => coverage?.lastAttempt),
  column('records', 'Records', 'number', ({ coverage }) => coverage?.records),
  column('gap', 'Events were lost', 'yes or no', ({ coverage }) => coverage?.gap === true),
  column('problem', 'Problem', 'long', ({ coverage }) => coverage?.problem?.message),
  column('reporting', 'For reports', 'text', ({ source }) => source.freshness.reporting),
  column('control', 'For certifying', 'text', ({ source }) => source.freshness.control),
  column('reportingHours', 'Fresh for reports, hours', 'number', ({ source }) => hours(source.status.levels.reporting)),
  column('controlHours', 'Fresh for certifying, hours', 'number', ({ source }) =>
    source.status.levels.control === null ? undefined : hours(source.status.levels.control),
  ),
  column('says', 'What its evidence is good for', 'long', ({ source }) => source.sentence),
  column('run', 'Last run', 'number', ({ run }) => run?.id),
  column('runAsOf', 'Last run as of', 'instant', ({ run }) => run?.asOf),
  column('runOutcome', 'Last run ended', 'text', ({ run }) => run?.outcome),
  column('held', 'Changes held by the guard', 'number', ({ source }) =>
    source.status.held.reduce((sum, part) => sum + part.counts.held, 0),
  ),
  column('heldWhy', 'Why they are held', 'long', ({ source }) => source.status.held.map(({ explanation }) => explanation)),
];

/** A row for each coverage of each source in the file. */
export const sourcesTable = (input: TableInput): Table => ({
  name: 'sources',
  title: 'Sources and coverage',
  columns: headerOf(COLUMNS),
  rows: coverageRows(input),
});

function* coverageRows({ register }: TableInput): Generator<TableRow> {
  for (const source of register.sources()) {
    const [run] = source.status.runs;
    const about = { source, ...(run === undefined ? {} : { run }) };
    if (source.status.coverage.length === 0) yield rowOf(COLUMNS, about);
    for (const coverage of source.status.coverage) yield rowOf(COLUMNS, { ...about, coverage });
  }
}
