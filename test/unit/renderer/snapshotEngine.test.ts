import { beforeAll, describe, expect, it } from 'vitest';
import { SNAPSHOT_READ_ONLY } from '../../../shared/bridge/snapshot.ts';
import { clockAt, Replay } from '../../../shared/snapshot/replay.ts';
import { drawSample } from '../../../shared/snapshot/sample.ts';
import { forged, type SnapshotContent, sealed } from '../../support/snapshotFixture.ts';
import { dataOf, isJudged, isReplayed, opened, storyWithRows } from './openedSnapshot.ts';

const ALL = { text: '', sort: [] } as const;

let content: SnapshotContent;
let file: Uint8Array<ArrayBuffer>;
beforeAll(async () => {
  ({ content } = await storyWithRows());
  file = await sealed(content);
});

const changed = (bytes: Uint8Array<ArrayBuffer>, at: number): Uint8Array<ArrayBuffer> => {
  const copy = bytes.slice();
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
};

describe('a snapshot that is opened', () => {
  it('[SNP50] shows the rows of the file at once, and answers everything once the ledger is replayed', async () => {
    const { engine, until } = opened(file);
    const first = await until(({ phase }) => phase === 'ready');
    expect(first.snapshot?.replay.state).toBe('running');
    const rows = await engine.api.window(ALL, 0, 100);
    expect(rows.total).toBeGreaterThan(30);
    await until(isReplayed);
    expect(await engine.api.window(ALL, 0, 100)).toEqual(rows);
    const id = rows.rows[0]?.id;
    expect(id !== undefined && (await engine.api.identity(id))?.id).toBe(id);
    expect((await engine.api.sources()).length).toBe(3);
    expect((await engine.api.activity({ runs: false, limit: 1_000 })).length).toBe(content.values.length);
    expect(await engine.api.inbox()).toEqual([]);
    engine.close();
  });

  it('[SNP54] the history of a record ends at the place that is shown, and ages are ages at its clock', async () => {
    const { engine, until } = opened(file);
    await until(isReplayed);
    const [line] = content.records;
    if (!line) throw new Error('a story has records');
    const versions = async (): Promise<number> => {
      const reply = await engine.api.recordHistory(line.source, line.id as never);
      return reply.ok ? reply.value.length : -1;
    };
    const all = content.records.filter(({ source, id }) => source === line.source && id === line.id);
    expect(await versions()).toBe(all.length);
    await engine.api.seek(line.place);
    expect(await versions()).toBe(all.filter(({ place }) => place <= line.place).length);
    expect(Date.parse(engine.status().now)).toBe(clockAt(dataOf(content), line.place));
    engine.close();
  });
});

describe('through the ledger', () => {
  it('[SNP53] each place shows exactly the register of a replay, forward, backward and back at the end', async () => {
    const { engine, until } = opened(file);
    await until(isReplayed);
    for (const place of [20, 45, 7, 8, content.values.length, 30]) {
      expect(await engine.api.seek(place)).toBe(true);
      const data = dataOf(content);
      const now = place === content.values.length ? Date.parse(content.asOf) : clockAt(data, place);
      const { register } = await new Replay(data).at(place, now);
      expect(await engine.api.window(ALL, 0, 500)).toEqual(register.window(ALL, 0, 500));
      expect(engine.status().snapshot).toMatchObject({ place });
    }
    engine.close();
  });

  it('[SNP53] the last wish wins, and the others are told so', async () => {
    const { engine, until } = opened(file);
    await until(isReplayed);
    const wishes = [30, 12, 50, 5].map((place) => engine.api.seek(place));
    expect(await Promise.all(wishes)).toEqual([false, false, false, true]);
    expect(engine.status().place).toBe(5);
    const { register } = await new Replay(dataOf(content)).at(5, clockAt(dataOf(content), 5));
    expect(await engine.api.counts()).toEqual(register.counts());
    engine.close();
  });

  it('[SNP53] a wish beyond the ledger is its nearest place; marks say when and what', async () => {
    const { engine, until } = opened(file);
    await until(isReplayed);
    await engine.api.seek(-5);
    expect(engine.status().place).toBe(1);
    await engine.api.seek(1e9);
    expect(engine.status().place).toBe(content.values.length);
    const marks = await engine.api.marks(10);
    expect(marks.length).toBe(10);
    expect([marks[0]?.place, marks.at(-1)?.place]).toEqual([1, content.values.length]);
    expect(await engine.api.mark(1)).toEqual(marks[0]);
    expect(await engine.api.changeAt(1)).toEqual({ place: 1, at: marks[0]?.at, who: marks[0]?.who, what: marks[0]?.what });
    engine.close();
  });
});

