import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { memoryBytes } from '../../../shared/snapshot/memoryBytes.ts';
import { verifySnapshot } from '../../../shared/snapshot/verifySnapshot.ts';
import { createNodeHost } from '../../../sync-server/snapshot/nodeHost.ts';
import { recompute } from '../../../sync-server/snapshot/recompute.ts';
import { Random } from '../../fuzz/ledger/random.ts';
import { findPython } from '../../support/python.ts';
import { type Said, saidBy, VerifierProcess } from '../../support/snapshot/secondVerifier.ts';
import { allParts, type SnapshotContent, sealed, storyFixture } from '../../support/snapshotFixture.ts';
import { assembled, type Mutation, Mutations } from './mutations.ts';

/** The same damage again: `MUSTER_SNAPSHOT_SEED=… vitest run test/integration/verifier/damage.test.ts`. */
const SEED = Number(process.env.MUSTER_SNAPSHOT_SEED ?? Date.now() % 1_000_000);
const ENTRIES = 20_000;

const python = findPython();
const folder = mkdtempSync(join(tmpdir(), 'muster-damage-'));
const path = join(folder, 'whole.muster');
const host = createNodeHost();
const say = (line: string): void => void process.stdout.write(`${line}\n`);

let content: SnapshotContent;
let second: VerifierProcess | undefined;

async function judged(bytes: Uint8Array): Promise<Said> {
  return saidBy((await verifySnapshot(memoryBytes(bytes), host)).refusal);
}

function secondVerifier(context: TestContext): VerifierProcess {
  if ('unavailable' in python) return context.skip(python.unavailable);
  second ??= VerifierProcess.python(python.path);
  return second;
}

beforeAll(async () => {
  ({ content } = await storyFixture({ entries: ENTRIES, records: 2_000, draw: { seed: 'spring review', size: 25 } }));
  writeFileSync(path, await sealed(content));
});
afterAll(async () => {
  await second?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe(`a snapshot of ${ENTRIES} entries`, () => {
  it('[SNP70] is sound to both verifiers', async (context) => {
    const started = process.cpuUsage();
    const verdict = await verifySnapshot(memoryBytes(await sealed(content)), host, { recompute: recompute(host.breathe) });
    expect(verdict).toMatchObject({ ok: true });
    const { user, system } = process.cpuUsage(started);
    say(`   verified in ${((user + system) / 1e6).toFixed(1)} s of CPU`);
    const answer = await secondVerifier(context).ask({ file: path });
    say(`   verified by the second verifier in ${answer.seconds.toFixed(1)} s of CPU and ${(answer.peak / 2 ** 20).toFixed(0)} MB`);
    expect(answer.said).toBe('sound');
  });

  it(`[SNP71] damaged in 1,000 ways, each is refused with the same code and place by both (seed ${SEED})`, async (context) => {
    const verifier = secondVerifier(context);
    const mutations = new Mutations(allParts(content), new Random(SEED));
    expect(Buffer.from(mutations.file).equals(await sealed(content))).toBe(true);
    const all = mutations.all();
    expect(all.length).toBe(1_000);
    const tally = new Tally();
    for (const mutation of all) {
      const asked = verifier.ask({ file: path, pieces: mutation.pieces });
      tally.add(mutation, await judged(assembled(mutations.file, mutation.pieces)), (await asked).said);
    }
    say(tally.summary());
    expect(tally.problems).toEqual([]);
  });
});

/** The end of the archive and what is missing between its parts belong to no part. */
const NAMES_NO_PART = 'archive';

class Tally {
  readonly problems: unknown[] = [];
  readonly #codes = new Map<string, number>();

  add({ kind, pieces }: Mutation, said: Said, second: Said): void {
    const where = said === 'sound' ? 'sound' : `${said.code}${said.part === undefined ? ', no part' : ''}`;
    this.#codes.set(where, (this.#codes.get(where) ?? 0) + 1);
    const located = said !== 'sound' && (said.part !== undefined || said.code === NAMES_NO_PART);
    const agreed = JSON.stringify(sorted(said)) === JSON.stringify(sorted(second));
    if (located && agreed) return;
    this.problems.push({ kind, pieces: pieces.map((piece) => (typeof piece === 'string' ? piece.slice(0, 80) : piece)), said, second });
  }

  summary(): string {
    const lines = [...this.#codes].sort((a, b) => b[1] - a[1]).map(([code, count]) => `${count} ${code}`);
    return `   refused as: ${lines.join('; ')}`;
  }
}

const sorted = (said: Said): unknown => (said === 'sound' ? said : [said.code, said.part, said.place, said.line]);
