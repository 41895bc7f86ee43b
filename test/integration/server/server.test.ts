import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { utf8 } from '../../../shared/base/bytes.ts';
import { putOutboxEntries } from '../../../shared/documents/outboxDocument.ts';
import type { Act } from '../../../shared/model/act.ts';
import type { EntryBytes, EntryId } from '../../../shared/model/entry.ts';
import type { Anchor } from '../../../shared/model/ids.ts';
import { CLOSE, SUBPROTOCOL } from '../../../shared/wire/closeCodes.ts';
import { startTestServer, type TestServer } from '../../support/startTestServer.ts';
import { openDocument, TestDevice } from '../../support/testClient.ts';
import { throwAwayDirectory } from '../../support/throwAwayDirectory.ts';

const anchor = 'ab'.repeat(16) as Anchor;
const create: Act = { kind: 'create', anchor, type: 'identity', recordKind: 'service account', name: 'deploy' };
const setPurpose = (value: string): Act => ({ kind: 'set', anchors: [anchor], field: 'purpose', value });

describe('entries on their way to the ledger', () => {
  let server: TestServer;
  const devices: TestDevice[] = [];
  const enrol = async (link = server.launchLink()): Promise<TestDevice> => {
    const device = await (await TestDevice.enrol(link)).connect();
    devices.push(device);
    return device;
  };
  let data: string;
  beforeEach(async () => {
    data = throwAwayDirectory();
    server = await startTestServer({ data });
  });
  afterEach(async () => {
    for (const device of devices.splice(0)) device.close();
    await server.close();
    rmSync(data, { recursive: true, force: true });
  });

  it('[SYN4] an entry in the ledger is seen by its author and by another device, with the same root', async () => {
    const [ana, ben] = [await enrol(), await enrol()];
    const [placed] = await ana.commit([create, setPurpose('deploys')]);
    await ben.until(() => ben.ledger.place === placed?.place);
    expect(ben.ledger.cell(anchor, 'purpose')?.heads.map(({ value }) => value)).toEqual(['deploys']);
    expect(ben.ledger.root).toBe(ana.ledger.root);
  });

  it('[SYN4] edits that have not seen each other are both kept, as a conflict on both devices', async () => {
    const [ana, ben] = [await enrol(), await enrol()];
    await ana.commit([create]);
    await ben.until(() => ben.ledger.place === ana.ledger.place);
    const seen = ana.seen();
    await Promise.all([ana.commit([setPurpose('one')], seen), ben.commit([setPurpose('other')], seen)]);
    for (const device of [ana, ben]) {
      await device.until(() => device.ledger.place === seen.place + 2);
      expect(device.ledger.cell(anchor, 'purpose')?.conflict).toBe(true);
    }
  });

  it('[SYN5] entries arrive in any order and are placed after the one before them', async () => {
    const ana = await enrol();
    const first = await ana.sign([create]);
    const second = await ana.sign([setPurpose('two')]);
    const third = await ana.sign([setPurpose('three')]);
    ana.send(third);
    ana.send(second);
    ana.send(first);
    const places = await Promise.all([...first, ...second, ...third].map(async ({ id }) => (await ana.placed(id)).place));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(new Set(places).size).toBe(3);
  });

  it('[SYN6] an entry sent twice has one place', async () => {
    const ana = await enrol();
    const entries = await ana.sign([create]);
    ana.send(entries);
    await ana.placed(entries[0]?.id as EntryId);
    const place = ana.ledger.place;
    // Another session of the same device that never heard of the acknowledgement.
    const again = openDocument(server.address, `outbox/${ana.device}`, [SUBPROTOCOL, await ana.ticket()]);
    putOutboxEntries(again.doc, entries);
    await again.synced;
    await ana.commit([setPurpose('afterwards')]);
    expect(ana.ledger.place).toBe(place + 1);
    again.destroy();
  });

  it('[SYN7] bytes that are no entry close the outbox with 4422, and what follows without them is placed', async () => {
    const ana = await enrol();
    const outbox = await ana.open(`outbox/${ana.device}`);
    const closed = outbox.closed();
    putOutboxEntries(outbox.doc, [{ id: 'f'.repeat(64) as EntryId, bytes: utf8('x'.repeat(100)) as EntryBytes }]);
    expect(await closed).toEqual({ code: CLOSE.entryRefused, reason: `not JSON ${'f'.repeat(64)}` });
    const again = openDocument(server.address, `outbox/${ana.device}`, [SUBPROTOCOL, await ana.ticket()]);
    const entries = await ana.sign([create]);
    putOutboxEntries(again.doc, entries);
    await ana.placed(entries[0]?.id as EntryId);
    again.destroy();
  });

  it('[SYN7] an entry with a signature of somebody else is refused and never placed', async () => {
    const [ana, ben] = [await enrol(), await enrol()];
    const [entry] = await ana.sign([create]);
    const forged = entry?.bytes.slice() as EntryBytes;
    forged[3] = (forged[3] ?? 0) ^ 1;
    const outbox = await ana.open(`outbox/${ana.device}`);
    const closed = outbox.closed();
    putOutboxEntries(outbox.doc, [{ id: entry?.id as EntryId, bytes: forged }]);
    expect(await closed).toEqual({ code: CLOSE.entryRefused, reason: `bad signature ${entry?.id}` });
    const other = await ben.open(`outbox/${ben.device}`);
    const otherClosed = other.closed();
    putOutboxEntries(other.doc, [{ id: entry?.id as EntryId, bytes: entry?.bytes as EntryBytes }]);
    expect((await otherClosed).reason).toBe(`another device ${entry?.id}`);
    expect(ana.ledger.placeOf(entry?.id as EntryId)).toBeUndefined();
  });

  it('[SYN8] what a reader sends into a ledger document changes nothing for anybody', async () => {
    const [ana, ben] = [await enrol(), await enrol()];
    const segment = await ana.open('ledger/0/0');
    const before = ben.ledger.place;
    segment.doc.getMap('entries').set(String(before + 1), utf8('forged'));
    segment.doc.getMap('entries').delete('1');
    await ben.commit([create]);
    await ben.until(() => ben.ledger.place === before + 1);
    const fresh = await enrol();
    expect(fresh.ledger.place).toBe(before + 2);
    expect(fresh.ledger.placeOf(ben.ledger.lines({ limit: 1 })[0]?.entry.id as EntryId)).toBeDefined();
    const joined = await fresh.open('ledger/0/0');
    expect(joined.doc.getMap('entries').has('1')).toBe(true);
  });

  it('[SYN8] hostile bytes cost their sender the connection and nobody else anything', async () => {
    const [ana, ben] = [await enrol(), await enrol()];
    const outbox = await ana.open(`outbox/${ana.device}`);
    const closed = outbox.closed();
    outbox.provider.ws?.send(Uint8Array.of(0, 2, 5, 255, 255, 255, 255, 255));
    expect((await closed).code).toBe(CLOSE.malformed);
    await ben.commit([create]);
    expect(ben.ledger.createdAt(anchor)?.name).toBe('deploy');
  });

  it('[SYN9] a restart builds the same ledger document, byte for byte', async () => {
    const ana = await enrol();
    await ana.commit([create]);
    await Promise.all(['a', 'b', 'c'].map((value) => ana.commit([setPurpose(value)])));
    const encoded = async (address: string, device: TestDevice): Promise<string> => {
      const opened = openDocument(address, 'ledger/0/0', [SUBPROTOCOL, await device.ticket()]);
      await opened.synced;
      const bytes = Buffer.from(Y.encodeStateAsUpdate(opened.doc)).toString('base64');
      opened.destroy();
      return bytes;
    };
    const before = await encoded(server.address, ana);
    await server.close();
    server = await startTestServer({ data });
    expect(await encoded(server.address, TestDevice.resume(ana, server.address))).toBe(before);
  });
});
