import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Engine } from '../../../renderer/engine/engine.ts';
import { HOUR, MINUTE } from '../../../shared/base/time.ts';
import { CLOSE } from '../../../shared/wire/closeCodes.ts';
import { SIGN_IN_AGAIN } from '../../../shared/wire/team.ts';
import { startRealProvider } from '../../support/signIn/realProvider.ts';
import { LOOPBACK, policyFor } from '../../support/signIn/signInWorld.ts';
import { EngineWorld, identity, online, say, settled, tokenOf } from './engineWorld.ts';
import { until } from './testHost.ts';

let world: EngineWorld;
beforeEach(async () => {
  world = new EngineWorld();
  await world.serve();
});
afterEach(() => world.dispose());

const names = async (engine: Engine): Promise<string[]> =>
  (await engine.api.window({ text: '', sort: [] }, 0, 50)).rows.map(({ name }) => name).sort();

/** As a browser that was copied to another computer: each database of one profile, with the key that cannot be read. */
async function copyProfile(from: string, to: string): Promise<void> {
  for (const { name = '' } of await indexedDB.databases()) {
    if (name !== from && !name.startsWith(`${from}/`)) continue;
    const source = await opened(name);
    const target = await opened(to + name.slice(from.length), source);
    for (const store of source.objectStoreNames) {
      const read = source.transaction(store).objectStore(store);
      const [keys, values] = await Promise.all([asked(read.getAllKeys()), asked(read.getAll() as IDBRequest<unknown[]>)]);
      const write = target.transaction(store, 'readwrite').objectStore(store);
      for (const [index, key] of keys.entries()) write.put(values[index], key);
    }
    source.close();
    target.close();
  }
}
const asked = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
function opened(name: string, like?: IDBDatabase): Promise<IDBDatabase> {
  const request = indexedDB.open(name);
  request.onupgradeneeded = () => {
    for (const store of like?.objectStoreNames ?? []) {
      const autoIncrement = like?.transaction(store).objectStore(store).autoIncrement === true;
      request.result.createObjectStore(store, { autoIncrement });
    }
  };
  return asked(request);
}

describe('a copied profile', () => {
  test('[TRU63] no change of either copy is lost, both are told, and one starts anew with another key', async () => {
    const ana = await world.launched('original');
    await identity(ana, 'before the copy');
    await settled(ana);
    await world.close(ana);
    await copyProfile('original', 'copied');
    // Each on its own computer, neither knows of the other's lock.
    const lonely = { request: (_name: string, work: () => unknown) => work() } as unknown as LockManager;
    const [one, two] = [await world.start('original', { locks: lonely }), await world.start('copied', { locks: lonely })];
    await Promise.all([online(one), online(two)]);
    await Promise.all([identity(one, 'by the original'), identity(two, 'by the copy')]);
    await Promise.all([settled(one), settled(two)]);
    const all = ['before the copy', 'by the copy', 'by the original'];
    for (const engine of [one, two]) await until('both have all', async () => (await names(engine)).length === all.length);
    for (const engine of [one, two]) expect(await names(engine)).toEqual(all);
    for (const engine of [one, two]) await until('it is told', () => engine.status().forkedAt !== undefined);
    const before = two.status().device;
    expect(await two.api.startAnew()).toEqual({ ok: true, value: null });
    await until('it is not known any more', () => two.status().phase === 'not enrolled');
    expect(two.status().device).not.toBe(before);
    const asks = await two.api.askToJoin('the copy');
    if (!asks.ok) throw new Error(asks.error.message);
    const waiting = await one.api.waitingDevice(asks.value.code);
    if (!waiting.ok) throw new Error(waiting.error.message);
    const me = one.status().me?.person;
    if (me === undefined) throw new Error('the original is nobody');
    expect(await one.api.confirmDevice(waiting.value, me)).toMatchObject({ ok: true });
    await online(two);
    expect(two.status().forkedAt).toBeUndefined();
    expect(await names(two)).toEqual(all);
  });

  test('[TRU63] what a given-up key can no longer send stays to be read', async () => {
    const ana = await world.launched('given-up');
    await settled(ana);
    await world.stop();
    await until('offline', () => ana.status().connection === 'offline');
    await identity(ana, 'never sent');
    await ana.api.startAnew();
    expect(ana.status().refused).toMatchObject([
      {
        label: 'create never sent',
        reason: 'signed with the key that this device gave up',
        said: ['created identity never sent', 'never sent: accepted'],
      },
    ]);
    expect(ana.status().savedHere).toBe(0);
  });
});

