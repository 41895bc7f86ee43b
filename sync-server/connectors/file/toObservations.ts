import { hashText } from '../../../shared/base/hash.ts';
import type { Json } from '../../../shared/base/json.ts';
import { normalName } from '../../../shared/base/text.ts';
import type { CoverageId, ExternalId } from '../../../shared/model/ids.ts';
import type { Observation } from '../../../shared/model/record.ts';
import type { Mappable } from '../../../shared/wire/sheetColumns.ts';
import { type DayOrder, parseDay, parseInstant } from './dates.ts';
import { isPlaceholder, kindOfOwner } from './owners.ts';
import { type Cell, cellText, isBlankRow } from './table.ts';
import { criticalityOf, environmentOf, identityKindOf, partyKindOf, statusOf, usedByOf, yesOrNo } from './vocabularies.ts';

/** The understood cells of one row. Blank cells are absent, cells that look like secrets are named in `unread`. */
export interface RowValues {
  readonly number: number;
  readonly values: ReadonlyMap<Mappable, Cell>;
  readonly unread: readonly Mappable[];
}

const text = (row: RowValues, field: Mappable): string => {
  const found = cellText(row.values.get(field));
  return isPlaceholder(found) ? '' : found;
};

const part = (name: string): string => encodeURIComponent(normalName(name));

/**
 * How the sheet addresses one account: its own id where it has one, else system + account name + environment (DOMAIN C).
 * @returns undefined for a row that names nothing.
 */
export function externalIdOf(row: RowValues): ExternalId | undefined {
  const id = text(row, 'externalId');
  const name = text(row, 'name');
  if (id === '' && name === '') return undefined;
  const environment = environmentOf(text(row, 'environment')) ?? text(row, 'environment');
  const whole = id === '' ? `account/${part(text(row, 'system'))}/${part(name)}/${part(environment)}` : `id/${part(id)}`;
  return (whole.length <= 2_048 ? whole : `hash/${hashText(whole)}`) as ExternalId;
}

/** How each column's text becomes a field's value. `undefined`: not understood, so the field is unread. */
type Reader = (cell: Cell, order: DayOrder) => Json | undefined;
const asText: Reader = (cell) => cellText(cell);
const asSet =
  (separator: RegExp): Reader =>
  (cell) =>
    [
      ...new Set(
        cellText(cell)
          .split(separator)
          .map((one) => one.trim())
          .filter((one) => !isPlaceholder(one)),
      ),
    ].sort();

const READERS: ReadonlyMap<Mappable, readonly [field: string, read: Reader]> = new Map<Mappable, readonly [string, Reader]>([
  ['name', ['name', asText]],
  ['system', ['boundary', asText]],
  ['owner', ['owner', asText]],
  ['team', ['team', asText]],
  ['technicalContact', ['technicalContact', asText]],
  // A comma may stand inside a name ("Ruiz, Ana"): people are separated by stronger marks.
  ['backup', ['backup', asSet(/[;|\n]/)]],
  ['purpose', ['purpose', asText]],
  ['application', ['application', asText]],
  ['environment', ['environment', (cell) => environmentOf(cellText(cell))]],
  ['neededUntil', ['neededUntil', parseDay]],
  ['requestedBy', ['requestedBy', asText]],
  ['approvedBy', ['approvedBy', asText]],
  ['ticket', ['ticket', asText]],
  ['issuedFor', ['issuedFor', asText]],
  ['criticality', ['criticality', (cell) => criticalityOf(cellText(cell))]],
  ['classification', ['classification', asText]],
  ['vendor', ['vendor', asText]],
  ['contractEnd', ['contractEnd', parseDay]],
  ['usedBy', ['usedBy', (cell) => usedByOf(cellText(cell))]],
  ['tags', ['tags', asSet(/[;,|\n]/)]],
  ['status', ['status', (cell) => statusOf(cellText(cell))]],
  ['created', ['created', parseInstant]],
  ['expires', ['expires', parseInstant]],
  ['rotated', ['rotated', parseInstant]],
  ['lastUsed', ['lastUsed', parseDay]],
  ['notes', ['description', asText]],
]);

