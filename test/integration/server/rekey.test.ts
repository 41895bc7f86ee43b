import { createPrivateKey, createPublicKey } from 'node:crypto';
import { copyFileSync, cpSync, existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { fromBase64Url, utf8 } from '../../../shared/base/bytes.ts';
import { canonicalJson } from '../../../shared/base/json.ts';
import { signedMessage } from '../../../shared/base/signature.ts';
import { readHead, readSpace } from '../../../shared/documents/catalogDocument.ts';
import { verifySuccession } from '../../../shared/ledger/verifySuccession.ts';
import type { Succession } from '../../../shared/model/act.ts';
import type { SignedHead } from '../../../shared/model/status.ts';
import { fingerprintOf } from '../../../shared/snapshot/fingerprint.ts';
import { memoryBytes } from '../../../shared/snapshot/memoryBytes.ts';
import { verifySnapshot } from '../../../shared/snapshot/verifySnapshot.ts';
import { invitationReply, spaceInfo } from '../../../shared/wire/http.ts';
import { headReply, rekeyReply } from '../../../shared/wire/team.ts';
import { createVerify } from '../../../sync-server/core/keys.ts';
import { createNodeHost } from '../../../sync-server/snapshot/nodeHost.ts';
import { recompute } from '../../../sync-server/snapshot/recompute.ts';
import { startAppServer } from '../../support/appServer.ts';
import { startTestServer, type TestServer } from '../../support/startTestServer.ts';
import { TestDevice } from '../../support/testClient.ts';
import { throwAwayDirectory } from '../../support/throwAwayDirectory.ts';

const verify = createVerify();
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function started(data = throwAwayDirectory()): Promise<TestServer> {
  const server = await startTestServer({ data });
  cleanups.push(() => server.close());
  return server;
}
async function administrator(server: TestServer): Promise<TestDevice> {
  const device = await (await TestDevice.enrol(server.launchLink())).connect();
  cleanups.push(() => device.close());
  return device;
}
const infoOf = async ({ address }: { address: string }) => spaceInfo.parse(await (await fetch(`${address}/api/space`)).json());
const keyIn = (path: string): string => createPublicKey(createPrivateKey(readFileSync(path))).export({ format: 'jwk' }).x as string;

async function rekeyed(by: TestDevice): Promise<Succession> {
  const { succession } = rekeyReply.parse((await by.request('POST', '/api/rekey')).body);
  const [placed] = await by.commit([{ kind: 'rekey', succession, previous: by.ledger.lastOn('server key') ?? null }]);
  expect(placed?.receipt.void).toBeUndefined();
  return succession;
}

const isHead = (key: string, space: string, { signature, ...said }: SignedHead): Promise<boolean> =>
  verify(key as never, signedMessage('muster/head/1', utf8(canonicalJson({ ...said, space }))), fromBase64Url(signature) as never);

describe('another server key', () => {
  it('[TRU6] takes over when an administrator’s act has its place: heads, catalog, enrolment and files follow', async () => {
    const server = await started();
    const owner = await administrator(server);
    const before = await infoOf(server);
    expect(before.succession).toBeUndefined();
    const succession = await rekeyed(owner);
    await expect.poll(async () => (await infoOf(server)).serverKey).toBe(succession.to);
    const after = await infoOf(server);
    expect(after.succession).toEqual([succession]);
    expect(await verifySuccession(before.space, after.succession ?? [], before.serverKey, verify)).toBe(succession.to);
    const path = join(server.data, 'server-key.pem');
    expect([keyIn(path), statSync(path).mode & 0o777, existsSync(join(server.data, 'server-key.next.pem'))]).toEqual([
      succession.to,
      0o600,
      false,
    ]);
    const catalog = (await owner.open('catalog')).doc;
    await expect.poll(() => readSpace(catalog)?.serverKey).toBe(succession.to);
    await expect.poll(() => readHead(catalog)?.place, { timeout: 5_000 }).toBe(owner.ledger.place);
    expect(await isHead(succession.to, before.space, readHead(catalog) as SignedHead)).toBe(true);
    const { head } = headReply.parse((await owner.request('GET', '/api/head/1')).body);
    expect(await isHead(succession.to, before.space, head)).toBe(true);
    const { link } = invitationReply.parse((await owner.request('POST', '/api/invitations', { role: 'reader', label: 'Rea' })).body);
    const reader = await TestDevice.enrol(link, { personName: 'Rea' });
    await owner.until(() => owner.ledger.personOf(reader.device) !== undefined);
    const [line] = owner.ledger.lines({ limit: 1 });
    expect(line?.entry).toMatchObject({ device: succession.to, prev: null });
    expect(owner.ledger.ignored()).toEqual([]);
  });

  it('[TRU6] only administrators ask for one, and only one that the server holds counts', async () => {
    const server = await started();
    const owner = await administrator(server);
    const { link } = invitationReply.parse((await owner.request('POST', '/api/invitations', { role: 'steward', label: 'Sten' })).body);
    const steward = await (await TestDevice.enrol(link)).connect();
    cleanups.push(() => steward.close());
    expect((await steward.request('POST', '/api/rekey')).status).toBe(403);
    expect((await fetch(`${server.address}/api/rekey`, { method: 'POST' })).status).toBe(401);
    const { succession } = rekeyReply.parse((await owner.request('POST', '/api/rekey')).body);
    expect(rekeyReply.parse((await owner.request('POST', '/api/rekey')).body).succession).toEqual(succession);
    const reason = async (by: TestDevice, change: Partial<Succession>): Promise<string | undefined> => {
      const act = { kind: 'rekey', succession: { ...succession, ...change }, previous: null } as const;
      return (await by.commit([act]))[0]?.receipt.void?.['0'];
    };
    expect(await reason(steward, {})).toBe('role may not');
    expect(await reason(owner, { to: 'N'.repeat(43) as never })).toBe('unknown subject');
    expect(await reason(owner, { from: 'N'.repeat(43) as never })).toBe('changed meanwhile');
    expect(await reason(owner, { endorsement: succession.proof })).toBe('not proved');
    expect(await reason(owner, { proof: 'A'.repeat(86) })).toBe('not proved');
    expect((await infoOf(server)).serverKey).toBe(succession.from);
    expect(await reason(owner, {})).toBeUndefined();
    expect(await reason(owner, {})).toBe('changed meanwhile');
  });

  it('[TRU6] devices keep working through several, and a restart', async () => {
    const data = throwAwayDirectory();
    let server = await started(data);
    const owner = await administrator(server);
    const chain = [await rekeyed(owner), await rekeyed(owner), await rekeyed(owner)];
    const { space } = await infoOf(server);
    await server.close();
    server = await started(data);
    const info = await infoOf(server);
    expect(info.succession).toEqual(chain);
    expect(await verifySuccession(space, chain, chain[1]?.from as never, verify)).toBe(info.serverKey);
    expect(await verifySuccession(space, chain.toSpliced(1, 1), chain[0]?.from as never, verify)).toBeUndefined();
    expect(await verifySuccession('f'.repeat(32) as never, chain, chain[0]?.from as never, verify)).toBeUndefined();
    expect(await verifySuccession(space, chain, 'X'.repeat(43) as never, verify)).toBeUndefined();
    const again = await TestDevice.resume(owner, server.address).connect();
    cleanups.push(() => again.close());
    expect(
      (await again.commit([{ kind: 'comment', anchors: ['1'.repeat(32) as never], text: 'still here' }]))[0]?.receipt.void,
    ).toBeUndefined();
  });

  it('[TRU7] a start finishes what a crash cut short, at each step', { timeout: 60_000 }, async () => {
    const data = throwAwayDirectory();
    const [current, next] = [join(data, 'server-key.pem'), join(data, 'server-key.next.pem')];
    const aside = (name: string): string => join(data, `${name}.aside`);
    const server = await startTestServer({ data });
    const owner = await TestDevice.enrol(server.launchLink());
    const { succession } = rekeyReply.parse((await owner.request('POST', '/api/rekey')).body);
    const inForce = async (): Promise<string> => {
      const running = await startTestServer({ data });
      const { serverKey, space } = await infoOf(running);
      const { head } = headReply.parse((await TestDevice.resume(owner, running.address).request('GET', '/api/head/1')).body);
      expect(await isHead(serverKey, space, head)).toBe(true);
      await running.close();
      return serverKey;
    };
    await owner.connect();
    copyFileSync(current, aside('old'));
    copyFileSync(next, aside('next'));
    await server.close();
    // The next key was made and nobody asked for it: the old one stays, and the next one waits.
    expect(await inForce()).toBe(succession.from);
    expect(keyIn(next)).toBe(succession.to);
    const placing = await startTestServer({ data });
    const admin = await TestDevice.resume(owner, placing.address).connect();
    await admin.commit([{ kind: 'rekey', succession, previous: null }]);
    admin.close();
    owner.close();
    await placing.close();
    expect(keyIn(current)).toBe(succession.to);
    // The act is on disk and the files are as before: the next key takes over now.
    copyFileSync(aside('old'), current);
    copyFileSync(aside('next'), next);
    expect(await inForce()).toBe(succession.to);
    expect([keyIn(current), existsSync(next)]).toEqual([succession.to, false]);
    // Only the next file is left.
    rmSync(current);
    copyFileSync(aside('next'), next);
    expect(await inForce()).toBe(succession.to);
    expect([keyIn(current), existsSync(next)]).toEqual([succession.to, false]);
    // The old key came back from somewhere: it is refused in one line, and nothing is made in its place.
    renameSync(current, aside('kept'));
    copyFileSync(aside('old'), current);
    await expect(startTestServer({ data })).rejects.toThrow('The server key does not belong to this store.');
    expect(keyIn(current)).toBe(succession.from);
    // Half a key.
    writeFileSync(current, readFileSync(aside('kept')).subarray(0, 40));
    await expect(startTestServer({ data })).rejects.toThrow('is not a private key');
    copyFileSync(aside('kept'), current);
    expect(await inForce()).toBe(succession.to);
  });

  it('[TRU7] killed at any moment of it, the server starts and signs with the key that the ledger names', {
    timeout: 120_000,
  }, async () => {
    const server = await startAppServer();
    cleanups.push(() => server.dispose());
    const keys = new Set([(await infoOf(server)).serverKey]);
    for (let round = 0; round < 8; round++) {
      const file = JSON.parse(readFileSync(join(server.data, 'server.json'), 'utf8')) as { secret: string };
      const asked = fetch(`${server.address}/api/local/rekey`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-muster-secret': file.secret },
        body: '{}',
      }).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, round * 4));
      await server.kill();
      const acknowledged = (await asked)?.ok === true;
      await server.start();
      const { serverKey, succession = [] } = await infoOf(server);
      if (acknowledged) expect(keys.has(serverKey)).toBe(false);
      expect(succession.at(-1)?.to ?? serverKey).toBe(serverKey);
      expect(keyIn(join(server.data, 'server-key.pem'))).toBe(serverKey);
      keys.add(serverKey);
      const { code } = await server.muster('set', '--help');
      expect(code).toBe(0);
    }
    expect((await server.muster('rekey')).code).toBe(0);
    expect((await infoOf(server)).succession?.length).toBeGreaterThan(0);
  });

  it('[TRU8] snapshots of before and after both hold, and the newer only adds to the older', { timeout: 60_000 }, async () => {
    const server = await started();
    const owner = await administrator(server);
    const snapshot = async (): Promise<Uint8Array> => {
      const asked = await owner.request('POST', '/api/snapshots', {});
      const { id } = asked.body as { id: string };
      await expect
        .poll(async () => ((await owner.request('GET', `/api/snapshots/${id}`)).body as { state: string }).state, { timeout: 30_000 })
        .toBe('ready');
      const reply = await fetch(`${server.address}/api/snapshots/${id}/file`, {
        headers: { authorization: `Bearer ${await owner.ticket()}` },
      });
      return new Uint8Array(await reply.arrayBuffer());
    };
    const older = await snapshot();
    await rekeyed(owner);
    const { to } = await rekeyed(owner);
    const newer = await snapshot();
    const host = createNodeHost();
    const options = { recompute: recompute(host.breathe), after: memoryBytes(older), key: fingerprintOf(to) };
    const verdict = await verifySnapshot(memoryBytes(newer), host, options);
    expect(verdict.refusal).toBeUndefined();
    expect(verdict.ok).toBe(true);
  });
});

it('[TRU7] a copy of the data directory is another server with the same key, and neither is harmed', async () => {
  const server = await started();
  const owner = await administrator(server);
  await rekeyed(owner);
  const copy = throwAwayDirectory();
  await server.close();
  cpSync(server.data, copy, { recursive: true });
  const second = await started(copy);
  expect((await infoOf(second)).succession).toHaveLength(1);
});
