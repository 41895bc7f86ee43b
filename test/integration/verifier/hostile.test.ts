import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { findPython } from '../../support/python.ts';
import { type Answer, VerifierProcess } from '../../support/snapshot/secondVerifier.ts';
import { storyFixture } from '../../support/snapshotFixture.ts';
import { Forger, type Forgery } from './forgery.ts';
import { hostileFiles } from './hostileFiles.ts';

const MOST_SECONDS = 2;
const MOST_BYTES = 300 * 2 ** 20;
const GROWN_BYTES = 140 * 2 ** 20;
const CHILD = fileURLToPath(new URL('./verifierChild.ts', import.meta.url));

const python = findPython();
const folder = mkdtempSync(join(tmpdir(), 'muster-hostile-'));
const path = join(folder, 'hostile.muster');
const forger = new Forger(await storyFixture({ entries: 220, records: 60, draw: { seed: 'spring review', size: 25 } }));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A verifier in a process that is replaced once it has grown: what one file took is not hidden by another. */
class Measured {
  readonly #start: () => VerifierProcess;
  #process: VerifierProcess | undefined;

  constructor(start: () => VerifierProcess) {
    this.#start = start;
  }

  async ask(): Promise<Answer> {
    this.#process ??= this.#start();
    const answer = await this.#process.ask({ file: path });
    if (answer.peak > GROWN_BYTES) await this.close();
    return answer;
  }

  async close(): Promise<void> {
    await this.#process?.close();
    this.#process = undefined;
  }
}

const isAsExpected = ({ said }: Forgery, answer: Answer): boolean =>
  said === 'sound' || (answer.said !== 'sound' && Object.entries(said).every(([member, value]) => answer.said[member as never] === value));

const told = ({ seconds, peak }: Answer): string => `${seconds.toFixed(2)} s, ${(peak / 2 ** 20).toFixed(0)} MB`;

describe('a hostile file', () => {
  it('[SNP75] is refused in time and memory that anybody has, by both verifiers', { timeout: 600_000 }, async () => {
    const verifiers = [new Measured(() => new VerifierProcess(process.execPath, ['--disable-warning=ExperimentalWarning', CHILD]))];
    if ('path' in python) verifiers.push(new Measured(() => VerifierProcess.python(python.path)));
    else process.stdout.write(`${python.unavailable}\n`);
    const wrong: unknown[] = [];
    for (const forgery of hostileFiles(forger)) {
      writeFileSync(path, forgery.bytes());
      const answers = await Promise.all(verifiers.map((verifier) => verifier.ask()));
      process.stdout.write(`   ${answers.map(told).join(' | ')}: ${forgery.name}\n`);
      const isWrong = (answer: Answer) => !isAsExpected(forgery, answer) || answer.seconds > MOST_SECONDS || answer.peak > MOST_BYTES;
      if (answers.some(isWrong)) wrong.push({ name: forgery.name, expected: forgery.said, answers });
    }
    await Promise.all(verifiers.map((verifier) => verifier.close()));
    expect(wrong).toEqual([]);
  });
});
