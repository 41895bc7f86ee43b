import * as Y from 'yjs';
import { concatBytes, utf8 } from '../../shared/base/bytes.ts';
import { hashHex, hashText } from '../../shared/base/hash.ts';
import { canonicalJson } from '../../shared/base/json.ts';
import type { PublicKey } from '../../shared/base/signature.ts';
import { toInstant } from '../../shared/base/time.ts';
import { appendLedgerValues } from '../../shared/documents/ledgerDocument.ts';
import type { LedgerValue } from '../../shared/ledger/ledgerState.ts';
import type { Act, ActOf } from '../../shared/model/act.ts';
import { type EntryId, encodeLedgerValue, entryIdOf } from '../../shared/model/entry.ts';
import type { Anchor, PersonId, Place, SpaceId } from '../../shared/model/ids.ts';
import { NOW } from './estate.ts';

/** What stewards did to the estate, as the ledger holds it. Deterministic; the fold does not look at signatures, so they are filler. */
export const SPACE = hashText('space').slice(0, 32) as SpaceId;
const SERVER = 'S'.repeat(43) as PublicKey;
const DEVICE = 'D'.repeat(43) as PublicKey;
const PERSON = hashText('person').slice(0, 32) as PersonId;
const ROOT = hashHex(new Uint8Array(0));
/** Random as a signature is: it does not compress, and no two are alike. */
const signatureOf = (place: number): Uint8Array => utf8(hashText(`signature ${place}`));

/** A ledger in the making: genesis, one administrator, then their entries of one act each. */
export class BenchLedger {
  readonly #heads = new Map<PublicKey, EntryId>();
  #place = 0;

  started(): LedgerValue[] {
    return [this.#value(SERVER, { kind: 'genesis', space: SPACE, serverKey: SERVER }), this.#value(SERVER, administrator(DEVICE, PERSON))];
  }

  owned(anchor: Anchor, owner: string): LedgerValue {
    return this.#value(DEVICE, { kind: 'set', anchors: [anchor], field: 'owner', value: owner, why: 'Named in the access review' });
  }

  #value(device: PublicKey, act: Act): LedgerValue {
    const at = toInstant(NOW - 1_000_000 + this.#place);
    const seen = { epoch: 0, place: this.#place as Place, root: ROOT };
    const body = utf8(canonicalJson({ v: 1, space: SPACE, device, prev: this.#heads.get(device) ?? null, at, seen, acts: [act] }));
    this.#heads.set(device, entryIdOf(body));
    this.#place++;
    return { place: this.#place as Place, value: encodeLedgerValue(concatBytes(signatureOf(this.#place), body), { at }) };
  }
}

function administrator(device: PublicKey, person: PersonId): ActOf<'enrol'> {
  const rights = { role: 'admin', remit: 'true', via: { genesis: true } } as const;
  return { kind: 'enrol', device, person, personName: 'Steward', label: 'a computer', ...rights, proof: '', previous: null };
}

export function ledgerUpdate(values: readonly LedgerValue[]): Uint8Array {
  const doc = new Y.Doc();
  appendLedgerValues(doc, values);
  return Y.encodeStateAsUpdate(doc);
}
