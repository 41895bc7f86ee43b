import { concatBytes, fromHex, toHex } from '../base/bytes.ts';
import { type HashHex, sha256, sha256Joined } from '../base/hash.ts';

const HASH_BYTES = 32;
const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** RFC 6962, section 2.1: the prefixes keep a leaf from being passed off as a node. */
export const leafHash = (leaf: Uint8Array): Uint8Array => sha256Joined(LEAF, leaf);
const nodeHash = (left: Uint8Array, right: Uint8Array): Uint8Array => sha256(concatBytes(NODE, left, right));

/** Hashes side by side in one growing buffer: 32 bytes each instead of an object each. */
class HashList {
  #bytes = new Uint8Array(HASH_BYTES * 16);
  length = 0;

  push(hash: Uint8Array): void {
    if ((this.length + 1) * HASH_BYTES > this.#bytes.length) this.#grow();
    this.#bytes.set(hash, this.length * HASH_BYTES);
    this.length++;
  }

  at(index: number): Uint8Array {
    if (index < 0 || index >= this.length) throw new RangeError(`no hash at ${index}`);
    return this.#bytes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES);
  }

  #grow(): void {
    const larger = new Uint8Array(this.#bytes.length * 2);
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

/**
 * The tree of RFC 6962, section 2.1. Every complete subtree's hash is kept (64 bytes a leaf), so that the root at any
 * earlier size and every proof cost O(log n): roots that authors signed as `seen` can be checked without a replay.
 */
export class MerkleTree {
  /** `#levels[k]` holds the hashes of the complete subtrees of 2^k leaves, from the left. */
  readonly #levels: HashList[] = [new HashList()];

  get size(): number {
    return this.#level(0).length;
  }

  append(leaf: Uint8Array): void {
    let hash = leafHash(leaf);
    for (let height = 0; ; height++) {
      const level = this.#level(height);
      level.push(hash);
      if (level.length % 2 === 1) return;
      hash = nodeHash(level.at(level.length - 2), hash);
    }
  }

  /** @throws RangeError when the tree never had that size. */
  root(size = this.size): HashHex {
    if (size < 0 || size > this.size) throw new RangeError(`the tree holds ${this.size} leaves, not ${size}`);
    return toHex(size === 0 ? sha256(new Uint8Array(0)) : this.#hash(0, size)) as HashHex;
  }

  /** PATH(index, D[size]): proves that the leaf at `index` (from 0) is in the tree of that size. */
  inclusionProof(index: number, size = this.size): Uint8Array[] {
    if (index < 0 || index >= size || size > this.size) throw new RangeError(`no leaf ${index} in a tree of ${size}`);
    return this.#path(index, 0, size);
  }

  /** PROOF(earlier, D[size]): proves that the tree of `size` leaves extends the one of `earlier` leaves. */
  consistencyProof(earlier: number, size = this.size): Uint8Array[] {
    if (earlier < 1 || earlier > size || size > this.size) throw new RangeError(`no proof from ${earlier} to ${size}`);
    return this.#subproof(earlier, 0, size, true);
  }

  #level(height: number): HashList {
    let level = this.#levels[height];
    if (!level) {
      level = new HashList();
      this.#levels[height] = level;
    }
    return level;
  }

  /** MTH over the leaves [start, end). In the recursion of the RFC `start` is always a multiple of the subtree's width. */
  #hash(start: number, end: number): Uint8Array {
    const width = end - start;
    const height = Math.log2(width);
    if (Number.isInteger(height))
      return this.#level(height)
        .at(start / width)
        .slice();
    const middle = start + splitOf(width);
    return nodeHash(this.#hash(start, middle), this.#hash(middle, end));
  }

  #path(index: number, start: number, end: number): Uint8Array[] {
    if (end - start === 1) return [];
    const middle = start + splitOf(end - start);
    return index < middle
      ? [...this.#path(index, start, middle), this.#hash(middle, end)]
      : [...this.#path(index, middle, end), this.#hash(start, middle)];
  }

  #subproof(earlier: number, start: number, end: number, complete: boolean): Uint8Array[] {
    if (earlier === end) return complete ? [] : [this.#hash(start, end)];
    const middle = start + splitOf(end - start);
    return earlier <= middle
      ? [...this.#subproof(earlier, start, middle, complete), this.#hash(middle, end)]
      : [...this.#subproof(earlier, middle, end, false), this.#hash(start, middle)];
  }
}

/** The largest power of two smaller than `width`. */
const splitOf = (width: number): number => 2 ** Math.floor(Math.log2(width - 1));

export interface InclusionClaim {
  readonly leaf: Uint8Array;
  readonly index: number;
  readonly size: number;
  readonly root: HashHex;
}

/** RFC 9162, section 2.1.3.2. */
export function verifyInclusion(claim: InclusionClaim, proof: readonly Uint8Array[]): boolean {
  if (claim.index < 0 || claim.index >= claim.size) return false;
  let [first, second] = [claim.index, claim.size - 1];
  let hash = leafHash(claim.leaf);
  for (const step of proof) {
    if (second === 0) return false;
    if (isOdd(first) || first === second) {
      hash = nodeHash(step, hash);
      while (!isOdd(first) && first !== 0) [first, second] = [half(first), half(second)];
    } else {
      hash = nodeHash(hash, step);
    }
    [first, second] = [half(first), half(second)];
  }
  return second === 0 && toHex(hash) === claim.root;
}

export interface ConsistencyClaim {
  readonly earlier: number;
  readonly earlierRoot: HashHex;
  readonly later: number;
  readonly laterRoot: HashHex;
}

/** RFC 9162, section 2.1.4.2. */
export function verifyConsistency(claim: ConsistencyClaim, proof: readonly Uint8Array[]): boolean {
  if (claim.earlier < 1 || claim.earlier > claim.later) return false;
  if (claim.earlier === claim.later) return proof.length === 0 && claim.earlierRoot === claim.laterRoot;
  const steps = isPowerOfTwo(claim.earlier) ? [fromRoot(claim.earlierRoot), ...proof] : [...proof];
  let [first, second] = [claim.earlier - 1, claim.later - 1];
  while (isOdd(first)) [first, second] = [half(first), half(second)];
  const start = steps.shift();
  if (!start) return false;
  let [earlier, later] = [start, start];
  for (const step of steps) {
    if (second === 0) return false;
    if (isOdd(first) || first === second) {
      earlier = nodeHash(step, earlier);
      later = nodeHash(step, later);
      while (!isOdd(first) && first !== 0) [first, second] = [half(first), half(second)];
    } else {
      later = nodeHash(later, step);
    }
    [first, second] = [half(first), half(second)];
  }
  return second === 0 && toHex(earlier) === claim.earlierRoot && toHex(later) === claim.laterRoot;
}

const isOdd = (value: number): boolean => value % 2 === 1;
const half = (value: number): number => Math.floor(value / 2);
const isPowerOfTwo = (value: number): boolean => Number.isInteger(Math.log2(value));
const fromRoot = (root: HashHex): Uint8Array => fromHex(root) ?? new Uint8Array(0);
