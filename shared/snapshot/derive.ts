import { utf8 } from '../base/bytes.ts';
import { canonicalJson } from '../base/json.ts';
import type { Register } from '../register/register.ts';
import type { Finding } from '../register/view.ts';
import { FindingGaps } from './findingGaps.ts';
import { gapsOf } from './gaps.ts';
import { peopleOf } from './people.ts';
import { policyOf } from './policyPart.ts';
import { populationOf } from './population.ts';
import type { DerivedFrom, DerivedPart, Replayed, SnapshotData } from './replayed.ts';
import { SeriesParts } from './series.ts';

/** A verdict of a finding's line; what is clear needs no words. */
export type LineFinding = Finding | Pick<Finding, 'rule' | 'verdict'>;

/** A line of `findings/`: every rule's verdict on a row. */
export interface FindingsLine {
  readonly id: string;
  readonly findings: readonly LineFinding[];
}

const ROWS_A_SLICE = 500;

/**
 * The parts that follow from the others (FORMAT.md, 6), in the order of the format and each in its one spelling: whoever computes them from
 * the same data gets the same bytes.
 * @param breathe lets other work run; when it rejects, so does the next part.
 */
export async function* deriveParts(
  replayed: Replayed,
  from: DerivedFrom,
  data: SnapshotData,
  breathe: () => Promise<void> = immediately,
): AsyncGenerator<DerivedPart> {
  yield document('policy', policyOf(replayed));
  yield document('people', await peopleOf(replayed, data, breathe));
  await breathe();
  yield document('population', populationOf(replayed, from, data));
  const gaps = new FindingGaps();
  // Judged once for both: the lines wait here, compact, until the parts before them were given.
  const findings = await findingsParts(replayed.register, gaps, breathe);
  yield document('gaps', await gapsOf(replayed, data, gaps, breathe));
  yield* registerParts(replayed.register, breathe);
  yield* findings;
}

const document = (name: string, content: unknown): DerivedPart => ({ name: `${name}.json`, bytes: utf8(canonicalJson(content)) });
const lineOf = (content: unknown): Uint8Array => utf8(`${canonicalJson(content)}\n`);

async function* registerParts(register: Register, breathe: () => Promise<void>): AsyncGenerator<DerivedPart> {
  const parts = new SeriesParts('register');
  let rows = 0;
  for (const row of register.portableRows()) {
    const part = parts.add(lineOf(row));
    if (part) yield part;
    if (++rows % ROWS_A_SLICE === 0) await breathe();
  }
  const last = parts.end();
  if (last) yield last;
}

async function findingsParts(register: Register, gaps: FindingGaps, breathe: () => Promise<void>): Promise<DerivedPart[]> {
  const parts = new SeriesParts('findings');
  const found: (DerivedPart | undefined)[] = [];
  let rows = 0;
  for (const { row, registered } of register.rows()) {
    // Rules judge identities and credentials.
    const findings = registered || row.type === 'credential' ? register.findings(row.id) : [];
    gaps.add(row, findings);
    if (findings.length > 0) found.push(parts.add(lineOf({ findings: findings.map(shortOf), id: row.id })));
    if (++rows % ROWS_A_SLICE === 0) await breathe();
  }
  return [...found, parts.end()].filter((part) => part !== undefined);
}

const shortOf = (finding: Finding): LineFinding =>
  finding.verdict === 'clear' ? { rule: finding.rule, verdict: finding.verdict } : finding;

const immediately = (): Promise<void> => Promise.resolve();
