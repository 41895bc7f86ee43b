import { sameBytes } from '../base/bytes.ts';
import type { HashHex, Place } from '../model/entry.ts';
import { MerkleTree } from './merkle.ts';

export interface LedgerValue {
  readonly place: Place;
  readonly value: Uint8Array;
}

/** The values of the ledger as they came, without a hole, and the tree over them. */
export class LedgerLog {
  /** By place − 1. */
  #values: Uint8Array[] = [];
  readonly #early = new Map<number, Uint8Array>();
  readonly #equivocations = new Set<Place>();
  #tree = new MerkleTree();

  get length(): number {
    return this.#values.length;
  }

  get values(): readonly Uint8Array[] {
    return this.#values;
  }

  /** Held places for which the server later said something else: the first value stays, what people saw is not changed behind their backs. */
  get equivocations(): ReadonlySet<Place> {
    return this.#equivocations;
  }

  at(place: number): Uint8Array | undefined {
    return this.#values[place - 1];
  }

  receive({ place, value }: LedgerValue): void {
    const held = this.at(place) ?? this.#early.get(place);
    if (held === undefined) this.#early.set(place, value);
    else if (held !== value && !sameBytes(held, value)) this.#equivocations.add(place);
  }

  /** Moves the value of the next place from those that came early to the log. */
  advance(): Uint8Array | undefined {
    const place = this.#values.length + 1;
    const value = this.#early.get(place);
    if (!value) return undefined;
    this.#early.delete(place);
    this.#values.push(value);
    return value;
  }

  /** Forgets every value past a place. @returns those that were held without a hole. */
  cutAfter(place: number): Uint8Array[] {
    for (const early of [...this.#early.keys()]) if (early > place) this.#early.delete(early);
    const cut = this.#values.slice(place);
    this.#values = this.#values.slice(0, place);
    if (this.#tree.size > place) this.#tree = new MerkleTree();
    return cut;
  }

  /** Hashes at most `limit` further values into the tree. @returns whether more are left. */
  hashLeaves(limit = Number.POSITIVE_INFINITY): boolean {
    const end = Math.min(this.#values.length, this.#tree.size + limit);
    for (const value of this.#values.slice(this.#tree.size, end)) this.#tree.append(value);
    return this.#tree.size < this.#values.length;
  }

  get tree(): MerkleTree {
    this.hashLeaves();
    return this.#tree;
  }

  /** @returns undefined for a place that is not held. */
  rootAt(place: number): HashHex | undefined {
    return place > this.length ? undefined : this.tree.root(place);
  }
}
