import { concatBytes, utf8 } from '../../../shared/base/bytes.ts';
import type { HashHex } from '../../../shared/base/hash.ts';
import { canonicalJson } from '../../../shared/base/json.ts';
import type { PublicKey } from '../../../shared/base/signature.ts';
import { type Millis, toInstant } from '../../../shared/base/time.ts';
import { LedgerState, type ServerChecks } from '../../../shared/ledger/ledgerState.ts';
import type { Act } from '../../../shared/model/act.ts';
import { type Entry, type EntryBody, type EntryId, encodeLedgerValue, entryIdOf, type Receipt } from '../../../shared/model/entry.ts';
import type { Place, SpaceId } from '../../../shared/model/ids.ts';
import type { TestSigner } from './testSigner.ts';

export interface WriteOptions {
  /** How far the author had seen; by default all there is. */
  readonly seen?: number;
  readonly group?: string;
}

/** Signature and body, as an entry travels. */
export function signedBytes(body: unknown, signer: TestSigner): Uint8Array<ArrayBuffer> {
  const bytes = utf8(canonicalJson(body));
  return concatBytes(signer.sign('muster/entry/1', bytes), bytes);
}

/** A server with its ledger, whose authors really sign, and whose verdicts are the server's own. */
export class SignedLedger {
  readonly space: SpaceId;
  readonly state: LedgerState;
  readonly values: Uint8Array<ArrayBuffer>[] = [];
  readonly #heads = new Map<PublicKey, EntryId>();
  readonly #checks: ServerChecks;
  now: Millis;

  constructor(space: SpaceId, now: Millis, checks: ServerChecks = { remit: () => true }) {
    this.space = space;
    this.state = new LedgerState({ space });
    this.now = now;
    this.#checks = checks;
  }

  get place(): number {
    return this.values.length;
  }

  /** Signs, judges and places an entry. */
  write(author: TestSigner, acts: readonly Act[], options: WriteOptions = {}): { entry: Entry; receipt: Receipt } {
    const body = this.bodyOf(author, acts, options);
    const bytes = utf8(canonicalJson(body));
    const entry: Entry = { ...body, id: entryIdOf(bytes) };
    const receipt = this.state.judge(entry, this.now, this.#checks);
    const value = encodeLedgerValue(concatBytes(author.sign('muster/entry/1', bytes), bytes), receipt);
    this.values.push(value);
    this.state.append([{ place: this.values.length as Place, value }]);
    this.#heads.set(author.publicKey, entry.id);
    return { entry, receipt };
  }

  bodyOf(author: TestSigner, acts: readonly Act[], { seen, group }: WriteOptions = {}): EntryBody {
    const place = (seen ?? this.place) as Place;
    const root = this.state.rootAt(place) as HashHex;
    return {
      v: 1,
      space: this.space,
      device: author.publicKey,
      prev: this.#heads.get(author.publicKey) ?? null,
      at: toInstant(this.now),
      seen: { epoch: 0, place, root },
      ...(group === undefined ? {} : { group }),
      acts: [...acts],
    };
  }
}
