import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { SourceId } from '../../../shared/model/ids.ts';
import { fingerprintOf } from '../../../shared/snapshot/fingerprint.ts';
import { memoryBytes } from '../../../shared/snapshot/memoryBytes.ts';
import { verifySnapshot } from '../../../shared/snapshot/verifySnapshot.ts';
import { createNodeHost } from '../../../sync-server/snapshot/nodeHost.ts';
import { findPython } from '../../support/python.ts';
import { chainOf } from '../../support/snapshot/keyChain.ts';
import { LedgerStory } from '../../support/snapshot/ledgerStory.ts';
import { anchorsOf } from '../../support/snapshot/observedStory.ts';
import { type Said, saidBy, VerifierProcess } from '../../support/snapshot/secondVerifier.ts';
import { testSigner } from '../../support/snapshot/testSigner.ts';
import { forged, type SealOptions, type SnapshotContent, START, sealed, storyFixture } from '../../support/snapshotFixture.ts';

const python = findPython();
const folder = mkdtempSync(join(tmpdir(), 'muster-after-'));
const host = createNodeHost();
const second = 'path' in python ? VerifierProcess.python(python.path) : undefined;
if ('unavailable' in python) process.stdout.write(`${python.unavailable}\n`);

const { content } = await storyFixture({ entries: 200, records: 40 });
/** Of the time when the ledger held that many entries. */
const at = (place: number, of: SnapshotContent = content): SnapshotContent => ({
  ...of,
  values: of.values.slice(0, place),
  records: of.records.filter((line) => line.place <= place),
  statuses: of.statuses.filter((line) => line.place <= place),
});

/** The same server and space, another past from some place on. */
function elsewhere(): SnapshotContent {
  const story = new LedgerStory({ entries: 200, anchors: anchorsOf(40), start: START, seed: 2 });
  return { ...content, values: story.ledger.values, records: [], statuses: [] };
}

function ofAnother(change: ConstructorParameters<typeof LedgerStory>[0]): SnapshotContent {
  const { ledger, server } = new LedgerStory(change);
  return { ...content, space: ledger.space, server, values: ledger.values, records: [], statuses: [] };
}

afterAll(async () => {
  await second?.close();
  rmSync(folder, { recursive: true, force: true });
});

let asked = 0;

/** What both say of the newer file after the older one; where they differ, what each says. */
async function compared(newer: Uint8Array, older: Uint8Array): Promise<Said | { first: Said; second: Said }> {
  const [file, after] = [join(folder, `newer ${++asked}`), join(folder, `older ${asked}`)] as const;
  writeFileSync(file, newer);
  writeFileSync(after, older);
  const first = saidBy((await verifySnapshot(memoryBytes(newer), host, { after: memoryBytes(older) })).refusal);
  const said = second ? (await second.ask({ file, after })).said : first;
  return JSON.stringify(sorted(first)) === JSON.stringify(sorted(said)) ? first : { first, second: said };
}

const sorted = (said: Said): unknown => (said === 'sound' ? said : [said.code, said.part, said.place, said.line]);
const seal = (of: SnapshotContent, options: SealOptions = {}) => forged(of, options);
const NO = { code: 'not an extension' } as const;

describe('a snapshot after another', () => {
  it('[SNP76] adds to the one of any earlier place, and to itself', async () => {
    const newer = await sealed(content);
    for (const place of [1, 9, 100, 199, 200]) expect(await compared(newer, seal(at(place)))).toBe('sound');
  });

  it('[SNP76] does not add to a longer one, to another past, to another space or to that of another server', async () => {
    const start = START;
    const anchors = anchorsOf(40);
    expect(await compared(seal(at(100)), seal(content))).toEqual(NO);
    expect(await compared(seal(content), seal(elsewhere()))).toEqual(NO);
    expect(await compared(seal(content), seal(at(150, elsewhere())))).toEqual(NO);
    const space = ofAnother({ entries: 50, anchors, start, space: 'f'.repeat(32) as SnapshotContent['space'] });
    const server = ofAnother({ entries: 50, anchors, start, server: testSigner('another server') });
    expect(await compared(seal(content), seal(space))).toEqual(NO);
    expect(await compared(seal(content), seal(server))).toEqual(NO);
  });

  it('[SNP79] adds to one that was signed by a key that was replaced since, and to none of a key that never was', async () => {
    const keys = [content.server, testSigner('second'), testSigner('third')];
    const by = (count: number, chain = keys.slice(0, count)): SealOptions => ({
      signer: chain.at(-1) as (typeof keys)[number],
      manifest: (manifest) => ({ ...manifest, serverKey: chain.at(-1)?.publicKey, succession: chainOf(content.space, chain) }),
    });
    const newer = seal(content, by(3));
    for (const older of [seal(at(100)), seal(at(100), by(2)), seal(at(100), by(3))]) expect(await compared(newer, older)).toBe('sound');
    const other = by(2, [content.server, testSigner('another')]);
    for (const older of [seal(at(100), other)]) expect(await compared(newer, older)).toEqual(NO);
    expect(await compared(seal(content), seal(at(100), by(2)))).toEqual(NO);
    const [fingerprint, before] = [keys[2], keys[0]].map((key) => fingerprintOf(key?.publicKey ?? ''));
    expect((await verifySnapshot(memoryBytes(newer), host, { key: fingerprint })).ok).toBe(true);
    expect((await verifySnapshot(memoryBytes(newer), host, { key: before })).refusal?.code).toBe('another key');
  });

  it('[SNP76] does not go back to an earlier epoch', async () => {
    const restored = { epoch: 1, restores: [{ at: 150, epoch: 1 }] };
    expect(await compared(seal({ ...content, ...restored }), seal(at(120)))).toBe('sound');
    expect(await compared(seal(content), seal({ ...at(120), epoch: 1, restores: [{ at: 110, epoch: 1 }] }))).toEqual(NO);
  });

  it('[SNP76] holds every version of a record that the older one holds, but of sources that it leaves out', async () => {
    const older = seal(at(150));
    const lost = { ...content, records: content.records.toSpliced(6, 1) };
    expect(await compared(seal(lost), older)).toEqual({ ...NO, part: 'records/0001.ndjson', line: 7 });
    const source = 'directory' as SourceId;
    const without = { ...content, records: content.records.filter((line) => line.source !== source) };
    expect(await compared(seal(without), older)).toMatchObject(NO);
    expect(await compared(seal({ ...without, leftOut: [{ source, label: 'Directory', records: 14 }] }), older)).toBe('sound');
  });

  it('[SNP76] is refused for its own faults first, then for those of the older one', async () => {
    const signer = testSigner('attacker');
    expect(await compared(seal(content, { signer }), seal(at(100)))).toMatchObject({ code: 'manifest signature' });
    expect(await compared(seal(content), seal(at(100), { signer }))).toEqual({ ...NO, part: 'manifest.sig' });
    const swapped = content.values.with(50, content.values[51] as Uint8Array).with(51, content.values[50] as Uint8Array);
    expect(await compared(seal(content), seal({ ...at(100), values: swapped.slice(0, 100) }))).toMatchObject({
      ...NO,
      part: 'ledger/0001.bin',
    });
  });
});
