import * as Y from 'yjs';
import { utf8 } from '../../../shared/base/bytes.ts';
import type { Shot } from './attacker.ts';
import { binary, hostileUpdates, item, type Struct, text, updateOf, varUint } from './handMade.ts';

const joined = (...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array =>
  new Uint8Array(Buffer.concat(parts.map((part) => Uint8Array.from(part))));
export const updateFrame = (update: Uint8Array): Uint8Array => joined([0, 2], binary(update));
const step2Frame = (update: Uint8Array): Uint8Array => joined([0, 1], binary(update));
const step1Frame = (vector: Uint8Array): Uint8Array => joined([0, 0], binary(vector));
const awarenessFrame = (...states: readonly (readonly [client: number, clock: number, json: string])[]): Uint8Array =>
  joined(
    [1],
    binary(joined(varUint(states.length), ...states.map(([client, clock, json]) => joined(varUint(client), varUint(clock), text(json))))),
  );

const NUMBERS = [2 ** 31, 2 ** 32, 2 ** 52, 2 ** 53 - 1] as const;

/** Every hand-made frame for one document, in a fixed order. `other` is a client that somebody else speaks for. */
export function handMadeShots(entries: readonly Struct[], other: number): Shot[] {
  const updates = [...hostileUpdates().values()].flat();
  return [
    ...updates.map(updateFrame),
    ...updates.slice(0, 12).map(step2Frame),
    ...entries.map((struct) => updateFrame(updateOf([{ client: 7, clock: 0, structs: [struct] }]))),
    ...documents().map(updateFrame),
    ...stateVectors().map(step1Frame),
    ...messages(),
    ...presence(other),
    ...websocketLayer(),
  ];
}

/** What the real writers write: into documents that are not the sender's. */
const documents = (): Uint8Array[] =>
  (
    [
      ['entries', '1'],
      ['records', 'record 1'],
      ['status', 'state'],
      ['catalog', 'head'],
      ['catalog', 'space'],
    ] as const
  ).flatMap(([root, key]) =>
    [1, 2, 99].map((client) => {
      const doc = new Y.Doc();
      doc.clientID = client;
      doc.getMap(root).set(key, utf8('forged'));
      doc.getMap(root).delete(key);
      doc.getMap(root).set(key, 'forged');
      return Y.encodeStateAsUpdate(doc);
    }),
  );

const stateVectors = (): Uint8Array[] => [
  joined([255, 255, 255, 255, 15]),
  joined([1]),
  joined([1, 1]),
  ...NUMBERS.map((clock) => joined([1, 1], varUint(clock))),
  ...NUMBERS.map((client) => joined([1], varUint(client), [1])),
  joined(varUint(20_000), ...Array.from({ length: 20_000 }, (_, client) => joined(varUint(client), [1]))),
  new Uint8Array(100_000),
];

const messages = (): Uint8Array[] => [
  new Uint8Array(0),
  ...[2, 4, 5, 127, 255].map((kind) => Uint8Array.of(kind)),
  ...[3, 4, 100].map((kind) => Uint8Array.of(0, kind, 0)),
  ...[0, 1, 2].flatMap((kind) => NUMBERS.map((length) => joined([0, kind], varUint(length)))),
  ...[0, 1, 2].map((kind) => Uint8Array.of(0, kind)),
];

const presence = (other: number): Uint8Array[] => [
  awarenessFrame([other, 2 ** 30, '{"person":"somebody else","personName":"Mallory","record":"r"}']),
  awarenessFrame([other, 2 ** 30, 'null']),
  ...NUMBERS.map((clock) => awarenessFrame([77, clock, '{}'])),
  ...NUMBERS.slice(1).map((client) => awarenessFrame([client, 1, '{}'])),
  awarenessFrame(...Array.from({ length: 300 }, (_, client) => [client, 1, '{}'] as const)),
  awarenessFrame([77, 3, `{"record":"${'x'.repeat(10_000)}"}`]),
  awarenessFrame([77, 4, '{"__proto__":{"person":"x"},"record":{"a":1}}']),
  awarenessFrame([77, 5, '{"record":']),
  ...Array.from({ length: 8 }, (_, clock) => awarenessFrame([77, 10 + clock, '{"record":"r"}'])),
  joined([1], varUint(2 ** 40)),
  joined([1], binary(varUint(2 ** 40))),
  ...Array.from({ length: 4 }, () => Uint8Array.of(3)),
];

/** A frame of a client, masked with zeros, with any first byte and any length said. */
const raw =
  (first: number, payload: Uint8Array, said = payload.length, mask = 0x80): Shot =>
  (_socket, network) => {
    const length = said < 126 ? [mask | said] : [mask | 127, ...longLength(said)];
    network.write(joined([first], length, mask === 0 ? [] : [0, 0, 0, 0], payload));
  };

function longLength(length: number): number[] {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(length));
  return [...bytes];
}

const websocketLayer = (): Shot[] => [
  'a text frame',
  '{"__proto__":1}',
  raw(0xc2, utf8('compressed')),
  raw(0xa2, utf8('reserved')),
  raw(0x83, utf8('opcode')),
  raw(0x8b, utf8('opcode')),
  raw(0x81, Uint8Array.of(0xff, 0xfe)),
  raw(0x82, utf8('not masked'), 10, 0),
  raw(0x80, utf8('goes on with nothing')),
  raw(0x89, new Uint8Array(200), 200),
  raw(0x09, utf8('a ping in parts')),
  ...NUMBERS.map((said) => raw(0x82, utf8('huge'), said)),
  raw(0x88, Uint8Array.of(1)),
  raw(0x88, Uint8Array.of(0xff, 0xff)),
  (socket) => {
    for (let part = 0; part < 50; part++) socket.send(Uint8Array.of(0), { fin: false });
    socket.send(Uint8Array.of(0), { fin: true });
  },
  (socket) => {
    for (let part = 0; part < 1_500; part++) socket.send(Uint8Array.of(0), { fin: false });
  },
  (socket) => {
    for (let count = 0; count < 300; count++) socket.ping();
  },
];

/** Larger than an outbox takes, smaller than what a reader's stock client may send by accident. */
export const hugeFrame = (): Uint8Array =>
  updateFrame(
    updateOf([
      {
        client: 7,
        clock: 0,
        structs: Array.from({ length: 40 }, (_, index) => item(`${index}`.padStart(64, '0'), new Uint8Array(512 * 1024))),
      },
    ]),
  );
