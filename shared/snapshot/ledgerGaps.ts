import { compareCodeUnits } from '../base/json.ts';
import { visibleText } from '../base/text.ts';
import type { LedgerState } from '../ledger/ledgerState.ts';
import { decodeLedgerValue } from '../model/entry.ts';
import { receiptOf } from './ledgerValue.ts';
import type { SnapshotData } from './replayed.ts';

/** Acts of one entry that do not count for one reason. */
export interface VoidEntry {
  readonly place: number;
  readonly entry: string;
  /** When the server placed it: an instant. */
  readonly at: string;
  readonly device: string;
  /** Absent: a device of nobody. */
  readonly person?: string;
  readonly name: string;
  readonly reason: string;
  /** Their kinds, each once, and their indexes in the entry. */
  readonly kinds: readonly string[];
  readonly acts: readonly number[];
}

export interface IgnoredEntry {
  readonly place: number;
  /** Absent: it could not be read. */
  readonly entry?: string;
  /** Absent: all of it. */
  readonly act?: number;
  readonly reason: string;
}

const A_SLICE = 2_000;

/** By the server's own word, which its head covers. */
export async function voidOf(data: SnapshotData, ledger: LedgerState, breathe: () => Promise<void>): Promise<VoidEntry[]> {
  const found: VoidEntry[] = [];
  for (let place = 1; place <= ledger.place; place++) {
    const value = data.ledger[place - 1];
    const receipt = value && receiptOf(value);
    if (value && receipt?.void) found.push(...voidActs(place, value, receipt.void, ledger));
    if (place % A_SLICE === 0) await breathe();
  }
  return found;
}

function voidActs(place: number, value: Uint8Array, reasons: Readonly<Record<string, string>>, ledger: LedgerState): VoidEntry[] {
  const decoded = decodeLedgerValue(value);
  if (!decoded) return [];
  const { entry, receipt } = decoded;
  const line = ledger.line(entry.id);
  const byReason = new Map<string, number[]>();
  for (const [index, reason] of Object.entries(reasons)) byReason.set(reason, [...(byReason.get(reason) ?? []), Number(index)]);
  return [...byReason]
    .sort(([a], [b]) => compareCodeUnits(a, b))
    .map(([reason, acts]) => ({
      place,
      entry: entry.id,
      at: receipt.at,
      device: entry.device,
      ...(line?.person === undefined ? {} : { person: line.person }),
      name: visibleText(line?.personName ?? 'unknown device'),
      reason,
      kinds: [...new Set(acts.flatMap((act) => entry.acts[act]?.kind ?? []))],
      acts: acts.sort((a, b) => a - b),
    }));
}

export const ignoredOf = (ledger: LedgerState): IgnoredEntry[] =>
  ledger
    .ignored()
    .map(({ place, entry, act, reason }) => ({
      place,
      reason,
      ...(entry === undefined ? {} : { entry }),
      ...(act === undefined ? {} : { act }),
    }))
    .sort((a, b) => a.place - b.place || (a.act ?? -1) - (b.act ?? -1));
