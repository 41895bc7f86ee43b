import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ExternalId, SourceId } from '../../../shared/model/ids.ts';
import { decodeRecord, type SourceRecord } from '../../../shared/model/record.ts';
import { evidenceOf, freshnessOf } from '../../../shared/observed/freshness.ts';
import { Runner } from '../../../sync-server/runner/runner.ts';
import type { StreamedEvent, StreamedState } from '../../support/connectors/streamedConnector.ts';
import { MemorySourceStore } from '../../support/memorySourceStore.ts';
import { value } from './scriptedRunner.ts';

const module = new URL('../../support/connectors/streamedConnector.ts', import.meta.url).href;
const registry = [{ kind: 'streamed', module, load: () => import('../../support/connectors/streamedConnector.ts') }];
const ID = 's' as SourceId;

/** The runner, its worker and a source with a log, in a folder of its own. */
class StreamedRunner {
  readonly folder = mkdtempSync(join(tmpdir(), 'muster-following-'));
  readonly store = new MemorySourceStore();
  readonly logged: string[] = [];
  runner = this.#make();

  #make(): Runner {
    const note = (about: object, message: string): void => void this.logged.push(`${message} ${JSON.stringify(about)}`);
    return new Runner({
      store: this.store,
      settingsFile: join(this.folder, 'sources.json'),
      uploadsDir: join(this.folder, 'uploads'),
      clock: () => Date.now(),
      log: { info: note, warn: note, error: note },
      registry,
    });
  }

  state(state: StreamedState): void {
    writeFileSync(join(this.folder, 'state.json'), JSON.stringify(state));
  }

  /** The source and what it holds change together, as they do. */
  happens(...events: StreamedEvent[]): void {
    appendFileSync(join(this.folder, 'log'), events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  }

  async add(state: StreamedState, rest: object = {}): Promise<void> {
    this.state(state);
    value(await this.runner.add({ id: ID, kind: 'streamed', folder: this.folder, ...rest }));
  }

  async restart(): Promise<void> {
    await this.runner.stop();
    this.runner = this.#make();
    value(await this.runner.start());
  }

  calls(): string[] {
    const file = join(this.folder, 'calls');
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  }

  status() {
    return this.runner.status(ID);
  }

  live() {
    return expect.poll(() => this.status()?.follow?.state).toBe('live');
  }

  record(externalId: string): SourceRecord | undefined {
    const bytes = this.store.record(ID, externalId as ExternalId);
    return bytes && decodeRecord(bytes);
  }

  freshness(now: number): string {
    const status = this.status();
    const state = status?.coverage[0];
    if (!status || !state) return 'none';
    return freshnessOf(
      evidenceOf(status, state),
      status.levels.reporting,
      { reporting: status.levels.reporting, cadence: status.cadence },
      now,
    );
  }

  async close(): Promise<void> {
    await this.runner.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const account = (name: string, fields: object = {}, rest: object = {}): Record<string, unknown> => ({
  externalId: name,
  fields: { name, ...fields },
  ...rest,
});
const accounts = (count: number, fields: object = {}): Record<string, unknown>[] =>
  Array.from({ length: count }, (_, index) => account(`a${index}`, fields));
const now = (): string => new Date().toISOString();

let scene: StreamedRunner;
beforeEach(() => {
  scene = new StreamedRunner();
});
afterEach(() => scene.close());

describe('a source that is followed', () => {
  it('[STR1] what changes after the listing is there without another one, and so is what is deleted', async () => {
    await scene.add({ records: accounts(3) });
    await scene.live();
    scene.happens({ record: account('a1', { purpose: 'payroll' }) }, { record: account('new') }, { gone: 'a2', at: now() });
    await expect.poll(() => scene.record('a2')?.deleted?.evidence).toBe('event');
    expect(scene.record('a1')?.fields.purpose).toBe('payroll');
    expect(scene.record('new')?.fields.name).toBe('new');
    expect(scene.record('a0')?.missingSince).toBeUndefined();
    expect(scene.status()?.coverage).toMatchObject([{ records: 3, outcome: 'complete' }]);
    expect(scene.calls()).toEqual(['list', 'follow 0']);
  });

  it('[STR2] the same allowlist and redactor stand before it', async () => {
    const secret = ['gh', 'p_aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5'].join('');
    await scene.add({ records: [] });
    await scene.live();
    scene.happens({ record: account('x', { purpose: `uses ${secret}`, shadow: secret }) });
    await expect.poll(() => scene.record('x')?.fields).toEqual({ name: 'x', purpose: 'uses [redacted]' });
    expect(JSON.stringify([scene.status(), scene.logged])).not.toContain(secret);
  });

  it('[STR3] a restart goes on from the cursor: no listing, and nothing that happened meanwhile is lost', async () => {
    await scene.add({ records: accounts(3) });
    await scene.live();
    scene.happens({ record: account('a0', { purpose: 'one' }) });
    await expect.poll(() => scene.record('a0')?.fields.purpose).toBe('one');
    await scene.runner.stop();
    scene.happens({ record: account('a1', { purpose: 'two' }) });
    await scene.restart();
    await expect.poll(() => scene.record('a1')?.fields.purpose).toBe('two');
    expect(scene.calls()).toEqual(['list', 'follow 0', 'follow 1']);
    expect(scene.status()?.coverage).toMatchObject([{ records: 3 }]);
  });

  it('[STR4] a commit that fails moves no cursor: the stream breaks, and says it again', async () => {
    await scene.add({ records: accounts(2) });
    await scene.live();
    scene.store.broken = true;
    scene.happens({ record: account('a0', { purpose: 'kept' }) });
    await expect.poll(() => scene.logged.some((line) => line.includes('a stream broke'))).toBe(true);
    expect(scene.record('a0')?.fields.purpose).toBeUndefined();
    expect(scene.store.memory(ID).cursor).toBe('0');
    scene.store.broken = false;
    await expect.poll(() => scene.record('a0')?.fields.purpose).toBe('kept');
    expect(scene.calls()).toEqual(['list', 'follow 0', 'follow 0']);
  });

  it('[STR1] what is said again and known already costs no commit, and the cursor behind it is kept at the end', async () => {
    await scene.add({ records: accounts(2) });
    await scene.live();
    const { commits } = scene.store;
    for (let index = 0; index < 30; index++) scene.happens({ record: account('a0') });
    scene.happens({ record: account('a1', { purpose: 'last' }) });
    await expect.poll(() => scene.record('a1')?.fields.purpose).toBe('last');
    expect(scene.store.commits - commits).toBe(1);
    for (let index = 0; index < 5; index++) scene.happens({ record: account('a0') });
    await expect.poll(() => scene.status()?.heartbeat !== undefined && scene.calls().length).toBe(2);
    await scene.restart();
    await expect.poll(() => scene.calls().length).toBe(3);
    expect(scene.calls()[2]).toMatch(/^follow 3[1-6]$/);
    expect(scene.status()?.follow?.events).toBe(0);
  });

  it('[STR4] nothing that came after a failed commit is kept before what failed', async () => {
    await scene.add({ records: accounts(6) });
    await scene.live();
    scene.store.broken = true;
    for (let index = 0; index < 6; index++) {
      scene.happens({ record: account(`a${index}`, { purpose: 'kept' }) });
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
    await expect.poll(() => scene.logged.some((line) => line.includes('a stream broke'))).toBe(true);
    scene.store.broken = false;
    await expect.poll(() => [0, 1, 2, 3, 4, 5].map((index) => scene.record(`a${index}`)?.fields.purpose)).toEqual(Array(6).fill('kept'));
  });

  it('[STR5] lost events are said at once, and a full listing follows', async () => {
    await scene.add({ records: accounts(3) });
    await scene.live();
    scene.state({ records: [...accounts(3), account('missed')] });
    scene.happens({ do: 'gap' });
    await expect.poll(() => scene.record('missed')?.fields.name).toBe('missed');
    await scene.live();
    expect(scene.calls()).toEqual(['list', 'follow 0', 'list', 'follow 1']);
    expect(scene.status()?.coverage[0]?.gap).toBeUndefined();
    expect(scene.status()?.runs.at(-1)?.trigger).toBe('event');
  });

  it('[STR5] while the listing that must follow fails, nothing is known', async () => {
    await scene.add({ records: accounts(3) });
    await scene.live();
    scene.state({ records: [], outcome: 'failed' });
    scene.happens({ do: 'gap' });
    await expect.poll(() => scene.status()?.runs.at(-1)?.outcome).toBe('failed');
    expect(scene.status()?.coverage[0]?.gap).toBe(true);
    expect(scene.freshness(Date.now())).toBe('unknown');
    expect(scene.record('a0')?.missingSince).toBeUndefined();
  });

  it('[STR6] heartbeats carry what was completely listed on, and a silent stream is unknown', async () => {
    await scene.add({ records: accounts(2) });
    await scene.live();
    const listed = scene.status()?.coverage[0]?.listedAsOf ?? scene.status()?.coverage[0]?.completeAsOf ?? '';
    await expect.poll(() => (scene.status()?.coverage[0]?.completeAsOf ?? '') > listed).toBe(true);
    expect(scene.status()?.coverage[0]?.listedAsOf).toBe(listed);
    expect(scene.freshness(Date.now())).toBe('fresh');
    scene.happens({ do: 'silence' });
    await expect.poll(() => scene.freshness(Date.now())).toBe('unknown');
  });

  it('[STR6] heartbeats alone commit nothing', async () => {
    await scene.add({ records: accounts(2) });
    await scene.live();
    const { commits } = scene.store;
    const before = scene.status()?.heartbeat ?? '';
    await expect.poll(() => Date.parse(scene.status()?.heartbeat ?? '') - Date.parse(before) > 500).toBe(true);
    expect(scene.store.commits).toBe(commits);
  });

  it('[STR6] where delivery is not promised, a heartbeat says that it lives and nothing more', async () => {
    await scene.add({ records: accounts(2) }, { mechanismOf: 'event' });
    await scene.live();
    const { completeAsOf } = scene.status()?.coverage[0] ?? {};
    const before = scene.status()?.heartbeat ?? '';
    await expect.poll(() => (scene.status()?.heartbeat ?? '') > before).toBe(true);
    expect(scene.status()?.coverage[0]).toMatchObject({ completeAsOf });
    expect(scene.status()?.coverage[0]?.listedAsOf).toBeUndefined();
  });

  it('[STR7] a broken stream is said and started again from where it was', async () => {
    await scene.add({ records: accounts(2) });
    await scene.live();
    scene.happens({ record: account('a0', { purpose: 'one' }) });
    await expect.poll(() => scene.record('a0')?.fields.purpose).toBe('one');
    scene.happens({ do: 'break' });
    await expect.poll(() => scene.status()?.follow).toMatchObject({ state: 'broken', problem: { code: 'crashed' } });
    expect(JSON.stringify(scene.status())).not.toContain('must not be shown');
    await expect.poll(() => scene.calls().filter((call) => call === 'follow 1').length).toBeGreaterThan(0);
  });

  it('[STR8] owners that are wiped one by one are held like those of a listing; new power passes', async () => {
    await scene.add({ records: accounts(20, { owner: 'ana' }) });
    await scene.live();
    scene.state({ records: [...accounts(12), ...accounts(20, { owner: 'ana' }).slice(12)] });
    for (let index = 0; index < 12; index++) scene.happens({ record: account(`a${index}`) });
    const access = [{ level: 'full', on: '*', native: '*', certainty: 'exact' }];
    scene.happens({ record: account('a19', { owner: 'ana' }, { access }) });
    await expect.poll(() => scene.status()?.held[0]?.rules).toEqual(['owner wipe']);
    const kept = Array.from({ length: 20 }, (_, index) => scene.record(`a${index}`)?.fields.owner).filter((owner) => owner === 'ana');
    expect(kept.length).toBeGreaterThan(14);
    await expect.poll(() => scene.record('a19')?.gained).toBeDefined();
    const { digest } = scene.status()?.held[0] ?? {};
    await scene.runner.decide(digest as never, 'release');
    await expect.poll(() => scene.record('a11')?.fields.owner).toBeUndefined();
  });

  it('[STR9] a hint is re-read before the cursor passes it', async () => {
    await scene.add({ records: accounts(2) });
    await scene.live();
    scene.state({ records: [account('a0', { purpose: 'seen' }), account('a1')] });
    scene.happens({ hint: 'a0' });
    await expect.poll(() => scene.record('a0')?.fields.purpose).toBe('seen');
    expect(scene.store.memory(ID).cursor).toBe('1');
    expect(scene.calls()).toEqual(['list', 'follow 0', 'reread a0']);
  });

  it('[STR9] a hint that cannot be re-read is a gap', async () => {
    await scene.add({ records: accounts(2) });
    await scene.live();
    scene.happens({ hint: 'unheard-of' });
    await expect.poll(() => scene.calls().filter((call) => call === 'list').length).toBe(2);
  });

  it('[STR10] the time from a change in the source to the disk is measured', async () => {
    await scene.add({ records: accounts(2) });
    await scene.live();
    const at = new Date(Date.now() - 5_000).toISOString();
    scene.happens({ record: account('a0', { purpose: 'late' }), at }, { record: account('a1'), at });
    await expect.poll(() => scene.status()?.delays?.length).toBe(1);
    expect(scene.status()?.delays?.[0]).toBeGreaterThanOrEqual(5_000);
  });

  it('[STR11] paused, or told to poll, it is not followed', async () => {
    await scene.add({ records: accounts(2) }, { mechanism: 'poll' });
    await expect.poll(() => scene.status()?.runs.length).toBe(1);
    expect(scene.status()?.mechanism).toBe('poll');
    expect(scene.status()?.follow).toBeUndefined();
    expect(scene.calls()).toEqual(['list']);
  });
});

describe('a delta', () => {
  const polled = { mechanismOf: 'poll' };
  const run = async () => value(await scene.runner.run(ID, 'person'));

  it('[STR12] says what changed: nothing else changes or goes missing, and what was complete is known as of now', async () => {
    await scene.add({ records: accounts(3) }, polled);
    await run();
    const before = scene.status()?.coverage[0];
    scene.happens({ record: account('a1', { purpose: 'payroll' }) }, { gone: 'a2', at: now() });
    expect(await run()).toMatchObject({ outcome: 'delta', counts: { changed: 1, deleted: 1, missing: 0 } });
    expect(scene.record('a0')?.missingSince).toBeUndefined();
    const after = scene.status()?.coverage[0];
    expect(after).toMatchObject({ outcome: 'complete', records: 2, listedAsOf: before?.completeAsOf });
    expect((after?.completeAsOf ?? '') > (before?.completeAsOf ?? '')).toBe(true);
    expect(scene.calls().slice(-1)).toEqual(['delta 0']);
  });

  it('[STR12] on top of no complete listing it completes nothing', async () => {
    await scene.add({ records: accounts(3), outcome: 'partial' }, polled);
    await run();
    expect(scene.status()?.coverage[0]).toMatchObject({ outcome: 'partial' });
    expect(scene.status()?.coverage[0]?.completeAsOf).toBeUndefined();
    expect(scene.calls().every((call) => call === 'list')).toBe(true);
  });

  it('[STR13] after its time, and while something is held, the listing is full', async () => {
    await scene.add({ records: accounts(3) }, { ...polled, fullListing: 0 });
    await run();
    await run();
    expect(scene.calls().every((call) => call === 'list')).toBe(true);
  });
});
