import { utf8 } from '../../../shared/base/bytes.ts';
import { hashHex, hashText } from '../../../shared/base/hash.ts';
import { canonicalJson } from '../../../shared/base/json.ts';
import type { Manifest } from '../../../shared/snapshot/format.ts';
import { Random } from '../../fuzz/ledger/random.ts';
import type { RawPart } from '../../support/snapshot/rawArchive.ts';
import { partsOf } from '../../support/snapshotFixture.ts';
import { type Forger, type Forgery, withEntry } from './forgery.ts';

const RECORDS = 'records/0001.ndjson';
const STATUSES = 'statuses/0001.ndjson';
const POPULATION = 'population.json';

export const contentForgeries = (forger: Forger): Forgery[] => [
  ...recordForgeries(forger),
  ...statusForgeries(forger),
  ...sampleForgeries(forger),
  ...manifestForgeries(forger),
  ...partForgeries(forger),
  ...restoreForgeries(forger),
];

function recordForgeries(forger: Forger): Forgery[] {
  const refused = (line: number) => ({ code: 'record hash', part: RECORDS, line }) as const;
  const bytesOf = (json: string) => () => ({ bytes: utf8(json), hash: hashText(json) });
  const last = forger.content.records.length;
  const inText = (name: string, line: number, from: string | RegExp, to: string) =>
    forger.part(name, refused(line), RECORDS, (text) => edited(text, line, (one) => one.replace(from, to)));
  return [
    forger.record('a record that was changed', 3, ({ bytes }) => ({
      bytes: utf8(new TextDecoder().decode(bytes).replace('svc-', 'adm-')),
    })),
    forger.record('another hash', last, () => ({ hash: 'a'.repeat(64) })),
    forger.record('a record that is a list', 2, bytesOf('[]')),
    forger.record('a record that is null', 2, bytesOf('null')),
    forger.record('a record with members out of order', 2, bytesOf('{"b":1,"a":1}')),
    forger.record('a record with a member twice', 2, bytesOf('{"a":1,"a":1}')),
    forger.record('a record that ends early and says more', 2, bytesOf('{},"run":1')),
    forger.record('a record that is nested too deep', 2, bytesOf(`{"a":${'['.repeat(63)}${']'.repeat(63)}}`)),
    forger.record('a record with too many values', 2, bytesOf(`{"a":[${manyDigits(2_000_001)}]}`)),
    forger.record('a source that is no name', 5, () => ({ source: '../etc' })),
    forger.record('an id of nothing', 5, () => ({ id: '' })),
    forger.record('an id that is too long', 5, () => ({ id: 'x'.repeat(2_049) })),
    forger.record('a run below none', 5, () => ({ run: -1 })),
    forger.record('half a run', 5, () => ({ run: 1.5 })),
    forger.record('a moment that is none', 5, () => ({ at: 'yesterday' })),
    forger.record('a place beyond the ledger', last, () => ({ place: forger.content.values.length + 1 })),
    forger.record('a place that is falling', last, () => ({ place: 0 })),
    inText('white space in a line', 4, '{"at":', '{ "at":'),
    inText('a member too many', 4, '"run":', '"runner":1,"run":'),
    inText('a member called __proto__', 4, '{"at":', '{"__proto__":1,"at":'),
    inText('a carriage return', 4, /$/, '\r'),
    inText('a line of nothing', 4, /^[\s\S]*$/, ''),
    forger.part('no line feed at the end', refused(last), RECORDS, (text) => text.slice(0, -1)),
    forger.part('a line feed too many', refused(last + 1), RECORDS, (text) => `${text}\n`),
    sound(
      forger,
      'a record with members that objects have in JavaScript',
      bytesOf('{"__proto__":{"a":1},"constructor":1,"é":1,"😀":1,"\ufb33":1}'),
    ),
  ];
}

/** Random, so that they do not pack like a bomb. */
const manyDigits = (count: number): string => {
  const random = new Random(1);
  return Array.from({ length: count }, () => random.below(10)).join(',');
};

const edited = (text: string, line: number, change: (line: string) => string): string =>
  text
    .split('\n')
    .map((one, index) => (index === line - 1 ? change(one) : one))
    .join('\n');

const sound = (forger: Forger, name: string, change: Parameters<Forger['record']>[2]): Forgery => ({
  ...forger.record(name, 2, change),
  said: 'sound',
});

