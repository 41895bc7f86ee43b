import type { LedgerState } from '../ledger/ledgerState.ts';
import type { EntryBody, Place } from '../model/entry.ts';
import { witnessingOf } from './ledgerValue.ts';
import type { SnapshotData } from './replayed.ts';

/** What a device said, and how much of the ledger its word vouches for. */
export interface DeviceWitness {
  readonly entries: number;
  readonly lastPlace: number;
  /** The highest place whose root one of its entries names: whoever signed it had seen the ledger up to there. */
  readonly witnessed?: number;
}

interface Spoken {
  entries: number;
  lastPlace: number;
  readonly seen: EntryBody['seen'][];
}

const A_SLICE = 2_000;

/** By device, over the places of the ledger that was replayed. */
export async function witnessesOf(
  data: SnapshotData,
  ledger: LedgerState,
  breathe: () => Promise<void>,
): Promise<ReadonlyMap<string, DeviceWitness>> {
  while (ledger.hashLeaves(A_SLICE)) await breathe();
  const spoken = new Map<string, Spoken>();
  for (let place = 1; place <= ledger.place; place++) {
    listen(data.ledger[place - 1], place, spoken);
    if (place % A_SLICE === 0) await breathe();
  }
  return new Map([...spoken].map(([device, said]) => [device, witnessOf(said, data, ledger)]));
}

function listen(value: Uint8Array | undefined, place: number, spoken: Map<string, Spoken>): void {
  const entry = value && witnessingOf(value);
  if (!entry) return;
  const said = spoken.get(entry.device) ?? { entries: 0, lastPlace: 0, seen: [] };
  said.entries++;
  said.lastPlace = place;
  if (entry.seen.place > 0 && entry.seen.place < place) said.seen.push(entry.seen);
  spoken.set(entry.device, said);
}

function witnessOf({ entries, lastPlace, seen }: Spoken, { restores }: SnapshotData, ledger: LedgerState): DeviceWitness {
  const isGone = (one: EntryBody['seen']): boolean => restores.some(({ epoch, at }) => epoch > one.epoch && at < one.place);
  const best = seen.sort((a, b) => b.place - a.place).find((one) => !isGone(one) && ledger.rootAt(one.place as Place) === one.root);
  return { entries, lastPlace, ...(best ? { witnessed: best.place } : {}) };
}
