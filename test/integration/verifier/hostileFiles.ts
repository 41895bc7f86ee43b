import { deflateRawSync } from 'node:zlib';
import { concatBytes, utf8 } from '../../../shared/base/bytes.ts';
import { canonicalJson } from '../../../shared/base/json.ts';
import { centralRecord, endRecord, localHeader } from '../../../shared/snapshot/archiveLayout.ts';
import { crc32 } from '../../../shared/snapshot/crc32.ts';
import type { Manifest } from '../../../shared/snapshot/format.ts';
import { Random } from '../../fuzz/ledger/random.ts';
import { packedOf, type RawPart } from '../../support/snapshot/rawArchive.ts';
import type { Said } from '../../support/snapshot/secondVerifier.ts';
import { allParts } from '../../support/snapshotFixture.ts';
import type { Forger, Forgery } from './forgery.ts';

const MIB = 2 ** 20;
const TOO_LARGE = { code: 'too large' } as const;

/** Files that are made to exhaust, confuse or take over whoever opens them. Whoever made them signed them well. */
export const hostileFiles = (forger: Forger): Forgery[] => [...bombs(forger), ...crowds(forger), ...texts(forger), ...scripts(forger)];

const replaced = (name: string, change: (part: RawPart) => RawPart) => (parts: readonly RawPart[]) =>
  parts.map((part) => (part.name === name ? change(part) : part));

function bombs(forger: Forger): Forgery[] {
  const zeros = (size: number) => (part: RawPart) => ({ ...part, content: new Uint8Array(size) });
  const bomb = (name: string, said: Said, part: string, change: (part: RawPart) => RawPart): Forgery =>
    forger.seal(name, said, { parts: replaced(part, change) });
  const packed = deflateRawSync(new Uint8Array(50 * MIB));
  return [
    bomb('50 MiB of zeros', { ...TOO_LARGE, part: 'report.html' }, 'report.html', zeros(50 * MIB)),
    bomb('65 MiB that do not pack', { ...TOO_LARGE, part: 'report.html' }, 'report.html', (part) => ({
      ...part,
      content: new Uint8Array(1),
      packed: noise(65 * MIB),
    })),
    bomb('50 MiB that say they are 100 bytes', { code: 'parts', part: 'gaps.json' }, 'gaps.json', (part) => ({
      ...part,
      packed,
      says: { size: part.content.length },
    })),
    bomb('many parts, each just below the limit', TOO_LARGE, 'report.html', zeros(1)),
    bomb('50 MiB of nothing in the ledger', { code: 'entry malformed', part: 'ledger/0001.bin', place: 1 }, 'ledger/0001.bin', () => ({
      name: 'ledger/0001.bin',
      ...padded(new Uint8Array(50 * MIB)),
    })),
  ].map((made) => (made.name === 'many parts, each just below the limit' ? manyParts(forger, made) : made));
}

/** 3,000 parts of a mebibyte, each well packed: three gigabytes out of a few. */
function manyParts(forger: Forger, forgery: Forgery): Forgery {
  const content = new Uint8Array(MIB);
  const packed = deflateRawSync(content);
  const findings = Array.from(
    { length: 3_000 },
    (_, index): RawPart => ({ name: `findings/${String(index + 1).padStart(4, '0')}.ndjson`, content, packed }),
  );
  const isFinding = ({ name }: RawPart): boolean => name.startsWith('findings/');
  const parts = (all: readonly RawPart[]) => {
    const end = all.findIndex(({ name }) => name === 'report.html');
    return [...all.slice(0, end).filter((part) => !isFinding(part)), ...findings, ...all.slice(end)];
  };
  const manifest = (all: Manifest) => ({ ...all, parts: all.parts.slice(0, 5) });
  return { ...forgery, bytes: forger.seal('', TOO_LARGE, { parts, manifest }).bytes };
}

/** Stored blocks of nothing between the packed bytes keep a part below the ratio of a bomb. */
function padded(content: Uint8Array): { content: Uint8Array; packed: Uint8Array } {
  const block = Uint8Array.of(0, 0, 0, 255, 255);
  const blocks = new Uint8Array(block.length * Math.ceil(content.length / 100 / block.length));
  for (let at = 0; at < blocks.length; at += block.length) blocks.set(block, at);
  return { content, packed: concatBytes(blocks, deflateRawSync(content)) };
}

/** Deflate blocks that are stored as they are: bytes that would not pack. */
function noise(size: number): Uint8Array {
  const random = new Random(7);
  const words = new Uint32Array(size / 4);
  for (let index = 0; index < words.length; index++) words[index] = random.below(2 ** 32);
  return new Uint8Array(words.buffer);
}

