import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SignedEntry } from '../../../shared/ledger/author.ts';
import type { Anchor, EntryId } from '../../../shared/model/ids.ts';
import { type AppServer, startAppServer } from '../../support/appServer.ts';
import { TestDevice } from '../../support/testClient.ts';

const ROUNDS = 20;
const ANCHOR = 'b'.repeat(32) as Anchor;

let server: AppServer;
beforeAll(async () => {
  server = await startAppServer();
});
afterAll(() => server?.dispose());

/** A generator with a printed seed, so that a failing run can be repeated. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}

/** What a device holds: entries that it signed and has not seen in the ledger, and those that it has. */
interface Held {
  readonly unplaced: SignedEntry[];
  readonly acknowledged: Map<EntryId, number>;
}

describe('[SYN] kill -9 of the server under load', () => {
  it(`${ROUNDS} times at random moments: every acknowledged entry is in its place, what was not comes through, and it starts in a second`, async () => {
    const seed = Number(process.env.MUSTER_SEED ?? Date.now() % 1_000_000);
    const next = seeded(seed);
    const held: Held = { unplaced: [], acknowledged: new Map() };
    const starts: number[] = [];
    let device = await TestDevice.enrol(server.launchLink());
    for (let round = 0; round < ROUNDS; round++) {
      device = await TestDevice.resume(device).connect();
      const load = writeUntilGone(device, held);
      await new Promise((resolve) => setTimeout(resolve, 30 + next() * 300));
      await server.kill();
      await load.stop();
      device.close();
      await server.start();
      starts.push(server.startedIn());
    }
    device = await TestDevice.resume(device).connect();
    device.send(held.unplaced);
    for (const { id } of held.unplaced) held.acknowledged.set(id, (await device.placed(id)).place);
    const lost = [...held.acknowledged].filter(([id, place]) => device.ledger.placeOf(id) !== place);
    device.close();
    expect({ seed, lost }).toEqual({ seed, lost: [] });
    expect(held.acknowledged.size).toBeGreaterThan(ROUNDS * 5);
    process.stdout.write(
      `seed ${seed}: ${held.acknowledged.size} entries over ${ROUNDS} kills, starts ${Math.min(...starts).toFixed(0)} to ${Math.max(...starts).toFixed(0)} ms\n`,
    );
  });
});

/** Sends what waits, then entry after entry, and notes each acknowledgement, until the server is gone. */
function writeUntilGone(device: TestDevice, { unplaced, acknowledged }: Held): { stop(): Promise<void> } {
  let running = true;
  const gone = async (): Promise<undefined> => {
    while (running) await new Promise((resolve) => setTimeout(resolve, 10));
    return undefined;
  };
  const work = async (): Promise<void> => {
    for (let index = 0; running; index++) {
      unplaced.push(...(await device.sign([{ kind: 'comment', anchors: [ANCHOR], text: `edit ${index}` }])));
      device.send(unplaced);
      for (let first = unplaced[0]; first && running; first = unplaced[0]) {
        const placed = await Promise.race([device.placed(first.id), gone()]);
        if (!placed) return;
        acknowledged.set(placed.id, placed.place);
        unplaced.shift();
      }
    }
  };
  const done = work();
  return {
    stop: async () => {
      running = false;
      await done;
    },
  };
}
