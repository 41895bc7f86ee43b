import { concatBytes, utf8 } from '../../../shared/base/bytes.ts';
import type { HashHex } from '../../../shared/base/hash.ts';
import { canonicalJson } from '../../../shared/base/json.ts';
import type { PublicKey } from '../../../shared/base/signature.ts';
import { toInstant } from '../../../shared/base/time.ts';
import { LedgerState, type LedgerValue, type ServerChecks } from '../../../shared/ledger/ledgerState.ts';
import type { Act, ActOf, ActRef } from '../../../shared/model/act.ts';
import { type Entry, type EntryBody, type EntryId, encodeLedgerValue, entryIdOf, type Receipt } from '../../../shared/model/entry.ts';
import type { Anchor, PersonId, Place, SpaceId } from '../../../shared/model/ids.ts';
import type { Role } from '../../../shared/model/vocabulary.ts';

export const SPACE = 'a'.repeat(32) as SpaceId;
export const SERVER = 'S'.repeat(43) as PublicKey;
export const NOW = Date.parse('2026-03-01T12:00:00Z');
export const device = (letter: string): PublicKey => letter.repeat(43) as PublicKey;
export const person = (digit: string): PersonId => digit.repeat(32) as PersonId;
export const anchor = (digit: string): Anchor => digit.repeat(32) as Anchor;
export const subject = (digit: string): HashHex => digit.repeat(64) as HashHex;

export interface EntryOptions {
  readonly seen?: number;
  readonly epoch?: number;
  readonly prev?: EntryId | null;
  readonly at?: number;
}

/** A server with its ledger, and authors whose entries are not signed: signatures are checked before the fold. */
export class LedgerBuilder {
  readonly state = new LedgerState({ space: SPACE });
  readonly values: LedgerValue[] = [];
  readonly #heads = new Map<PublicKey, EntryId>();
  checks: ServerChecks = { remit: () => true };
  now = NOW;

  /** Genesis and the first administrator, device A of person 1. */
  static started(): LedgerBuilder {
    const ledger = new LedgerBuilder();
    ledger.place(SERVER, [{ kind: 'genesis', space: SPACE, serverKey: SERVER }]);
    ledger.place(SERVER, [enrolment(device('A'), person('1'), 'admin', { genesis: true })]);
    return ledger;
  }

  /** Enrols a device of a new person by launch. */
  enrol(key: PublicKey, who: PersonId, role: Role, remit = 'true'): this {
    this.place(SERVER, [enrolment(key, who, role, { launch: true }, remit)]);
    return this;
  }

  entry(key: PublicKey, acts: readonly Act[], options: EntryOptions = {}): Entry {
    const seen = { epoch: options.epoch ?? this.state.epoch, place: (options.seen ?? this.state.place) as Place, root: this.state.root };
    const prev = options.prev === undefined ? (this.#heads.get(key) ?? null) : options.prev;
    const body: EntryBody = { v: 1, space: SPACE, device: key, prev, at: toInstant(options.at ?? this.now), seen, acts: [...acts] };
    const id = entryIdOf(utf8(canonicalJson(body)));
    this.#heads.set(key, id);
    return { ...body, id };
  }

  /** Judges, encodes and appends: what a server does. */
  place(key: PublicKey, acts: readonly Act[], options: EntryOptions = {}): { entry: Entry; receipt: Receipt } {
    return this.placeEntry(this.entry(key, acts, options));
  }

  placeEntry(entry: Entry, receipt = this.state.judge(entry, this.now, this.checks)): { entry: Entry; receipt: Receipt } {
    const value = { place: (this.values.length + 1) as Place, value: ledgerValueOf(entry, receipt) };
    this.values.push(value);
    this.state.append([value]);
    return { entry, receipt };
  }

  /** The reason why the only act is void, or undefined. */
  verdict(key: PublicKey, act: Act, options: EntryOptions = {}): string | undefined {
    return this.place(key, [act], options).receipt.void?.['0'];
  }
}

export function ledgerValueOf(entry: Entry, receipt: Receipt): Uint8Array {
  const { id: _id, ...body } = entry;
  return encodeLedgerValue(concatBytes(new Uint8Array(64), utf8(canonicalJson(body))), receipt);
}

export function enrolment(
  key: PublicKey,
  who: PersonId,
  role: Role,
  via: ActOf<'enrol'>['via'],
  remit = 'true',
  previous: ActRef | null = null,
): ActOf<'enrol'> {
  return {
    kind: 'enrol',
    device: key,
    person: who,
    personName: `person ${who[0]}`,
    label: 'a computer',
    role,
    remit,
    via,
    proof: '',
    previous,
  };
}

export const set = (value: string, on = '1', field = 'purpose'): ActOf<'set'> => ({ kind: 'set', anchors: [anchor(on)], field, value });
export const ref = (entry: Entry, act = 0): ActRef => ({ entry: entry.id, act });
