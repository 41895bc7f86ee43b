import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pack } from 'tar-stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSources } from '../../../shared/documents/catalogDocument.ts';
import { putOutboxEntries } from '../../../shared/documents/outboxDocument.ts';
import type { SignedEntry } from '../../../shared/ledger/author.ts';
import type { SourceId } from '../../../shared/model/ids.ts';
import { verifySnapshot } from '../../../shared/snapshot/verifySnapshot.ts';
import { checkDataDirectory } from '../../../sync-server/check/checkDataDirectory.ts';
import { restoreBackup } from '../../../sync-server/recovery/restoreBackup.ts';
import { createNodeHost, fileBytes } from '../../../sync-server/snapshot/nodeHost.ts';
import { SqliteStorage } from '../../../sync-server/storage/sqliteStorage.ts';
import { Random } from '../../fuzz/ledger/random.ts';
import { comment } from '../../support/coreOn.ts';
import { startTestServer, type TestServer } from '../../support/startTestServer.ts';
import { TestDevice } from '../../support/testClient.ts';
import { throwAwayDirectory } from '../../support/throwAwayDirectory.ts';
import { filledDirectory } from './filledDirectory.ts';

const root = throwAwayDirectory();
afterAll(() => rmSync(root, { recursive: true, force: true }));
const path = (name: string): string => join(root, name);
const quiet = (): void => undefined;

async function backedUp(server: TestServer, name: string): Promise<{ file: string; place: number }> {
  const made = await server.core.backup(path(name));
  if (!made.ok) throw new Error(made.error.message);
  return { file: made.value.path, place: made.value.place };
}

async function restored(file: string, name: string): Promise<string> {
  const done = await restoreBackup(file, path(name), Date.now, quiet);
  if (!done.ok) throw new Error(done.error);
  return path(name);
}

const refusal = async (file: string, name: string): Promise<string> => {
  const done = await restoreBackup(file, path(name), Date.now, quiet);
  return done.ok ? 'restored' : done.error;
};

describe('a machine that is lost', () => {
  it('[DUR33, DUR40, DUR41] goes on elsewhere from a backup that was made while people wrote; nothing that a device still has is lost', async () => {
    const { data } = await filledDirectory();
    const first = await startTestServer({ data, background: false });
    const ana = await (await TestDevice.enrol(first.launchLink())).connect();
    const said: SignedEntry[] = [];
    const say = async (text: string): Promise<void> => {
      const entries = await ana.sign([comment(text)]);
      said.push(...entries);
      ana.send(entries);
      for (const { id } of entries) await ana.placed(id);
    };
    await say('before');
    const [backup] = await Promise.all([
      backedUp(first, 'one.backup'),
      (async () => {
        for (let n = 0; n < 30; n++) await say(`meanwhile ${n}`);
      })(),
    ]);
    await say('after');
    const lost = first.core.ledger.place;
    expect(statSync(backup.file).mode & 0o777).toBe(0o600);
    ana.close();
    await first.close();

    const second = await startTestServer({ data: await restored(backup.file, 'second'), background: false });
    expect(second.core.ledger.place).toBe(backup.place);
    expect(second.core.ledger.epoch).toBeGreaterThan(0);
    const rows = [...second.sources.records('sheet' as SourceId)];
    expect(rows).toHaveLength(60);
    const back = TestDevice.resume(ana, second.address);
    const catalog = await back.open('catalog');
    await catalog.synced;
    expect(readSources(catalog.doc).find(({ id }) => id === 'sheet')?.epoch).toBe(second.core.ledger.epoch);
    const outbox = await back.open(`outbox/${back.device}`);
    await outbox.synced;
    putOutboxEntries(outbox.doc, said);
    await expect.poll(() => said.filter(({ id }) => second.core.ledger.line(id)?.place === undefined).length, { timeout: 20_000 }).toBe(0);
    expect(second.core.ledger.place).toBe(lost);
    expect((await second.core.commit([comment('the steward goes on')])).ok).toBe(true);
    back.close();

    const again = await backedUp(second, 'two.backup');
    await second.close();
    const third = await startTestServer({ data: await restored(again.file, 'third'), background: false });
    expect(third.core.ledger.place).toBe(again.place);
    expect(said.every(({ id }) => third.core.ledger.line(id)?.place !== undefined)).toBe(true);
    expect((await third.core.commit([comment('and goes on')])).ok).toBe(true);
    expect(await third.core.check()).toMatchObject({ damage: [] });
    const steward = third.core.steward;
    const job = third.core.snapshots.create({}, steward);
    if (!job.ok) throw new Error(job.error.message);
    await expect.poll(() => third.core.snapshots.job(job.value.id, steward)?.state, { timeout: 30_000 }).toBe('ready');
    const file = third.core.snapshots.file(job.value.id, steward);
    const bytes = await fileBytes(file?.path ?? '');
    expect(await verifySnapshot(bytes, createNodeHost())).toMatchObject({ ok: true });
    await bytes.close();
    await third.close();
    expect(await checkDataDirectory(path('third'))).toMatchObject({ ok: true, value: { damage: [] } });
    rmSync(data, { recursive: true, force: true });
  });
});

