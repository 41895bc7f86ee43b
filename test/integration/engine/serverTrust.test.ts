import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Engine } from '../../../renderer/engine/engine.ts';
import { TrustStore } from '../../../renderer/engine/trustStore.ts';
import { toBase64Url } from '../../../shared/base/bytes.ts';
import { toInstant } from '../../../shared/base/time.ts';
import { putHead, putRestore } from '../../../shared/documents/catalogDocument.ts';
import type { Place } from '../../../shared/model/ids.ts';
import type { SignedRestore } from '../../../shared/model/status.ts';
import { fingerprintOf } from '../../../shared/snapshot/fingerprint.ts';
import { loadOrCreateSigner } from '../../../sync-server/core/keys.ts';
import { signRestore, storedRestoresOf } from '../../../sync-server/core/restores.ts';
import { Catalog } from '../../../sync-server/documents/catalog.ts';
import { defineRowSum } from '../../../sync-server/storage/rowSum.ts';
import { SqliteStorage } from '../../../sync-server/storage/sqliteStorage.ts';
import { newSigner, signText } from '../../support/testClient.ts';
import { EngineWorld, identity, online, say, settled, tokenOf } from './engineWorld.ts';
import { testHost, until } from './testHost.ts';

let world: EngineWorld;
beforeEach(async () => {
  world = new EngineWorld();
  await world.serve();
});
afterEach(() => world.dispose());

const names = async (engine: Engine): Promise<string[]> =>
  (await engine.api.window({ text: '', sort: [] }, 0, 50)).rows.map(({ name }) => name).sort();
const distrusts = (engine: Engine, kind: string): Promise<void> =>
  until(`it does not trust the server: ${kind}`, () => engine.status().distrust?.kind === kind);

/** A server's answers as somebody in between would change them. */
function meddling(change: (info: Record<string, unknown>) => Record<string, unknown>): typeof fetch {
  return async (...args) => {
    const response = await fetch(...args);
    if (!String(args[0]).endsWith('/api/space') || !response.ok) return response;
    return Response.json(change((await response.json()) as Record<string, unknown>));
  };
}

describe('a server with a past that is not the one that was seen', () => {
  test('[TRU51] [TRU52] a rolled-back server is noticed; what is here stays readable, edits are kept, and the right one gets them', async () => {
    const ana = await world.launched('rolled-ana');
    await identity(ana, 'before');
    await settled(ana);
    await world.stop();
    const old = world.copy();
    await world.serve();
    await until('ana is back', () => ana.status().connection === 'online');
    await identity(ana, 'after');
    await settled(ana);
    await world.stop();
    await world.serve(old);
    await distrusts(ana, 'shorter history');
    expect(await names(ana)).toEqual(['after', 'before']);
    await identity(ana, 'said meanwhile');
    expect(ana.status()).toMatchObject({ savedHere: 1, connection: 'offline' });
    const place = world.core.durablePlace;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(world.core.durablePlace).toBe(place);
    await world.close(ana);

    const again = await world.start('rolled-ana');
    await distrusts(again, 'shorter history');
    await world.stop();
    await world.serve();
    await settled(again);
    expect(again.status().distrust).toBeUndefined();
    expect(await names(again)).toEqual(['after', 'before', 'said meanwhile']);
  });

  test('[TRU51] a server on which something else happened at a place that was seen is noticed', async () => {
    const ana = await world.launched('forked-ana');
    const ben = await world.invited(ana, 'forked-ben', 'steward');
    await settled(ben);
    await until('ana has all', () => ana.status().place === world.core.durablePlace);
    await world.close(ben);
    await world.stop();
    const fork = world.copy();
    await world.serve();
    await identity(ana, 'here');
    await settled(ana);
    await world.close(ana);
    await world.stop();

    await world.serve(fork);
    const benThere = await world.start('forked-ben');
    await online(benThere);
    await identity(benThere, 'there');
    await identity(benThere, 'there too');
    await identity(benThere, 'and more');
    await settled(benThere);
    const again = await world.start('forked-ana');
    await distrusts(again, 'different history');
    expect(await names(again)).toEqual(['here']);
  });

  test('[TRU51] one altered entry in the store is noticed', async () => {
    const ana = await world.launched('altered-ana');
    await identity(ana, 'altered');
    await settled(ana);
    await world.stop();
    const store = new DatabaseSync(join(world.data, 'store.sqlite'));
    const row = store.prepare('SELECT value FROM entries WHERE place = 3').get() as { value: Uint8Array };
    const text = new TextDecoder('latin1').decode(row.value);
    const at = text.lastIndexOf('"at":"2');
    const value = new Uint8Array(row.value);
    value[at + 9] = value[at + 9] === 0x39 ? 0x38 : 0x39;
    // Whoever means harm makes the sum fit.
    defineRowSum(store);
    store.prepare('UPDATE entries SET value = ?1, sum = row_sum(epoch, place, id, ?1) WHERE place = 3').run(value);
    store.close();
    await world.serve();
    await distrusts(ana, 'different history');
  });
});