function statusForgeries(forger: Forger): Forgery[] {
  const line = forger.content.statuses.length;
  const more = (name: string, status: unknown) =>
    forger.part(
      name,
      { code: 'record hash', part: STATUSES, line: line + 1 },
      STATUSES,
      (text) => `${text}${typeof status === 'string' ? status : canonicalJson(status)}\n`,
    );
  const { at } = forger.content.statuses[0] as { at: string };
  const common = { at, place: forger.content.values.length, source: 'directory' };
  return [
    more('a status that is a list', { ...common, status: [] }),
    more('a status that is missing', common),
    more('a status beside a removal', { ...common, status: {}, removed: true }),
    more('a removal that is a text', { ...common, removed: 'true' }),
    more('a removal that is a number', { ...common, removed: 1 }),
    more('a status of no source', { ...common, source: 'A', status: {} }),
    more('a status before the last one', { ...common, place: 0, status: {} }),
    more(
      'a status that is nested too deep',
      `{"at":"${at}","place":${common.place},"source":"directory","status":{"a":${'['.repeat(63)}${']'.repeat(63)}}}`,
    ),
    more('a line that is no JSON', 'status'),
  ];
}

function sampleForgeries(forger: Forger): Forgery[] {
  const refused = { code: 'sample', part: POPULATION } as const;
  const changed = (
    name: string,
    change: (population: Record<string, unknown>, sample: { ids: string[]; size: number }) => object | string,
  ) =>
    forger.part(name, refused, POPULATION, (text) => {
      const population = JSON.parse(text) as Record<string, unknown>;
      const made = change(population, population.sample as { ids: string[]; size: number });
      return typeof made === 'string' ? made : canonicalJson(made);
    });
  const { draw, ...undrawn } = forger.content;
  return [
    changed('a row in the sample that was not drawn', (all, sample) => ({
      ...all,
      sample: { ...sample, ids: sample.ids.with(0, sample.ids[1] as string) },
    })),
    changed('a sample in another order', (all, sample) => ({ ...all, sample: { ...sample, ids: sample.ids.toReversed() } })),
    changed('a sample that lacks one', (all, sample) => ({ ...all, sample: { ...sample, ids: sample.ids.slice(1) } })),
    changed('a population that lacks one', (all, sample) => ({ ...all, ids: (all.ids as string[]).filter((id) => id !== sample.ids[0]) })),
    changed('a sample by another seed', (all, sample) => ({ ...all, sample: { ...sample, seed: 'another' } })),
    changed('a sample of another size', (all, sample) => ({ ...all, sample: { ...sample, size: sample.size + 1 } })),
    changed('a sample by another method', (all, sample) => ({ ...all, sample: { ...sample, method: 'chosen' } })),
    changed('a sample with a member too many', (all, sample) => ({ ...all, sample: { ...sample, by: 'hand' } })),
    changed('a sample that is null', (all) => ({ ...all, sample: null })),
    changed('no sample', ({ sample: _sample, ...all }) => all),
    changed('no ids', ({ ids: _ids, ...all }) => all),
    changed('ids that are numbers', (all) => ({ ...all, ids: [1] })),
    changed('a list', () => []),
    changed('a population that is not canonical', (all) => JSON.stringify(all, null, 1)),
    changed('nothing at all', () => ''),
    {
      name: 'a sample that nobody asked for',
      said: refused,
      bytes: forger.seal('', 'sound', { manifest: ({ draw: _draw, ...all }) => all }).bytes,
    },
    {
      name: 'one row more than the population has',
      said: refused,
      bytes: forger.seal('', 'sound', {}, { ...undrawn, draw: { seed: draw?.seed ?? '', size: 99_999 } }).bytes,
    },
  ];
}

