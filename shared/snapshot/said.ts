import { visibleText } from '../base/text.ts';
import type { LedgerState } from '../ledger/ledgerState.ts';
import type { ActRef } from '../model/act.ts';

/** Which act of which entry said something, and who. Plain JSON. */
export interface Said {
  readonly entry: string;
  readonly act: number;
  readonly place: number;
  /** The author's clock: an instant. */
  readonly at: string;
  /** Absent: the server itself, or a device of nobody. */
  readonly person?: string;
  readonly name: string;
}

/** @returns undefined for an act that the ledger does not hold. */
export function saidBy(ref: ActRef | undefined, ledger: LedgerState): Said | undefined {
  const line = ref && ledger.line(ref.entry);
  if (!ref || line?.place === undefined) return undefined;
  return {
    entry: ref.entry,
    act: ref.act,
    place: line.place,
    at: line.entry.at,
    name: visibleText(line.personName),
    ...(line.person === undefined ? {} : { person: line.person }),
  };
}
