import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
import { utf8 } from '../../../shared/base/bytes.ts';

/** One struct of an update, version 1, with any header. */
export interface Struct {
  /** Kind in the low five bits, then key, right origin, origin. */
  readonly info: number;
  readonly origin?: readonly [client: number, clock: number];
  readonly rightOrigin?: readonly [client: number, clock: number];
  /** A root by name, or an item by id. */
  readonly parent?: string | readonly [client: number, clock: number];
  readonly key?: string;
  /** What follows, as it is on the wire. */
  readonly content: Uint8Array;
}

export interface ClientBlock {
  readonly client: number;
  readonly clock: number;
  readonly structs: readonly Struct[];
  /** What the block says it has, where that is a lie. */
  readonly count?: number;
}

export type Deletes = readonly { readonly client: number; readonly ranges: readonly (readonly [clock: number, length: number])[] }[];

export const ORIGIN = 0x80;
export const RIGHT = 0x40;
export const KEYED = 0x20;
export const BINARY = 3;

export function built(write: (encoder: encoding.Encoder) => void): Uint8Array {
  const encoder = encoding.createEncoder();
  write(encoder);
  return encoding.toUint8Array(encoder);
}

export const varUint = (value: number): Uint8Array => built((encoder) => encoding.writeVarUint(encoder, value));
export const binary = (bytes: Uint8Array): Uint8Array => built((encoder) => encoding.writeVarUint8Array(encoder, bytes));
export const text = (value: string): Uint8Array => binary(utf8(value));

/** An entry as Y.Map would write it. */
export const item = (key: string, bytes: Uint8Array): Struct => ({ info: BINARY | KEYED, parent: 'entries', key, content: binary(bytes) });

export function updateOf(blocks: readonly ClientBlock[], deletes: Deletes = [], said = blocks.length): Uint8Array {
  return built((encoder) => {
    encoding.writeVarUint(encoder, said);
    for (const block of blocks) {
      encoding.writeVarUint(encoder, block.count ?? block.structs.length);
      encoding.writeVarUint(encoder, block.client);
      encoding.writeVarUint(encoder, block.clock);
      for (const struct of block.structs) writeStruct(encoder, struct);
    }
    writeDeletes(encoder, deletes);
  });
}

function writeStruct(encoder: encoding.Encoder, { info, origin, rightOrigin, parent, key, content }: Struct): void {
  encoding.writeUint8(encoder, info);
  for (const id of [origin, rightOrigin]) for (const part of id ?? []) encoding.writeVarUint(encoder, part);
  if (typeof parent === 'string') {
    encoding.writeVarUint(encoder, 1);
    encoding.writeVarString(encoder, parent);
  } else if (parent) {
    encoding.writeVarUint(encoder, 0);
    for (const part of parent) encoding.writeVarUint(encoder, part);
  }
  if (key !== undefined) encoding.writeVarString(encoder, key);
  encoding.writeUint8Array(encoder, content);
}

function writeDeletes(encoder: encoding.Encoder, deletes: Deletes): void {
  encoding.writeVarUint(encoder, deletes.length);
  for (const { client, ranges } of deletes) {
    encoding.writeVarUint(encoder, client);
    encoding.writeVarUint(encoder, ranges.length);
    for (const [clock, length] of ranges) {
      encoding.writeVarUint(encoder, clock);
      encoding.writeVarUint(encoder, length);
    }
  }
}

const KEY = 'a'.repeat(64);
const BYTES = new Uint8Array(80).fill(7);
const one = (struct: Struct, client = 7, clock = 0): Uint8Array => updateOf([{ client, clock, structs: [struct] }]);
const madeBy = (change: (doc: Y.Doc) => void): Uint8Array => {
  const doc = new Y.Doc();
  change(doc);
  return Y.encodeStateAsUpdate(doc);
};

/** Clocks, client ids and lengths at the edges of what a number can be. */
const NUMBERS = [2 ** 31, 2 ** 32, 2 ** 52, 2 ** 53 - 2] as const;
const ROOTS = ['records', 'catalog', 'status', '', '__proto__', 'constructor', 'entries\u0000', 'Entries', 'e'.repeat(10_000)] as const;
const KEYS = [
  '',
  '__proto__',
  'constructor',
  'A'.repeat(64),
  'a'.repeat(63),
  'a'.repeat(65),
  `${'a'.repeat(63)}\u0000`,
  'k'.repeat(100_000),
];

