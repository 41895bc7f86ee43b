import { isOwnerUnfollowed } from '../findings/findings.ts';
import type { IdentityId } from '../model/ids.ts';
import { compileCondition, isProblem } from './condition.ts';
import { Haystack } from './haystack.ts';
import { sortRows } from './order.ts';
import type { Projected } from './projected.ts';
import { parseQuery, type QueryWorld, type Term } from './query.ts';
import type { Counts, Query, QueryProblem, Row, RowWindow } from './view.ts';

export interface QueryResult {
  readonly rows: readonly Projected[];
  readonly problem: QueryProblem | undefined;
  readonly hint: { readonly without: string; readonly matches: number } | undefined;
}

export interface QuerySource extends QueryWorld {
  readonly version: number;
  readonly byName: readonly Projected[];
  /** Those of `byName` that a query is about unless it asks for others. */
  readonly usual: readonly Projected[];
  readonly plain: (row: Projected) => Record<string, unknown>;
}

/** All rows. */
export const EVERYTHING: Query = { text: '', sort: [] };

const KEPT = 12;
const REHEARSED = ['key', 'service', 'production'];

/** Answers are kept until something changes: scrolling a window, counting and selecting all ask the same question. */
export class Queries {
  private readonly kept = new Map<string, QueryResult>();
  private keptVersion = -1;
  private readonly haystack: Haystack;

  constructor(haystack = new Haystack()) {
    this.haystack = haystack;
  }

  /** Makes what a search looks through, ahead of the first one, and searches: what runs for the first time is compiled then. */
  prepareSearch(usual: readonly Projected[]): void {
    if (!this.haystack.isBehind(usual)) return;
    for (const word of REHEARSED) this.haystack.find(word, usual);
  }

  run(query: Query, source: QuerySource): QueryResult {
    if (this.keptVersion !== source.version) {
      this.kept.clear();
      this.keptVersion = source.version;
    }
    const key = JSON.stringify([query.text, query.where, query.sort, query.include]);
    let result = this.kept.get(key);
    if (!result) {
      if (this.kept.size >= KEPT) this.kept.clear();
      result = answer(query, source, this.haystack);
      this.kept.set(key, result);
    }
    return result;
  }
}

function answer(query: Query, source: QuerySource, haystack: Haystack): QueryResult {
  const { terms, problem } = parseQuery(query.text, source);
  if (problem) return { rows: [], problem, hint: undefined };
  const condition = query.where === undefined ? undefined : compileCondition(query.where);
  if (condition && isProblem(condition)) return { rows: [], problem: condition, hint: undefined };
  const population = populationOf(query, terms, source);
  const meets = condition && ((row: Projected): boolean => condition.test(source.plain(row)));
  const sieves = sievesOf(terms, population, population === source.usual ? haystack : undefined);
  const rows = filtered(population, sieves, meets);
  return {
    rows: query.sort.length > 0 ? sortRows(rows, query.sort) : rows,
    problem: undefined,
    hint: rows.length === 0 ? hintFor(population, sieves, meets) : undefined,
  };
}

type Meets = ((row: Projected) => boolean) | undefined;

/** A term as it is asked of the row at a place of the population. */
interface Sieve {
  readonly term: Term;
  readonly quick: boolean;
  readonly passes: (row: Projected, index: number) => boolean;
}

/** A line pasted by mistake may hold a thousand words, and each found in the haystack holds a byte a row. */
const WORDS_FOUND = 16;

function sievesOf(terms: readonly Term[], population: readonly Projected[], haystack: Haystack | undefined): readonly Sieve[] {
  let words = 0;
  return terms.map((term) => {
    if (term.word === undefined || !haystack || words++ >= WORDS_FOUND) return { term, quick: false, passes: term.test };
    const found = haystack.find(term.word, population);
    const wanted = term.negated ? 0 : 1;
    return { term, quick: true, passes: (_row, index) => found[index] === wanted };
  });
}

function filtered(population: readonly Projected[], sieves: readonly Sieve[], meets: Meets): readonly Projected[] {
  if (sieves.length === 0) return meets === undefined ? population : population.filter(meets);
  const [first, ...others] = [...sieves].sort((a, b) => Number(b.quick) - Number(a.quick)).map(({ passes }) => passes);
  if (!first) return population;
  return population.filter(
    (row, index) => first(row, index) && others.every((passes) => passes(row, index)) && (meets === undefined || meets(row)),
  );
}

