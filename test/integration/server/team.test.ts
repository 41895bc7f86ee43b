import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fromBase64Url, utf8 } from '../../../shared/base/bytes.ts';
import { canonicalJson } from '../../../shared/base/json.ts';
import { signedMessage } from '../../../shared/base/signature.ts';
import { MINUTE } from '../../../shared/base/time.ts';
import { invitationReply } from '../../../shared/wire/http.ts';
import { headReply, type TeamReply, teamReply, waitingDevice } from '../../../shared/wire/team.ts';
import { createVerify } from '../../../sync-server/core/keys.ts';
import { askForConfirmation, confirmation, confirmationProof, confirmedDevice } from '../../support/confirmation.ts';
import { startTestServer, type TestServer } from '../../support/startTestServer.ts';
import { newSigner, post, TestDevice } from '../../support/testClient.ts';
import { throwAwayDirectory } from '../../support/throwAwayDirectory.ts';

let server: TestServer;
let later = 0;
const devices: TestDevice[] = [];
const kept = <T extends TestDevice>(device: T): T => {
  devices.push(device);
  return device;
};
const clock = (): number => Date.now() + later;
const admin = async (): Promise<TestDevice> => kept(await (await TestDevice.enrol(server.launchLink())).connect());
const colleague = async (by: TestDevice, role: string, personName = 'Rea'): Promise<TestDevice> => {
  const reply = await by.request('POST', '/api/invitations', { role, label: personName, hours: 1 });
  const device = kept(await (await TestDevice.enrol(invitationReply.parse(reply.body).link, { personName })).connect());
  await by.until(() => by.ledger.personOf(device.device) !== undefined);
  return device;
};
const codeOf = (reply: { body: unknown }): string | undefined => (reply.body as { error?: { code?: string } }).error?.code;

beforeEach(async () => {
  later = 0;
  server = await startTestServer({ clock });
});
afterEach(async () => {
  for (const device of devices.splice(0)) device.close();
  await server.close();
});

describe('a new device asks to be confirmed', () => {
  it('[TRU1] shows a code, is confirmed by a device of its person, and gets a ticket then', async () => {
    const reader = await colleague(await admin(), 'reader');
    const signer = await newSigner();
    const code = await askForConfirmation(server.address, reader.space, signer, 'tablet');
    expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/);
    const second = kept(TestDevice.known(server.address, reader.space, signer, reader.person));
    await expect(second.ticket()).rejects.toThrow('403');
    const found = await reader.request('GET', `/api/devices/requests/${code.toLowerCase().replace('-', ' ').replaceAll('0', 'o')}`);
    const waiting = waitingDevice.parse(found.body);
    expect(waiting).toMatchObject({ device: signer.publicKey, label: 'tablet' });
    const [placed] = await reader.commit([confirmation(reader, waiting)]);
    expect(placed?.receipt.void).toBeUndefined();
    await second.connect();
    expect(reader.ledger.personOf(signer.publicKey)?.person).toBe(reader.person);
    expect(codeOf(await reader.request('GET', `/api/devices/requests/${code}`))).toBe('not found');
    expect(codeOf(await post(`${server.address}/api/devices/requests`, { ...waiting, asked: undefined, expires: undefined }))).toBe(
      'conflict',
    );
  });

  it('[TRU2] needs a proof of its key when it asks, and again in the act', async () => {
    const owner = await admin();
    const [signer, other] = [await newSigner(), await newSigner()];
    const proof = await confirmationProof(owner.space, { publicKey: signer.publicKey, sign: other.sign });
    const asked = await post(`${server.address}/api/devices/requests`, { device: signer.publicKey, label: 'x', proof });
    expect(asked.status).toBe(400);
    const waiting = { device: signer.publicKey, label: 'x', proof, asked: '', expires: '' } as never;
    for (const forged of [proof, '', await confirmationProof('f'.repeat(32) as never, signer)]) {
      const [placed] = await owner.commit([{ ...confirmation(owner, waiting), proof: forged }]);
      expect(placed?.receipt.void).toEqual({ '0': 'not proved' });
    }
    expect(owner.ledger.personOf(signer.publicKey)).toBeUndefined();
    const [launched] = await owner.commit([{ ...confirmation(owner, waiting), via: { launch: true } }]);
    expect(launched?.receipt.void).toEqual({ '0': 'not proved' });
  });

  it('[TRU1] an administrator confirms for somebody else; others, strangers and tokens do not even see who waits', async () => {
    const owner = await admin();
    const reader = await colleague(owner, 'reader');
    const steward = await colleague(owner, 'steward', 'Sten');
    const signer = await newSigner();
    const code = await askForConfirmation(server.address, owner.space, signer);
    expect((await fetch(`${server.address}/api/devices/requests/${code}`)).status).toBe(401);
    const token = server.core.token('admin', MINUTE);
    const headers = { authorization: `Bearer ${token.ok ? token.value.ticket : ''}` };
    expect((await fetch(`${server.address}/api/devices/requests/${code}`, { headers })).status).toBe(403);
    const waiting = waitingDevice.parse((await owner.request('GET', `/api/devices/requests/${code}`)).body);
    await steward.until(() => steward.ledger.persons().has(reader.person));
    const [stolen] = await steward.commit([confirmation(steward, waiting, reader.person)]);
    expect(stolen?.receipt.void).toEqual({ '0': 'role may not' });
    const [placed] = await owner.commit([confirmation(owner, waiting, reader.person)]);
    expect(placed?.receipt.void).toBeUndefined();
  });

  it('[TRU3] codes run out, guesses are bounded, and so are the requests of strangers', { timeout: 60_000 }, async () => {
    const owner = await admin();
    const signer = await newSigner();
    const first = await askForConfirmation(server.address, owner.space, signer);
    const code = await askForConfirmation(server.address, owner.space, signer);
    expect(code).not.toBe(first);
    const ticket = await owner.ticket();
    const look = async (text: string): Promise<string | undefined> => {
      const reply = await fetch(`${server.address}/api/devices/requests/${text}`, { headers: { authorization: `Bearer ${ticket}` } });
      return codeOf({ body: await reply.json() });
    };
    expect(await look(first)).toBe('not found');
    expect(await look(code)).toBeUndefined();
    for (let guess = 1; guess < 20; guess++) expect(await look(`0000${guess}`)).toBe('not found');
    expect(await look(code)).toBe('too many requests');
    for (let more = 0; more < 99; more++) await askForConfirmation(server.address, owner.space, await newSigner());
    await expect(askForConfirmation(server.address, owner.space, await newSigner())).rejects.toThrow('429');
    later = 16 * MINUTE;
    const after = await owner.request('GET', `/api/devices/requests/${code}`);
    expect(codeOf(after)).toBe('not found');
    await askForConfirmation(server.address, owner.space, await newSigner());
  });

  it('[TRU1] a revoked key neither waits nor comes back', async () => {
    const owner = await admin();
    const signer = await newSigner();
    const second = kept(await confirmedDevice(owner, signer));
    const previous = owner.ledger.lastOn(`device/${second.device}`) ?? null;
    await owner.commit([{ kind: 'revoke', device: second.device, previous }]);
    await expect(askForConfirmation(server.address, owner.space, signer)).rejects.toThrow('403');
  });
});