describe('what must not be', () => {
  it('[SNP52] every call that would write answers that nothing can be changed', async () => {
    const { engine, until } = opened(file);
    await until(isReplayed);
    const { api } = engine;
    const answers = await Promise.all([
      api.commit([], {} as never, 'x'),
      api.undo(),
      api.withdraw([]),
      api.addSource({} as never),
      api.removeSource('x' as never),
      api.runSource('x' as never),
      api.reread('x' as never, 'y'),
      api.invite({} as never),
      api.sample('delete'),
      api.enrol('x', { label: 'x' }),
      api.createSnapshot({}),
    ]);
    for (const answer of answers) expect(answer).toMatchObject({ ok: false, error: { code: 'read only', message: SNAPSHOT_READ_ONLY } });
    await expect(api.openEditor()).rejects.toThrow(SNAPSHOT_READ_ONLY);
    expect(engine.status()).toMatchObject({ readOnly: true, connection: 'offline', savedHere: 0 });
    engine.close();
  });

  it.each([
    ['cut off', (bytes: Uint8Array<ArrayBuffer>) => bytes.slice(0, -1)],
    ['another kind of file', () => new TextEncoder().encode('<script>alert(1)</script>'.repeat(10))],
    ['a changed manifest', (bytes: Uint8Array<ArrayBuffer>) => changed(bytes, bytes.length - 3_000)],
    ['a changed register', (bytes: Uint8Array<ArrayBuffer>) => changed(bytes, Buffer.from(bytes).indexOf('register/0001.ndjson') + 400)],
  ])('[SNP51] a refused file shows nothing but why: %s', async (_what, broken) => {
    const { engine, until } = opened(broken(file));
    const status = await until(({ phase }) => phase === 'failed');
    expect(status.problem?.message).toMatch(/\.$/);
    expect(status.problem?.wayOut).toMatch(/\.$/);
    expect(status.snapshot).toBeUndefined();
    expect(status.space).toBeUndefined();
    expect(await engine.api.window(ALL, 0, 10)).toMatchObject({ total: 0, rows: [] });
    expect(await engine.api.sources()).toEqual([]);
    engine.close();
  });

  it('[SNP51] rows of another shape are refused before one of them is shown', async () => {
    const derived = content.derived.map((part) =>
      part.name === 'register/0001.ndjson'
        ? { ...part, bytes: new TextEncoder().encode('{"anchors":[],"facts":{},"row":{"name":{"a":1}}}\n') }
        : part,
    );
    const { engine, until } = opened(forged({ ...content, derived }));
    const status = await until(({ phase }) => phase === 'failed');
    expect(status.problem?.message).toContain('register/0001.ndjson');
    engine.close();
  });
});

describe('a register in several parts', () => {
  const NAME = 'register/0001.ndjson';
  /** The rows over two parts, and the two. */
  const split = (last = (text: string): string => text): SnapshotContent['derived'] => {
    const whole = content.derived.find(({ name }) => name === NAME);
    if (!whole) throw new Error('a story has rows');
    const lines = new TextDecoder().decode(whole.bytes).split(/(?<=\n)/);
    const part = (name: string, some: readonly string[]) => ({ name, bytes: new TextEncoder().encode(some.join('')) });
    const [first, second] = [lines.slice(0, 10), lines.slice(10)];
    const parts = [part(NAME, first), part('register/0002.ndjson', [...second.slice(0, -1), last(second.at(-1) ?? '')])];
    return content.derived.flatMap((derived) => (derived.name === NAME ? parts : [derived]));
  };

  it('[SNP80] shows the first rows while the others are read; what asks for more than the beginning waits for all', async () => {
    const { engine, until } = opened(forged({ ...content, derived: split() }));
    await until(({ phase }) => phase === 'ready');
    const [first, all, found] = await Promise.all([
      engine.api.window(ALL, 0, 100),
      engine.api.counts(),
      engine.api.window({ text: 'svc', sort: [] }, 0, 100),
    ]);
    await until(isReplayed);
    const whole = await engine.api.window(ALL, 0, 100);
    expect(first.rows.length).toBeGreaterThan(0);
    expect(first.rows.length).toBeLessThan(whole.rows.length);
    expect(whole.rows.slice(0, first.rows.length)).toEqual(first.rows);
    expect(all).toEqual(await engine.api.counts());
    expect(found).toEqual(await engine.api.window({ text: 'svc', sort: [] }, 0, 100));
    engine.close();
  });

  it('[SNP80] a later row of another shape takes the first ones from the screen; a later part of another hash lets none be shown', async () => {
    const { engine, until } = opened(forged({ ...content, derived: split(() => '{"anchors":[]}\n') }));
    const status = await until(({ phase }) => phase === 'failed');
    expect(status.problem?.message).toContain('register/0002.ndjson');
    expect(await engine.api.window(ALL, 0, 100)).toMatchObject({ total: 0, rows: [] });
    expect(await engine.api.sources()).toEqual([]);
    engine.close();

    const bytes = forged({ ...content, derived: split() });
    const second = opened(changed(bytes, Buffer.from(bytes).indexOf('register/0002.ndjson') + 400));
    const phases: string[] = [];
    second.engine.subscribe((event) => event.kind === 'status' && phases.push(event.status.phase));
    await second.until(({ phase }) => phase === 'failed');
    expect(phases).not.toContain('ready');
    second.engine.close();
  });
});

