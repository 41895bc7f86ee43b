import { type Millis, parseTime } from '../../shared/base/time.ts';
import { sourceId } from '../../shared/model/ids.ts';
import { type DryRunReply, type SourceSettings, type SpreadsheetReport, spreadsheetReport } from '../../shared/wire/http.ts';
import { duration } from '../sources/evidence.ts';

/** How a dropped sheet is to be read. */
export interface SheetChoices {
  /** The server's id of the upload. */
  readonly upload: string;
  readonly fileName: string;
  readonly mode: 'take over' | 'follow';
  /** Which system the accounts live in: one value for all, or a column. */
  readonly system: { readonly kind: 'value'; readonly value: string } | { readonly kind: 'column'; readonly column: string };
  /** Column → field, as the person corrected it; undefined: as the connector understood it. */
  readonly mapping?: Mapping;
  readonly type?: 'party';
}

const plural = (amount: number, one: string, many: string): string => `${amount} ${amount === 1 ? one : many}`;

/** @returns undefined when the reply carries no report of a sheet: it is foreign data. */
export function sheetReportOf(reply: Pick<DryRunReply, 'report'>): SpreadsheetReport | undefined {
  const parsed = spreadsheetReport.safeParse(reply.report);
  return parsed.success ? parsed.data : undefined;
}

/** `nhi.xlsx · sheet 'Accounts' · 400 rows · last saved 14 months ago.` */
export function sheetHeadline(report: SpreadsheetReport, now: Millis): string {
  const saved = report.savedAt === undefined ? undefined : parseTime(report.savedAt);
  const parts = [
    report.file,
    ...(report.sheet === undefined ? [] : [`sheet '${report.sheet}'`]),
    plural(report.rows, 'row', 'rows'),
    saved === undefined ? 'date of last save unknown' : `last saved ${duration(now - saved)} ago`,
  ];
  return `${parts.join(' · ')}.`;
}

/** `371 identities, 18 look like duplicates, 11 rows without a name. 7 of 9 columns understood.` */
export function sheetSummary(report: SpreadsheetReport): string {
  const understood = report.columns.filter((column) => column.field !== undefined).length;
  const figures = [plural(report.identities, 'identity', 'identities')];
  if (report.duplicates.length > 0) figures.push(`${report.duplicates.length} look like duplicates`);
  if (report.unnamed.length > 0) figures.push(`${plural(report.unnamed.length, 'row', 'rows')} without a name`);
  return `${figures.join(', ')}. ${understood} of ${plural(report.columns.length, 'column', 'columns')} understood.`;
}

/** `Owners: 58 spellings → 31 people and teams to confirm; 212 blank.` */
export function ownersSummary(report: SpreadsheetReport): string {
  const spellings = report.owners.reduce((sum, owner) => sum + owner.spellings.length, 0);
  const parties = plural(report.owners.length, 'person or team', 'people and teams');
  return `Owners: ${plural(spellings, 'spelling', 'spellings')} → ${parties} to confirm; ${report.blankOwners} blank ('TBD', 'n/a', '?').`;
}

/** `3 cells look like secrets: not read (rows 12, 88, 301): rotate them.` */
export function secretsSummary(report: SpreadsheetReport): string | undefined {
  if (report.secrets.length === 0) return undefined;
  const rows = [...new Set(report.secrets.map((secret) => secret.row))];
  const listed = rows.length > 8 ? `${rows.slice(0, 8).join(', ')} and ${rows.length - 8} more` : rows.join(', ');
  const cells = report.secrets.length === 1 ? '1 cell looks like a secret' : `${report.secrets.length} cells look like secrets`;
  return `${cells}: not read (${rows.length === 1 ? 'row' : 'rows'} ${listed}): rotate ${report.secrets.length === 1 ? 'it' : 'them'}.`;
}

/** `NHI list (2024).xlsx` → `nhi-list-2024`, and the first number that makes it free. */
export function sheetSourceId(fileName: string, taken: readonly string[]): SourceSettings['id'] {
  const words = fileName
    .replace(/\.[^.]*$/, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  const base = (words === '' ? 'sheet' : words).slice(0, 50);
  let name = base;
  for (let number = 2; taken.includes(name); number++) name = `${base}-${number}`;
  return sourceId.parse(name);
}

export type Mapping = Readonly<Record<string, string | undefined>>;

/** Column → field, as the connector understood the sheet. */
export const mappingOf = (report: SpreadsheetReport): Mapping =>
  Object.fromEntries(report.columns.map((column) => [column.column, column.field]));

/** Column → field with one column given to another field: a field has one column, so the one that had it loses it. */
export const remapped = (mapping: Mapping, column: string, field: string | undefined): Mapping =>
  Object.fromEntries(Object.entries(mapping).map(([name, known]) => [name, name === column ? field : known === field ? undefined : known]));

function mapOf(choices: SheetChoices): Readonly<Record<string, string>> {
  const named = Object.entries(choices.mapping ?? {}).flatMap(([column, field]) => (field === undefined ? [] : [[field, column] as const]));
  const map = Object.fromEntries(named);
  return choices.system.kind === 'column' && choices.system.column !== '' ? { ...map, system: choices.system.column } : map;
}

/** Columns that the person left out: said to the connector, which would guess them again. */
const ignoredIn = ({ mapping = {} }: SheetChoices, map: Readonly<Record<string, string>>): string[] =>
  Object.keys(mapping).filter((column) => mapping[column] === undefined && !Object.values(map).includes(column));

/** The settings of the source that the sheet becomes. */
export function sheetSettings(id: SourceSettings['id'], choices: SheetChoices): SourceSettings {
  const map = mapOf(choices);
  const ignore = ignoredIn(choices, map);
  const system = choices.system.kind === 'value' ? choices.system.value.trim() : '';
  return {
    id,
    kind: 'file',
    label: choices.fileName.slice(0, 200),
    path: `upload:${choices.upload}`,
    mode: choices.mode,
    ...(Object.keys(map).length === 0 ? {} : { map }),
    ...(ignore.length === 0 ? {} : { ignore }),
    ...(system === '' ? {} : { system }),
    ...(choices.type === undefined ? {} : { type: choices.type }),
  };
}