function manifestForgeries(forger: Forger): Forgery[] {
  const refused = { code: 'manifest', part: 'manifest.json' } as const;
  const newer = { code: 'newer format', part: 'manifest.json' } as const;
  const said = (name: string, change: (manifest: Manifest) => unknown) => forger.seal(name, refused, { manifest: change });
  const text = (name: string, change: (text: string) => string | Uint8Array) => forger.seal(name, refused, { manifestText: change });
  return [
    forger.seal('version 2', newer, { manifest: (all) => ({ ...all, v: 2, more: [] }) }),
    forger.seal('version 0.5', newer, { manifest: (all) => ({ v: 0.5, format: all.format }) }),
    said('a version that is a text', (all) => ({ ...all, v: '2' })),
    said('something else', (all) => ({ ...all, format: 'snapshot' })),
    said('a list', () => []),
    said('null', () => null),
    said('a member too many', (all) => ({ ...all, more: 1 })),
    said('a member less', ({ by: _by, ...all }) => all),
    said('a name that is too long', (all) => ({ ...all, name: 'x'.repeat(2_049) })),
    said('a name that is a number', (all) => ({ ...all, name: 1 })),
    said('a sample that is a number', (all) => ({ ...all, sample: 1 })),
    said('an epoch below none', (all) => ({ ...all, epoch: -1 })),
    said('an epoch that no double holds', (all) => ({ ...all, epoch: 2 ** 53 })),
    said('place 0', (all) => ({ ...all, place: 0 })),
    said('a key in its other spelling', (all) => ({
      ...all,
      serverKey: `${all.serverKey.slice(0, -1)}${all.serverKey.endsWith('A') ? 'B' : nextDigit(all.serverKey)}`,
    })),
    said('a key of 31 bytes', (all) => ({ ...all, serverKey: 'A'.repeat(42) })),
    said('a head signature in its other spelling', (all) => ({
      ...all,
      head: { ...all.head, signature: `${all.head.signature.slice(0, -1)}${nextDigit(all.head.signature)}` },
    })),
    said('a space in upper case', (all) => ({ ...all, space: 'A'.repeat(32) })),
    said('private sources that are perhaps there', (all) => ({ ...all, private: 'perhaps' })),
    said('a query for something else', (all) => ({ ...all, query: { text: '', include: ['secrets'] } })),
    said('a query with an order', (all) => ({ ...all, query: { text: '', order: 'name' } })),
    said('a draw of none', (all) => ({ ...all, draw: { seed: 'x', size: 0 } })),
    said('a draw of too many', (all) => ({ ...all, draw: { seed: 'x', size: 100_001 } })),
    said('a seed of nothing', (all) => ({ ...all, draw: { seed: '', size: 1 } })),
    said('a part by a path', (all) => ({
      ...all,
      parts: all.parts.with(0, { ...(all.parts[0] as Manifest['parts'][number]), name: '../README.txt' }),
    })),
    said('restores without an end', (all) => ({ ...all, restores: Array.from({ length: 1_001 }, (_, at) => ({ at, epoch: 1 })) })),
    said('a member called __proto__', (all) => JSON.parse(`{"__proto__":{},${canonicalJson(all).slice(1)}`)),
    text('a member called __proto__, in its turn', (all) => all.replace('{"asOf"', '{"__proto__":{},"asOf"')),
    text('white space', (all) => `${all}\n`),
    text('a byte-order mark', (all) => `\ufeff${all}`),
    text('a member twice', (all) => all.replace('"v":1', '"v":2,"v":1')),
    text('not a number', (all) => all.replace('"epoch":0', '"epoch":NaN')),
    text('a number without end', (all) => all.replace('"epoch":0', `"epoch":${'9'.repeat(100_000)}`)),
    text('nothing', () => ''),
    text('half of it', (all) => all.slice(0, all.length / 2)),
    text('brackets', () => '['.repeat(1_000_000)),
    text('objects in objects', () => `${'{"a":'.repeat(500_000)}1${'}'.repeat(500_000)}`),
    text('more than 4 MiB', (all) => all.replace('"A team"', `"${'x'.repeat(4 * 2 ** 20)}"`)),
    text('not UTF-8', (all) => new Uint8Array(Buffer.from(all.replace('A team', '\u00ff'), 'latin1'))),
  ];
}

const nextDigit = (text: string): string => {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return digits[(digits.indexOf(text.at(-1) as string) ^ 1) % 64] as string;
};