const ASKS_EXCLUDED = /\b(is|lifecycle):"?excluded/i;
const ASKS_RETIRED = /\b(is|lifecycle):"?retired/i;

/** Identities and unbound credentials; excluded and retired ones, parties and workloads where they are asked for. */
function populationOf(query: Query, terms: readonly Term[], { byName, usual }: QuerySource): readonly Projected[] {
  const wanted = new Set(query.include ?? []);
  const asks = (pattern: RegExp): boolean => terms.some((term) => !term.negated && pattern.test(term.text));
  const excluded = wanted.has('excluded') || asks(ASKS_EXCLUDED);
  const archived = wanted.has('archived') || asks(ASKS_RETIRED);
  if (wanted.size === 0 && !excluded && !archived) return usual;
  return byName.filter(({ registered, row }) => {
    if (row.type === 'party') return wanted.has('parties');
    if (row.type !== 'identity' && row.type !== 'credential') return wanted.has('workloads');
    return registered && (excluded || row.lifecycle !== 'excluded') && (archived || row.lifecycle !== 'retired');
  });
}

/** "3 match without `production`": the term whose absence gives most. One pass: a row comes back where it fails that term alone. */
function hintFor(population: readonly Projected[], sieves: readonly Sieve[], meets: Meets): QueryResult['hint'] {
  const alone = new Uint32Array(sieves.length);
  population.forEach((row, index) => {
    const failed = onlyFailure(sieves, row, index);
    if (failed !== undefined && (meets === undefined || meets(row))) alone[failed] = (alone[failed] as number) + 1;
  });
  const matches = alone.reduce((most, count) => Math.max(most, count), 0);
  const without = sieves[alone.indexOf(matches)];
  return matches > 0 && without ? { without: without.term.text, matches } : undefined;
}

function onlyFailure(sieves: readonly Sieve[], row: Projected, index: number): number | undefined {
  let failed: number | undefined;
  for (let place = 0; place < sieves.length; place++) {
    if (sieves[place]?.passes(row, index)) continue;
    if (failed !== undefined) return undefined;
    failed = place;
  }
  return failed;
}

/** The counts over the rows of a query. `credentials` counts those of the identities and those that stand alone. */
export function countRows(rows: readonly Projected[], parties: number, directory: boolean): Counts {
  const counts = {
    identities: 0,
    credentials: 0,
    unbound: 0,
    parties,
    noOwner: 0,
    unregistered: 0,
    overdue: 0,
    privileged: 0,
    cannotEvaluate: 0,
    conflicts: 0,
    expiring: 0,
    missing: 0,
  };
  for (const { row, overdue } of rows) {
    if (row.type === 'identity') counts.identities++;
    if (row.type === 'credential') counts.unbound++;
    counts.credentials += row.type === 'credential' ? 1 : row.credentials;
    if (row.owner === undefined) counts.noOwner++;
    if (row.lifecycle === 'unregistered') counts.unregistered++;
    if (overdue) counts.overdue++;
    if (row.privileged === true) counts.privileged++;
    if (row.conflicts.length > 0) counts.conflicts++;
    if (row.observed === 'missing') counts.missing++;
    let cannot = false;
    for (const mark of row.findings) {
      if (mark.verdict === 'cannot evaluate') cannot ||= directory || !isOwnerUnfollowed(mark);
      else if (mark.rule === 'expiring') counts.expiring++;
    }
    if (cannot) counts.cannotEvaluate++;
  }
  return counts;
}

export const idsOf = (rows: readonly Projected[]): readonly IdentityId[] => rows.map(({ id }) => id);

/** The rows of an answer that are asked for; a window that begins past the end is empty. */
export function windowOf(result: QueryResult, from: number, count: number, shown: (row: Projected) => Row): RowWindow {
  const { rows, problem, hint } = result;
  const start = Math.max(0, Math.min(from, rows.length));
  const window = rows.slice(start, start + Math.max(0, count)).map(shown);
  return { total: rows.length, from: start, rows: window, ...(problem ? { problem } : {}), ...(hint ? { hint } : {}) };
}
