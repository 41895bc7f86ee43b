import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import { utf8 } from '../../../shared/base/bytes.ts';
import { putOutboxEntries } from '../../../shared/documents/outboxDocument.ts';
import type { SignedEntry } from '../../../shared/ledger/author.ts';
import type { Act } from '../../../shared/model/act.ts';
import type { EntryBytes } from '../../../shared/model/entry.ts';
import type { Anchor, EntryId } from '../../../shared/model/ids.ts';
import { CLOSE, SUBPROTOCOL } from '../../../shared/wire/closeCodes.ts';
import { SqliteDatabase } from '../../../sync-server/storage/sqliteDatabase.ts';
import { LIMITS } from '../../../sync-server/websocket/limits.ts';
import { startTestServer, type TestServer } from '../../support/startTestServer.ts';
import { openDocument, TestDevice } from '../../support/testClient.ts';
import { throwAwayDirectory } from '../../support/throwAwayDirectory.ts';

const ANCHOR = 'a'.repeat(32) as Anchor;
/** Takes back what nobody said: authentic, and void. */
const USELESS: Act = { kind: 'withdraw', acts: [{ entry: 'f'.repeat(64) as EntryId, act: 0 }] };
const comment: Act = { kind: 'comment', anchors: [ANCHOR], text: 'edit' };

let server: TestServer;
const devices: TestDevice[] = [];
const enrol = async (): Promise<TestDevice> => {
  const device = await (await TestDevice.enrol(server.launchLink())).connect();
  devices.push(device);
  return device;
};
const socketOf = async (device: TestDevice, name: string): Promise<WebSocket> => {
  const socket = new WebSocket(`${server.address.replace('http', 'ws')}/sync/${name}`, [SUBPROTOCOL, await device.ticket()]);
  await once(socket, 'open');
  return socket;
};
const counted = async (metric: string, kind: string): Promise<number> => {
  const text = await (await fetch(`${server.address}/metrics`)).text();
  return Number(new RegExp(`^${metric}\\{\\w+="${kind}"\\} (\\d+)`, 'm').exec(text)?.[1] ?? 0);
};
async function chain(device: TestDevice, count: number, act: Act = comment): Promise<SignedEntry[]> {
  const signed: SignedEntry[] = [];
  while (signed.length < count) signed.push(...(await device.sign([act])));
  return signed;
}

beforeEach(async () => {
  server = await startTestServer();
});
afterEach(async () => {
  for (const device of devices.splice(0)) device.close();
  await server.close();
});

describe('an outbox', () => {
  it('[HOS5, HOS11] that fills a frame is placed without closing it, and others edit meanwhile', async () => {
    const [ana, ben] = [await enrol(), await enrol()];
    const entries = await chain(ana, 12_000);
    const stock = openDocument(server.address, `outbox/${ana.device}`, [SUBPROTOCOL, await ana.ticket()]);
    await stock.synced;
    let closes = 0;
    stock.provider.on('connection-close', () => {
      closes++;
    });
    putOutboxEntries(stock.doc, entries);
    const last = ana.placed(entries.at(-1)?.id as EntryId);
    const started = performance.now();
    await ben.commit([comment]);
    const meanwhile = performance.now() - started;
    await last;
    process.stdout.write(
      `12,000 entries in one frame: placed after ${(performance.now() - started).toFixed(0)} ms, another's edit after ${meanwhile.toFixed(0)} ms\n`,
    );
    expect(ben.ledger.place).toBeGreaterThan(0);
    expect(meanwhile).toBeLessThan((performance.now() - started) / 2);
    expect(closes).toBe(0);
    stock.destroy();
  });

  it('[HOS5, HOS12] of a thousand bad entries is closed at the first, and no more is written down than a device may', async () => {
    const data = throwAwayDirectory();
    await server.close();
    server = await startTestServer({ data });
    const [ana, ben] = [await enrol(), await enrol()];
    for (let round = 0; round < 5; round++) {
      const outbox = openDocument(server.address, `outbox/${ana.device}`, [SUBPROTOCOL, await ana.ticket()]);
      await outbox.synced;
      const closed = outbox.closed();
      putOutboxEntries(outbox.doc, badEntries(round * 1_000));
      expect((await closed).code).toBe(CLOSE.entryRefused);
      outbox.destroy();
    }
    await ben.commit([comment]);
    expect(await counted('muster_entries_refused_total', 'not JSON')).toBeLessThan(1_000);
    await server.close();
    const store = new SqliteDatabase(join(data, 'store.sqlite'));
    expect(store.refused(10_000).length).toBeGreaterThan(0);
    expect(store.refused(10_000).length).toBeLessThanOrEqual(LIMITS.refusalsKept.burst + 10);
    store.close();
    server = await startTestServer();
  });

  it('[HOS10] that calls rubbish by the id of somebody else’s entry does not harm what waits for the real one', async () => {
    const [ana, mallory] = [await enrol(), await enrol()];
    const [first, second] = await chain(ana, 2);
    ana.send([second as SignedEntry]);
    // The second one is there and waits: an edit of somebody else has come and gone.
    await (await enrol()).commit([comment]);
    const outbox = await mallory.open(`outbox/${mallory.device}`);
    const closed = outbox.closed();
    putOutboxEntries(outbox.doc, [{ id: (first as SignedEntry).id, bytes: utf8('x'.repeat(100)) as EntryBytes }]);
    expect((await closed).code).toBe(CLOSE.entryRefused);
    ana.send([first as SignedEntry]);
    await ana.placed((second as SignedEntry).id);
    expect(ana.ledger.placeOf((second as SignedEntry).id)).toBe((ana.ledger.placeOf((first as SignedEntry).id) ?? 0) + 1);
  });

  it('[HOS3] that is larger than a frame may be is closed with 4413, which a stock client takes for final', async () => {
    const ana = await enrol();
    const socket = await socketOf(ana, `outbox/${ana.device}`);
    socket.send(new Uint8Array(LIMITS.outboxFrame + 1));
    const [code] = (await once(socket, 'close')) as [number];
    expect(code).toBe(CLOSE.tooLarge);
  });
});

