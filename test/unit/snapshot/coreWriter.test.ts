import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { concatBytes, utf8 } from '../../../shared/base/bytes.ts';
import { PART_BYTES } from '../../../shared/snapshot/format.ts';
import { SeriesParts } from '../../../shared/snapshot/series.ts';
import { SnapshotWriter } from '../../../shared/snapshot/snapshotWriter.ts';
import { verifySnapshot } from '../../../shared/snapshot/verifySnapshot.ts';
import { fileBytes, nodePacking } from '../../../sync-server/snapshot/nodeHost.ts';
import { build, host } from './coreFixture.ts';

const MIB = 1_024 * 1_024;

describe('parts of a series', () => {
  it('[SNP1] end as soon as they are full, whatever comes next', () => {
    const series = new SeriesParts('register');
    const piece = new Uint8Array(3 * MIB);
    const full = [piece, piece, piece, piece].map((bytes) => series.add(bytes)).filter((part) => part !== undefined);
    expect(full.map(({ name, bytes }) => [name, bytes.length])).toEqual([['register/0001.ndjson', 9 * MIB]]);
    expect(series.end()).toEqual({ name: 'register/0002.ndjson', bytes: piece });
    expect(series.end()).toBeUndefined();
  });

  it('[SNP1] hold one line that is larger than a part', () => {
    const series = new SeriesParts('ledger');
    expect(series.add(new Uint8Array(PART_BYTES - 1))).toBeUndefined();
    expect(series.add(new Uint8Array(PART_BYTES))?.name).toBe('ledger/0001.bin');
    expect(series.add(new Uint8Array(PART_BYTES))?.name).toBe('ledger/0002.bin');
    expect(series.end()).toBeUndefined();
  });
});

describe('the writer', () => {
  const writer = () => new SnapshotWriter({ ...nodePacking, sink: async () => {} });

  it('[SNP4] writes no part out of turn, twice or under another name', async () => {
    const one = writer();
    await one.part('README.txt', utf8('x'));
    for (const name of ['README.txt', 'records/0001.ndjson', 'ledger/0002.bin', '../x.json', 'manifest.json'])
      await expect(one.part(name, utf8('x'))).rejects.toThrow(RangeError);
    await one.part('ledger/0001.bin', utf8('x'));
  });

  it('[SNP5] writes no part that a reader refuses', async () => {
    await expect(writer().part('README.txt', new Uint8Array(64 * MIB + 1))).rejects.toThrow(RangeError);
  });
});

describe('a file on disk', () => {
  it('[SNP1] is read piece by piece, and never past its end', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'muster-snapshot-'));
    try {
      const path = join(directory, 'a.muster');
      const bytes = await build();
      await writeFile(path, bytes);
      const file = await fileBytes(path);
      expect(file.size).toBe(bytes.length);
      expect(concatBytes(await file.read(0, 10), await file.read(10, 0), await file.read(10, 20))).toEqual(bytes.slice(0, 30));
      await expect(file.read(bytes.length - 1, 2)).rejects.toThrow(RangeError);
      expect((await verifySnapshot(file, host)).ok).toBe(true);
      await file.close();
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