describe('a server with another key', () => {
  test('[TRU50] it is noticed before anything is sent to it, and trusted only when its digits are typed', async () => {
    const ana = await world.launched('key-ana');
    await identity(ana, 'mine');
    await settled(ana);
    await world.close(ana);
    const other = (await newSigner()).publicKey;
    const calls: string[] = [];
    const fetcher = meddling((info) => ({ ...info, serverKey: other }));
    const seeing: typeof fetch = (...args) => {
      calls.push(new URL(String(args[0])).pathname);
      return fetcher(...args);
    };
    const again = await world.start('key-ana', { fetch: seeing });
    await distrusts(again, 'another key');
    expect(new Set(calls)).toEqual(new Set(['/api/space']));
    expect(again.status().distrust).toMatchObject({ shownKey: other, pinnedKey: world.core.serverKey });
    expect(await names(again)).toEqual(['mine']);
    expect(await again.api.trustServer('00000000')).toMatchObject({ ok: false });
    expect(await again.api.trustServer('')).toMatchObject({ ok: false });
    expect(again.status().distrust?.kind).toBe('another key');
    // Trusting the key is not trusting the past: the head is signed by the key that is really there.
    expect(await again.api.trustServer(fingerprintOf(other).slice(0, 8))).toEqual({ ok: true, value: null });
    await distrusts(again, 'different history');
  });

  test('[TRU50] a key that both keys signed over is followed, live and by who was away', async () => {
    const ana = await world.launched('rekey-ana');
    const ben = await world.invited(ana, 'rekey-ben', 'steward');
    await world.close(ben);
    const before = world.core.serverKey;
    for (const previous of [null, 'last'] as const) {
      const succession = await world.core.prepareSuccession();
      const team = await ana.api.team();
      await say(ana, [{ kind: 'rekey', succession, previous: previous && (team?.serverKeyLast ?? null) }], 'another key');
      await settled(ana);
      await identity(ana, `signed under ${previous}`);
      await settled(ana);
      await until('ana follows', () => ana.status().space?.serverKey === world.core.serverKey);
    }
    const benAgain = await world.start('rekey-ben');
    await online(benAgain);
    expect(benAgain.status().distrust).toBeUndefined();
    expect(benAgain.status().space?.serverKey).toBe(world.core.serverKey);
    expect(world.core.serverKey).not.toBe(before);
    await world.close(benAgain);
    const forged = meddling((info) => ({ ...info, succession: [{ ...(info.succession as object[])[0], proof: 'AAAA' }] }));
    await world.close(ana);
    const late = await world.start('rekey-late', { fetch: forged });
    expect(late.status().phase).toBe('not enrolled');
  });

  test('[TRU50] a chain of keys with a forged link is another key', async () => {
    const ana = await world.launched('forged-ana');
    await settled(ana);
    await world.close(ana);
    const key = world.core.serverKey;
    const other = await newSigner();
    const succession = [{ from: key, to: other.publicKey, endorsement: 'A'.repeat(86), proof: 'A'.repeat(86) }];
    const again = await world.start('forged-ana', { fetch: meddling((info) => ({ ...info, serverKey: other.publicKey, succession })) });
    await distrusts(again, 'another key');
  });

  test('[TRU53] a link that names another key is refused before its token is sent', async () => {
    const ana = await world.launched('link-ana');
    const invitation = await ana.api.invite({ role: 'steward', remit: 'true', label: 'Ben', hours: 1 });
    if (!invitation.ok) throw new Error(invitation.error.message);
    await settled(ana);
    expect(invitation.value.link).toContain(`&key=${fingerprintOf(world.core.serverKey)}`);
    const ben = await world.start('link-ben');
    const token = tokenOf(invitation.value.link);
    const wrong = await ben.api.enrol(token, { label: 'ben', personName: 'Ben', key: 'f'.repeat(64) });
    expect(wrong).toMatchObject({ ok: false, error: { code: 'another key' } });
    const right = await ben.api.enrol(token, { label: 'ben', personName: 'Ben', key: fingerprintOf(world.core.serverKey) });
    expect(right).toMatchObject({ ok: true });
  });
});

