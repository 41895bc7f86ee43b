import { concatBytes, utf8 } from '../../../shared/base/bytes.ts';
import { canonicalJson } from '../../../shared/base/json.ts';
import { signedMessage } from '../../../shared/base/signature.ts';
import { toInstant } from '../../../shared/base/time.ts';
import { entryIdOf } from '../../../shared/model/entry.ts';
import type { Anchor, SpaceId } from '../../../shared/model/ids.ts';
import { newSigner, type TestDevice } from '../testClient.ts';

const comment = { kind: 'comment', anchors: ['a'.repeat(32) as Anchor], text: 'hostile' };

type Body = Record<string, unknown>;

/** A key and bytes in hex, as they travel between processes. */
export type HostileEntry = readonly [key: string, bytes: string];

const item = (key: string, bytes: Uint8Array): HostileEntry => [key, Buffer.from(bytes).toString('hex')];

/** Entries that look well and are not: each under the id that it would have. */
export async function hostileEntries(
  mallory: TestDevice,
  victim: TestDevice,
  borrowed: Uint8Array,
): Promise<ReadonlyMap<string, HostileEntry>> {
  const good: Body = {
    v: 1,
    space: mallory.space,
    device: mallory.device,
    prev: null,
    at: toInstant(Date.now()),
    seen: mallory.seen(),
    acts: [comment],
  };
  const other = await newSigner();
  const signed = async (
    body: Body | string,
    by = mallory.signer,
    tag: Parameters<typeof signedMessage>[0] = 'muster/entry/1',
  ): Promise<HostileEntry> => {
    const bytes = utf8(typeof body === 'string' ? body : canonicalJson(body as never));
    return item(entryIdOf(bytes), concatBytes(await by.sign(signedMessage(tag, bytes)), bytes));
  };
  const seen = mallory.seen();
  const nonce = { space: mallory.space, nonce: canonicalJson(good as never), origin: mallory.address, expires: toInstant(Date.now()) };
  return new Map<string, HostileEntry>([
    ['a signature of another key', await signed(good, other)],
    [
      'a signature of zeros',
      item(entryIdOf(utf8(canonicalJson(good as never))), concatBytes(new Uint8Array(64), utf8(canonicalJson(good as never)))),
    ],
    ['a signature for another purpose', await signed(good, mallory.signer, 'muster/auth/1')],
    ['a nonce that is an entry', await signed(nonce, mallory.signer, 'muster/auth/1')],
    ['another space', await signed({ ...good, space: 'f'.repeat(32) as SpaceId })],
    ['another device', await signed({ ...good, device: victim.device })],
    ['borrowed from the victim', item(entryIdOf(borrowed.slice(64) as Uint8Array<ArrayBuffer>), borrowed)],
    ['from the future', await signed({ ...good, seen: { ...seen, place: seen.place + 1_000_000 } })],
    ['of an epoch to come', await signed({ ...good, seen: { ...seen, epoch: 9 } })],
    ['no acts', await signed({ ...good, acts: [] })],
    ['an unknown act', await signed({ ...good, acts: [{ kind: 'destroy' }] })],
    ['too many acts', await signed({ ...good, acts: Array(501).fill(comment) })],
    ['too large', await signed({ ...good, acts: [{ ...comment, text: 'x'.repeat(300_000) }] })],
    ['more than is asked for', await signed({ ...good, extra: true })],
    ['not canonical', await signed(` ${canonicalJson(good as never)}`)],
    ['names of every object', await signed('{"__proto__":{"v":1},"constructor":1,"v":1}')],
    ['nested deeper than a stack', await signed(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)],
    ['no JSON', await signed('\u0000\u0001')],
    ['nothing', item('0'.repeat(64), new Uint8Array(0))],
    ['a signature alone', item('0'.repeat(64), new Uint8Array(64))],
  ]);
}
