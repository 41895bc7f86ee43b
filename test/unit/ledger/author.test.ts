import { webcrypto } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes, fromBase64Url, utf8 } from '../../../shared/base/bytes.ts';
import { canonicalJson } from '../../../shared/base/json.ts';
import { publicKeyOf, type Signer, signedMessage, type Verify } from '../../../shared/base/signature.ts';
import { toInstant } from '../../../shared/base/time.ts';
import { type AuthorOptions, prepareEntries, signEntries } from '../../../shared/ledger/author.ts';
import { type VerifyOptions, verifyEntry } from '../../../shared/ledger/verifyEntry.ts';
import type { Act } from '../../../shared/model/act.ts';
import { type EntryBytes, type EntryId, entryIdOf, MAX_ACTS, MAX_ENTRY_BYTES, type Seen } from '../../../shared/model/entry.ts';
import type { Place, SpaceId } from '../../../shared/model/ids.ts';
import { device, NOW, SPACE, set, subject } from './ledgerBuilder.ts';

const seen: Seen = { epoch: 0, place: 3 as Place, root: subject('0') };
const options = (acts: readonly Act[]): AuthorOptions => ({
  space: SPACE,
  device: device('A'),
  prev: null,
  at: toInstant(NOW),
  seen,
  acts,
});

async function newSigner(): Promise<Signer> {
  const pair = (await webcrypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
  const publicKey = publicKeyOf(new Uint8Array(await webcrypto.subtle.exportKey('raw', pair.publicKey)));
  return { publicKey, sign: async (message) => new Uint8Array(await webcrypto.subtle.sign('Ed25519', pair.privateKey, message)) };
}

const verify: Verify = async (key, message, signature) => {
  const raw = fromBase64Url(key);
  if (!raw) return false;
  const imported = await webcrypto.subtle.importKey('raw', raw, 'Ed25519', false, ['verify']);
  return webcrypto.subtle.verify('Ed25519', imported, signature, message);
};

describe('the author side', () => {
  it('[LED18] splits by acts and by bytes, in order, chained, within the limits', () => {
    const lengths = fc.array(fc.integer({ min: 0, max: 4_000 }), { minLength: 1, maxLength: 1_200 });
    fc.assert(
      fc.property(lengths, (sizes) => {
        const acts = sizes.map((size, index) => set(`${index} ${'é'.repeat(size)}`));
        const bodies = prepareEntries(options(acts));
        if (!bodies.ok) throw new Error(bodies.error);
        expect(bodies.value.flatMap((body) => body.acts)).toEqual(acts);
        let prev: EntryId | null = null;
        for (const body of bodies.value) {
          const bytes = utf8(canonicalJson(body));
          expect(body.acts.length).toBeLessThanOrEqual(MAX_ACTS);
          expect(bytes.length + 64).toBeLessThanOrEqual(MAX_ENTRY_BYTES);
          expect(body.prev).toBe(prev);
          prev = entryIdOf(bytes);
        }
        expect(new Set(bodies.value.map((body) => body.group)).size).toBe(1);
        expect(bodies.value[0]?.group !== undefined).toBe(bodies.value.length > 1);
      }),
      { numRuns: 15 },
    );
  });

  it('[LED18] refuses an act that is not valid, by path and never by value', () => {
    const problem = (act: unknown) => {
      const result = prepareEntries(options([set('fine'), act as Act]));
      return result.ok ? undefined : result.error;
    };
    expect(problem({ ...set('x'), anchors: ['hunter2'] })).toMatch(/^act 2: anchors\.0 is not valid/);
    expect(problem({ ...set('x'), anchors: ['hunter2'] })).not.toContain('hunter2');
    expect(problem({ kind: 'hunter2' })).toMatch(/^act 2: kind is not valid/);
    expect(problem(set('\ud800 alone'))).toContain('well-formed');
    expect(problem(set('x'.repeat(MAX_ENTRY_BYTES)))).toContain('larger than an entry');
    expect(prepareEntries(options([])).ok).toBe(false);
  });
});

describe('the server side', () => {
  const accepting = (space: SpaceId = SPACE): VerifyOptions => ({ space, verify, knows: () => true, place: 3 as Place, epoch: 0 });

  async function signed(acts: readonly Act[] = [set('value')], over: Partial<AuthorOptions> = {}) {
    const result = await signEntries({ ...options(acts), ...over }, await newSigner());
    if (!result.ok || !result.value[0]) throw new Error('not signed');
    return result.value[0];
  }
  const problemOf = async (bytes: EntryBytes, how: VerifyOptions = accepting()) => {
    const result = await verifyEntry(bytes, how);
    return result.ok ? undefined : result.error;
  };

  it('[LED19] takes what a real Ed25519 key signed, with the id that its author computed', async () => {
    const { bytes, entry } = await signed();
    expect(await verifyEntry(bytes, accepting())).toEqual({ ok: true, value: entry });
  });

  it('[LED19] refuses changed bytes, a signature for another purpose, and another device', async () => {
    const { bytes } = await signed();
    const flipped = bytes.slice() as EntryBytes;
    flipped[0] = (flipped[0] ?? 0) ^ 1;
    expect(await problemOf(flipped)).toBe('bad signature');
    const signer = await newSigner();
    const body = utf8(canonicalJson({ ...options([set('x')]), device: signer.publicKey, v: 1 }));
    const replayed = concatBytes(await signer.sign(signedMessage('muster/auth/1', body)), body);
    expect(await problemOf(replayed)).toBe('bad signature');
    expect(await problemOf(bytes, { ...accepting(), device: device('Z') })).toBe('another device');
  });

  it('[LED19] refuses another space, the future, an unknown prev, and other spellings', async () => {
    const { bytes } = await signed();
    expect(await problemOf(bytes, accepting('b'.repeat(32) as SpaceId))).toBe('another space');
    expect(await problemOf(bytes, { ...accepting(), place: 2 as Place })).toBe('seen from the future');
    expect(await problemOf(bytes, { ...accepting(), place: 2 as Place, epoch: 1 })).toBeUndefined();
    const chained = await signed([set('x')], { prev: subject('5') as string as EntryId });
    expect(await problemOf(chained.bytes, { ...accepting(), knows: () => false })).toBe('unknown prev');
    expect(await problemOf(concatBytes(bytes, utf8(' ')))).toBe('not canonical');
    expect(await problemOf(bytes.slice(0, 64) as EntryBytes)).toBe('too short');
    expect(await problemOf(bytes.slice(0, 90) as EntryBytes)).toBe('not JSON');
    expect(await problemOf(new Uint8Array(MAX_ENTRY_BYTES + 1))).toBe('too large');
  });

  it('[LED19] never throws, whatever the bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (noise) => {
        expect((await verifyEntry(noise as EntryBytes, accepting())).ok).toBe(false);
      }),
    );
  });
});
