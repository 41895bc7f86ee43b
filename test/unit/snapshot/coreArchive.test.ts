import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { concatBytes, utf8 } from '../../../shared/base/bytes.ts';
import { readCentralRecord, readEndRecord } from '../../../shared/snapshot/archiveLayout.ts';
import { crc32 } from '../../../shared/snapshot/crc32.ts';
import { memoryBytes } from '../../../shared/snapshot/memoryBytes.ts';
import { storedBlocks } from '../../../shared/snapshot/storedBlocks.ts';
import { verifySnapshot } from '../../../shared/snapshot/verifySnapshot.ts';
import { build, host, ledgerOf, recordLine, refusalOf, verify } from './coreFixture.ts';
import { archiveOf, NAMES, partsWith } from './hostileArchive.ts';

const MIB = 1_024 * 1_024;

/** Which part each byte of a file belongs to; undefined for headers, directory and end. */
function partsByByte(file: Uint8Array): (byte: number) => string | undefined {
  const end = readEndRecord(file.subarray(-22));
  if (!end) throw new Error('the file is valid');
  const ranges: { name: string; from: number; to: number }[] = [];
  for (let at = end.offset, number = 0; number < end.parts; number++) {
    const record = readCentralRecord(file, at);
    if (!record) throw new Error('the file is valid');
    const from = record.part.offset + 30 + record.part.name.length;
    ranges.push({ name: record.part.name, from, to: from + record.part.packed });
    at += record.bytes;
  }
  return (byte) => ranges.find(({ from, to }) => byte >= from && byte < to)?.name;
}

const changed = (file: Uint8Array, byte: number, bits: number): Uint8Array => {
  const copy = file.slice();
  copy[byte] = (copy[byte] as number) ^ bits;
  return copy;
};

describe('the bytes of a snapshot', () => {
  it.each([0x01, 0x20, 0xff])('[SNP3] a file with any one byte changed is refused, bits %i', async (bits) => {
    const file = await build({ ledger: await ledgerOf(6) });
    const partOf = partsByByte(file);
    expect(file.length).toBeGreaterThan(6_000);
    const wrong: unknown[] = [];
    for (let byte = 0; byte < file.length; byte++) {
      const refusal = await refusalOf(changed(file, byte, bits));
      const part = partOf(byte);
      const expected = part === undefined ? ['archive', 'too large'] : ['parts', 'manifest', 'newer format', 'manifest signature'];
      const located = part === undefined || refusal?.part === part || (part === 'manifest.json' && refusal?.part === 'manifest.sig');
      if (!refusal || !expected.includes(refusal.code) || !located) wrong.push({ byte, part, refusal });
    }
    expect(wrong).toEqual([]);
  });

  it('[SNP3] a file that is cut off anywhere, or longer than it was, is refused', async () => {
    const file = await build();
    for (let length = 0; length < file.length; length += 97) expect((await refusalOf(file.subarray(0, length)))?.code).toBe('archive');
    for (let length = file.length - 25; length < file.length; length++)
      expect((await refusalOf(file.subarray(0, length)))?.code).toBe('archive');
    for (const added of [Uint8Array.of(0), utf8('PK'), file]) expect((await refusalOf(concatBytes(file, added)))?.code).toBe('archive');
    expect((await refusalOf(concatBytes(Uint8Array.of(0), file)))?.code).toBe('archive');
  });

  it('[SNP3] bytes between two parts, or behind the last, are refused', async () => {
    expect(await refusalOf(archiveOf(partsWith('people.json', { says: { packed: 3 } })))).toEqual({
      code: 'archive',
      part: 'population.json',
    });
    expect(
      await refusalOf(
        archiveOf(
          NAMES.map((name) => ({ name })),
          { offset: 1 },
        ),
      ),
    ).toEqual({ code: 'archive' });
  });

  it('[SNP3] what a part unpacks to is judged by size, CRC-32 and hash, to its last packed byte', async () => {
    const content = utf8('{"a":1}');
    const packed = deflateRawSync(content);
    const opened = async (bytes: Uint8Array, size: number) =>
      host
        .inflate(bytes, size)
        .then(() => 'inflated')
        .catch(() => 'refused');
    expect(await opened(packed, content.length)).toBe('inflated');
    expect(await opened(packed, content.length - 1)).toBe('refused');
    expect(await opened(packed, content.length + 1)).toBe('refused');
    expect(await opened(concatBytes(packed, Uint8Array.of(0)), content.length)).toBe('refused');
    expect(await opened(packed.subarray(0, -1), content.length)).toBe('refused');
  });

  it('[SNP3] the CRC-32 is that of ZIP', () => {
    expect(crc32(utf8('123456789'))).toBe(0xcbf43926);
    expect(crc32(new Uint8Array(0))).toBe(0);
  });
});

