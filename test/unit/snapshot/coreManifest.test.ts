import { describe, expect, it } from 'vitest';
import { utf8 } from '../../../shared/base/bytes.ts';
import { canonicalJson, type Json } from '../../../shared/base/json.ts';
import { signedMessage } from '../../../shared/base/signature.ts';
import { readCentralRecord, readEndRecord } from '../../../shared/snapshot/archiveLayout.ts';
import { memoryBytes } from '../../../shared/snapshot/memoryBytes.ts';
import { verifySnapshot } from '../../../shared/snapshot/verifySnapshot.ts';
import { build, host, newSigner, refusalOf, SERVER } from './coreFixture.ts';
import { archiveOf, type HostilePart } from './hostileArchive.ts';

type Members = Record<string, Json>;

/** The parts of a file, packed as they are, with another manifest that the server's key signs. */
async function withManifest(change: (manifest: Members) => unknown, by = SERVER): Promise<Uint8Array> {
  const file = await build();
  const parts = await partsOf(file);
  const manifest = JSON.parse(new TextDecoder().decode(parts.at(-2)?.content)) as Members;
  const changed = change(manifest);
  const bytes = changed instanceof Uint8Array ? changed : utf8(typeof changed === 'string' ? changed : canonicalJson(changed));
  const signature = await by.sign(signedMessage('muster/snapshot/1', bytes));
  return archiveOf([...parts.slice(0, -2), { name: 'manifest.json', content: bytes }, { name: 'manifest.sig', content: signature }]);
}

async function partsOf(file: Uint8Array): Promise<(HostilePart & { content: Uint8Array })[]> {
  const end = readEndRecord(file.subarray(-22));
  if (!end) throw new Error('the file is valid');
  const parts = [];
  for (let at = end.offset, number = 0; number < end.parts; number++) {
    const record = readCentralRecord(file, at);
    if (!record) throw new Error('the file is valid');
    at += record.bytes;
    const { name, method, offset, packed, size } = record.part;
    const bytes = file.slice(offset + 30 + name.length, offset + 30 + name.length + packed);
    parts.push({ name, packed: bytes, content: method === 0 ? bytes : await host.inflate(bytes, size) });
  }
  return parts;
}

const firstPart = (manifest: Members): Members => (manifest.parts as Members[])[0] as Members;
const MANIFEST = { code: 'manifest', part: 'manifest.json' };

