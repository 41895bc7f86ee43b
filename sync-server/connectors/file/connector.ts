import { basename, resolve } from 'node:path';
import * as z from 'zod';
import type { Json } from '../../../shared/base/json.ts';
import { DAY, HOUR } from '../../../shared/base/time.ts';
import type { CoverageId } from '../../../shared/model/ids.ts';
import type { ConnectorProblem } from '../../../shared/model/status.ts';
import { MAPPABLE, type Mappable } from '../../../shared/wire/sheetColumns.ts';
import { type Connector, type ConnectorContext, type ConnectorMessage, problem, type Traits } from '../connector.ts';
import { isUpload, listed, readTable } from './client.ts';
import { isKnownName } from './columns.ts';
import { hasLongCell, readRow, type Survey, surveyTable } from './survey.ts';
import { isBlankRow, type Table } from './table.ts';
import { externalIdOf, mergeRows, type RowValues, rowToObservation, type Shape } from './toObservations.ts';

const settings = z.strictObject({
  /** A path, or `upload:<id>` for a file that was dropped on the window. */
  path: z.string().min(1).max(4_096),
  sheet: z.string().max(200).optional(),
  /** Field → heading of its column. What is not named here is understood by its heading and values. */
  map: z.partialRecord(z.enum(MAPPABLE), z.string().max(200)).optional(),
  /** Headings of columns that are not read, whatever they look like. */
  ignore: z.array(z.string().max(200)).max(1_000).optional(),
  type: z.enum(['identity', 'party']).optional(),
  /** The system that all accounts live in, where no column says so. */
  system: z.string().max(200).optional(),
  mode: z.enum(['take over', 'follow']).optional(),
  asOfColumn: z.string().max(200).optional(),
});
export type FileSettings = z.infer<typeof settings>;

const FIELDS = [
  ...['name', 'boundary', 'owner', 'team', 'technicalContact', 'backup', 'purpose', 'application', 'environment', 'neededUntil'],
  ...['requestedBy', 'approvedBy', 'ticket', 'issuedFor', 'criticality', 'classification', 'vendor', 'contractEnd', 'usedBy', 'tags'],
  ...['status', 'created', 'expires', 'rotated', 'lastUsed', 'description'],
  ...['partyKind', 'email', 'aliases', 'manager', 'active', 'leftOn', 'memberships'],
];

function traits({ path, mode }: FileSettings): Traits {
  return {
    mechanism: 'watch',
    cadence: 6 * HOUR,
    levels: { reporting: 30 * DAY, control: null },
    lag: 0,
    note: 'A file is evidence of the moment it was saved, or of its date column; never of the import.',
    private: false,
    watch: isUpload(path) || mode === 'take over' ? [] : [`file:${resolve(path)}`],
    label: basename(path),
  };
}

type Context = ConnectorContext<FileSettings>;

const chosenColumns = ({ map, asOfColumn }: FileSettings): Partial<Record<Mappable, string>> => ({
  ...map,
  ...(asOfColumn === undefined ? {} : { asOf: asOfColumn }),
});

/** What makes the whole file useless as evidence, in one line. */
function surveyProblem(survey: Survey, table: Table, chosen: Partial<Record<Mappable, string>>): ConnectorProblem | undefined {
  const absent = Object.values(chosen).find((name) => !table.header.includes(name));
  if (absent !== undefined) {
    return problem('misconfigured', `there is no column "${absent.slice(0, 60)}"`, false, 'Choose one of the columns of the file.');
  }
  const named = survey.reading.columns.some((column) => column.field === 'name' || column.field === 'externalId');
  return named
    ? undefined
    : problem('misconfigured', 'no column is understood as the name of the account', false, 'Choose the column that names it.');
}

async function* list(context: Context): AsyncGenerator<ConnectorMessage> {
  const { path, sheet, type = 'identity', system, ignore = [] } = context.settings;
  const read = await readTable({ path, sheet, uploads: context.uploads, isKnownName: (name) => isKnownName(name, type) });
  const coverage = `sheet/${sheet ?? ''}` as CoverageId;
  if (!read.ok) {
    yield { kind: 'coverage', coverage, label: basename(path), asOf: new Date(context.clock()).toISOString() as Table['savedAt'] };
    yield { kind: 'coverageDone', coverage, outcome: 'failed', problems: [read.error] };
    return;
  }
  const table = read.value;
  if (!isUpload(path)) yield { kind: 'place', place: `file:${resolve(path)}` };
  const chosen = chosenColumns(context.settings);
  const label = table.sheet === undefined ? basename(path) : `${basename(path)} · ${table.sheet}`;
  yield { kind: 'coverage', coverage, label, asOf: table.savedAt };
  try {
    const survey = await surveyTable(table, { map: chosen, ignore, type, system });
    yield { kind: 'report', report: { file: basename(path), ...survey.report } as unknown as Json };
    const useless = surveyProblem(survey, table, chosen);
    if (useless) yield { kind: 'coverageDone', coverage, outcome: 'failed', problems: [useless] };
    else yield* records(table, survey, { type, coverage, orders: survey.reading.orders }, context.signal);
  } catch {
    // csv-parse gives up on text that breaks its own quoting; nothing of such a listing may count as complete.
    const broken = problem(
      'malformed',
      `${basename(path)} breaks off in the middle`,
      false,
      'Look for a quotation mark that is never closed.',
    );
    yield { kind: 'coverageDone', coverage, outcome: 'failed', problems: [broken] };
  }
}

/** Second walk: one record an account. Rows of one account wait for each other; everything else streams. */
async function* records(table: Table, survey: Survey, shape: Shape, signal: AbortSignal): AsyncGenerator<ConnectorMessage> {
  const waiting = new Map<string, RowValues[]>();
  let done = 0;
  for await (const row of table.rows()) {
    if (signal.aborted) return;
    if (++done % 1_000 === 0) yield { kind: 'progress', done, total: survey.report.rows, what: 'rows read' };
    if (isBlankRow(row.cells) || hasLongCell(row)) continue;
    const whole = completeRow(readRow(row, survey.reading), survey.rowsOf, waiting);
    const record = whole && rowToObservation(whole, shape);
    if (record) yield { kind: 'record', record };
  }
  const problems = [...table.problems, ...longCellProblem(survey.tooLong)];
  yield { kind: 'coverageDone', coverage: shape.coverage, outcome: problems.length > 0 ? 'partial' : 'complete', problems };
}

/** @returns the row, merged with the others of its account, once the last of them was read. */
function completeRow(row: RowValues, rowsOf: Survey['rowsOf'], waiting: Map<string, RowValues[]>): RowValues | undefined {
  const id = externalIdOf(row);
  if (id === undefined) return undefined;
  const expected = rowsOf.get(id)?.length ?? 1;
  if (expected === 1) return row;
  const rows = [...(waiting.get(id) ?? []), row];
  waiting.set(id, rows);
  if (rows.length < expected) return undefined;
  waiting.delete(id);
  return mergeRows(rows);
}

const longCellProblem = (rows: readonly number[]): ConnectorProblem[] =>
  rows.length === 0
    ? []
    : [problem('too large', `${listed('row', rows)}: a cell is longer than 4,096 characters; not read`, false, 'Shorten the cell.')];

export const connector: Connector<FileSettings> = { kind: 'file', settings, fields: FIELDS, traits, list };
