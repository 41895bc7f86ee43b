import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../../shared/base/time.ts';
import type { PersonId } from '../../../shared/model/ids.ts';
import { CLOSE, SUBPROTOCOL } from '../../../shared/wire/closeCodes.ts';
import { SIGN_IN_AGAIN, type SignInOutcome, teamReply, waitingDevice } from '../../../shared/wire/team.ts';
import { confirmation } from '../../support/confirmation.ts';
import { type RealProvider, startRealProvider } from '../../support/signIn/realProvider.ts';
import { policyFor, SignInPage, setPolicy } from '../../support/signIn/signInWorld.ts';
import { startTestServer, type TestServer } from '../../support/startTestServer.ts';
import { openDocument, TestDevice } from '../../support/testClient.ts';
import { throwAwayDirectory } from '../../support/throwAwayDirectory.ts';

let server: TestServer;
let provider: RealProvider;
let owner: TestDevice;
let data: string;
let later = 0;
const devices: TestDevice[] = [];
const kept = (device: TestDevice): TestDevice => {
  devices.push(device);
  return device;
};
const clock = (): number => Date.now() + later;
const personOf = (outcome: SignInOutcome): PersonId => {
  if (outcome.outcome === 'confirm') throw new Error('to be confirmed');
  return outcome.person;
};
const signedIn = async (account: string, page?: SignInPage): Promise<{ page: SignInPage; person: PersonId; outcome: SignInOutcome }> => {
  provider.loginAs = account;
  const used = page ?? (await SignInPage.of(server));
  const outcome = await used.through((address) => provider.visit(address));
  return { page: used, person: personOf(outcome), outcome };
};
const view = (person: PersonId) => server.core.ledger.persons().get(person);

beforeEach(async () => {
  later = 0;
  data = throwAwayDirectory();
  provider = await startRealProvider();
  provider.accounts.set('ana', { name: 'Ana Lyst', groups: ['nhi-stewards', 'staff'] });
  provider.accounts.set('ben', { name: 'Ben', groups: ['staff'] });
  provider.accounts.set('cy', { name: 'Cy', groups: ['catering'] });
  server = await startTestServer({ clock, data });
  owner = kept(await (await TestDevice.enrol(server.launchLink())).connect());
  await setPolicy(owner, policyFor(provider.issuer));
});
afterEach(async () => {
  for (const device of devices.splice(0)) device.close();
  await server.close();
  await provider.close();
});

