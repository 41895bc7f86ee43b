import { DAY, type Millis } from '../base/time.ts';
import { isOwnerUnfollowed } from '../findings/findings.ts';
import { hasGained, type Projected } from './projected.ts';
import type { QueryProblem } from './view.ts';
import { isWordIn } from './word.ts';

/** One part of the query line, with its place in the text. */
export interface Term {
  readonly text: string;
  readonly at: number;
  readonly negated: boolean;
  /** Lower-cased, of a term that names no field: a row has it anywhere. */
  readonly word: string | undefined;
  readonly test: Test;
}
export type Test = (row: Projected) => boolean;

export interface QueryWorld {
  readonly now: Millis;
  readonly sourceLabel: (source: string) => string;
  /** Some source says who has left: only then is it remarkable that an owner is not among them. */
  readonly directory: boolean;
}

interface Token {
  readonly text: string;
  readonly at: number;
  readonly negated: boolean;
  readonly field: string | undefined;
  readonly operator: ':' | '>' | '<' | undefined;
  readonly value: string;
}

const TOKEN = /(-?)(?:([A-Za-z][A-Za-z-]*)([:<>]))?(?:"([^"]*)"?|(\S+))?/y;

/** Free words, `field:value`, quoted values, `-term`, `age>90d`. Linear in the text. */
function tokens(text: string): Token[] {
  const found: Token[] = [];
  let at = 0;
  while (at < text.length) {
    if (/\s/.test(text[at] ?? '')) {
      at++;
      continue;
    }
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    const length = match?.[0].length || 1;
    const value = match?.[4] ?? match?.[5] ?? '';
    const token = {
      text: text.slice(at, at + length),
      at,
      negated: match?.[1] === '-',
      field: match?.[2]?.toLowerCase(),
      operator: match?.[3] as Token['operator'],
      value,
    };
    if (token.field !== undefined || token.value !== '') found.push(token);
    at += length;
  }
  return found;
}

const party = (text: string | undefined): readonly string[] => (text === undefined ? [] : [text]);

/** What `field:value` looks at. A value matches when the field contains it; `none` when the field is blank. */
const TEXTS: ReadonlyMap<string, (row: Projected) => readonly string[]> = new Map([
  ['owner', ({ row }) => party(row.owner?.text)],
  ['team', ({ row }) => party(row.team?.text)],
  ['vendor', ({ row }) => party(row.vendor?.text)],
  ['name', ({ row }) => [row.name, ...party(row.alias)]],
  ['alias', ({ row }) => party(row.alias)],
  ['kind', ({ row }) => [row.kind, ...party(row.subtype)]],
  ['type', ({ row }) => [row.type]],
  ['subtype', ({ row }) => party(row.subtype)],
  ['application', ({ row }) => party(row.application)],
  ['environment', ({ row }) => party(row.environment)],
  ['purpose', ({ row }) => party(row.purpose)],
  ['criticality', ({ row }) => party(row.criticality)],
  ['classification', ({ row }) => party(row.classification)],
  ['usedby', ({ row }) => party(row.usedBy)],
  ['boundary', ({ row }) => party(row.boundary)],
  ['access', ({ row }) => party(row.access)],
  ['lifecycle', ({ row }) => [row.lifecycle]],
  ['observed', ({ row }) => [row.observed]],
  ['freshness', ({ row }) => [row.freshness]],
  ['tag', ({ row }) => row.tags],
  ['source', ({ row }) => row.sources],
  ['finding', ({ row }) => row.findings.filter(({ verdict }) => verdict === 'found').map(({ rule }) => rule)],
  ['conflict', ({ row }) => row.conflicts],
  ['drift', ({ row }) => row.drifts],
  ['id', ({ row }) => [row.id]],
]);
const SYNONYMS: ReadonlyMap<string, string> = new Map([
  ['env', 'environment'],
  ['app', 'application'],
  ['tags', 'tag'],
  ['sources', 'source'],
  ['findings', 'finding'],
  ['state', 'is'],
  ['used-by', 'usedby'],
]);
/** Fields whose words are a closed list are compared whole: `access:read` is not a search. */
const EXACT: ReadonlySet<string> = new Set([
  'type',
  'access',
  'lifecycle',
  'observed',
  'freshness',
  'source',
  'finding',
  'conflict',
  'drift',
  'criticality',
  'usedby',
  'environment',
  'id',
]);

const expiringSoon = ({ row }: Projected): boolean => row.findings.some(({ rule, verdict }) => rule === 'expiring' && verdict === 'found');
const state =
  (name: string): Test =>
  ({ row }) =>
    row.states.some((one) => one === name);