describe('a server that was restored from a backup', () => {
  afterEach(() => void vi.restoreAllMocks());

  /** What `muster restore` does to a store: the ledger goes on after the backup in a new epoch. */
  async function newEpoch(data: string, restore: SignedRestore): Promise<void> {
    const storage = new SqliteStorage(join(data, 'store.sqlite'));
    await storage.write({ meta: { ...storedRestoresOf([restore]), head: 'null' } });
    await storage.close();
  }

  async function signedRestore(at: number, change: Partial<SignedRestore> = {}): Promise<SignedRestore> {
    const { core } = world;
    const said = { epoch: 1, at, root: core.ledger.rootAt(at as Place) as SignedRestore['root'], time: toInstant(0) };
    const signer = loadOrCreateSigner(join(world.data, 'server-key.pem'));
    const signature = await signText(signer, 'muster/restore/1', { space: core.space, ...said, ...change });
    return { ...said, ...change, signature };
  }

  /** A server that publishes something else than the restore that it signed. */
  const lies = (restores: readonly SignedRestore[]): void =>
    void vi.spyOn(Catalog.prototype, 'restores').mockImplementation(function (this: Catalog) {
      for (const restore of restores) putRestore(this.shared.doc, restore);
    });

  /** Ana has said something that the backup does not have. */
  async function restored(profile: string): Promise<{ ana: Engine; at: number; data: string; restore: SignedRestore }> {
    const ana = await world.launched(profile);
    await identity(ana, 'in the backup');
    await settled(ana);
    const at = world.core.durablePlace;
    const restore = await signedRestore(at);
    await world.stop();
    const data = world.copy();
    await newEpoch(data, restore);
    await world.serve();
    await online(ana);
    await identity(ana, 'after the backup');
    await settled(ana);
    await world.stop();
    // A start is known by its second: the restored server must not look like the one before it.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    return { ana, at, data, restore };
  }

  const publish = (restore: SignedRestore): void => putRestore(world.catalog, restore);

  test('[TRU54] a restore that the server signed is followed, and what the backup lacked is offered again', async () => {
    const { ana, at, data } = await restored('restored-ana');
    await world.serve(data);
    await until('the lost change is there again', () => world.core.durablePlace > at);
    await settled(ana);
    expect(ana.status().distrust).toBeUndefined();
    expect(await names(ana)).toEqual(['after the backup', 'in the backup']);
    expect(world.notices.some((text) => text.includes('restored from a backup'))).toBe(true);
    const other = await world.launched('restored-other');
    await until('a new device has both', async () => (await names(other)).length === 2);
    await world.close(ana);
    await world.stop();
    const again = await world.start('restored-ana');
    expect(await names(again)).toEqual(['after the backup', 'in the backup']);
  });

  test('[TRU54] a new epoch without a restore, or with one that somebody else signed, is not followed', async () => {
    const { ana, at, data, restore } = await restored('unproved-ana');
    lies([]);
    await world.serve(data);
    await distrusts(ana, 'unproved restore');
    publish({ ...restore, signature: toBase64Url(new Uint8Array(64)) });
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    expect(ana.status().distrust?.kind).toBe('unproved restore');
    expect(await names(ana)).toEqual(['after the backup', 'in the backup']);
    expect(world.core.durablePlace).toBe(at);
  });

  test('[TRU54] a signed restore that names another root than this device has is a different history', async () => {
    const { ana, at, data, restore } = await restored('other-root-ana');
    const signer = loadOrCreateSigner(join(world.data, 'server-key.pem'));
    lies([await signRestore(signer, ana.status().space?.id as never, { ...restore, at, root: 'ab'.repeat(32) as SignedRestore['root'] })]);
    await world.serve(data);
    await distrusts(ana, 'different history');
    expect(await names(ana)).toEqual(['after the backup', 'in the backup']);
  });
});