describe('sign-in with a real provider', () => {
  it('[TRU9] enrols a new person with the grant of the first line that fits, and the device works at once', async () => {
    expect(await (await fetch(`${server.address}/api/sign-in`)).json()).toEqual({
      available: true,
      name: 'Example',
      issuer: provider.issuer,
    });
    const { page, person, outcome } = await signedIn('ana');
    expect(outcome).toMatchObject({ outcome: 'enrolled', personName: 'Ana Lyst' });
    expect(view(person)).toMatchObject({
      role: 'steward',
      remit: 'row.team.text == "payments"',
      signIn: { issuer: provider.issuer, subject: 'ana' },
    });
    const device = kept(await page.device(person).connect());
    expect(device.ledger.ignored()).toEqual([]);
    const [placed] = await device.commit([{ kind: 'comment', anchors: ['1'.repeat(32) as never], text: 'here' }]);
    expect(placed?.receipt.void).toEqual({ '0': 'outside the remit' });
    expect(view((await signedIn('ben')).person)).toMatchObject({ role: 'reader', name: 'Ben' });
  });

  it('[TRU9] goes back to this server’s own page as well, and where there is no policy nobody comes in', async () => {
    const page = await SignInPage.of(server);
    const { id, address } = await page.begin(`${server.address}/sign-in`);
    expect((await page.finish(id, await provider.visit(address))).status).toBe(200);
    const under = await page.begin();
    await setPolicy(owner, undefined);
    expect(await page.ask()).toMatchObject({ status: 404, code: 'no sign-in' });
    expect(await page.finish(under.id, 'code=x&state=y')).toMatchObject({ code: 'no sign-in' });
    expect(await (await fetch(`${server.address}/api/sign-in`)).json()).toEqual({ available: false });
  });

  it('[TRU9] a client secret is found by reference, and given to the issuer that it is for alone', async () => {
    const secret = 'canary-client-secret';
    const confidential = await startRealProvider(secret);
    confidential.accounts.set('ana', { name: 'Ana', groups: ['staff'] });
    process.env.MUSTER_TEST_CLIENT_SECRET = secret;
    await setPolicy(owner, policyFor(confidential.issuer));
    const page = await SignInPage.of(server);
    await expect(page.through((address) => confidential.visit(address))).rejects.toThrow('provider refused');
    server.core.team.rememberSecret(policyFor(confidential.issuer), { env: 'MUSTER_TEST_CLIENT_SECRET' });
    expect(await page.through((address) => confidential.visit(address))).toMatchObject({ outcome: 'enrolled' });
    delete process.env.MUSTER_TEST_CLIENT_SECRET;
    expect(await page.ask()).toMatchObject({ code: 'no sign-in' });
    await setPolicy(owner, policyFor(provider.issuer));
    expect((await page.ask()).status).toBe(201);
    await confidential.close();
  });

  it('[TRU10] a role follows the groups at the next sign-in, and what an administrator changed by hand stays until they change', async () => {
    const { page, person } = await signedIn('ben');
    provider.accounts.set('ben', { name: 'Ben', groups: ['staff', 'nhi-stewards'] });
    expect((await signedIn('ben', page)).outcome).toMatchObject({ outcome: 'renewed' });
    expect(view(person)).toMatchObject({ role: 'steward', remit: 'row.team.text == "payments"' });
    await owner.until(() => owner.ledger.persons().get(person)?.role === 'steward');
    const previous = owner.ledger.lastOn(`role/${person}`) ?? null;
    await owner.commit([{ kind: 'role', person, role: 'reader', remit: 'true', previous }]);
    await signedIn('ben', page);
    expect(view(person)?.role).toBe('reader');
    provider.accounts.set('ben', { name: 'Ben', groups: ['nhi-admins'] });
    await signedIn('ben', page);
    expect(view(person)?.role).toBe('admin');
    expect(owner.ledger.ignored()).toEqual([]);
  });

  it('[TRU11] a further device of the person waits to be confirmed, by one of theirs or an administrator', async () => {
    const { page, person } = await signedIn('ana');
    const first = kept(await page.device(person).connect());
    const second = await SignInPage.of(server);
    const outcome = await second.through((address) => provider.visit(address));
    if (outcome.outcome !== 'confirm') throw new Error('not to be confirmed');
    await expect(second.device(person).ticket()).rejects.toThrow('403');
    const { page: stranger, person: other } = await signedIn('ben');
    const strange = kept(await stranger.device(other).connect());
    expect((await strange.request('GET', `/api/devices/requests/${outcome.code}`)).status).toBe(404);
    const waiting = waitingDevice.parse((await first.request('GET', `/api/devices/requests/${outcome.code}`)).body);
    expect(waiting.person).toBe(person);
    const [placed] = await first.commit([confirmation(first, waiting)]);
    expect(placed?.receipt.void).toBeUndefined();
    await second.device(person).ticket();
    provider.loginAs = 'ana';
    expect((await second.through((address) => provider.visit(address))).outcome).toBe('renewed');
  });

  it('[TRU11] two devices that come at once are one person', async () => {
    const pages = [await SignInPage.of(server), await SignInPage.of(server)];
    const outcomes = await Promise.all(pages.map((page) => page.through((address) => provider.visit(address))));
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['confirm', 'enrolled']);
    expect([...server.core.ledger.persons().values()].filter(({ signIn }) => signIn?.subject === 'ana')).toHaveLength(1);
  });

  it('[TRU12] a sign-in runs out: no ticket, no socket, and after signing in again everything goes on; a restart changes nothing', async () => {
    const { page, person } = await signedIn('ana');
    const device = kept(await page.device(person).connect());
    const until = async () => teamReply.parse((await device.request('GET', '/api/team')).body).devices[0]?.signedInUntil;
    expect(Date.parse((await until()) ?? '') - Date.now()).toBeGreaterThan(7.9 * HOUR);
    const ticket = await device.ticket();
    const closed = (await device.open('catalog')).closed();
    later = 8 * HOUR + MINUTE;
    await expect(device.ticket()).rejects.toThrow(`401 {"error":{"code":"${SIGN_IN_AGAIN}"`);
    expect((await closed).code).toBe(CLOSE.signInAgain);
    later = 0;
    const fresh = await device.ticket();
    expect(ticket).not.toBe(fresh);
    await server.close();
    server = await startTestServer({ clock, data });
    const again = TestDevice.resume(device, server.address);
    await again.ticket();
    later = 8 * HOUR + MINUTE;
    await expect(again.ticket()).rejects.toThrow(SIGN_IN_AGAIN);
    provider.loginAs = 'ana';
    const renewing = await SignInPage.of(server, page.signer);
    expect((await renewing.through((address) => provider.visit(address))).outcome).toBe('renewed');
    await again.ticket();
    await server.close();
    server = await startTestServer({ clock, data });
    await TestDevice.resume(again, server.address).ticket();
  }, 30_000);

  it('[TRU12] a ticket that was given before is refused at the door with 4412 and in calls with its code', async () => {
    await setPolicy(owner, policyFor(provider.issuer, { renewHours: 1 }));
    const { page, person } = await signedIn('ana');
    later = HOUR - MINUTE;
    const ticket = await page.device(person).ticket();
    later = HOUR + MINUTE;
    const refused = openDocument(server.address, 'catalog', [SUBPROTOCOL, ticket]);
    expect((await refused.closed()).code).toBe(CLOSE.signInAgain);
    refused.destroy();
    const reply = await fetch(`${server.address}/api/team`, { headers: { authorization: `Bearer ${ticket}` } });
    expect([reply.status, ((await reply.json()) as { error: { code: string } }).error.code]).toEqual([401, SIGN_IN_AGAIN]);
  });

  it('[TRU12] who is let in no longer is out at once; who lost the provider itself stays until revoked', async () => {
    const { page, person } = await signedIn('ana');
    const device = page.device(person);
    provider.accounts.set('ana', { name: 'Ana', groups: ['catering'] });
    await expect(page.through((address) => provider.visit(address))).rejects.toThrow('not let in');
    await expect(device.ticket()).rejects.toThrow(SIGN_IN_AGAIN);
    await setPolicy(owner, undefined);
    later = 100 * HOUR;
    await device.ticket();
    await setPolicy(owner, policyFor('https://another.example'));
    await device.ticket();
    await setPolicy(owner, policyFor(provider.issuer));
    await expect(device.ticket()).rejects.toThrow(SIGN_IN_AGAIN);
    later = 0;
    provider.accounts.set('ana', { name: 'Ana', groups: ['staff'] });
    await page.through((address) => provider.visit(address));
    await device.ticket();
    expect(view(person)?.role).toBe('reader');
  });

  it('[TRU9] a device of somebody else, or one that was revoked, does not come in by signing in', async () => {
    const { page, person } = await signedIn('ana');
    provider.loginAs = 'ben';
    await expect(page.through((address) => provider.visit(address))).rejects.toThrow('another person');
    const invited = await SignInPage.of(server, owner.signer);
    await expect(invited.through((address) => provider.visit(address))).rejects.toThrow('another person');
    await owner.until(() => owner.ledger.personOf(page.signer.publicKey) !== undefined);
    const previous = owner.ledger.lastOn(`device/${page.signer.publicKey}`) ?? null;
    const under = await page.begin();
    await owner.commit([{ kind: 'revoke', device: page.signer.publicKey, previous }]);
    provider.loginAs = 'ana';
    expect(await page.finish(under.id, await provider.visit(under.address))).toMatchObject({ status: 403, code: 'forbidden' });
    expect((await page.ask()).status).toBe(403);
    expect(view(person)?.devices.every(({ revoked }) => revoked)).toBe(true);
    const replacement = await SignInPage.of(server);
    expect((await replacement.through((address) => provider.visit(address))).outcome).toBe('confirm');
  });
});