const IS: ReadonlyMap<string, Test> = new Map<string, Test>([
  ...(['conflict', 'drift', 'held', 'missing', 'disabled', 'expired', 'stale', 'private', 'unbound'] as const).map(
    (name) => [name, state(name)] as [string, Test],
  ),
  ...(['requested', 'unregistered', 'active', 'retiring', 'retired', 'excluded'] as const).map(
    (name) => [name, (({ row }) => row.lifecycle === name) as Test] as [string, Test],
  ),
  ['privileged', ({ row }) => row.privileged === true],
  ['unowned', ({ row }) => row.owner === undefined],
  ['owned', ({ row }) => row.owner !== undefined],
  ['expiring', expiringSoon],
  ['overdue', ({ overdue }) => overdue],
  ['unknown', ({ row }) => row.freshness === 'unknown'],
  ['fresh', ({ row }) => row.freshness === 'fresh'],
  ['gained', hasGained],
  ['agent', ({ row }) => row.kind === 'agent'],
  ['identity', ({ row }) => row.type === 'identity'],
  ['credential', ({ row }) => row.type === 'credential'],
  ['third-party', ({ row }) => row.vendor !== undefined],
]);

const DAYS: ReadonlyMap<string, (row: Projected, now: Millis) => number | undefined> = new Map([
  ['age', ({ born }, now) => (born === undefined ? undefined : (now - born) / DAY)],
  ['expires', ({ expiry }, now) => (expiry === undefined ? undefined : (expiry - now) / DAY)],
  ['lastused', ({ row }, now) => (row.lastUsed === undefined ? undefined : (now - Date.parse(row.lastUsed)) / DAY)],
]);
const UNITS: ReadonlyMap<string, number> = new Map([
  ['h', 1 / 24],
  ['d', 1],
  ['w', 7],
  ['m', 30],
  ['y', 365],
]);

/** The fields that the query line knows, for completion and for the way out of a mistake. */
export const QUERY_FIELDS: readonly string[] = [...TEXTS.keys(), 'is', 'cannot', ...DAYS.keys()].sort();

export function parseQuery(text: string, world: QueryWorld): { terms: readonly Term[]; problem: QueryProblem | undefined } {
  const terms: Term[] = [];
  for (const token of tokens(text.slice(0, 2_000))) {
    const test = testOf(token, world);
    if (typeof test !== 'function') return { terms, problem: { ...test, at: token.at } };
    const { text: written, at, negated } = token;
    const word = token.field === undefined ? token.value.toLowerCase() : undefined;
    terms.push({ text: written, at, negated, word, test: negated ? (row) => !test(row) : test });
  }
  return { terms, problem: undefined };
}

function testOf(token: Token, world: QueryWorld): Test | QueryProblem {
  const { field: written, operator } = token;
  const value = token.value.toLowerCase();
  if (written === undefined) return isWordIn(value);
  const field = SYNONYMS.get(written) ?? written;
  if (operator === '<' || operator === '>') return comparison(field, operator, value, world);
  if (field === 'is') return IS.get(value) ?? unknownWord('is', value, [...IS.keys()]);
  if (field === 'cannot')
    return ({ row }) =>
      row.findings.some(
        (mark) =>
          mark.verdict === 'cannot evaluate' &&
          (mark.rule === value || ((value === 'evaluate' || value === '') && (world.directory || !isOwnerUnfollowed(mark)))),
      );
  const read = TEXTS.get(field);
  return read ? textTest(field, read, value, world) : unknownWord('field', written, QUERY_FIELDS);
}

function textTest(field: string, read: (row: Projected) => readonly string[], value: string, world: QueryWorld): Test {
  if (value === 'none') return (row) => read(row).length === 0;
  if (value === '' || value === 'any') return (row) => read(row).length > 0;
  const fits = EXACT.has(field)
    ? (text: string): boolean => text.toLowerCase() === value
    : (text: string): boolean => text.toLowerCase().includes(value);
  const labelled = field === 'source' ? (text: string): boolean => world.sourceLabel(text).toLowerCase() === value : () => false;
  const other = (row: Projected): boolean => row.otherHeads?.get(field)?.some(fits) ?? false;
  return (row) => read(row).some((text) => fits(text) || labelled(text)) || other(row);
}

function comparison(field: string, operator: '<' | '>', value: string, { now }: QueryWorld): Test | QueryProblem {
  const read = DAYS.get(field);
  if (!read) return unknownWord('field that can be compared', field, [...DAYS.keys()]);
  const match = /^(\d{1,6})([hdwmy]?)$/.exec(value);
  if (!match) return { message: `"${value}" is not a span of time`, wayOut: `Write it like ${field}${operator}90d (h, d, w, m, y).` };
  const limit = Number(match[1]) * (UNITS.get(match[2] || 'd') ?? 1);
  return (row) => {
    const days = read(row, now);
    return days !== undefined && (operator === '>' ? days > limit : days < limit);
  };
}

function unknownWord(what: string, word: string, known: readonly string[]): QueryProblem {
  return { message: `There is no ${what} "${word.slice(0, 60)}"`, wayOut: `Known: ${known.join(', ')}.` };
}
