import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SECOND } from '../../../shared/base/time.ts';
import type { Act } from '../../../shared/model/act.ts';
import type { Anchor } from '../../../shared/model/ids.ts';
import { CLOSE, SUBPROTOCOL } from '../../../shared/wire/closeCodes.ts';
import { invitationReply } from '../../../shared/wire/http.ts';
import { startTestServer, type TestServer } from '../../support/startTestServer.ts';
import { openDocument, TestDevice } from '../../support/testClient.ts';

const ANCHOR = '1'.repeat(32) as Anchor;
const say = (value: string): Act => ({ kind: 'set', anchors: [ANCHOR], field: 'purpose', value });

let server: TestServer;
let owner: TestDevice;
const devices: TestDevice[] = [];
const kept = async (device: TestDevice): Promise<TestDevice> => {
  devices.push(device);
  return device.connect();
};
async function steward(): Promise<TestDevice> {
  const reply = await owner.request('POST', '/api/invitations', { role: 'steward', label: 'Sten' });
  const device = await kept(await TestDevice.enrol(invitationReply.parse(reply.body).link, { personName: 'Sten' }));
  await owner.until(() => owner.ledger.personOf(device.device) !== undefined);
  return device;
}
const revoke = (device: TestDevice): Act => ({
  kind: 'revoke',
  device: device.device,
  previous: owner.ledger.lastOn(`device/${device.device}`) ?? null,
});
const valuesOf = ({ ledger }: TestDevice): unknown[] => ledger.cell(ANCHOR, 'purpose')?.heads.map(({ value }) => value) ?? [];

beforeEach(async () => {
  server = await startTestServer();
  owner = await kept(await TestDevice.enrol(server.launchLink()));
});
afterEach(async () => {
  for (const device of devices.splice(0)) device.close();
  await server.close();
});

describe('a laptop that was lost', () => {
  it('[TRU18] every open socket of it closes within 5 seconds, by the clock, while others stay', async () => {
    const laptop = await steward();
    const other = await steward();
    const names = ['catalog', 'ledger/0/0', `outbox/${laptop.device}`];
    const closing = await Promise.all(
      names.map(async (name) => {
        const opened = openDocument(server.address, name, [SUBPROTOCOL, await laptop.ticket()]);
        await opened.synced.catch(() => undefined);
        return { opened, closed: opened.closed().then(({ code }) => ({ code, at: performance.now() })) };
      }),
    );
    const begun = performance.now();
    await owner.commit([revoke(laptop)]);
    for (const { opened, closed } of closing) {
      const { code, at } = await closed;
      expect(code).toBe(CLOSE.revoked);
      expect(at - begun).toBeLessThan(5 * SECOND);
      opened.destroy();
    }
    expect((await other.open('catalog')).provider.wsconnected).toBe(true);
  });

  it('[TRU18] what it said before stands; what it says later counts nowhere, also when somebody else brings it', async () => {
    const laptop = await steward();
    await laptop.commit([say('before')]);
    // Made on the laptop before, and still on its way when it is revoked.
    const [held] = await laptop.sign([say('made before, sent after')]);
    await owner.commit([revoke(laptop)]);
    await expect(laptop.ticket()).rejects.toThrow('403');
    const refused = openDocument(server.address, `outbox/${laptop.device}`, [SUBPROTOCOL, 'x'.repeat(32)]);
    expect((await refused.closed()).code).toBe(CLOSE.ticketExpired);
    refused.destroy();
    // Another's outbox does not take it: an outbox has one writer.
    const closed = (await owner.open(`outbox/${owner.device}`)).closed();
    owner.send([held as never]);
    expect(await closed).toMatchObject({ code: CLOSE.entryRefused, reason: `another device ${held?.id}` });
    expect(valuesOf(owner)).toEqual(['before']);
    expect(server.core.ledger.line(held?.id as never)).toBeUndefined();
    const later = await steward();
    expect(valuesOf(later)).toEqual(['before']);
    expect(later.ledger.ignored()).toEqual([]);
  });

  it('[TRU18] an entry that is placed right after the revocation is void, on the server and on every replica', async () => {
    const laptop = await steward();
    await laptop.commit([say('before')]);
    const entries = await laptop.sign([say('at the same moment')]);
    const [revocation] = await owner.sign([revoke(laptop)]);
    owner.send([revocation as never]);
    laptop.send(entries);
    await owner.placed(revocation?.id as never);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const line = server.core.ledger.line(entries[0]?.id as never);
    // Whichever came first: it counts when it was before the revocation, and not when it was after.
    const before = line !== undefined && (line.place ?? 0) < (owner.ledger.placeOf(revocation?.id as never) ?? 0);
    if (line && !before) expect(line.receipt?.void).toEqual({ '0': 'revoked' });
    await owner.until(() => owner.ledger.place === server.core.ledger.place);
    expect(valuesOf(owner)).toEqual([before ? 'at the same moment' : 'before']);
  });
});

describe('a cloned profile', () => {
  it('[TRU19] both copies work on, offline and online, no entry is lost and both learn of it', async () => {
    const original = await steward();
    await original.commit([say('together')]);
    const clone = await kept(TestDevice.resume(original));
    await clone.until(() => clone.ledger.place === original.ledger.place);
    const seen = original.seen();
    const [mine, theirs] = await Promise.all([original.sign([say('the original')], seen), clone.sign([say('the copy')], seen)]);
    original.send(mine);
    clone.send(theirs);
    for (const device of [original, clone, owner]) {
      for (const { id } of [...mine, ...theirs]) expect((await device.placed(id)).receipt.void).toBeUndefined();
      expect(valuesOf(device).sort()).toEqual(['the copy', 'the original']);
      expect([...device.ledger.forks().keys()]).toEqual([original.device]);
      expect(device.ledger.ignored()).toEqual([]);
    }
    const [settled] = await original.commit([say('settled by one of them')]);
    expect(settled?.receipt.void).toBeUndefined();
    await clone.placed(settled?.id as never);
    expect(valuesOf(clone)).toEqual(['settled by one of them']);
  });

  it('[TRU19] revoked, both copies are out', async () => {
    const original = await steward();
    const clone = await kept(TestDevice.resume(original));
    const closed = [(await original.open('catalog')).closed(), (await clone.open('catalog')).closed()];
    await owner.commit([revoke(original)]);
    for (const one of closed) expect((await one).code).toBe(CLOSE.revoked);
    await expect(clone.ticket()).rejects.toThrow('403');
  });
});
