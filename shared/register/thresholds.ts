import type { LedgerReader } from '../ledger/ledgerReader.ts';

/** DOMAIN K, in days. A policy act of kind `threshold` with the same name replaces one. */
const DEFAULTS = {
  'key age': 90,
  'secret age': 180,
  'privileged secret age': 90,
  'SSH key age': 365,
  unregistered: 14,
  'review privileged': 90,
  'review sensitive': 180,
  'review other': 365,
  'review trigger': 14,
  override: 90,
  'request backup': 7,
  'request steward': 14,
} as const;

export type ThresholdName = keyof typeof DEFAULTS;
/** As they ship, in days. */
export const SHIPPED_THRESHOLDS: Thresholds = new Map(Object.entries(DEFAULTS) as [ThresholdName, number][]);

export type Thresholds = ReadonlyMap<ThresholdName, number>;

export function thresholdsOf(ledger: LedgerReader): Thresholds {
  const thresholds = new Map(SHIPPED_THRESHOLDS);
  for (const { value } of ledger.policy().values())
    if (value.kind === 'threshold' && Object.hasOwn(DEFAULTS, value.name)) thresholds.set(value.name as ThresholdName, value.days);
  return thresholds;
}

export const days = (thresholds: Thresholds, name: ThresholdName): number => thresholds.get(name) ?? DEFAULTS[name];