describe('the verification', () => {
  it('[SNP55] runs by itself while questions are answered, and says what was checked', async () => {
    const { engine, until } = opened(file);
    await until(({ snapshot }) => snapshot?.verification.state === 'checking' && snapshot.verification.verdict !== undefined);
    expect((await engine.api.window(ALL, 0, 5)).rows.length).toBe(5);
    const { snapshot } = await until(isJudged);
    expect(snapshot?.verification).toMatchObject({ state: 'verified', done: 1, verdict: { ok: true } });
    const states = snapshot?.verification.verdict?.checks.map(({ id, state }) => `${id} ${state}`);
    expect(states).toContain('recomputed passed');
    engine.close();
  });

  it('[SNP55] a register that does not follow from the ledger is refused after its rows were shown', async () => {
    const derived = content.derived.map((part) => {
      if (part.name !== 'register/0001.ndjson') return part;
      return {
        ...part,
        bytes: new TextEncoder().encode(
          new TextDecoder()
            .decode(part.bytes)
            .replaceAll('"lifecycle":"active"', '"lifecycle":"retired"')
            .replaceAll('"purpose":', '"purpos":'),
        ),
      };
    });
    const { engine, until } = opened(forged({ ...content, derived }));
    await until(({ phase }) => phase === 'ready');
    const { snapshot } = await until(isJudged);
    expect(snapshot?.verification).toMatchObject({ state: 'refused', verdict: { refusal: { code: 'not recomputed' } } });
    engine.close();
  });

  it('[SNP55] it can be stopped, and done again', async () => {
    const { engine, until } = opened(file);
    await until(({ snapshot }) => snapshot?.verification.verdict !== undefined);
    await engine.api.cancelVerification();
    const { snapshot } = await until((status) => status.snapshot?.verification.state === 'cancelled');
    expect(snapshot?.verification.verdict?.checks.some(({ state }) => state === 'running')).toBe(false);
    await engine.api.verify();
    await until((status) => status.snapshot?.verification.state === 'verified');
    engine.close();
  });

  it('[SNP56] a fingerprint is compared in any grouping; another one differs, and half of one says nothing', async () => {
    const { engine, until } = opened(file);
    const { snapshot } = await until(isReplayed);
    const fingerprint = snapshot?.fingerprint ?? '';
    const key = async (given: string): Promise<string | undefined> => {
      await engine.api.expectKey(given);
      return engine.status().snapshot?.key;
    };
    expect(await key(fingerprint.toUpperCase().replace(/(.{4})/g, '$1 '))).toBe('matches');
    expect(await key('f'.repeat(64))).toBe('differs');
    expect(await key(fingerprint.slice(0, 20))).toBe('not compared');
    engine.close();
  });

  it('[SNP56] an older file is compared: only adds, or does not', async () => {
    const { content: older } = await storyWithRows(30);
    const { engine, until } = opened(file);
    await until(isJudged);
    expect(await engine.api.compareAfter(new Blob([file]))).toMatchObject({ outcome: 'only adds' });
    const other = await engine.api.compareAfter(new Blob([await sealed(older)]));
    expect(other.outcome).not.toBe('only adds');
    expect(await engine.api.compareAfter(new Blob(['no zip at all, and far too short']))).toMatchObject({ outcome: 'not an extension' });
    engine.close();
  });
});

describe('beside the rows', () => {
  it('[SNP58] a sample is what anybody draws from the same seed, whatever place is shown, and says how', async () => {
    const { engine, until } = opened(file);
    await until(isReplayed);
    const ids = await engine.api.ids(ALL);
    await engine.api.seek(3);
    const sample = await engine.api.drawSample('a seed of my own', 25);
    if (!sample.ok) throw new Error(sample.error.message);
    expect(sample.value.rows.map(({ id }) => id)).toEqual(drawSample(ids, { seed: 'a seed of my own', size: 25 }));
    expect(sample.value).toMatchObject({ of: ids.length, size: 25 });
    const json = JSON.parse(new TextDecoder().decode(await engine.api.exportSample('a seed of my own', 25, 'json'))) as { rows: unknown[] };
    expect(json.rows.length).toBe(25);
    const workbook = await engine.api.exportSample('a seed of my own', 25, 'xlsx');
    expect([...workbook.slice(0, 2)]).toEqual([0x50, 0x4b]);
    expect(await engine.api.drawSample('', 25)).toMatchObject({ ok: false });
    engine.close();
  });

  it('[SNP59] names who witnessed the ledger and what could not be evaluated', async () => {
    const { engine, until } = opened(file);
    await until(isReplayed);
    const evidence = await engine.api.evidence();
    expect(evidence.witnesses.length).toBeGreaterThan(0);
    expect(evidence.gaps.find(({ title }) => title === 'Could not be evaluated')?.items.length).toBeGreaterThan(0);
    expect(evidence.gaps.find(({ title }) => title === 'Entries that do not count')?.items.length).toBeGreaterThan(0);
    engine.close();
  });
});
