import type { LedgerReader } from '../../shared/ledger/ledgerReader.ts';
import type { Act } from '../../shared/model/act.ts';
import type { Place } from '../../shared/model/ids.ts';

/** One entry of the ledger as `muster changes` prints it and a webhook carries it: one line of NDJSON. */
export interface ChangeLine {
  readonly epoch: number;
  readonly place: number;
  /** When the server placed it, and when its author's clock said it. */
  readonly at: string | undefined;
  readonly saidAt: string;
  readonly id: string;
  readonly person: string;
  readonly device: string;
  readonly acts: readonly Act[];
  /** Acts that do not count, by index, with the reason. */
  readonly void: Readonly<Record<string, string>>;
  readonly withdrawn: readonly number[];
}

/** Entries after a place, in order, at most so many. Only those are decoded. */
export function changesAfter(ledger: LedgerReader, since: number, limit: number, upTo = Number.POSITIVE_INFINITY): ChangeLine[] {
  const end = Math.min(since + limit, upTo);
  return ledger
    .lines({ before: (end + 1) as Place, limit })
    .filter(({ place }) => place !== undefined && place > since && place <= end)
    .reverse()
    .map((line) => ({
      epoch: ledger.epoch,
      place: line.place ?? 0,
      at: line.receipt?.at,
      saidAt: line.entry.at,
      id: line.entry.id,
      person: line.personName,
      device: line.entry.device,
      acts: line.entry.acts,
      void: Object.fromEntries(line.void),
      withdrawn: [...line.withdrawn],
    }));
}
