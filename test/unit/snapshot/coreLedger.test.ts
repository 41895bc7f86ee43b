import { describe, expect, it } from 'vitest';
import { concatBytes, utf8 } from '../../../shared/base/bytes.ts';
import { hashText } from '../../../shared/base/hash.ts';
import { canonicalJson } from '../../../shared/base/json.ts';
import { signedMessage } from '../../../shared/base/signature.ts';
import { encodeLedgerValue, type Receipt } from '../../../shared/model/entry.ts';
import { memoryBytes } from '../../../shared/snapshot/memoryBytes.ts';
import { openSnapshot } from '../../../shared/snapshot/openSnapshot.ts';
import { encodeLedgerFrame } from '../../../shared/snapshot/recordLines.ts';
import { AT, build, host, Ledger, ledgerOf, newSigner, refusalOf, type Said, SERVER, SPACE, STEWARD, verify } from './coreFixture.ts';

const LEDGER = 'ledger/0001.bin';
const entryAt = (code: string, place: number) => ({ code, part: LEDGER, place });

/** A ledger whose third place holds an entry that only the server's key could have let in; all that is signed is signed anew. */
async function with3rd(said: Said): Promise<Uint8Array> {
  const ledger = await ledgerOf(1);
  await ledger.say(said);
  return build({ ledger });
}

/** Values as the server placed them, then changed, with a head that the server's key signs over them. */
async function resealed(change: (values: Uint8Array<ArrayBuffer>[]) => void, count = 5): Promise<Uint8Array> {
  const ledger = await ledgerOf(count);
  const values = [...ledger.values];
  change(values);
  return build({ values });
}

