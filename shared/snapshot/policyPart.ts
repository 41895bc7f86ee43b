import { compareCodeUnits } from '../base/json.ts';
import { visibleText } from '../base/text.ts';
import type { LedgerState } from '../ledger/ledgerState.ts';
import type { ActRef } from '../model/act.ts';
import { FIELDS } from '../model/fields.ts';
import type { FieldPolicy, PolicyValue } from '../model/policy.ts';
import { type Authority, AuthorityTable, authorLabel, decidesText, weight } from '../register/authority.ts';
import { SHIPPED_THRESHOLDS, type ThresholdName } from '../register/thresholds.ts';
import type { Replayed } from './replayed.ts';
import { type Said, saidBy } from './said.ts';

/** A system of record: who may author a field, in order of precedence, and the rule between them. */
export interface DecidedField {
  readonly authors: readonly string[];
  readonly rule: Authority['rule'];
  /** In words: "You decide; sources fill blanks". */
  readonly decides: string;
  /** Absent: as shipped. */
  readonly by?: Said;
}

export interface PolicyField extends DecidedField {
  readonly field: string;
  readonly label: string;
  /** What holds instead where these conditions are met, most specific first. */
  readonly narrowed: readonly (DecidedField & { readonly when: NonNullable<FieldPolicy['when']> })[];
}

export interface PolicyThreshold {
  readonly name: string;
  readonly days: number;
  readonly shipped: number;
  /** Absent: as shipped. */
  readonly by?: Said;
}

/** A policy of the ledger that is neither a field's nor a threshold's: ownership rules, mappings of boundaries to environments, write-back. */
export interface PolicyRule {
  readonly key: string;
  readonly value: PolicyValue;
  readonly by?: Said;
}

/** `policy.json`: every field's system of record and every threshold, as shipped or with the entry, person and place that set it. */
export interface Policy {
  readonly fields: readonly PolicyField[];
  readonly thresholds: readonly PolicyThreshold[];
  readonly rules: readonly PolicyRule[];
}

interface Entry {
  readonly key: string;
  readonly value: PolicyValue;
  readonly ref: ActRef;
}

export function policyOf({ ledger, register }: Replayed): Policy {
  const labels = register.rowsStanding().sourceLabels;
  const decides = (authority: Authority): string =>
    decidesText(authority, (author) => authorLabel(author, (id) => visibleText(labels.get(id) ?? id)));
  // As `thresholdsOf` reads them: the last that was made of a name holds.
  const entries = [...ledger.policy()].map(([key, { value, ref }]) => ({ key, value, ref }));
  const byKey = [...entries].sort((a, b) => compareCodeUnits(a.key, b.key));
  return {
    fields: fieldsOf(byKey, ledger, decides),
    thresholds: [...SHIPPED_THRESHOLDS].map(([name, days]) => thresholdOf(name, days, entries, ledger)),
    rules: byKey.filter(({ value }) => isRule(value)).map((one) => ruleOf(one, ledger)),
  };
}

function fieldsOf(entries: readonly Entry[], ledger: LedgerState, decides: (authority: Authority) => string): PolicyField[] {
  const table = new AuthorityTable(ledger);
  const decided = ({ authors, rule }: Authority, ref?: ActRef): DecidedField => {
    const by = saidBy(ref, ledger);
    return { authors, rule, decides: decides({ authors, rule }), ...(by ? { by } : {}) };
  };
  return FIELDS.map(({ name, label }) => {
    const policies = policiesOf(name, entries);
    const general = policies.find(({ policy }) => weight(policy) === 0);
    const narrowed = policies.flatMap(({ policy, ref }) =>
      policy.when && weight(policy) > 0 ? [{ ...decided(policy, ref), when: policy.when }] : [],
    );
    return { field: name, label, ...decided(general?.policy ?? table.plain(name), general?.ref), narrowed };
  });
}

/** Of a field, in the order in which they are tried: as `AuthorityTable` has it. */
function policiesOf(field: string, entries: readonly Entry[]): { readonly policy: FieldPolicy; readonly ref: ActRef }[] {
  const found = entries.flatMap(({ value, ref }) =>
    value.kind === 'field' && value.policy.field === field ? [{ policy: value.policy, ref }] : [],
  );
  return found.sort((a, b) => weight(b.policy) - weight(a.policy));
}

function thresholdOf(name: ThresholdName, shipped: number, entries: readonly Entry[], ledger: LedgerState): PolicyThreshold {
  const last = entries.findLast(({ value }) => value.kind === 'threshold' && value.name === name);
  const by = saidBy(last?.ref, ledger);
  const days = last?.value.kind === 'threshold' ? last.value.days : shipped;
  return { name, days, shipped, ...(by ? { by } : {}) };
}

const isRule = ({ kind }: PolicyValue): boolean => kind === 'ownership' || kind === 'environment' || kind === 'writeBack';

function ruleOf({ key, value, ref }: Entry, ledger: LedgerState): PolicyRule {
  const by = saidBy(ref, ledger);
  return { key, value, ...(by ? { by } : {}) };
}
