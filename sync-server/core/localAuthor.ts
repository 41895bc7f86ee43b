import { err, ok, type Result } from '../../shared/base/result.ts';
import type { Signer } from '../../shared/base/signature.ts';
import { type Millis, toInstant } from '../../shared/base/time.ts';
import { type SignedEntry, signEntries } from '../../shared/ledger/author.ts';
import type { Act } from '../../shared/model/act.ts';
import type { Receipt, Seen } from '../../shared/model/entry.ts';
import type { EntryId, Place, SpaceId } from '../../shared/model/ids.ts';
import type { Ingest } from './ingest.ts';

export interface LocalAuthorOptions {
  readonly space: SpaceId;
  readonly signer: Signer;
  readonly ingest: Ingest;
  readonly seen: () => Seen;
  /** The last placed entry of this device. */
  readonly lastEntry: EntryId | null;
  readonly clock: () => Millis;
}

export interface Authored {
  readonly entry: EntryId;
  readonly place: Place;
  readonly receipt: Receipt;
}

/** Entries of an import that are under way at once: below what a device may have under way (`LIMITS.waitingBytes`). */
const AT_ONCE = 64;

/** A device whose key the server itself holds: the command line's, and the server's own. Its entries go the way of all entries. */
export class LocalAuthor {
  private readonly options: LocalAuthorOptions;
  private previous: EntryId | null;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(options: LocalAuthorOptions) {
    this.options = options;
    this.previous = options.lastEntry;
  }

  get device() {
    return this.options.signer.publicKey;
  }

  /**
   * Signs and places acts, as one entry or as a group of them. The receipts say which acts do not count. The error is one line about acts that
   * cannot be said.
   * @throws when the disk failed.
   */
  commit(acts: readonly Act[]): Promise<Result<readonly Authored[], string>> {
    const done = this.turn.then(() => this.commitNow(acts));
    this.turn = done.catch(() => undefined);
    return done;
  }

  private async commitNow(acts: readonly Act[]): Promise<Result<readonly Authored[], string>> {
    const { space, signer, clock, seen } = this.options;
    const common = { space, prev: this.previous, at: toInstant(clock()), seen: seen() };
    const signed = await signEntries({ ...common, acts }, signer);
    if (!signed.ok) return err(signed.error);
    const authored: Authored[] = [];
    for (let from = 0; from < signed.value.length; from += AT_ONCE) {
      authored.push(...(await Promise.all(signed.value.slice(from, from + AT_ONCE).map((entry) => this.place(entry)))));
      this.previous = authored.at(-1)?.entry ?? this.previous;
    }
    return ok(authored);
  }

  private async place({ id, bytes }: SignedEntry): Promise<Authored> {
    const outcome = await this.options.ingest.submit(id, bytes, this.options.signer.publicKey);
    if (outcome.kind !== 'placed' || !outcome.receipt) throw new Error(`an entry of the server's own was not placed: ${outcome.kind}`);
    return { entry: id, place: outcome.place, receipt: outcome.receipt };
  }
}
