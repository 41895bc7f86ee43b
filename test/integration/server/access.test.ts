import { request as httpRequest } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MINUTE } from '../../../shared/base/time.ts';
import type { SourceId } from '../../../shared/model/ids.ts';
import { CLOSE, SUBPROTOCOL } from '../../../shared/wire/closeCodes.ts';
import { invitationReply } from '../../../shared/wire/http.ts';
import { startTestServer, type TestServer } from '../../support/startTestServer.ts';
import { newSigner, openDocument, post, TestDevice } from '../../support/testClient.ts';

/** fetch sets Host and Origin itself. */
function rawGet(address: string, path: string, headers: Record<string, string>): Promise<{ status: number; location: string | undefined }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(address + path, { headers }, (response) => {
      response.resume();
      resolve({ status: response.statusCode ?? 0, location: response.headers.location });
    });
    request.on('error', reject);
    request.end();
  });
}

describe('who may come in', () => {
  let server: TestServer;
  let later = 0;
  const devices: TestDevice[] = [];
  const kept = (device: TestDevice): TestDevice => {
    devices.push(device);
    return device;
  };
  const invite = async (admin: TestDevice, role: string, hours = 1): Promise<string> => {
    const reply = await admin.request('POST', '/api/invitations', { role, label: 'colleague', hours });
    expect(reply.status).toBe(201);
    return invitationReply.parse(reply.body).link;
  };
  const closeCode = async (name: string, protocols: string[]): Promise<number> => {
    const opened = openDocument(server.address, name, protocols);
    const { code } = await opened.closed();
    opened.destroy();
    return code;
  };

  beforeEach(async () => {
    later = 0;
    server = await startTestServer({ clock: () => Date.now() + later });
  });
  afterEach(async () => {
    for (const device of devices.splice(0)) device.close();
    await server.close();
  });

  it('[SYN10] a launch link enrols one device, once', async () => {
    const link = server.launchLink();
    const device = await TestDevice.enrol(link);
    expect(await device.request('GET', '/api/sources')).toMatchObject({ status: 200 });
    await expect(TestDevice.enrol(link)).rejects.toThrow('403');
    await expect(TestDevice.enrol(`${server.address}/#launch=${'x'.repeat(32)}`)).rejects.toThrow('403');
  });

  it('[SYN10] a second device of the local steward is the same person', async () => {
    const [first, second] = [await TestDevice.enrol(server.launchLink()), await TestDevice.enrol(server.launchLink())];
    expect(first.person).toBe(second.person);
    expect(first.device).not.toBe(second.device);
  });

  it('[SYN11] an invitation enrols a new person with its role, once, and not after it expired', async () => {
    const admin = await TestDevice.enrol(server.launchLink());
    const link = await invite(admin, 'reader');
    const reader = await TestDevice.enrol(link, { personName: 'Rea' });
    expect(reader.person).not.toBe(admin.person);
    expect(await reader.request('POST', '/api/invitations', { role: 'admin', label: 'me' })).toMatchObject({ status: 403 });
    await expect(TestDevice.enrol(link)).rejects.toThrow('403');
    const late = await invite(admin, 'reader');
    later = 61 * MINUTE;
    await expect(TestDevice.enrol(late)).rejects.toThrow('403');
  });

  it('[SYN11] a key that does not prove itself is not enrolled, and the link still works', async () => {
    const link = server.launchLink();
    const [signer, other] = [await newSigner(), await newSigner()];
    const stolen = { publicKey: signer.publicKey, sign: other.sign };
    await expect(TestDevice.enrol(link, { signer: stolen })).rejects.toThrow('400');
    await TestDevice.enrol(link, { signer });
  });

  it('[SYN12] an expired or unknown ticket closes with 4401; an open socket stays', async () => {
    const device = kept(await (await TestDevice.enrol(server.launchLink())).connect());
    const ticket = await device.ticket();
    later = 6 * MINUTE;
    expect(await closeCode('catalog', [SUBPROTOCOL, ticket])).toBe(CLOSE.ticketExpired);
    expect(await closeCode('catalog', [SUBPROTOCOL])).toBe(CLOSE.ticketExpired);
    expect((await device.open('catalog')).provider.wsconnected).toBe(true);
  });

  it('[SYN12] a nonce is good for one signature of its own device', async () => {
    const [ana, ben] = [await TestDevice.enrol(server.launchLink()), await TestDevice.enrol(server.launchLink())];
    const asked = (await post(`${server.address}/api/auth/nonce`, { device: ana.device })).body as { nonce: string };
    const wrong = await post(`${server.address}/api/auth/ticket`, { device: ben.device, nonce: asked.nonce, signature: 'AAAA' });
    expect(wrong.status).toBe(401);
    const again = await post(`${server.address}/api/auth/ticket`, { device: ana.device, nonce: asked.nonce, signature: 'AAAA' });
    expect(again.status).toBe(401);
  });

  it('[SYN13] outboxes are for their device alone, and unknown documents are 4404', async () => {
    const [ana, ben] = [await TestDevice.enrol(server.launchLink()), await TestDevice.enrol(server.launchLink())];
    const as = async (device: TestDevice, name: string) => closeCode(name, [SUBPROTOCOL, await device.ticket()]);
    expect(await as(ben, `outbox/${ana.device}`)).toBe(CLOSE.forbidden);
    expect(await as(ben, 'ledger/0/7')).toBe(CLOSE.unknownDocument);
    expect(await as(ben, 'ledger/0/00')).toBe(CLOSE.unknownDocument);
    expect(await as(ben, 'source/none/0/0')).toBe(CLOSE.unknownDocument);
    expect(await as(ben, '..%2fstore')).toBe(CLOSE.unknownDocument);
  });

  it('[SYN14] a revoked device loses its sockets with 4410 and gets no further ticket', async () => {
    const admin = kept(await (await TestDevice.enrol(server.launchLink())).connect());
    const other = kept(await (await TestDevice.enrol(server.launchLink())).connect());
    const closed = (await other.open('catalog')).closed();
    await admin.until(() => admin.ledger.personOf(other.device) !== undefined);
    const previous = admin.ledger.lastOn(`device/${other.device}`) ?? null;
    await admin.commit([{ kind: 'revoke', device: other.device, previous }]);
    expect((await closed).code).toBe(CLOSE.revoked);
    await expect(other.ticket()).rejects.toThrow('403');
  });

  it('[SYN15] a private source is read by the local steward and is not there for anybody else', async () => {
    const admin = await TestDevice.enrol(server.launchLink());
    const colleague = await TestDevice.enrol(await invite(admin, 'steward'));
    await server.sources.open('laptop' as SourceId, 'private');
    await server.sources.open('shared' as SourceId, 'space');
    const own = openDocument(server.address, 'source/laptop/0/0', [SUBPROTOCOL, await admin.ticket()]);
    await own.synced;
    own.destroy();
    for (const name of ['source/laptop/0/0', 'status/laptop/0']) {
      expect(await closeCode(name, [SUBPROTOCOL, await colleague.ticket()])).toBe(CLOSE.forbidden);
    }
    const shared = openDocument(server.address, 'source/shared/0/0', [SUBPROTOCOL, await colleague.ticket()]);
    await shared.synced;
    shared.destroy();
    expect(await colleague.request('GET', '/api/history/laptop/key')).toMatchObject({ status: 404 });
  });

  it('[SYN16] a foreign Host or Origin is refused on HTTP and at the upgrade', async () => {
    const { port } = new URL(server.address);
    expect((await rawGet(server.address, '/api/space', { host: `127.0.0.1:${port}` })).status).toBe(200);
    expect((await rawGet(server.address, '/api/space', { host: `evil.example:${port}` })).status).toBe(403);
    expect((await rawGet(server.address, '/api/space', { origin: 'https://evil.example' })).status).toBe(403);
    expect((await rawGet(server.address, '/api/space', { origin: 'null' })).status).toBe(403);
    expect((await rawGet(server.address, '/api/space', { origin: server.address })).status).toBe(200);
    const upgrade = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
      'sec-websocket-version': '13',
    };
    expect((await rawGet(server.address, '/sync/catalog', { ...upgrade, origin: 'https://evil.example' })).status).toBe(403);
  });

  it('[SYN16] localhost is redirected to the one origin that holds the key', async () => {
    const { port } = new URL(server.address);
    const reply = await rawGet(server.address, '/identity/1?x=2', { host: `localhost:${port}` });
    expect(reply).toEqual({ status: 307, location: `http://127.0.0.1:${port}/identity/1?x=2` });
  });

  it('[SYN17] a token of the command line reads with its role; a ticket in an address is no ticket', async () => {
    const token = server.core.token('reader', MINUTE);
    if (!token.ok) throw new Error('no token');
    const opened = openDocument(server.address, 'catalog', [], { token: token.value.ticket });
    await opened.synced;
    opened.destroy();
    const device = await TestDevice.enrol(server.launchLink());
    const refused = openDocument(server.address, 'catalog', [], { token: await device.ticket() });
    expect((await refused.closed()).code).toBe(CLOSE.ticketExpired);
    refused.destroy();
  });
});