describe('a ledger that whoever holds the server key made again', () => {
  it('[SNP8] an entry of which one byte was changed is not by its author', async () => {
    const file = await resealed((values) => {
      const text = new TextDecoder('latin1').decode(values[3]);
      const changed = (values[3] as Uint8Array).slice();
      changed[text.indexOf('purpose ')] = 'P'.charCodeAt(0);
      values[3] = changed as Uint8Array<ArrayBuffer>;
    });
    expect(await refusalOf(file)).toEqual(entryAt('entry signature', 4));
  });

  it('[SNP8] entries that changed places, were taken out or put in twice', async () => {
    const swapped = await resealed((values) => values.splice(2, 2, values[3] as never, values[2] as never));
    expect(await refusalOf(swapped)).toEqual(entryAt('entry order', 3));
    expect(await refusalOf(await resealed((values) => void values.splice(2, 1)))).toEqual(entryAt('entry order', 3));
    expect(await refusalOf(await resealed((values) => void values.splice(3, 0, values[2] as never)))).toEqual(entryAt('entry order', 4));
  });

  it('[SNP8] the last entry of somebody who said nothing after it is missed by those who had seen it', async () => {
    const other = newSigner();
    const ledger = await ledgerOf(1);
    await ledger.say({ by: other });
    await ledger.say({ by: STEWARD });
    const file = await build({ values: ledger.values.filter((_, index) => index !== 2) });
    expect(await refusalOf(file)).toEqual(entryAt('witness', 3));
  });

  it('[SNP8] a receipt that was exchanged is missed by those who had seen the other', async () => {
    const file = await resealed((values) => {
      const [value] = [values[2] as Uint8Array<ArrayBuffer>];
      const length = ((value[0] as number) << 8) | (value[1] as number);
      values[2] = encodeLedgerValue(value.slice(2 + length), { at: AT, void: { '0': 'not enrolled' } } as Receipt);
    });
    expect(await refusalOf(file)).toEqual(entryAt('witness', 4));
  });

  it('[SNP8] a signature that was borrowed from another entry, or made by another key', async () => {
    const borrowed = await resealed((values) => {
      const [from, to] = [values[2] as Uint8Array<ArrayBuffer>, (values[3] as Uint8Array<ArrayBuffer>).slice()];
      const length = ((to[0] as number) << 8) | (to[1] as number);
      to.set(from.subarray(2 + length, 2 + length + 64), 2 + length);
      values[3] = to;
    });
    expect(await refusalOf(borrowed)).toEqual(entryAt('entry signature', 4));
    const thief = newSigner();
    const forged = await with3rd({ by: { publicKey: STEWARD.publicKey, sign: thief.sign } });
    expect(await refusalOf(forged)).toEqual(entryAt('entry signature', 3));
    const asAuth = (message: Uint8Array) => STEWARD.sign(signedMessage('muster/auth/1', message.subarray('muster/entry/1\0'.length)));
    expect(await refusalOf(await with3rd({ by: { publicKey: STEWARD.publicKey, sign: asAuth } }))).toEqual(entryAt('entry signature', 3));
  });

  it('[SNP8] an author who signed another past, one to come, or one in an epoch to come', async () => {
    const root = hashText('another past');
    expect(await refusalOf(await with3rd({ by: STEWARD, seen: { epoch: 0, place: 2, root } }))).toEqual(entryAt('witness', 3));
    expect(await refusalOf(await with3rd({ by: STEWARD, seen: { epoch: 0, place: 3, root } }))).toEqual(entryAt('witness', 3));
    expect(await refusalOf(await with3rd({ by: STEWARD, seen: { epoch: 0, place: 2 ** 53 - 1, root } }))).toEqual(entryAt('witness', 3));
    expect(await refusalOf(await with3rd({ by: STEWARD, seen: { epoch: 1, place: 1, root } }))).toEqual(entryAt('witness', 3));
    expect(await refusalOf(await with3rd({ by: STEWARD, prev: hashText('gone') as never }))).toEqual(entryAt('entry order', 3));
  });

  it('[SNP8] what was seen before a restore cut it off is not compared, and what was seen after it is', async () => {
    const ledger = await ledgerOf(2);
    await ledger.say({ by: STEWARD, seen: { epoch: 0, place: 9, root: hashText('lost') } });
    const manifest = { epoch: 1, restores: [{ epoch: 1, at: 3 }] };
    expect(await refusalOf(await build({ ledger, manifest }))).toBeUndefined();
    await ledger.say({ by: STEWARD, seen: { epoch: 1, place: 4, root: hashText('another past') } });
    expect(await refusalOf(await build({ ledger, manifest }))).toEqual(entryAt('witness', 5));
  });

  it('[SNP8] a head over other entries, of another place or epoch, or of another space', async () => {
    expect(await refusalOf(await build({ head: { root: hashText('another') } }))).toEqual({ code: 'head root' });
    expect(await refusalOf(await build({ head: { place: 3 as never } }))).toEqual({ code: 'head root' });
    expect(await refusalOf(await build({ head: { epoch: 1 } }))).toEqual({ code: 'head root' });
    expect(await refusalOf(await build({ manifest: { place: 3 } }))).toEqual({ code: 'head root' });
    const other = 'c'.repeat(32) as typeof SPACE;
    const elsewhere = await build({ manifest: { space: other } });
    expect(await refusalOf(elsewhere)).toEqual(entryAt('genesis', 1));
    const { manifest } = await headOf(await build({ ledger: await Ledger.founded(SERVER, other), manifest: { space: other } }));
    const borrowed = await build({ ledger: await Ledger.founded(), head: { signature: manifest.head.signature } });
    expect(await refusalOf(borrowed)).toEqual({ code: 'head signature' });
  });

  it('[SNP8] a first entry that does not found this space with this key', async () => {
    const founder = new Ledger();
    await founder.say({ by: STEWARD, acts: [{ kind: 'genesis', serverKey: SERVER.publicKey, space: SPACE }] });
    expect(await refusalOf(await build({ ledger: founder }))).toEqual(entryAt('genesis', 1));
    const other = new Ledger();
    await other.say({ by: SERVER, acts: [{ kind: 'genesis', serverKey: SERVER.publicKey, space: 'c'.repeat(32) }] });
    expect(await refusalOf(await build({ ledger: other }))).toEqual(entryAt('genesis', 1));
  });

  const shapes: [string, (body: Record<string, unknown>) => unknown][] = [
    ['a member more', (body) => ({ ...body, more: 1 })],
    ['a member less', ({ at: _at, ...body }) => body],
    ['another version', (body) => ({ ...body, v: 2 })],
    ['no acts', (body) => ({ ...body, acts: [] })],
    ['501 acts', (body) => ({ ...body, acts: Array(501).fill({ kind: 'x' }) })],
    ['an act without a kind', (body) => ({ ...body, acts: [{}] })],
    ['acts that are a text', (body) => ({ ...body, acts: 'genesis' })],
    ['another space', (body) => ({ ...body, space: 'c'.repeat(32) })],
    ['a group that is too long', (body) => ({ ...body, group: 'g'.repeat(65) })],
    ['a place that is no number', (body) => ({ ...body, seen: { epoch: 0, place: '2', root: hashText('') } })],
    ['a place below nothing', (body) => ({ ...body, seen: { epoch: 0, place: -1, root: hashText('') } })],
    ['a member of __proto__', (body) => JSON.parse(canonicalJson(body).replace('{', '{"__proto__":{"a":1},')) as unknown],
    ['nesting without an end', (body) => ({ ...body, acts: [{ kind: 'x', value: nested(70) }] })],
    ['no body but an empty list', () => []],
    ['a list for a body', () => ['x'.repeat(300)]],
  ];
  it.each(shapes)('[SNP8] an entry with %s is malformed', async (_name, change) => {
    expect(await refusalOf(await with3rd({ by: STEWARD, change }))).toEqual(entryAt('entry malformed', 3));
  });

  it('[SNP8] an act of a later version is an entry like any other', async () => {
    expect(await refusalOf(await with3rd({ by: STEWARD, acts: [{ kind: 'something new', toJSON: 1 }] }))).toBeUndefined();
  });

  it('[SNP8] bodies and receipts that are not canonical, and a key in a second spelling, are malformed', async () => {
    const ledger = await ledgerOf(1);
    const value = (await ledgerOf(2)).values[2] as Uint8Array<ArrayBuffer>;
    const length = ((value[0] as number) << 8) | (value[1] as number);
    const signed = value.slice(2 + length);
    const receipts = ['{"at":"2026-03-01T12:00:00Z" }', '{}', '[]', '{"at":"now"}', '{"at":"2026-03-01T12:00:00Z","void":{"x":"no"}}', ''];
    receipts.push('{"at":"2026-03-01T12:00:00Z","void":{"0":1}}', '{"at":"2026-03-01T12:00:00Z","void":{"__proto__":"no"}}');
    for (const receipt of receipts) {
      const bytes = utf8(receipt);
      const values = [...ledger.values, concatBytes(Uint8Array.of(0, bytes.length), bytes, signed)];
      expect(await refusalOf(await build({ values })), receipt).toEqual(entryAt('entry malformed', 3));
    }
    const spaced = concatBytes(value.subarray(0, 2 + length + 64), utf8(' '), value.subarray(2 + length + 64));
    expect(await refusalOf(await build({ values: [...ledger.values, spaced] }))).toEqual(entryAt('entry malformed', 3));
    const second = {
      publicKey: `${STEWARD.publicKey.slice(0, -1)}${twin(STEWARD.publicKey.at(-1) as string)}` as never,
      sign: STEWARD.sign,
    };
    expect(await refusalOf(await with3rd({ by: second }))).toEqual(entryAt('entry malformed', 3));
  });

  it('[SNP8] frames that do not fit are named by the place that they would have', async () => {
    const { values } = await ledgerOf(3);
    const frames = values.map(encodeLedgerFrame);
    const malformed = async (bytes: Uint8Array) => refusalOf(await build({ values, parts: { [LEDGER]: bytes } }));
    expect(await malformed(concatBytes(...frames).slice(0, -1))).toEqual(entryAt('entry malformed', 4));
    expect(await malformed(concatBytes(...frames, Uint8Array.of(0, 0)))).toEqual(entryAt('entry malformed', 5));
    expect(await malformed(concatBytes(...frames, Uint8Array.of(255, 255, 255, 255)))).toEqual(entryAt('entry malformed', 5));
    expect(await malformed(new Uint8Array(4_000))).toEqual(entryAt('entry malformed', 1));
    expect(await malformed(new Uint8Array(0))).toEqual({ code: 'head root' });
  });

  it('[SNP8] a second ledger part goes on where the first ended', async () => {
    const { values } = await ledgerOf(3);
    const [first, ...rest] = values.map(encodeLedgerFrame);
    const parts = { [LEDGER]: first, 'ledger/0002.bin': concatBytes(...rest) };
    const ordered = async (second: Uint8Array) => refusalOf(await build({ values, parts: { ...parts, 'ledger/0002.bin': second } }));
    expect(await ordered(parts['ledger/0002.bin'])).toBeUndefined();
    const forged = parts['ledger/0002.bin'].slice();
    forged[forged.length - 3] = 0x20;
    const values2 = [...values.slice(0, 3), forged.subarray(forged.length - (values[3] as Uint8Array).length)];
    expect(await refusalOf(await build({ values: values2, parts: { ...parts, 'ledger/0002.bin': forged } }))).toEqual({
      code: 'entry malformed',
      part: 'ledger/0002.bin',
      place: 4,
    });
  });
});