describe('the manifest', () => {
  it('[SNP6] is what was signed', async () => {
    expect(await refusalOf(await withManifest((manifest) => manifest))).toBeUndefined();
    expect(await refusalOf(await withManifest((manifest) => ({ ...manifest, name: 'Another' }), newSigner()))).toEqual({
      code: 'manifest signature',
      part: 'manifest.sig',
    });
  });

  it('[SNP6] of another version of the format says so', async () => {
    for (const v of [2, 0, 1.5])
      expect(await refusalOf(await withManifest((manifest) => ({ ...manifest, v, more: 1 })))).toEqual({
        code: 'newer format',
        part: 'manifest.json',
      });
  });

  const wrong: [string, (manifest: Members) => unknown][] = [
    ['a version that is a text', (manifest) => ({ ...manifest, v: '1' })],
    ['another format', (manifest) => ({ ...manifest, format: 'zip' })],
    ['a member more', (manifest) => ({ ...manifest, more: 1 })],
    ['a member less', ({ private: _private, ...manifest }) => manifest],
    ['a member called __proto__', (manifest) => canonicalJson(manifest).replace('{', '{"__proto__":{"place":1},')],
    ['a member twice', (manifest) => canonicalJson(manifest).replace('"sample":false', '"sample":false,"sample":false')],
    ['white space', (manifest) => `${canonicalJson(manifest)}\n`],
    ['another order', (manifest) => JSON.stringify({ v: 1, ...manifest })],
    ['a list', () => []],
    ['null', () => null],
    ['nothing', () => ''],
    ['no text', () => Uint8Array.of(0xc3, 0x28)],
    ['deep nesting', () => '['.repeat(1_000_000)],
    [
      'more than 4 MiB',
      (manifest) => canonicalJson({ ...manifest, leftOut: Array(3_000).fill({ label: 'x'.repeat(2_000), records: 1, source: 'a' }) }),
    ],
    ['parts that are an object', (manifest) => ({ ...manifest, parts: {} })],
    [
      'a part with the path of another file',
      (manifest) => ({ ...manifest, parts: [{ ...firstPart(manifest), name: '../../etc/passwd' }] }),
    ],
    ['a size that is a text', (manifest) => ({ ...manifest, parts: [{ ...firstPart(manifest), size: '1' }] })],
    ['a place of nothing', (manifest) => ({ ...manifest, place: 0 })],
    ['a place beyond all numbers', (manifest) => ({ ...manifest, place: 2 ** 53 })],
    ['a key of another length', (manifest) => ({ ...manifest, serverKey: 'A'.repeat(42) })],
    ['a key in a second spelling', (manifest) => ({ ...manifest, serverKey: `${'A'.repeat(42)}B` })],
    [
      'a head with a signature of another length',
      (manifest) => ({ ...manifest, head: { ...(manifest.head as Members), signature: 'AAAA' } }),
    ],
    ['a head with a member more', (manifest) => ({ ...manifest, head: { ...(manifest.head as Members), more: 1 } })],
    ['a person that is a name', (manifest) => ({ ...manifest, by: { name: 'x', person: 'x' } })],
    ['a draw without a size', (manifest) => ({ ...manifest, draw: { seed: 'x' } })],
    ['a query that includes what does not exist', (manifest) => ({ ...manifest, query: { text: '', include: ['everything'] } })],
  ];
  it.each(wrong)('[SNP6] with %s is refused', async (_name, change) => {
    expect(await refusalOf(await withManifest(change))).toEqual(MANIFEST);
  });

  it('[SNP6] lists the parts of the archive, in order, with their sizes and hashes', async () => {
    const listed = async (change: (parts: Members[]) => Members[]) =>
      refusalOf(await withManifest((manifest) => ({ ...manifest, parts: change(manifest.parts as Members[]) })));
    const with0 = (parts: Members[], change: Members) => [{ ...parts[0], ...change }, ...parts.slice(1)];
    const readme = { code: 'parts', part: 'README.txt' };
    expect(await listed((parts) => parts.slice(1))).toEqual(readme);
    expect(await listed((parts) => parts.slice(0, -1))).toEqual({ code: 'parts', part: 'report.html' });
    expect(await listed((parts) => [...parts, { ...parts[0], name: 'manifest.json' } as Members])).toEqual({
      code: 'parts',
      part: 'manifest.json',
    });
    expect(await listed((parts) => [...parts].reverse())).toEqual(readme);
    expect(await listed((parts) => with0(parts, { size: 1 }))).toEqual(readme);
    expect(await listed((parts) => with0(parts, { packed: 1 }))).toEqual(readme);
    expect(await listed((parts) => with0(parts, { sha256: '0'.repeat(64) }))).toEqual(readme);
    expect(await listed((parts) => with0(parts, { packedSha256: '0'.repeat(64) }))).toEqual(readme);
  });

  it('[SNP6] every packed part is judged before the first is inflated', async () => {
    const file = await build();
    const inflated: number[] = [];
    const counting = {
      ...host,
      inflate: async (packed: Uint8Array, size: number) => {
        inflated.push(size);
        return host.inflate(packed, size);
      },
    };
    const text = new TextDecoder('latin1').decode(file);
    const at = text.indexOf('report.html') + 'report.html'.length;
    file[at] = (file[at] as number) ^ 1;
    expect((await verifySnapshot(memoryBytes(file), counting)).refusal).toMatchObject({ code: 'parts', part: 'report.html' });
    expect(inflated).toEqual([]);
  });
});
