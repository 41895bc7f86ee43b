import type { Random } from '../../fuzz/ledger/random.ts';

/** Bytes that are a number at an edge, as a variable length integer. */
const EDGES: readonly Uint8Array[] = [
  [0],
  [1],
  [127],
  [255, 127],
  [255, 255, 255, 255, 15],
  [255, 255, 255, 255, 255, 255, 255, 15],
  [255, 255, 255, 255, 255, 255, 255, 255, 255, 1],
  [128, 128, 128, 128, 128, 128, 128, 128, 128, 128],
].map((bytes) => Uint8Array.from(bytes));

const joined = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

/** One to four random changes of bytes that were in order. */
export function mutated(random: Random, bytes: Uint8Array, other: Uint8Array): Uint8Array {
  let result = bytes;
  for (let changes = 1 + random.below(4); changes > 0; changes--) result = changed(random, result, other);
  return result;
}

function changed(random: Random, bytes: Uint8Array, other: Uint8Array): Uint8Array {
  const at = random.below(bytes.length + 1);
  // Heads of messages and structs are where numbers are; most bytes are content.
  const near = random.chance(0.5) ? Math.min(at, random.below(16)) : at;
  switch (random.below(7)) {
    case 0: {
      const copy = bytes.slice();
      if (copy.length > 0) copy[near % copy.length] = random.below(256);
      return copy;
    }
    case 1:
      return bytes.slice(0, at);
    case 2:
      return joined(bytes.subarray(0, near), random.pick(EDGES), bytes.subarray(near));
    case 3:
      return joined(bytes.subarray(0, near), random.pick(EDGES), bytes.subarray(near + 1));
    case 4:
      return joined(bytes.subarray(0, at), other.subarray(random.below(other.length + 1)));
    case 5:
      return joined(bytes, bytes.subarray(at));
    default: {
      const copy = bytes.slice();
      if (copy.length > 0) copy[near % copy.length] = (copy[near % copy.length] ?? 0) ^ (1 << random.below(8));
      return copy;
    }
  }
}
