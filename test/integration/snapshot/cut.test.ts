import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromUtf8 } from '../../../shared/base/bytes.ts';
import type { SourceId } from '../../../shared/model/ids.ts';
import { observe } from '../../../shared/observed/observe.ts';
import { localCommands } from '../../../sync-server/cli/localCommands.ts';
import { at, observed } from '../../support/observations.ts';
import { statusOf } from '../../support/register/statuses.ts';
import { madeSnapshot, readSnapshot, verified } from '../../support/snapshots.ts';
import { startTestServer, type TestServer } from '../../support/startTestServer.ts';

const RECORDS = 120;
const SNAPSHOTS = 4;
const sheet = 'sheet' as SourceId;

describe('a snapshot that is made while runs and edits go on', () => {
  let server: TestServer;
  let run = 0;
  beforeAll(async () => {
    server = await startTestServer({ background: false, localCommands });
    await server.sources.open(sheet, 'space');
    await nextRun();
  });
  afterAll(() => server?.close());

  /** Every record of a run says which run it is of, and so does the status that comes with it. */
  async function nextRun(): Promise<void> {
    run++;
    const records = Array.from({ length: RECORDS }, (_, row) => observed(`svc-${row}`, { aliases: [`version ${run}`] }));
    const planned = records.flatMap((record) => observe(undefined, record, at(run)) ?? []);
    const { runs, ...rest } = statusOf(sheet, Date.now());
    await server.sources.commit(sheet, planned, { ...rest, runs: runs.map((one) => ({ ...one, id: run })) }, { run });
  }
  /** What a changed setting does, without a run. */
  const relabel = (): void => {
    const known = server.sources.status(sheet);
    if (known) server.sources.publishStatus(sheet, { ...known, label: `after ${run}` });
  };
  const edit = (text: string): Promise<unknown> =>
    localCommands(server.core).set?.({ id: server.core.register.ids({ text: '', sort: [] })[0], values: [['purpose', text]] }) ??
    Promise.reject();

  /** What the newest versions in the file say; each run says one thing of all of them. */
  async function versionsIn(path: string): Promise<{ said: Set<string>; runs: Set<number>; durable: number }> {
    const { data } = await readSnapshot(path);
    const newest = new Map(data.records.map((record) => [record.id, record]));
    const said = [...newest.values()].map(({ bytes }) => /version \d+/.exec(fromUtf8(bytes))?.[0] ?? 'none');
    const status = data.statuses.findLast((line) => 'status' in line) as { status: { runs: { id: number }[] } } | undefined;
    const durable = Math.max(...(status?.status.runs ?? []).map(({ id }) => id));
    return { said: new Set(said), runs: new Set([...newest.values()].map((record) => record.run)), durable };
  }

  it('[SNP32] has each run whole or not at all, with the status that speaks of it', async () => {
    let going = true;
    const world = (async () => {
      while (going) {
        // A place stays open over several runs, and some runs get one of their own.
        if (run % 3 === 0) await edit(`edit ${run}`);
        // The status of a run that is on its way to the disk must not be replaced by what is shown before it.
        const next = nextRun();
        relabel();
        await next;
        await wait(60);
      }
    })();
    const places: number[] = [];
    try {
      for (let made = 0; made < SNAPSHOTS; made++) {
        const file = await madeSnapshot(server.core);
        places.push(file.place);
        expect((await verified(file.path)).refusal).toBeUndefined();
        const { said, runs: broughtBy, durable } = await versionsIn(file.path);
        expect(said.size).toBe(1);
        expect([...broughtBy]).toEqual([durable]);
      }
    } finally {
      going = false;
      await world;
    }
    expect(run).toBeGreaterThan(SNAPSHOTS);
    const newest = await madeSnapshot(server.core);
    for (const place of places.slice(-2)) {
      const earlier = await madeSnapshot(server.core, { place });
      expect((await verified(newest.path, { after: earlier.path })).refusal).toBeUndefined();
    }
  });
});
