import type { LedgerReader } from '../ledger/ledgerReader.ts';
import { type Condition, compileCondition, isProblem } from './condition.ts';
import type { RuleValue } from './decide.ts';

interface CompiledRule {
  readonly id: string;
  readonly where: string;
  readonly field: string;
  readonly value: string;
  readonly condition: Condition;
}

/** Ownership rules and the boundary → environment mapping of the ledger (DESIGN 8); the first rule by id that holds wins. */
export class OwnershipRules {
  private readonly rules: readonly CompiledRule[];
  private readonly fields: ReadonlySet<string>;
  private readonly environments = new Map<string, string>();

  constructor(ledger: LedgerReader) {
    const rules: CompiledRule[] = [];
    for (const { value } of ledger.policy().values()) {
      if (value.kind === 'environment') this.environments.set(value.mapping.boundary, value.mapping.environment);
      if (value.kind !== 'ownership') continue;
      const condition = compileCondition(value.rule.where);
      if (!isProblem(condition)) rules.push({ ...value.rule, condition });
    }
    this.rules = rules.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
    this.fields = new Set(rules.map(({ field }) => field));
  }

  has(field: string): boolean {
    return this.fields.has(field);
  }

  environmentOf(boundary: string | undefined): RuleValue | undefined {
    const value = boundary === undefined ? undefined : this.environments.get(boundary);
    return value === undefined ? undefined : { id: 'environment', label: `${boundary} → ${value}`, value };
  }

  valueFor(field: string, row: () => Record<string, unknown>): RuleValue | undefined {
    const candidates = this.rules.filter((rule) => rule.field === field);
    const seen = candidates.length > 0 ? row() : {};
    const rule = candidates.find(({ condition }) => condition.test(seen));
    return rule && { id: rule.id, label: rule.where, value: rule.value };
  }
}
