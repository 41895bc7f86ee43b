import { compareCodeUnits } from '../base/json.ts';
import { RULES } from '../findings/findings.ts';
import type { Finding, FindingRule, Row } from '../register/view.ts';

/** What one rule could not judge for want of one kind of evidence. */
export interface CannotEvaluate {
  readonly rule: FindingRule;
  /** The evidence that is missing, in words. */
  readonly missing: string;
  readonly number: number;
  /** The first 50 by name. */
  readonly ids: readonly string[];
}

const IDS = 50;

/** Collects, row by row in the order of names, what could not be evaluated and where records come from. */
export class FindingGaps {
  readonly sources = new Set<string>();
  readonly #groups = new Map<FindingRule, Map<string, { number: number; readonly ids: string[] }>>();

  add(row: Pick<Row, 'id' | 'sources'>, findings: readonly Finding[]): void {
    for (const source of row.sources) this.sources.add(source);
    for (const { rule, verdict, missing = '' } of findings) if (verdict === 'cannot evaluate') this.#count(rule, missing, row.id);
  }

  #count(rule: FindingRule, missing: string, id: string): void {
    const ofRule = this.#groups.get(rule) ?? new Map<string, { number: number; readonly ids: string[] }>();
    this.#groups.set(rule, ofRule);
    const group = ofRule.get(missing) ?? { number: 0, ids: [] };
    ofRule.set(missing, group);
    group.number++;
    if (group.ids.length < IDS) group.ids.push(id);
  }

  /** In the order of the rules, then by what is missing. */
  list(): CannotEvaluate[] {
    return RULES.flatMap(({ rule }) =>
      [...(this.#groups.get(rule) ?? [])]
        .sort(([a], [b]) => compareCodeUnits(a, b))
        .map(([missing, { number, ids }]) => ({ rule, missing, number, ids })),
    );
  }
}
