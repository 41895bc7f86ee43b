import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { answered, committed, openDatabase } from '../../../renderer/engine/database.ts';
import { openDevice, webVerify } from '../../../renderer/engine/deviceKey.ts';
import { openReplica } from '../../../renderer/engine/replica.ts';
import { ServerClock } from '../../../renderer/engine/serverClock.ts';
import { SignatureCheck } from '../../../renderer/engine/signatureCheck.ts';
import { SlicedFeed } from '../../../renderer/engine/slicedFeed.ts';
import type { HashHex } from '../../../shared/base/hash.ts';
import { toInstant } from '../../../shared/base/time.ts';
import { signEntries } from '../../../shared/ledger/author.ts';
import { encodeLedgerValue, type Place, type SpaceId } from '../../../shared/model/entry.ts';
import type { Anchor } from '../../../shared/model/ids.ts';
import { testHost, until } from './testHost.ts';

const SPACE = 'c'.repeat(32) as SpaceId;

describe('device key', () => {
  test('it stays the same over restarts, signs, and cannot be taken out', async () => {
    const host = testHost('device-key');
    const first = await openDevice(host, SPACE);
    first.close();
    const again = await openDevice(host, SPACE);
    expect(again.signer.publicKey).toBe(first.signer.publicKey);
    const message = new Uint8Array([1, 2, 3]);
    const signature = await again.signer.sign(message);
    const verify = webVerify(host.subtle);
    expect(await verify(again.signer.publicKey, message, signature)).toBe(true);
    expect(await verify(again.signer.publicKey, new Uint8Array([1, 2, 4]), signature)).toBe(false);
    again.close();
    const database = await openDatabase(host.indexedDB, `device-key/${SPACE}/device`, {});
    const stored = await answered(database.transaction('keys').objectStore('keys').get('device'));
    await expect(crypto.subtle.exportKey('pkcs8', (stored as { pair: CryptoKeyPair }).pair.privateKey)).rejects.toThrow();
    database.close();
  });
});

describe('clock', () => {
  test('[FRE] it follows the server, never runs backwards, and says when it is only this device’s', () => {
    let wall = 1_000;
    const clock = new ServerClock(() => wall, undefined);
    expect(clock.fromServer).toBe(false);
    clock.hear('2026-01-01T00:00:00.000Z');
    const heard = clock.now;
    wall = 500;
    expect(clock.now).toBe(heard);
    wall = 3_000;
    expect(clock.now).toBe(heard + 2_000);
    clock.silence();
    expect([clock.fromServer, clock.now]).toEqual([false, heard + 2_000]);
  });
});

describe('documents on disk', () => {
  test('[ENG8] a damaged copy is told and thrown away, and what comes next is kept', async () => {
    const host = testHost('replica');
    const database = await openDatabase(host.indexedDB, 'replica/doc', { updates: { autoIncrement: true } });
    const transaction = database.transaction('updates', 'readwrite');
    transaction.objectStore('updates').add(new Uint8Array([255, 254, 253, 1, 2, 3]));
    await committed(transaction);
    database.close();

    const damaged = await openReplica(testHost(''), 'replica/doc', 'doc');
    expect(damaged.damaged).toBe(true);
    damaged.doc.getMap('m').set('a', 1);
    await damaged.close();
    const again = await openReplica(testHost(''), 'replica/doc', 'doc');
    expect([again.damaged, again.doc.getMap('m').get('a')]).toEqual([false, 1]);
    await again.close();
  });

  test('an empty database is not a damaged one', async () => {
    const replica = await openReplica(testHost(''), 'replica/empty', 'empty');
    expect([replica.damaged, replica.doc instanceof Y.Doc]).toEqual([false, true]);
    await replica.close();
  });
});

describe('signatures in the background', () => {
  test('[ENG7] each is checked once, a wrong one is told and stays counted', async () => {
    const host = testHost('checks');
    const device = await openDevice(host, SPACE);
    const seen = { epoch: 0, place: 0 as Place, root: '0'.repeat(64) as HashHex };
    const acts = Array.from({ length: 1_600 }, () => ({ kind: 'accept' as const, anchors: ['d'.repeat(32) as Anchor] }));
    const signed = await signEntries({ space: SPACE, prev: null, at: toInstant(0), seen, acts }, device.signer);
    if (!signed.ok) throw new Error(signed.error);
    const values = signed.value.map(({ bytes }, index) => ({
      place: (index + 1) as Place,
      value: encodeLedgerValue(bytes, { at: toInstant(0) }),
    }));
    const flipped = values[2]?.value.slice() as Uint8Array<ArrayBuffer>;
    flipped[60] = (flipped[60] ?? 0) ^ 1;
    values[2] = { place: 3 as Place, value: flipped };
    let checks = 0;
    const verify = webVerify(host.subtle);
    const counted: typeof verify = (...args) => {
      checks++;
      return verify(...args);
    };
    const wrong: number[] = [];
    const events = { onProgress: () => undefined, onWrong: (place: number) => void wrong.push(place) };
    const check = (await SignatureCheck.opener(host, SPACE, 0, counted))(events);
    check.push([...values].reverse());
    await until('all are checked', () => check.unverified === 1);
    expect([wrong, checks]).toEqual([[3], 4]);
    await until('it is remembered', async () => {
      const database = await openDatabase(host.indexedDB, `checks/${SPACE}/checked`, {});
      const kept = (await answered(database.transaction('epochs').objectStore('epochs').get('0'))) as { upTo: number } | undefined;
      database.close();
      return kept?.upTo === 4;
    });
    check.close();
    const again = (await SignatureCheck.opener(host, SPACE, 0, counted))(events);
    again.push(values);
    expect([again.unverified, [...again.wrong], checks]).toEqual([1, [3], 4]);
    again.close();
    device.close();
  });
});

describe('slices', () => {
  test('everything is applied, in order, and a large change lets others in between', async () => {
    const applied: number[] = [];
    let others = 0;
    const feed = new SlicedFeed<number>((items) => {
      const end = performance.now() + 5;
      while (performance.now() < end);
      applied.push(...items);
    });
    const timer = setInterval(() => others++, 1);
    feed.push(Array.from({ length: 5_000 }, (_, index) => index));
    await feed.idle();
    clearInterval(timer);
    expect(applied).toEqual(Array.from({ length: 5_000 }, (_, index) => index));
    expect(others).toBeGreaterThan(0);
  });
});