describe('a device', () => {
  it('[HOS6] that does too much is slowed down over all its connections, and what it sent arrives', async () => {
    const ana = await enrol();
    const ben = await enrol();
    const [catalog, ledger] = [await socketOf(ana, 'catalog'), await socketOf(ana, 'ledger/0/0')];
    const outbox = await socketOf(ana, `outbox/${ana.device}`);
    const noise = Uint8Array.of(0, 2, 2, 0, 0);
    // Four seconds beyond what is allowed at once: a machine that takes that long to send it would not be slowed down.
    for (let count = 0; count < LIMITS.work.burst / LIMITS.frameWork / 2 + 4_000; count++) {
      catalog.send(noise);
      ledger.send(noise);
    }
    const [entry] = await chain(ana, 1);
    const doc = new Y.Doc();
    putOutboxEntries(doc, [entry as SignedEntry]);
    const update = Y.encodeStateAsUpdate(doc);
    // Behind the noise, so that it is slowed down as well.
    outbox.send(Buffer.concat([Uint8Array.of(0, 2), lengthOf(update.length), update]));
    await ben.commit([comment]);
    await ana.placed((entry as SignedEntry).id);
    expect(await counted('muster_frames_dropped_total', 'slowed down')).toBeGreaterThan(0);
    expect([catalog.readyState, ledger.readyState, outbox.readyState]).toEqual([WebSocket.OPEN, WebSocket.OPEN, WebSocket.OPEN]);
    for (const socket of [catalog, ledger, outbox]) socket.terminate();
  });

  it('[HOS13] that floods the ledger with what counts nowhere is slowed down; as much that counts is not, and all of it has a place', async () => {
    const [ana, mallory] = [await enrol(), await enrol()];
    const flood = async (device: TestDevice, act: Act = comment): Promise<SignedEntry[]> => {
      const entries = await chain(device, 5_000, act);
      device.send(entries);
      await device.placed(entries.at(-1)?.id as EntryId);
      // What comes after it is what is read slowly.
      const [after] = await chain(device, 1);
      device.send([after as SignedEntry]);
      await device.placed((after as SignedEntry).id);
      return entries;
    };
    await flood(ana);
    expect(await counted('muster_frames_dropped_total', 'slowed down')).toBe(0);
    const sent = await flood(mallory, USELESS);
    expect(sent.every(({ id }) => mallory.ledger.line(id)?.receipt?.void?.['0'] === 'unknown subject')).toBe(true);
    expect(await counted('muster_frames_dropped_total', 'slowed down')).toBeGreaterThan(0);
    await ana.commit([comment]);
  });

  it('[HOS6] that begins frames and ends none is closed before they fill the memory', async () => {
    const ana = await enrol();
    const sockets = await Promise.all(Array.from({ length: 5 }, () => socketOf(ana, 'ledger/0/0')));
    const closes = sockets.map((socket) => once(socket, 'close') as Promise<[number, Buffer]>);
    for (const socket of sockets) socket.send(new Uint8Array(30 * 1024 * 1024), { fin: false });
    const [code, reason] = await Promise.race(closes);
    expect([code, reason.toString()]).toEqual([CLOSE.tooManyRequests, 'too many unfinished bytes']);
    for (const socket of sockets) socket.terminate();
    await (await enrol()).commit([comment]);
  });
});

const badEntries = (from: number): { id: EntryId; bytes: EntryBytes }[] =>
  Array.from({ length: 1_000 }, (_, index) => ({
    id: (from + index).toString(16).padStart(64, '0') as EntryId,
    bytes: utf8(`${'x'.repeat(100)}${from + index}`) as EntryBytes,
  }));

const lengthOf = (length: number): Uint8Array => Uint8Array.of((length & 127) | 128, length >> 7);