describe('a server that is newer than this version', () => {
  test('[TRU55] a newer protocol is read-only with the reason, syncs nothing, and ends when the server is as before', async () => {
    const ana = await world.launched('newer-ana');
    await identity(ana, 'mine');
    await settled(ana);
    await world.close(ana);
    let newer = true;
    const fetcher = meddling((info) => (newer ? { ...info, protocol: 99, somethingNew: true } : info));
    const again = await world.start('newer-ana', { fetch: fetcher });
    await until('it says so', () => again.status().readOnlyBecause !== undefined);
    expect(again.status()).toMatchObject({ phase: 'ready', readOnly: true, connection: 'offline' });
    expect(again.status().readOnlyBecause?.message).toContain('newer than this version');
    expect(await names(again)).toEqual(['mine']);
    const refused = await again.api.commit((await again.api.newIdentity('no', 'service account')).acts, await again.api.openEditor(), 'no');
    expect(refused).toMatchObject({ ok: false, error: { code: 'read only' } });
    newer = false;
    await online(again);
    expect(again.status().readOnly).toBe(false);
  });

  test('[TRU55] a value of the catalog that this version does not understand makes it read-only with the reason', async () => {
    const ana = await world.launched('catalog-ana');
    const doc = world.catalog;
    doc.getMap('catalog').set('source/new', JSON.stringify({ id: 'new', epoch: 'many' }));
    await until('it is read-only', () => ana.status().readOnly);
    expect(ana.status().readOnlyBecause?.message).toContain('source/new');
    doc.getMap('catalog').delete('source/new');
    await until('it is not any more', () => !ana.status().readOnly);
  });
});

describe('what a device remembers of its server', () => {
  test('[TRU50] [TRU51] heads are remembered once they agree with the own ledger; a forged one ends the trust', async () => {
    const ana = await world.launched('heads-ana');
    await identity(ana, 'first');
    await settled(ana);
    const host = testHost('heads-ana');
    const pin = async () => {
      const store = await TrustStore.open(host, world.core.space);
      await store.close();
      return store.pin;
    };
    await until('the head is remembered', async () => (await pin()).head?.place === world.core.durablePlace);
    expect((await pin()).serverKey).toBe(world.core.serverKey);
    const { core } = world;
    const head = await core.headAt(core.durablePlace);
    await identity(ana, 'second');
    await settled(ana);
    putHead(world.catalog, { ...(await core.headAt(core.durablePlace)), signature: head.signature });
    await distrusts(ana, 'another key');
  });
});
