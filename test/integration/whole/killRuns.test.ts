import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Row, SourceView } from '../../../shared/register/view.ts';
import { type AppServer, startAppServer } from '../../support/appServer.ts';

const ACCOUNTS = 3_000;

let folder: string;
let server: AppServer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'muster-killruns-'));
  server = await startAppServer();
});
afterAll(async () => {
  await server?.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const SEED = Number(process.env.MUSTER_SEED ?? Date.now() % 1_000_000);
let state = SEED >>> 0;
const random = (): number => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state / 4_294_967_296;
};
const wait = (millis: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis));

async function ask(command: string, args: object): Promise<unknown> {
  const { secret } = JSON.parse(readFileSync(join(server.data, 'server.json'), 'utf8')) as { secret: string };
  const headers = { 'content-type': 'application/json', 'x-muster-secret': secret };
  const reply = await fetch(`${server.address}/api/local/${command}`, { method: 'POST', headers, body: JSON.stringify(args) }).catch(
    () => undefined,
  );
  return reply?.ok ? reply.json().catch(() => undefined) : undefined;
}
const rows = async (): Promise<Row[]> => ((await ask('list', {})) as Row[] | undefined) ?? [];
const sheet = (version: number): void =>
  writeFileSync(
    join(folder, 'sheet.csv'),
    ['Account,System,Purpose', ...Array.from({ length: ACCOUNTS }, (_, index) => `svc-${index},ad,version ${version}`)].join('\n'),
  );

describe('[SYN] kill -9 in the middle of what takes long', () => {
  it(`of a run, seed ${SEED}: all of a version is there or nothing of it, also where shards are written anew`, async () => {
    sheet(0);
    const settings = { id: 'sheet', kind: 'file', path: join(folder, 'sheet.csv'), schedule: 'every 6h', guard: { 'mass change': false } };
    await ask('discover', { dryRun: false, settings: [settings] });
    expect(await rows()).toHaveLength(ACCOUNTS);
    for (let version = 1; version <= 8; version++) {
      sheet(version);
      const run = ask('discover', { dryRun: false, source: 'sheet' });
      await wait(random() * 500);
      await server.kill();
      await run;
      await server.start();
      const purposes = new Set((await rows()).map(({ purpose }) => purpose));
      expect([version, [...purposes].length, (await rows()).length]).toEqual([version, 1, ACCOUNTS]);
      const [source] = (await ask('sources', {})) as SourceView[];
      expect(source?.status.coverage[0]?.records).toBe(ACCOUNTS);
    }
    await ask('discover', { dryRun: false, source: 'sheet' });
    expect(new Set((await rows()).map(({ purpose }) => purpose)).size).toBe(1);
  });

  it('of an import: what of it is in the ledger is whole entries in order, and importing it again completes it', async () => {
    const records = Array.from({ length: 4_000 }, (_, index) => ({
      id: (0x50_000 + index).toString(16).padStart(32, '0'),
      type: 'identity',
      kind: 'unknown',
      values: { name: `imported ${index}`, purpose: 'p'.repeat(500) },
    }));
    const all = { rows: records, why: 'an import' };
    const going = ask('apply-rows', all);
    await wait(300 + random() * 700);
    await server.kill();
    await going;
    await server.start();
    const places = ((await ask('changes', { limit: 100_000 })) as { place: number }[]).map(({ place }) => place);
    expect(places).toEqual(places.map((_, index) => index + 1));
    expect(await ask('apply-rows', all)).toMatchObject({ rows: records.length });
    expect(await ask('apply-rows', all)).toMatchObject({ created: 0, changes: 0 });
    expect((await rows()).filter(({ name }) => name.startsWith('imported '))).toHaveLength(records.length);
  });
});
