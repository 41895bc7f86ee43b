import { DAY, type Day, type Millis, toDay } from '../base/time.ts';
import type { FindingMark } from '../findings/findings.ts';
import { Interner } from '../ledger/interner.ts';
import type { CoverageEvidence } from './evidence.ts';

const MOST = 10_000;

/**
 * One copy of what rows say again and again. A list that was filled by pushing keeps room for 17 items and a decoded text is
 * a new one in every record: of 100,000 rows they would be most of the memory, and most of what a collection has to move.
 */
export class SharedValues {
  private readonly texts = new Interner();
  private readonly days = new Map<number, Day>();
  private readonly lists = new Map<string, readonly string[]>();
  private readonly marks = new Map<string, readonly FindingMark[]>();
  private readonly single = new Map<CoverageEvidence, readonly CoverageEvidence[]>();

  text<T extends string>(text: T): T {
    return this.texts.text(text);
  }

  optional<T extends string>(text: T | undefined): T | undefined {
    return text === undefined ? undefined : this.texts.text(text);
  }

  /** Writing a day out costs more than all that decides it. */
  day(moment: Millis | undefined): Day | undefined {
    return moment === undefined ? undefined : remembered(this.days, Math.floor(moment / DAY), () => toDay(moment));
  }

  list<T extends string>(list: readonly T[]): readonly T[] {
    const key = list.length === 1 ? (list[0] as string) : list.join('\n');
    return remembered(this.lists, key, () => [...list]) as readonly T[];
  }

  findings(findings: readonly FindingMark[]): readonly FindingMark[] {
    let key = '';
    for (const { rule, verdict, severity } of findings) key += `${rule} ${verdict} ${severity}\n`;
    return remembered(this.marks, key, () => [...findings]);
  }

  evidence(evidence: readonly CoverageEvidence[]): readonly CoverageEvidence[] {
    const [only] = evidence;
    return only && evidence.length === 1 ? remembered(this.single, only, () => [only]) : [...evidence];
  }
}

function remembered<K, V>(held: Map<K, V>, key: K, make: () => V): V {
  const known = held.get(key);
  if (known !== undefined) return known;
  const made = make();
  if (held.size < MOST) held.set(key, made);
  return made;
}