describe('the names of a snapshot', () => {
  it.each([
    '../x.json',
    '/etc/x.json',
    'c:\\x.json',
    'a\\b.json',
    'README.TXT',
    'readme.txt',
    'People.json',
    'people.json\0',
    'pe\u0000ple.json',
    'people.jsön',
    'people.json/',
    'con.txt',
    '',
    '__proto__',
    'constructor.json',
    'policy.json',
    'gaps.json',
    'ledger/0003.bin',
    `${'a'.repeat(250)}.json`,
  ])('[SNP4] a part that is called %j is refused', async (name) => {
    const file = archiveOf(NAMES.map((part) => ({ name: part === 'people.json' ? name : part })));
    const refusal = await refusalOf(file);
    expect(refusal?.code).toBe('archive');
    if (refusal?.part !== undefined) expect(refusal.part).toMatch(/^[a-z0-9/]+\.[a-z]+$/);
  });

  it('[SNP4] a part with a name of 60,000 letters is refused', async () => {
    const file = archiveOf(NAMES.map((part) => ({ name: part === 'people.json' ? 'a'.repeat(60_000) : part })));
    expect(await refusalOf(file)).toEqual({ code: 'archive' });
  });

  it('[SNP4] a part that is there twice, or missing, or out of turn is refused', async () => {
    for (const names of [
      NAMES.flatMap((name) => (name === 'gaps.json' ? [name, name] : [name])),
      NAMES.filter((name) => name !== 'gaps.json'),
      NAMES.filter((name) => name !== 'ledger/0001.bin'),
      NAMES.filter((name) => name !== 'manifest.sig'),
      [...NAMES].reverse(),
      [...NAMES, 'extra.json'],
    ])
      expect((await refusalOf(archiveOf(names.map((name) => ({ name })))))?.code).toBe('archive');
  });

  it('[SNP4] two records that share the bytes of one part are refused', async () => {
    const parts = NAMES.map((name) => ({ name, says: name === 'people.json' ? { offset: 0 } : {} }));
    expect(await refusalOf(archiveOf(parts))).toEqual({ code: 'archive', part: 'people.json' });
  });

  it('[SNP4] another method, ZIP64, encryption, comments and extra fields are refused', async () => {
    expect(await refusalOf(archiveOf(partsWith('gaps.json', { says: { method: 0 } })))).toEqual({ code: 'archive', part: 'gaps.json' });
    expect(await refusalOf(archiveOf(partsWith('gaps.json', { says: { method: 12 } })))).toEqual({ code: 'archive', part: 'gaps.json' });
    expect(await refusalOf(archiveOf(partsWith('manifest.json', { says: { method: 8 } })))).toEqual({
      code: 'archive',
      part: 'manifest.json',
    });
    const zip64 = archiveOf(partsWith('gaps.json', { says: { size: 0xffffffff, packed: 0xffffffff } }));
    expect(await refusalOf(zip64)).toEqual({ code: 'too large', part: 'gaps.json' });
    expect(
      (
        await refusalOf(
          archiveOf(
            NAMES.map((name) => ({ name })),
            { offset: 0xffffffff },
          ),
        )
      )?.code,
    ).toBe('archive');
    const file = archiveOf(NAMES.map((name) => ({ name })));
    expect((await refusalOf(concatBytes(file.subarray(0, -2), Uint8Array.of(1, 0, 0x21))))?.code).toBe('archive');
  });
});

const zeros = (size: number) => deflateRawSync(new Uint8Array(size));