const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** The letter that differs only in bits that no byte of 32 has. */
const twin = (letter: string): string => ALPHABET[ALPHABET.indexOf(letter) + 1] as string;

async function headOf(file: Uint8Array) {
  const open = await openSnapshot(memoryBytes(file), host);
  if (!open.ok) throw new Error(open.error.message);
  return open.value;
}

describe('a file that somebody sealed with a key of their own', () => {
  it('[SNP7] is valid by itself, and refused where the key is expected', async () => {
    const attacker = newSigner();
    const ledger = await Ledger.founded(attacker);
    await ledger.say({ by: STEWARD });
    const file = await build({ ledger, server: attacker });
    const genuine = (await verify(await build())).fingerprint ?? '';
    expect(await refusalOf(file)).toBeUndefined();
    expect(await refusalOf(file, { key: genuine })).toEqual({ code: 'another key' });
    expect(await refusalOf(file, { key: SERVER.publicKey })).toEqual({ code: 'another key' });
    for (const key of ['', 'zz', genuine.slice(0, 31), `${genuine}0`])
      expect(await refusalOf(await build(), { key })).toEqual({ code: 'another key' });
  });

  it('[SNP7] the key is recognised in every spelling that people use', async () => {
    const file = await build();
    const genuine = (await verify(file)).fingerprint ?? '';
    const grouped = genuine.replace(/(.{4})(?=.)/g, '$1 ').toUpperCase();
    for (const key of [genuine, grouped, genuine.slice(0, 32), genuine.replace(/(.{2})(?=.)/g, '$1:'), SERVER.publicKey])
      expect(await refusalOf(file, { key }), key).toBeUndefined();
  });

  it('[SNP7] a ledger of another key is not made ours by sealing it', async () => {
    const ledger = await Ledger.founded(newSigner());
    expect(await refusalOf(await build({ ledger }))).toEqual(entryAt('genesis', 1));
  });
});