const PARTY_READERS: ReadonlyMap<Mappable, readonly [field: string, read: Reader]> = new Map<Mappable, readonly [string, Reader]>([
  ['name', ['name', asText]],
  ['email', ['email', asText]],
  ['manager', ['manager', asText]],
  ['active', ['active', (cell) => (typeof cell === 'boolean' ? cell : yesOrNo(cellText(cell)))]],
  ['leftOn', ['leftOn', parseDay]],
  ['aliases', ['aliases', asSet(/[;|\n]/)]],
  ['team', ['memberships', asSet(/[;|\n]/)]],
  ['notes', ['description', asText]],
]);

const NEVER = /^(never|nie|no expiry|does not expire|unbegrenzt|unlimited|permanent)$/i;

function fieldsOf(
  row: RowValues,
  readers: ReadonlyMap<Mappable, readonly [string, Reader]>,
  orders: ReadonlyMap<Mappable, DayOrder>,
): { fields: Record<string, Json>; unread: string[] } {
  const fields: Record<string, Json> = {};
  const unread = row.unread.flatMap((column) => readers.get(column)?.[0] ?? []);
  for (const [column, [field, read]] of readers) {
    const cell = row.values.get(column);
    const shown = cellText(cell);
    if (cell === undefined || isPlaceholder(shown) || NEVER.test(shown)) continue;
    const value = read(cell, orders.get(column) ?? 'unknown');
    if (value === undefined) unread.push(field);
    else fields[field] = value;
  }
  return { fields, unread };
}

export interface Shape {
  readonly type: 'identity' | 'party';
  readonly coverage: CoverageId;
  readonly orders: ReadonlyMap<Mappable, DayOrder>;
}

/** @returns undefined for a row that names nothing. */
export function rowToObservation(row: RowValues, shape: Shape): Observation | undefined {
  const externalId = externalIdOf(row);
  if (externalId === undefined) return undefined;
  const asOf = parseInstant(row.values.get('asOf') ?? null, shape.orders.get('asOf') ?? 'unknown');
  const described = shape.type === 'party' ? partyOf(row, shape) : identityOf(row, shape);
  return { ...described, externalId, coverage: shape.coverage, keys: [], ...(asOf === undefined ? {} : { asOf }) };
}

type Described = Omit<Observation, 'externalId' | 'coverage' | 'keys' | 'asOf'>;

function identityOf(row: RowValues, { orders }: Shape): Described {
  const { fields, unread } = fieldsOf(row, READERS, orders);
  const [name, id, kind] = [text(row, 'name'), text(row, 'externalId'), text(row, 'kind')];
  if (name === '') fields.name = id;
  return {
    type: 'identity',
    kind: identityKindOf(kind),
    ...(kind === '' ? {} : { subtype: `sheet.${normalName(kind).slice(0, 60)}` }),
    aliases: [...new Set([name, id])].filter((alias) => alias !== ''),
    fields,
    ...(unread.length > 0 ? { unread: unread.sort() } : {}),
  };
}

function partyOf(row: RowValues, { orders }: Shape): Described {
  const { fields, unread } = fieldsOf(row, PARTY_READERS, orders);
  const name = text(row, 'name') || text(row, 'externalId');
  const guessed = text(row, 'email') !== '' ? 'person' : kindOfOwner(name);
  const kind = partyKindOf(text(row, 'kind')) ?? guessed;
  fields.name = name;
  fields.partyKind = kind;
  const also = Array.isArray(fields.aliases) ? (fields.aliases as string[]) : [];
  return {
    type: 'party',
    kind,
    aliases: [...new Set([name, text(row, 'email'), ...also])].filter((alias) => alias !== '').slice(0, 64),
    fields,
    ...(unread.length > 0 ? { unread: unread.sort() } : {}),
  };
}

/** Rows of one account are one identity: of each field the first row that says something. */
export function mergeRows(rows: readonly RowValues[]): RowValues {
  const [first, ...others] = rows;
  if (!first) throw new Error('an identity has at least one row');
  const values = new Map(first.values);
  const unread = new Set(first.unread);
  for (const row of others) {
    for (const [field, cell] of row.values)
      if (isBlankRow([values.get(field) ?? null]) || isPlaceholder(cellText(values.get(field)))) values.set(field, cell);
    for (const field of row.unread) unread.add(field);
  }
  return { number: first.number, values, unread: [...unread].filter((field) => !values.has(field)) };
}