/** In a process of its own, so that its memory is that of the verifier alone. */
async function refusedApart(file: Uint8Array): Promise<{ code?: string; part?: string; milliseconds: number; megabytes: number }> {
  const directory = await mkdtemp(join(tmpdir(), 'muster-snapshot-'));
  try {
    const path = join(directory, 'hostile.muster');
    await writeFile(path, file);
    const script = fileURLToPath(new URL('verifyFile.ts', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [script, path]);
    return JSON.parse(stdout) as Awaited<ReturnType<typeof refusedApart>>;
  } finally {
    await rm(directory, { recursive: true });
  }
}

describe('what is made to exhaust whoever opens it', () => {
  it('[SNP5] a part of many zeros, a part that is too large, and many parts that are together too large', async () => {
    const bomb = archiveOf(partsWith('gaps.json', { content: new Uint8Array(64 * MIB), packed: zeros(64 * MIB) }));
    expect(await refusalOf(bomb)).toEqual({ code: 'too large', part: 'gaps.json' });
    const large = archiveOf(partsWith('gaps.json', { says: { size: 64 * MIB + 1 } }));
    expect(await refusalOf(large)).toEqual({ code: 'too large', part: 'gaps.json' });
    const small = { content: new Uint8Array(MIB), packed: zeros(MIB), says: { crc32: 0 } };
    const many = Array.from({ length: 4_000 }, (_, index) => ({ name: `records/${String(index + 1).padStart(4, '0')}.ndjson`, ...small }));
    const parts = NAMES.map((name) => ({ name }));
    expect(await refusalOf(archiveOf([...parts.slice(0, 2), ...many, ...parts.slice(2)]))).toEqual({ code: 'too large' });
  });

  it('[SNP5] more parts than a snapshot has', async () => {
    const parts = NAMES.map((name) => ({ name }));
    for (const count of [4_097, 0xffff]) expect(await refusalOf(archiveOf(parts, { parts: count }))).toEqual({ code: 'too large' });
    for (const count of [0, 2, 4_096]) expect((await refusalOf(archiveOf(parts, { parts: count })))?.code).toBe('archive');
    const million = concatBytes(...Array.from({ length: 65_535 }, () => centralDirectoryFiller));
    expect((await refusalOf(concatBytes(million, archiveOf(parts))))?.code).toBe('archive');
  });

  it('[SNP5] a file of 4 GiB is refused without being read', async () => {
    const read = async () => Promise.reject(new Error('it was read'));
    expect((await verify(new Uint8Array(0)))?.refusal?.code).toBe('archive');
    expect((await verifySnapshot({ size: 2 ** 32, read }, host)).refusal?.code).toBe('too large');
  });

  it('[SNP5] the costliest files that pass the limits are refused in under 2 seconds and 300 MB', async () => {
    const content = new Uint8Array(60 * MIB);
    const padded = concatBytes(storedBlocks(content.subarray(0, 2 * MIB)), zeros(58 * MIB));
    const bomb = archiveOf(partsWith('ledger/0001.bin', { content, packed: padded }));
    const signed = await build({ parts: { 'ledger/0001.bin': content } });
    const lines = await build({ parts: { 'records/0001.ndjson': utf8('['.repeat(60 * MIB)) } });
    const commas = await build({ parts: { 'population.json': utf8(`{"ids":[${'0,'.repeat(20 * MIB)}0]}`) } });
    const long = await build({ parts: { 'population.json': utf8(`{"ids":["${'0'.repeat(60 * MIB)}"]}`) } });
    const results = [];
    for (const file of [bomb, signed, lines, commas, long]) results.push(await refusedApart(file));
    expect(results.map(({ code }) => code)).toEqual(['manifest', 'entry malformed', 'record hash', 'sample', 'sample']);
    expect(results.filter(({ milliseconds, megabytes }) => milliseconds > 2_000 || megabytes > 300)).toEqual([]);
  });

  it('[SNP5] text that repeats itself is written so that every reader accepts it', async () => {
    const records = Array.from({ length: 8_000 }, () => recordLine('r1', 1));
    const file = await build({ records });
    expect(await refusalOf(file)).toBeUndefined();
    const readme = await build({ parts: { 'README.txt': new Uint8Array(64 * MIB) } });
    expect(await refusalOf(readme)).toBeUndefined();
    expect(memoryBytes(readme).size).toBeLessThan(3 * MIB);
  });
});

const centralDirectoryFiller = utf8('PK\u0001\u0002 ');