describe('a device that is taken out of use', () => {
  test('[TRU64] it is cut off and told at once; what it had not sent stays here and counts nowhere', async () => {
    const ana = await world.launched('revoking');
    const ben = await world.invited(ana, 'revoked', 'steward');
    await until('ana sees ben', async () => (await ana.api.team())?.persons.some(({ name }) => name === 'revoked') === true);
    const team = await ana.api.team();
    const device = team?.persons.find(({ name }) => name === 'revoked')?.devices[0];
    if (!device) throw new Error('ben has no device');
    await say(ana, [{ kind: 'revoke', device: device.device, previous: device.last }], 'revoke');
    await until('ben is told', () => ben.status().revoked === true, 5_000);
    expect(ben.status()).toMatchObject({ readOnly: true, connection: 'offline' });
    const refused = await ben.api.commit((await ben.api.newIdentity('late', 'service account')).acts, await ben.api.openEditor(), 'late');
    expect(refused).toMatchObject({ ok: false, error: { code: 'read only' } });
    expect((await ana.api.team())?.persons.find(({ me }) => me)?.devices.some(({ lastToAdminister }) => lastToAdminister)).toBe(false);
  });
});

describe('a device that was taken out of use while it was away', () => {
  test('[TRU64] it is told by the first answer, and what it had not sent stays to be read', async () => {
    const ana = await world.launched('revoking-away');
    const ben = await world.invited(ana, 'revoked-away', 'steward');
    const device = ben.status().device;
    await world.close(ben);
    await until('ana sees ben', async () => (await ana.api.team())?.persons.some(({ name }) => name === 'revoked-away') === true);
    const last = (await ana.api.team())?.persons.flatMap(({ devices }) => devices).find((one) => one.device === device)?.last;
    if (device === undefined || last === undefined) throw new Error('ben has no device');
    await say(ana, [{ kind: 'revoke', device, previous: last }], 'revoke');
    await settled(ana);
    await world.stop();
    const again = await world.start('revoked-away');
    await identity(again, 'said while away');
    await world.serve();
    await until('it is told', () => again.status().revoked === true);
    expect(again.status()).toMatchObject({ savedHere: 1, readOnly: true });
    expect(await names(again)).toContain('said while away');
  });
});

describe('the team', () => {
  test('[TRU59] an invitation made offline works once the server has it; one that is closed does not', async () => {
    const ana = await world.launched('inviting');
    await world.stop();
    await until('offline', () => ana.status().connection === 'offline');
    const [first, second] = [
      await ana.api.invite({ role: 'steward', remit: 'true', label: 'Ben', hours: 1 }),
      await ana.api.invite({ role: 'steward', remit: 'true', label: 'Cleo', hours: 1 }),
    ];
    if (!first.ok || !second.ok) throw new Error('not invited');
    expect((await ana.api.team())?.invitations).toMatchObject([{ waiting: true }, { waiting: true }]);
    await world.serve();
    await settled(ana);
    const open = (await ana.api.team())?.invitations ?? [];
    expect(open).toMatchObject([{ waiting: false }, { waiting: false }]);
    const closed = open.find(({ label }) => label === 'Cleo');
    if (!closed) throw new Error('no invitation for Cleo');
    expect(await ana.api.withdraw([closed.ref])).toMatchObject({ ok: true });
    await settled(ana);
    const [ben, cleo] = [await world.start('invited-ben'), await world.start('invited-cleo')];
    expect(await ben.api.enrol(tokenOf(first.value.link), { label: 'ben', personName: 'Ben' })).toMatchObject({ ok: true });
    expect(await cleo.api.enrol(tokenOf(second.value.link), { label: 'cleo', personName: 'Cleo' })).toMatchObject({ ok: false });
    expect(await ana.api.invite({ role: 'steward', remit: 'row.(', label: 'Dan', hours: 1 })).toMatchObject({ ok: false });
  });

  test('[TRU58] a code that is none, and one that was used, are said in words', async () => {
    const ana = await world.launched('codes');
    expect(await ana.api.waitingDevice('00000-00000')).toMatchObject({ ok: false, error: { message: 'No device shows this code.' } });
    const other = await world.start('codes-other');
    const asks = await other.api.askToJoin('other');
    if (!asks.ok) throw new Error(asks.error.message);
    const waiting = await ana.api.waitingDevice(asks.value.code);
    const me = ana.status().me?.person;
    if (!waiting.ok || me === undefined) throw new Error('no waiting device');
    const forged = { ...waiting.value, proof: 'A'.repeat(86) };
    expect(await ana.api.confirmDevice(forged, me)).toMatchObject({ ok: false, error: { code: 'not valid' } });
    expect(await ana.api.confirmDevice(waiting.value, me)).toMatchObject({ ok: true });
    await online(other);
    expect(await ana.api.waitingDevice(asks.value.code)).toMatchObject({ ok: false });
  });
});

