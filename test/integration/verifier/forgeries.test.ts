import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { memoryBytes } from '../../../shared/snapshot/memoryBytes.ts';
import { verifySnapshot } from '../../../shared/snapshot/verifySnapshot.ts';
import { createNodeHost } from '../../../sync-server/snapshot/nodeHost.ts';
import { findPython } from '../../support/python.ts';
import { type Said, saidBy, VerifierProcess } from '../../support/snapshot/secondVerifier.ts';
import { storyFixture } from '../../support/snapshotFixture.ts';
import { archiveForgeries } from './archiveForgeries.ts';
import { chainForgeries } from './chainForgeries.ts';
import { contentForgeries } from './contentForgeries.ts';
import { Forger, type Forgery } from './forgery.ts';
import { ledgerForgeries } from './ledgerForgeries.ts';

const python = findPython();
const folder = mkdtempSync(join(tmpdir(), 'muster-forged-'));
const path = join(folder, 'forged.muster');
const host = createNodeHost();
const second = 'path' in python ? VerifierProcess.python(python.path) : undefined;
if ('unavailable' in python) process.stdout.write(`${python.unavailable}\n`);

const forger = new Forger(await storyFixture({ entries: 220, records: 60, draw: { seed: 'spring review', size: 25 } }));

afterAll(async () => {
  await second?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What both say of it; where they differ, what each says. */
async function judged(bytes: Uint8Array): Promise<Said | { readonly first: Said; readonly second: Said }> {
  const first = saidBy((await verifySnapshot(memoryBytes(bytes), host)).refusal);
  if (!second) return first;
  writeFileSync(path, bytes);
  const { said } = await second.ask({ file: path });
  return JSON.stringify(sorted(first)) === JSON.stringify(sorted(said)) ? first : { first, second: said };
}

const sorted = (said: Said): unknown => (said === 'sound' ? said : [said.code, said.part, said.place, said.line]);

async function expectRefused(forgeries: readonly Forgery[]): Promise<void> {
  const wrong: unknown[] = [];
  for (const { name, said, bytes } of forgeries) {
    const found = await judged(bytes());
    const as =
      said === 'sound'
        ? found === 'sound'
        : typeof found === 'object' &&
          'code' in found &&
          Object.entries(said).every(([member, value]) => found[member as 'code'] === value);
    if (!as) wrong.push({ name, expected: said, found });
  }
  expect(wrong).toEqual([]);
}

describe('a forged snapshot', () => {
  it('[SNP72] with another ledger is refused by both verifiers at the same entry', () => expectRefused(ledgerForgeries(forger)));
  it('[SNP73] with other contents is refused by both verifiers at the same part and line', () => expectRefused(contentForgeries(forger)));
  it('[SNP78] that tells its server keys falsely is refused by both verifiers at the same part', () =>
    expectRefused(chainForgeries(forger)));
  it('[SNP74] in another spelling of the archive is refused by both verifiers at the same part', () =>
    expectRefused(archiveForgeries(forger)));
});
