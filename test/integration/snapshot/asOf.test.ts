import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOUR } from '../../../shared/base/time.ts';
import type { SourceId } from '../../../shared/model/ids.ts';
import type { Query, RegisterReader, Row } from '../../../shared/register/view.ts';
import { localCommands } from '../../../sync-server/cli/localCommands.ts';
import { answer, madeSnapshot, readSnapshot, registerAt, verified } from '../../support/snapshots.ts';
import { startTestServer, type TestServer } from '../../support/startTestServer.ts';
import { throwAwayDirectory } from '../../support/throwAwayDirectory.ts';

const QUERIES: readonly Query[] = [
  { text: '', sort: [] },
  { text: '', sort: [], include: ['excluded', 'archived', 'parties', 'workloads'] },
  { text: 'owner:none', sort: [] },
  { text: 'svc', sort: [{ column: 'owner', direction: 'descending' }] },
  { text: '', where: 'row.name.startsWith("svc-1")', sort: [] },
];

interface Answered {
  readonly place: number;
  readonly rows: readonly (readonly Row[])[];
  readonly sources: readonly unknown[];
}

/** Progress and the next run are the server's plans, not what a source said. */
const sourcesOf = (register: RegisterReader): unknown[] =>
  register.sources().map(({ status, records, coverageComplete, asOf, freshness }) => {
    return { source: status.source, records, coverageComplete, asOf, freshness, coverage: status.coverage, held: status.held };
  });

describe('a server with sources, runs and edits in between', () => {
  let server: TestServer;
  let folder: string;
  let now = Date.now();
  const answers = new Map<number, Answered>();

  const sheet = (name: string, accounts: readonly string[]): string => {
    const path = join(folder, name);
    writeFileSync(path, ['Account,System,Owner,Purpose', ...accounts].join('\n'));
    return path;
  };
  const ask = (command: string, args: unknown): Promise<unknown> => localCommands(server.core)[command]?.(args) ?? Promise.reject();
  const set = (id: string, field: string, value: string): Promise<unknown> => ask('set', { id, values: [[field, value]] });
  const succeeded = async (result: Promise<{ readonly ok: boolean }>): Promise<void> => expect(await result).toMatchObject({ ok: true });
  const add = (id: string, path: string) => succeeded(server.core.runner.add({ id, kind: 'file', path, mode: 'follow' }, { run: false }));
  const run = (id: string) => succeeded(server.core.runner.run(id as SourceId, 'person'));

  /** One thing happens, an hour after the last, and what the register answers from then on is written down. */
  const step = async (act: () => Promise<unknown>): Promise<void> => {
    now += HOUR;
    await act();
    const { register, ledger } = server.core;
    const place = Number((ledger as unknown as { place: number }).place);
    answers.set(place, { place, rows: QUERIES.map((query) => answer(register, query)), sources: sourcesOf(register) });
  };

  beforeAll(async () => {
    folder = throwAwayDirectory();
    server = await startTestServer({ clock: () => now, background: false, localCommands });
    const one = sheet('one.csv', ['svc-1,ad,Payments,pays', 'svc-2,ad,,mails', 'svc-10,ad,Search,finds']);
    const two = sheet('two.csv', ['db-1,db,,keeps']);
    await step(() => add('one', one));
    await step(() => run('one'));
    await step(() => set('svc-2', 'owner', 'Platform'));
    await step(() => add('two', two));
    await step(() => run('two'));
    await step(() => set('db-1', 'purpose', 'Keeps what the others forget'));
    sheet('one.csv', ['svc-1,ad,Payments,pays more', 'svc-2,ad,,mails', 'svc-10,ad,Search,finds', 'svc-11,ad,,is new']);
    await step(() => run('one'));
    await step(() => run('one'));
    await step(() => set('svc-11', 'owner', 'Search'));
    await step(() => server.core.runner.remove('two' as SourceId));
    await step(() => set('svc-1', 'tags+', 'pci'));
    await step(() => add('two', two));
    await step(() => set('svc-10', 'criticality', 'high'));
    await step(() => set('svc-1', 'owner', ''));
  });
  afterAll(async () => {
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('[SNP31] a snapshot of now verifies and answers what the live register answers', async () => {
    now += HOUR;
    const live = QUERIES.map((query) => answer(server.core.register, query));
    const file = await madeSnapshot(server.core);
    const verdict = await verified(file.path, { key: file.fingerprint });
    expect(verdict.refusal).toBeUndefined();
    const snapshot = await readSnapshot(file.path);
    const register = await registerAt(snapshot, file.place);
    expect(QUERIES.map((query) => answer(register, query))).toEqual(live);
    expect(live[0]?.length).toBeGreaterThan(4);
    expect(snapshot.manifest).toMatchObject({ place: file.place, private: 'left out', leftOut: [], sample: false, name: 'Muster' });
  });

  it('[SNP31] a snapshot of any earlier place answers what the live register answered then', async () => {
    expect(answers.size).toBe(6);
    for (const { place, rows, sources } of answers.values()) {
      const file = await madeSnapshot(server.core, { place });
      const snapshot = await readSnapshot(file.path);
      expect(snapshot.manifest.place).toBe(place);
      expect((await verified(file.path)).refusal).toBeUndefined();
      const register = await registerAt(snapshot, place);
      expect({ place, rows: QUERIES.map((query) => answer(register, query)) }).toEqual({ place, rows });
      expect({ place, sources: sourcesOf(register) }).toEqual({ place, sources });
    }
  });

  it('[SNP31] the population of a query at any place is what the live register gave there', async () => {
    for (const [index, query] of QUERIES.entries()) {
      for (const { place, rows } of [...answers.values()].slice(2, 4)) {
        const { sort: _, ...asked } = query;
        const file = await madeSnapshot(server.core, { place, query: { ...asked, include: [...(asked.include ?? [])] } });
        const snapshot = await readSnapshot(file.path);
        const { ids } = JSON.parse(await snapshot.text('population.json')) as { ids: string[] };
        // A population has no order of its own: the names decide.
        expect([...ids].sort()).toEqual((rows[index] ?? []).map(({ id }) => String(id)).sort());
      }
    }
  });

  it('[SNP31] one snapshot replays every earlier place of itself', async () => {
    const snapshot = await readSnapshot((await madeSnapshot(server.core)).path);
    for (const { place, rows } of answers.values()) {
      const register = await registerAt(snapshot, place);
      expect({ place, rows: QUERIES.map((query) => answer(register, query)) }).toEqual({ place, rows });
    }
  });

  it('[SNP31] the newer snapshot only adds to the older one, and the older does not add to the newer', async () => {
    const older = await madeSnapshot(server.core, { place: 3 });
    await step(() => set('svc-2', 'purpose', 'Mails invoices'));
    const newer = await madeSnapshot(server.core);
    expect((await verified(newer.path, { after: older.path })).refusal).toBeUndefined();
    expect((await verified(older.path, { after: newer.path })).refusal?.code).toBe('not an extension');
  });
});
