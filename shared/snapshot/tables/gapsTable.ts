import { plural } from '../../register/age.ts';
import type { Gaps } from '../gaps.ts';
import type { Population } from '../population.ts';
import { type ColumnOf, column, headerOf, rowOf } from './columnsOf.ts';
import type { Table, TableRow } from './table.ts';
import type { TableInput } from './tableInput.ts';

/** One line of doubt, whatever it is about. */
interface Gap {
  readonly kind: string;
  readonly sentence: string;
  readonly count?: number;
  readonly source?: string;
  readonly coverage?: string;
  readonly at?: string | undefined;
  readonly place?: number;
  readonly who?: string;
  readonly ids?: readonly string[];
}

const COLUMNS: readonly ColumnOf<Gap>[] = [
  column('kind', 'Kind', 'text', ({ kind }) => kind),
  column('sentence', 'What', 'long', ({ sentence }) => sentence),
  column('count', 'How many', 'number', ({ count }) => count),
  column('source', 'Source', 'text', ({ source }) => source),
  column('coverage', 'Coverage', 'text', ({ coverage }) => coverage),
  column('at', 'Since, or last at', 'instant', ({ at }) => at),
  column('change', 'Change', 'number', ({ place }) => place),
  column('who', 'Who', 'text', ({ who }) => who),
  column('ids', 'Ids, the first of them', 'list', ({ ids }) => ids),
];

/** What the register cannot say, and what does not count in it: over everything in the file, whatever the query was. */
export const gapsTable = ({ gaps, population }: TableInput): Table => ({
  name: 'gaps',
  title: 'Gaps',
  columns: headerOf(COLUMNS),
  rows: gapRows(gaps, population),
});

function* gapRows(gaps: Gaps, population: Population): Generator<TableRow> {
  for (const part of [evaluationGaps, coverageGaps, heldGaps, entryGaps]) for (const gap of part(gaps)) yield rowOf(COLUMNS, gap);
  for (const { kind, number, reason, label, source } of population.exclusions)
    if (kind.startsWith('source')) yield rowOf(COLUMNS, { kind, sentence: reason, count: number, source: label ?? source ?? '' });
}

function* evaluationGaps({ cannotEvaluate, directory }: Gaps): Generator<Gap> {
  for (const { rule, missing, number, ids } of cannotEvaluate)
    yield { kind: 'could not be evaluated', sentence: `${rule}: ${missing}`, count: number, ids };
  if (!directory && !cannotEvaluate.some(({ rule }) => rule === 'owner-gone'))
    yield { kind: 'could not be evaluated', sentence: 'owner-gone: no source says of people whether they are still here' };
}

function* coverageGaps({ sources, withoutStatus }: Gaps): Generator<Gap> {
  for (const { source, coverage } of sources)
    for (const { label, coverage: id, kinds, records, asOf, problem } of coverage)
      yield {
        kind: kinds.join(', '),
        sentence: `${asOf === undefined ? 'Never listed completely' : `Last listed completely as of ${asOf}`}${problem === undefined ? '' : `: ${problem}`}`,
        count: records,
        source,
        coverage: label === '' ? id : label,
        at: asOf,
      };
  for (const source of withoutStatus) yield { kind: 'without status', sentence: 'The source says nothing of what it covers', source };
}

function* heldGaps({ held }: Gaps): Generator<Gap> {
  for (const { source, explanation, rules, since, counts } of held)
    yield { kind: 'held by the guard', sentence: `${rules.join(', ')}: ${explanation}`, count: counts.held, source, at: since };
}

function* entryGaps(gaps: Gaps): Generator<Gap> {
  for (const { place, at, name, reason, kinds, acts } of gaps.void)
    yield {
      kind: 'does not count',
      sentence: `${plural(acts.length, 'act')} (${kinds.join(', ')}): ${reason}`,
      count: acts.length,
      at,
      place,
      who: name,
    };
  for (const { place, act, reason } of gaps.ignored)
    yield { kind: 'ignored', sentence: act === undefined ? reason : `act ${act + 1}: ${reason}`, place };
}