/** More parts, or other ones, than a directory may have. */
function crowds(forger: Forger): Forgery[] {
  const record = centralRecord({ name: 'README.txt', method: 8, crc32: 0, packed: 0, size: 0, offset: 0 });
  const crowd = (count: number, says: number): Uint8Array => {
    const directory = new Uint8Array(record.length * count);
    for (let index = 0; index < count; index++) directory.set(record, index * record.length);
    return concatBytes(directory, endRecord({ parts: says, size: directory.length, offset: 0 }));
  };
  const zip64 = concatBytes(
    crowd(10, 65_535).slice(0, -22),
    new Uint8Array(56 + 20),
    endRecord({ parts: 65_535, size: 0xffffffff, offset: 0xffffffff }),
  );
  return [
    { name: '10⁶ parts', said: { code: 'too large' }, bytes: () => crowd(1_000_000, 65_535) },
    { name: '10⁶ parts that say they are 4,096', said: { code: 'archive' }, bytes: () => crowd(1_000_000, 4_096) },
    { name: 'ZIP64', said: { code: 'too large' }, bytes: () => zip64 },
    { name: 'parts that overlap', said: { code: 'archive' }, bytes: () => overlapping(forger) },
    { name: '50 MiB of zeros for a file', said: { code: 'archive' }, bytes: () => new Uint8Array(50 * MIB) },
    { name: 'an archive within an archive', said: { code: 'archive' }, bytes: () => concatBytes(crowd(3, 3), crowd(3, 3)) },
  ];
}

/** Every part lies where the first one lies, as bombs have it that are one file a thousand times. */
function overlapping(forger: Forger): Uint8Array {
  const parts = allParts(forger.content).map((raw) => ({
    name: raw.name,
    method: 8,
    crc32: crc32(raw.content),
    packed: packedOf(raw).length,
    size: raw.content.length,
    offset: 0,
  }));
  const first = parts[0] as (typeof parts)[number];
  const front = concatBytes(localHeader(first), new Uint8Array(first.packed));
  const directory = concatBytes(...parts.map(centralRecord));
  return concatBytes(front, directory, endRecord({ parts: parts.length, size: directory.length, offset: front.length }));
}

/** JSON that parsers and serializers choke on. */
function texts(forger: Forger): Forgery[] {
  const population = { code: 'sample', part: 'population.json' } as const;
  const manifest = { code: 'manifest', part: 'manifest.json' } as const;
  const record = { code: 'record hash', part: 'records/0001.ndjson', line: 1 } as const;
  const pad = (name: string, said: Said, text: () => string): Forgery => {
    const part = (said as { part: string }).part;
    return {
      name,
      said,
      bytes: () => forger.seal(name, said, { parts: replaced(part, () => ({ name: part, ...padded(utf8(text())) })) }).bytes(),
    };
  };
  const text = (name: string, change: (text: string) => string) => forger.seal(name, manifest, { manifestText: change });
  const four = 4 * MIB - 10_000;
  return [
    text('a manifest of brackets', () => '['.repeat(four)),
    text('a manifest of lists', () => `[${'[],'.repeat(four / 3)}[]]`),
    text('a manifest of objects', () => '{"":'.repeat(four / 4)),
    text('a manifest of digits', (all) => all.replace('"epoch":0', `"epoch":${'1'.repeat(four)}`)),
    text('a manifest of one name', (all) => all.replace('"A team"', `"${'\\u0001'.repeat(four / 6)}"`)),
    text(
      'a manifest of members',
      () => `{${Array.from({ length: four / 12 }, (_, index) => `"${String(index).padStart(7, '0')}":1`).join(',')}}`,
    ),
    text('a manifest of exponents', (all) => all.replace('"epoch":0', '"epoch":1e308')),
    pad('a population of lists', population, () => `{"ids":[${'[],'.repeat(16 * MIB)}[]]}`),
    pad('a population of brackets', population, () => '['.repeat(50 * MIB)),
    pad('a population of zeros', population, () => `{"ids":[${'0,'.repeat(25 * MIB)}0]}`),
    pad('a population of one id', population, () => `{"ids":["${'x'.repeat(50 * MIB)}"]}`),
    pad('a population of backslashes', population, () => `{"ids":["${'\\\\'.repeat(25 * MIB)}"]}`),
    pad('a line of 50 MiB', record, () => 'x'.repeat(50 * MIB)),
    pad('a line of 50 MiB that opens and opens', record, () => '{"a":'.repeat(10 * MIB)),
    pad('50 MiB of line feeds', record, () => '\n'.repeat(50 * MIB)),
    pad('50 MiB of quotation marks', record, () => '"'.repeat(50 * MIB)),
  ];
}

/** What a window might run. It is data to a verifier: sound where the format has no word on it, refused where it has. */
function scripts(forger: Forger): Forgery[] {
  const script = "</script><img src=x onerror=alert(1)>\"\u2028javascript:alert(1)//{{7*7}}=cmd|' /C calc'!A0";
  return [
    forger.seal('script in every text of the manifest', 'sound', {
      manifest: (all) => ({
        ...all,
        name: script,
        software: script.slice(0, 64),
        by: { ...all.by, name: script },
        query: { text: script, where: script },
        leftOut: [{ label: script, records: 0, source: 'x' }],
      }),
    }),
    forger.seal(
      'script for a source',
      { code: 'manifest' },
      { manifest: (all) => ({ ...all, leftOut: [{ label: '', records: 0, source: script }] }) },
    ),
    forger.part('script for a report', 'sound', 'report.html', () => `<script>fetch('//evil.example')</script>${script}`),
    {
      ...forger.record('script in a record', 1, () => ({ bytes: utf8(canonicalJson({ fields: { name: script } })) })),
      said: { code: 'record hash', line: 1 },
    },
    forger.seal(
      'objects that pollute',
      { code: 'manifest' },
      { manifestText: (text) => text.replace('"asOf"', '"__proto__":{"isAdmin":true},"asOf"') },
    ),
    forger.seal('constructors', { code: 'manifest' }, { manifest: (all) => ({ ...all, constructor: { prototype: { ok: true } } }) }),
  ];
}