describe('heads and who was here', () => {
  it('[TRU4] the head of any place is signed anew; of a place that is not there it says that the history is shorter', async () => {
    const owner = await admin();
    const reply = await owner.request('GET', '/api/head/2');
    const { head } = headReply.parse(reply.body);
    const { signature, ...said } = head;
    expect(head).toMatchObject({ place: 2, root: owner.ledger.rootAt(2 as never) });
    const message = signedMessage('muster/head/1', utf8(canonicalJson({ ...said, space: owner.space })));
    expect(await createVerify()(owner.ledger.serverKey as never, message, fromBase64Url(signature) as never)).toBe(true);
    const beyond = await owner.request('GET', `/api/head/${owner.ledger.place + 1}`);
    expect([beyond.status, codeOf(beyond)]).toEqual([404, 'shorter history']);
    for (const bad of ['0', '-1', '1.5', 'x', '9'.repeat(30)]) expect((await owner.request('GET', `/api/head/${bad}`)).status).toBe(400);
    expect((await fetch(`${server.address}/api/head/1`)).status).toBe(401);
  });

  it('[TRU5] an administrator sees when every device was here, anybody else their own; it outlives a restart', async () => {
    const owner = await admin();
    const reader = await colleague(owner, 'reader');
    const team = async (by: TestDevice): Promise<TeamReply['devices']> =>
      teamReply.parse((await by.request('GET', '/api/team')).body).devices;
    expect((await team(reader)).map(({ device }) => device)).toEqual([reader.device]);
    const line = (all: TeamReply['devices'], device = reader.device) => all.find((one) => one.device === device);
    expect(line(await team(owner))).toMatchObject({ here: true });
    reader.close();
    await expect.poll(async () => line(await team(owner))?.here).toBe(false);
    const seen = line(await team(owner))?.lastSeen;
    expect(Math.abs(Date.parse(seen ?? '') - Date.now())).toBeLessThan(30_000);
    expect(line(await team(owner), server.core.ledger.persons().values().next().value?.devices[0]?.device)?.lastSeen).toBeUndefined();
  });

  it('[TRU5] last seen is kept when the server stops', async () => {
    await server.close();
    const data = throwAwayDirectory();
    server = await startTestServer({ clock, data });
    const owner = await admin();
    const second = kept(await confirmedDevice(owner));
    await second.ticket();
    for (const device of devices.splice(0)) device.close();
    await server.close();
    server = await startTestServer({ clock, data });
    const again = kept(TestDevice.resume(owner, server.address));
    const { devices: known } = teamReply.parse((await again.request('GET', '/api/team')).body);
    expect(known.find(({ device }) => device === second.device)?.lastSeen).toBeDefined();
  });
});