describe('what is no backup', () => {
  let file: string;
  let data: string;
  beforeAll(async () => {
    ({ data } = await filledDirectory());
    const server = await startTestServer({ data, background: false });
    ({ file } = await backedUp(server, 'whole.backup'));
    await server.close();
  });
  afterAll(() => rmSync(data, { recursive: true, force: true }));

  it('[DUR42] is refused in one line and leaves nothing behind: changed anywhere, cut off, something else', async () => {
    const bytes = readFileSync(file);
    const random = new Random(Number(process.env.MUSTER_SEED ?? 7));
    const broken = path('broken.backup');
    for (let time = 0; time < 12; time++) {
      const changed = Buffer.from(bytes);
      // Within what was backed up: what only fills a block of the archive says nothing.
      const offset = 512 + random.below(statSync(join(data, 'store.sqlite')).size);
      changed.writeUInt8(changed.readUInt8(offset) ^ (1 + random.below(255)), offset);
      writeFileSync(broken, changed);
      expect(await refusal(broken, 'broken')).toMatch(/^store\.sqlite in the backup is not what was backed up$/);
      expect(existsSync(path('broken'))).toBe(false);
    }
    for (const length of [0, 100, 5_000, bytes.length - 3_000]) {
      writeFileSync(broken, bytes.subarray(0, length));
      expect(await refusal(broken, 'broken')).toMatch(/no backup of Muster|ends too early|damaged/);
    }
    expect(await refusal(path('nothing-here'), 'broken')).not.toBe('restored');
    expect(existsSync(path('broken'))).toBe(false);
  });

  it('[DUR42] cannot write outside its directory', async () => {
    for (const name of ['../escaped', '/tmp/escaped', 'uploads/../../escaped', 'uploads/..', 'lock', 'store.sqlite-wal']) {
      const archive = pack();
      archive.entry({ name }, 'x');
      archive.finalize();
      writeFileSync(path('tricks.backup'), await collected(archive));
      expect(await refusal(path('tricks.backup'), 'tricks')).toBe('The file holds something that is no part of a backup');
      expect(readdirSync(root)).not.toContain('escaped');
    }
  });

  it('[DUR42] goes into a new or an empty directory alone', async () => {
    mkdirSync(path('full'));
    writeFileSync(path('full/mine.txt'), 'mine');
    expect(await refusal(file, 'full')).toMatch(/is not empty$/);
    expect(readFileSync(path('full/mine.txt'), 'utf8')).toBe('mine');
  });

  it('[DUR43] a restore that was cut off is no space: no server starts on it', async () => {
    cpSync(await restored(file, 'cut-off'), path('cut-off-copy'), { recursive: true });
    writeFileSync(path('cut-off-copy/restore-unfinished'), '');
    await expect(startTestServer({ data: path('cut-off-copy'), background: false })).rejects.toThrow(
      /was cut off before its end. Delete that directory/,
    );
  });

  it('[DUR32] a list of restores that the server did not sign is refused at the start', async () => {
    const directory = await restored(file, 'forged');
    const storage = new SqliteStorage(join(directory, 'store.sqlite'));
    const restores = JSON.parse((await storage.meta('restores')) ?? '[]') as { at: number }[];
    await storage.write({ meta: { restores: JSON.stringify(restores.map((one) => ({ ...one, at: one.at - 5 }))) } });
    await storage.close();
    await expect(startTestServer({ data: directory, background: false })).rejects.toThrow(
      /does not hold its restores as the server signed them/,
    );
  });
});

async function collected(chunks: AsyncIterable<unknown>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk as Uint8Array);
  return Buffer.concat(all);
}

describe('where a backup is written, and how far it is', () => {
  it('[DUR44] it never lies inside the data directory, whatever name leads there, and nothing is left behind', async () => {
    const data = path('inside');
    const server = await startTestServer({ data, background: false });
    mkdirSync(join(data, 'uploads', 'deep'), { recursive: true });
    symlinkSync(data, path('link-to-inside'));
    const before = readdirSync(data).sort();
    for (const output of [join(data, 'x.backup'), join(data, 'uploads', 'deep', 'x.backup'), join(path('link-to-inside'), 'x.backup')]) {
      const refused = await server.core.backup(output);
      expect(refused).toMatchObject({
        ok: false,
        error: { code: 'bad request', message: expect.stringMatching(/inside the data directory/) },
      });
      expect(!refused.ok && refused.error.wayOut).toMatch(/--output/);
    }
    expect(readdirSync(data).sort()).toEqual(before);
    const beside = await server.core.backup(`${data}-beside.backup`);
    expect(beside.ok, 'a name that only begins like the directory is another place').toBe(true);
    await server.close();
  });

  it('[DUR44] its progress grows by bytes from nothing to all, and is not told when none is written', async () => {
    const { data } = await filledDirectory();
    const server = await startTestServer({ data, background: false });
    const shares: number[] = [];
    let ended = false;
    const made = server.core.backup(path('progress.backup')).finally(() => {
      ended = true;
    });
    while (!ended) {
      const done = server.core.backupDone;
      if (done !== undefined) shares.push(done);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await made).ok).toBe(true);
    expect(shares.length).toBeGreaterThan(0);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.every((done) => done >= 0 && done <= 1)).toBe(true);
    expect(server.core.backupDone).toBeUndefined();
    await server.close();
  });
});
