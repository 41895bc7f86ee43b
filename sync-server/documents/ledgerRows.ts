import type { Restore } from '../../shared/ledger/ledgerState.ts';
import type { EntryRow, Storage } from '../storage/storage.ts';

/** The stretch of the ledger that one epoch holds: from its first place up to where a restore cut it. */
interface EpochSpan {
  readonly epoch: number;
  readonly from: number;
  /** Infinity for the epoch that goes on. */
  readonly to: number;
}

/**
 * The ledger as rows, over all of its epochs: the first up to the place where a restore cut it, the next from there on. What a
 * store holds of an epoch past its cut is not the ledger any more.
 */
export class LedgerRows {
  readonly restores: readonly Restore[];
  private readonly storage: Pick<Storage, 'entries'>;
  private readonly spans: readonly EpochSpan[];

  /** @param restores in the order of their epochs. */
  constructor(storage: Pick<Storage, 'entries'>, restores: readonly Restore[]) {
    this.storage = storage;
    this.restores = restores;
    this.spans = spansOf(restores);
  }

  /** The epoch of every entry that is placed from now on. */
  get epoch(): number {
    return this.restores.at(-1)?.epoch ?? 0;
  }

  /** Rows in place order, from `from` on, at most `limit`; fewer only at the end of the ledger. */
  async entries(from: number, limit: number): Promise<EntryRow[]> {
    const rows: EntryRow[] = [];
    for (const span of this.spans) {
      const first = Math.max(span.from, from + rows.length);
      const wanted = Math.min(limit - rows.length, span.to - first + 1);
      if (wanted > 0) rows.push(...(await this.storage.entries(span.epoch, first, wanted)));
    }
    return rows;
  }
}

/** An epoch ends at the earliest of the later cuts: a second restore may go back behind the first. */
function spansOf(restores: readonly Restore[]): EpochSpan[] {
  const starts = [{ epoch: 0, at: 0 }, ...restores];
  return starts.map(({ epoch, at }, index) => {
    const to = Math.min(Number.POSITIVE_INFINITY, ...starts.slice(index + 1).map((later) => later.at));
    return { epoch, from: at + 1, to };
  });
}
