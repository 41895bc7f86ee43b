import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HOUR, MINUTE, toInstant } from '../../../shared/base/time.ts';
import { CLOSE, SUBPROTOCOL } from '../../../shared/wire/closeCodes.ts';
import { invitationReply, nonceReply } from '../../../shared/wire/http.ts';
import { type Answer, answerOf } from '../../support/signIn/signInWorld.ts';
import { startTestServer, type TestServer } from '../../support/startTestServer.ts';
import { newSigner, openDocument, post, signText, TestDevice } from '../../support/testClient.ts';

let server: TestServer;
let owner: TestDevice;
let later = 0;
const said = ({ status, code }: Answer): string => `${status} ${code}`;

beforeEach(async () => {
  later = 0;
  server = await startTestServer({ clock: () => Date.now() + later });
  owner = await (await TestDevice.enrol(server.launchLink())).connect();
});
afterEach(async () => {
  owner.close();
  await server.close();
});

const nonceFor = async (device: string) => nonceReply.parse((await post(`${server.address}/api/auth/nonce`, { device })).body);
const redeem = async (device: string, nonce: string, signature: string): Promise<Answer> =>
  answerOf(await post(`${server.address}/api/auth/ticket`, { device, nonce, signature }));

describe('tickets', () => {
  it('[TRU14] a signature for another origin, space, time, purpose or key, or none, gets no ticket', async () => {
    const change: Record<string, object> = {
      origin: { origin: 'http://127.0.0.1:1' },
      space: { space: 'f'.repeat(32) },
      expires: { expires: toInstant(Date.now() + HOUR) },
      nonce: { nonce: 'x'.repeat(32) },
      more: { more: 1 },
    };
    for (const [name, wrong] of Object.entries(change)) {
      const asked = await nonceFor(owner.device);
      const signature = await signText(owner.signer, 'muster/auth/1', { space: owner.space, ...asked, ...wrong });
      expect([name, said(await redeem(owner.device, asked.nonce, signature))]).toEqual([name, '401 not signed in']);
    }
    const asked = await nonceFor(owner.device);
    const purpose = await signText(owner.signer, 'muster/enrol/1', { space: owner.space, ...asked });
    expect(said(await redeem(owner.device, asked.nonce, purpose))).toBe('401 not signed in');
    const again = await nonceFor(owner.device);
    const other = await signText(await newSigner(), 'muster/auth/1', { space: owner.space, ...again });
    expect(said(await redeem(owner.device, again.nonce, other))).toBe('401 not signed in');
    for (const none of ['', 'rubbish', '!'.repeat(86), 'A'.repeat(86)]) {
      expect(said(await redeem(owner.device, (await nonceFor(owner.device)).nonce, none))).toBe('401 not signed in');
    }
  });

  it('[TRU14] a nonce that was used, has run out, is another device’s or was never given gets no ticket', async () => {
    const stranger = await newSigner();
    const sign = async (asked: Awaited<ReturnType<typeof nonceFor>>) =>
      signText(owner.signer, 'muster/auth/1', { space: owner.space, ...asked });
    const used = await nonceFor(owner.device);
    expect((await redeem(owner.device, used.nonce, await sign(used))).status).toBe(200);
    expect(said(await redeem(owner.device, used.nonce, await sign(used)))).toBe('401 not signed in');
    const theirs = await nonceFor(stranger.publicKey);
    expect(said(await redeem(owner.device, theirs.nonce, await sign(theirs)))).toBe('401 not signed in');
    const late = await nonceFor(owner.device);
    later = 2 * MINUTE;
    expect(said(await redeem(owner.device, late.nonce, await sign(late)))).toBe('401 not signed in');
    const made = { ...late, nonce: 'n'.repeat(32) };
    expect(said(await redeem(owner.device, made.nonce, await sign(made)))).toBe('401 not signed in');
  });

  it('[TRU14] a device that is not enrolled, or was revoked, gets none, and loses the one it has', async () => {
    const stranger = await newSigner();
    const asked = await nonceFor(stranger.publicKey);
    const signature = await signText(stranger, 'muster/auth/1', { space: owner.space, ...asked });
    expect(said(await redeem(stranger.publicKey, asked.nonce, signature))).toBe('403 forbidden');
    const second = await TestDevice.enrol(server.launchLink());
    await owner.until(() => owner.ledger.personOf(second.device) !== undefined);
    const ticket = await second.ticket();
    await owner.commit([{ kind: 'revoke', device: second.device, previous: owner.ledger.lastOn(`device/${second.device}`) ?? null }]);
    await expect(second.ticket()).rejects.toThrow('403 {"error":{"code":"device revoked","message":"This device was revoked."');
    expect((await fetch(`${server.address}/api/team`, { headers: { authorization: `Bearer ${ticket}` } })).status).toBe(401);
    expect(await closedWith([SUBPROTOCOL, ticket])).toBe(CLOSE.revoked);
  });

  it('[TRU14] expired, made up, in an address, as a token past its time, or in another header it is none', async () => {
    const ticket = await owner.ticket();
    const token = server.core.token('reader', 10 * MINUTE);
    if (!token.ok) throw new Error('no token');
    const status = async (headers: Record<string, string>, query = ''): Promise<number> =>
      (await fetch(`${server.address}/api/team${query}`, { headers })).status;
    expect(await status({ authorization: `Bearer ${ticket}` })).toBe(200);
    expect(await status({ authorization: `Bearer ${token.value.ticket}` })).toBe(200);
    expect(await status({}, `?token=${token.value.ticket}`)).toBe(200);
    expect(await status({}, `?token=${ticket}`)).toBe(401);
    expect(await status({}, `?ticket=${ticket}`)).toBe(401);
    expect(await status({ cookie: `ticket=${ticket}` })).toBe(401);
    expect(await status({ authorization: `Basic ${ticket}` })).toBe(401);
    expect(await status({ authorization: ticket })).toBe(401);
    for (const made of ['', 'rubbish', `${ticket}x`, ticket.slice(1), '__proto__', 'x'.repeat(4_000)]) {
      expect(await status({ authorization: `Bearer ${made}` })).toBe(401);
    }
    expect(await closedWith([SUBPROTOCOL, 'rubbish'])).toBe(CLOSE.ticketExpired);
    expect(await closedWith([SUBPROTOCOL], { token: ticket })).toBe(CLOSE.ticketExpired);
    later = 11 * MINUTE;
    expect(await status({ authorization: `Bearer ${ticket}` })).toBe(401);
    expect(await status({ authorization: `Bearer ${token.value.ticket}` })).toBe(401);
    expect(await status({}, `?token=${token.value.ticket}`)).toBe(401);
    expect(await closedWith([SUBPROTOCOL, ticket])).toBe(CLOSE.ticketExpired);
  });

  async function closedWith(protocols: string[], params: Record<string, string> = {}): Promise<number> {
    const opened = openDocument(server.address, 'catalog', protocols, params);
    const { code } = await opened.closed();
    opened.destroy();
    return code;
  }
});