/** Keeps the codes with which the server closed this profile's sockets. */
async function closing(codes: number[]): Promise<typeof WebSocket> {
  const { WebSocket: Socket } = await import('ws');
  return class extends Socket {
    constructor(address: string, protocols: string[]) {
      super(address, protocols);
      this.on('close', (code) => codes.push(code));
    }
  } as unknown as typeof WebSocket;
}

describe('tickets and sign-in', () => {
  test('[TRU57] each connection has a ticket of its own', async () => {
    const used: string[] = [];
    const { WebSocket: Socket } = await import('ws');
    class Watched extends Socket {
      constructor(address: string, protocols: string[]) {
        used.push(protocols[1] ?? '');
        super(address, protocols);
      }
    }
    const ana = await world.launched('ticketed', { WebSocket: Watched as unknown as typeof WebSocket });
    await identity(ana, 'mine');
    await settled(ana);
    expect(used.length).toBeGreaterThanOrEqual(3);
    expect(new Set(used).size).toBe(used.length);
  });

  test('[TRU56] where a sign-in has run out the device says so, works on, and syncs once it is renewed', async () => {
    const ana = await world.launched('sign-in');
    await settled(ana);
    await world.close(ana);
    let over = true;
    const fetcher: typeof fetch = async (...args) => {
      const error = { code: SIGN_IN_AGAIN, message: 'The sign-in has run out.', retry: false };
      return over && String(args[0]).endsWith('/api/auth/ticket') ? Response.json({ error }, { status: 401 }) : fetch(...args);
    };
    const again = await world.start('sign-in', { fetch: fetcher });
    await until('it says so', () => again.status().signInAgain === true);
    await identity(again, 'said meanwhile');
    expect(again.status()).toMatchObject({ phase: 'ready', savedHere: 1, readOnly: false, connection: 'offline' });
    expect(again.status().problem).toBeUndefined();
    over = false;
    again.hurry();
    await settled(again);
    expect(again.status().signInAgain).toBeUndefined();
  });

  test('[TRU56] an open socket that is closed with 4412 asks for a sign-in, drops nothing, and the next sign-in brings it back', async () => {
    const provider = await startRealProvider();
    try {
      provider.accounts.set('ana', { name: 'Ana Lyst', groups: ['nhi-admins'] });
      const owner = await world.launched('signed-owner');
      const value = { kind: 'signIn', policy: policyFor(provider.issuer, { renewHours: 1 }) } as const;
      await say(owner, [{ kind: 'policy', key: 'sign-in', previous: null, value }], 'sign-in');
      await settled(owner);
      const codes: number[] = [];
      const ana = await world.start('signed-ana', { WebSocket: await closing(codes) });
      const signIn = async () => {
        const begun = await ana.api.beginSignIn({ label: 'laptop', redirect: LOOPBACK });
        if (!begun.ok) throw new Error(begun.error.message);
        return ana.api.finishSignIn(begun.value.id, await provider.visit(begun.value.address));
      };
      expect(await signIn()).toMatchObject({ ok: true, value: { outcome: 'enrolled', personName: 'Ana Lyst' } });
      await online(ana);
      expect(ana.status().me).toMatchObject({ name: 'Ana Lyst', role: 'admin' });
      await identity(ana, 'said before');
      await settled(ana);
      codes.length = 0;

      world.later = HOUR + MINUTE;
      await until('it says so', () => ana.status().signInAgain === true);
      expect(codes).toContain(CLOSE.signInAgain);
      await identity(ana, 'said meanwhile');
      expect(ana.status()).toMatchObject({ phase: 'ready', savedHere: 1, readOnly: false, connection: 'offline' });
      expect(ana.status().problem).toBeUndefined();
      expect(world.notices.filter((text) => text.includes('closed the connection'))).toEqual([]);

      expect(await signIn()).toMatchObject({ ok: true, value: { outcome: 'renewed' } });
      await settled(ana);
      await online(ana);
      expect(ana.status().signInAgain).toBeUndefined();
      await until('the others have it', async () => (await owner.api.window({ text: '', sort: [] }, 0, 9)).total === 2);
    } finally {
      await provider.close();
    }
  });
});