/** The manifest lists what the file does not hold. */
function partForgeries(forger: Forger): Forgery[] {
  const list = (name: string, part: string, change: (parts: Manifest['parts']) => Manifest['parts']) =>
    forger.seal(name, { code: 'parts', part }, { manifest: (all) => ({ ...all, parts: change(all.parts) }) });
  const entry = (name: string, index: number, change: object) =>
    list(name, namesOf(forger)[index] as string, (parts) => parts.map((part, at) => (at === index ? { ...part, ...change } : part)));
  const names = namesOf(forger);
  const zeros = '0'.repeat(64);
  return [
    list('a part that is not listed', names.at(-1) as string, (parts) => parts.slice(0, -1)),
    list('a part that is listed twice', 'manifest.json', (parts) => [
      ...parts,
      { ...(parts[0] as Manifest['parts'][number]), name: 'manifest.json' },
    ]),
    list('a list of nothing', names[0] as string, () => []),
    list('parts in another order', names[0] as string, (parts) => parts.toReversed()),
    entry('another size', 1, { size: 5 }),
    entry('another packed size', 1, { packed: 5 }),
    entry('another hash of the packed bytes', 2, { packedSha256: zeros }),
    entry('another hash of the content', 3, { sha256: zeros }),
    packed('a part that inflates to less', forger, (raw) => ({ ...raw, says: { size: raw.content.length + 1 } })),
    packed('a part that inflates to more', forger, (raw) => ({ ...raw, says: { size: raw.content.length - 1 } })),
    packed('another CRC-32', forger, (raw) => ({ ...raw, says: { crc32: 5 } })),
    packed('packed bytes behind the last', forger, (raw) => ({
      ...raw,
      packed: new Uint8Array(Buffer.concat([Buffer.from('4bcc28cf5728c9482d4a05', 'hex'), Buffer.from('0300', 'hex'), Buffer.alloc(9)])),
    })),
    packed('packed bytes that are no deflate', forger, (raw) => ({ ...raw, packed: new Uint8Array(30).fill(255) })),
    packed('no packed bytes', forger, (raw) => ({ ...raw, packed: new Uint8Array(0) })),
  ];
}

const namesOf = (forger: Forger): string[] => partsOf(forger.content).map(({ name }) => name);

/** `gaps.json` is packed in a way that does not fit what is said of it; all hashes are true of the bytes. */
function packed(name: string, forger: Forger, change: (raw: RawPart) => RawPart): Forgery {
  const part = 'gaps.json';
  const parts = (all: readonly RawPart[]) => all.map((raw) => (raw.name === part ? change(raw) : raw));
  const manifest = (all: Manifest) => ({
    ...all,
    parts: all.parts.map((one) => (one.name === part ? { ...one, ...says(forger, change) } : one)),
  });
  return forger.seal(name, { code: 'parts', part }, { parts, manifest });
}

function says(forger: Forger, change: (raw: RawPart) => RawPart): Partial<Manifest['parts'][number]> {
  const content = forger.content.derived.find(({ name }) => name === 'gaps.json')?.bytes as Uint8Array;
  const raw = change({ name: 'gaps.json', content });
  return raw.says?.size === undefined ? {} : { size: raw.says.size, sha256: hashHex(content) };
}

/** After a restore, what was seen of the epoch before it is compared only where it was kept. */
function restoreForgeries(forger: Forger): Forgery[] {
  const { values } = forger.content;
  const part = 'ledger/0001.bin';
  const restored = (at: number) => ({ epoch: 1, restores: [{ at, epoch: 1 }] });
  const otherRoot = { seen: { epoch: 0, place: 150, root: 'a'.repeat(64) } };
  const by = forger.story.steward.signer;
  const entry = withEntry(values.at(-1) as Uint8Array, () => {
    const body = utf8(
      canonicalJson({ ...forger.ledger.bodyOf(by, [{ kind: 'comment', anchors: [], text: '.'.repeat(200) }]), ...otherRoot }),
    );
    return new Uint8Array(Buffer.concat([by.sign('muster/entry/1', body), body]));
  });
  const witness = { code: 'witness', part, place: values.length + 1 } as const;
  return [
    forger.seal('a ledger that a restore had cut', 'sound', {}, restored(100)),
    forger.seal('what was seen of a past that a restore cut off', 'sound', {}, { ...restored(149), values: [...values, entry] }),
    forger.seal('what was seen of a past that the restore kept', witness, {}, { ...restored(150), values: [...values, entry] }),
    forger.seal('what was seen, and no restore', witness, {}, { values: [...values, entry] }),
    forger.seal(
      'what was seen, and a restore into its own epoch',
      witness,
      {},
      { ...restored(100), restores: [{ at: 100, epoch: 0 }], values: [...values, entry] },
    ),
  ];
}