describe('invitations', () => {
  const invite = async (hours = 1): Promise<{ token: string; entry: string }> => {
    const { link, entry } = invitationReply.parse(
      (await owner.request('POST', '/api/invitations', { role: 'steward', label: 'Sten', hours })).body,
    );
    return { token: /^#join=([\w-]+)&key=[0-9a-f]{64}$/.exec(new URL(link).hash)?.[1] ?? '', entry };
  };
  /** @param proof what is signed, where it is something else than what should be. */
  const enrol = async (
    token: string,
    proof: { signer?: Awaited<ReturnType<typeof newSigner>>; said?: object; key?: string } = {},
  ): Promise<Answer> => {
    const signer = proof.signer ?? (await newSigner());
    const device = proof.key ?? signer.publicKey;
    const hash = createHash('sha256').update(token).digest('hex');
    const signature = await signText(signer, 'muster/enrol/1', { space: owner.space, device, token: hash, ...proof.said });
    return answerOf(await post(`${server.address}/api/enrol`, { device, token, proof: signature, label: 'laptop', personName: 'Sten' }));
  };

  it('[TRU15] used, expired, withdrawn, tampered with, or of a device that was revoked since, it lets nobody in', async () => {
    const [used, late, withdrawn] = [await invite(), await invite(), await invite(2)];
    expect((await enrol(used.token)).status).toBe(201);
    expect(said(await enrol(used.token))).toBe('403 forbidden');
    expect(said(await enrol(`${late.token.slice(0, -1)}${late.token.endsWith('A') ? 'B' : 'A'}`))).toBe('403 forbidden');
    expect(said(await enrol(createHash('sha256').update(late.token).digest('hex')))).toBe('403 forbidden');
    expect(said(await enrol('x'.repeat(15)))).toBe('400 bad request');
    await owner.until(() => owner.ledger.placeOf(withdrawn.entry as never) !== undefined);
    await owner.commit([{ kind: 'withdraw', acts: [{ entry: withdrawn.entry as never, act: 0 }] }]);
    expect(said(await enrol(withdrawn.token))).toBe('403 forbidden');
    const second = await (await TestDevice.enrol(server.launchLink())).connect();
    const token = 'of-a-device-that-is-lost';
    const tokenHash = createHash('sha256').update(token).digest('hex') as never;
    const expires = toInstant(Date.now() + HOUR);
    await second.commit([{ kind: 'invite', tokenHash, role: 'admin', remit: 'true', expires, label: 'a door' }]);
    await owner.until(() => owner.ledger.personOf(second.device) !== undefined);
    await owner.commit([{ kind: 'revoke', device: second.device, previous: owner.ledger.lastOn(`device/${second.device}`) ?? null }]);
    second.close();
    expect(said(await enrol(token))).toBe('403 forbidden');
    later = 61 * MINUTE;
    expect(said(await enrol(late.token))).toBe('403 forbidden');
  });

  it('[TRU15] a wrong proof is refused and leaves it open; so does a key that may not come back', async () => {
    const { token } = await invite();
    const other = await newSigner();
    expect(said(await enrol(token, { key: other.publicKey }))).toBe('400 bad request');
    expect(said(await enrol(token, { said: { space: 'f'.repeat(32) } }))).toBe('400 bad request');
    expect(said(await enrol(token, { said: { token: 'a'.repeat(64) } }))).toBe('400 bad request');
    expect(said(await enrol(token, { signer: owner.signer }))).toBe('403 forbidden');
    const second = await TestDevice.enrol(server.launchLink());
    await owner.until(() => owner.ledger.personOf(second.device) !== undefined);
    await owner.commit([{ kind: 'revoke', device: second.device, previous: owner.ledger.lastOn(`device/${second.device}`) ?? null }]);
    expect(said(await enrol(token, { signer: second.signer }))).toBe('403 forbidden');
    expect((await enrol(token)).status).toBe(201);
  });

  it('[TRU15] two that use one at the same moment are one', async () => {
    const { token } = await invite();
    const statuses = await Promise.all([enrol(token), enrol(token), enrol(token)]);
    expect(statuses.map(({ status }) => status).sort()).toEqual([201, 403, 403]);
  });
});