/** Updates that no Y.Map of bytes ever wrote, by what is wrong with them. None of them may be read. */
export function hostileUpdates(): ReadonlyMap<string, readonly Uint8Array[]> {
  return new Map<string, readonly Uint8Array[]>([
    ['other roots', ROOTS.map((parent) => one({ ...item(KEY, BYTES), parent }))],
    ['names that are no entry id', KEYS.map((key) => one(item(key, BYTES)))],
    ['items without a name', [one({ info: BINARY, parent: 'entries', content: binary(BYTES) })]],
    ['nested parents', [one({ ...item(KEY, BYTES), parent: [7, 0] }), one({ ...item(KEY, BYTES), parent: [9, 2 ** 31 - 1] })]],
    ['other content', otherContent()],
    ['nested types', nestedTypes()],
    ['right origins', [one({ info: BINARY | RIGHT, rightOrigin: [7, 0], content: binary(BYTES) })]],
    ['items after themselves', [0, 1, 99].map((clock) => one({ info: BINARY | ORIGIN, origin: [7, clock], content: binary(BYTES) }))],
    ['clocks', NUMBERS.map((clock) => one(item(KEY, BYTES), 7, clock + 1))],
    ['origins far away', NUMBERS.map((clock) => one({ info: BINARY | ORIGIN, origin: [8, clock + 1], content: binary(BYTES) }))],
    ['client ids', NUMBERS.slice(1).map((client) => one(item(KEY, BYTES), client))],
    ['one client twice', [updateOf([1, 2].map((clock) => ({ client: 7, clock, structs: [item(KEY, BYTES)] })))]],
    ['counts that are lies', counts()],
    ['lengths that are lies', lengths()],
    ['deletes that are lies', deletes()],
    ['version 2', [madeByV2((doc) => doc.getMap('entries').set(KEY, BYTES)), Y.encodeStateAsUpdateV2(new Y.Doc())]],
    ['more behind it', [new Uint8Array([...one(item(KEY, BYTES)), 0]), new Uint8Array([0, 0, 0])]],
    ['cut off', Array.from({ length: 30 }, (_, at) => one(item(KEY, BYTES)).slice(0, at * 4 + 1))],
  ]);
}

const madeByV2 = (change: (doc: Y.Doc) => void): Uint8Array => {
  const doc = new Y.Doc();
  change(doc);
  return Y.encodeStateAsUpdateV2(doc);
};

const otherContent = (): Uint8Array[] => [
  ...['text', 7, true, null, { a: 1 }, [1, 2]].map((value) => madeBy((doc) => doc.getMap('entries').set(KEY, value))),
  ...[2, 4, 5, 6, 8, 9, 11, 12, 31].map((kind) => one({ info: kind | KEYED, parent: 'entries', key: KEY, content: text('[1]') })),
];

const nestedTypes = (): Uint8Array[] => [
  ...[() => new Y.Map(), () => new Y.Array(), () => new Y.Text('x'), () => new Y.XmlElement('x'), () => new Y.Doc()].map((make) =>
    madeBy((doc) => doc.getMap<unknown>('entries').set(KEY, make())),
  ),
  madeBy((doc) => doc.getArray('entries').push([BYTES])),
  madeBy((doc) => doc.getText('entries').insert(0, 'text')),
];

const counts = (): Uint8Array[] => [
  ...[100, 1_000_000, ...NUMBERS].map((count) => updateOf([{ client: 7, clock: 0, structs: [item(KEY, BYTES)], count }])),
  ...[2, 1_000_000, ...NUMBERS].map((said) => updateOf([{ client: 7, clock: 0, structs: [item(KEY, BYTES)] }], [], said)),
];

const lengths = (): Uint8Array[] => [
  ...[0, ...NUMBERS].flatMap((length) => [0, 10].map((info) => one({ info, content: varUint(length) }, 7, 1))),
  ...[0, ...NUMBERS].map((length) => one({ info: 1 | KEYED, parent: 'entries', key: KEY, content: varUint(length) }, 7, 1)),
  ...NUMBERS.map((length) => one({ ...item(KEY, BYTES), content: varUint(length) })),
];

const deletes = (): Uint8Array[] => [
  ...[0, ...NUMBERS].map((length) => updateOf([], [{ client: 7, ranges: [[1, length]] }])),
  ...NUMBERS.map((clock) => updateOf([], [{ client: 7, ranges: [[clock + 1, 1]] }])),
  ...[10, 2 ** 31].map((count) => new Uint8Array([0, 1, 7, ...varUint(count), 1, 1])),
];
