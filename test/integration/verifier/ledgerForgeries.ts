import { concatBytes, fromUtf8, utf8 } from '../../../shared/base/bytes.ts';
import type { HashHex } from '../../../shared/base/hash.ts';
import { canonicalJson } from '../../../shared/base/json.ts';
import { toInstant } from '../../../shared/base/time.ts';
import { decodeLedgerValue, type EntryBody } from '../../../shared/model/entry.ts';
import type { SpaceId } from '../../../shared/model/ids.ts';
import { encodeLedgerFrame } from '../../../shared/snapshot/recordLines.ts';
import { testSigner } from '../../support/snapshot/testSigner.ts';
import { rootOf } from '../../support/snapshotFixture.ts';
import { type Forger, type Forgery, withEntry, withReceipt } from './forgery.ts';

const PART = 'ledger/0001.bin';
const ATTACKER = testSigner('attacker');
const LONG_AGO = toInstant(Date.parse('2020-01-01T00:00:00Z'));
const OTHER_SPACE = 'f'.repeat(32) as SpaceId;

/** Where an entry of that author comes right after one by somebody else, some way into the ledger. */
function placeOf(forger: Forger, wanted: (place: number) => boolean): number {
  const { values } = forger.content;
  for (let place = 60; place < values.length; place++) if (wanted(place)) return place;
  throw new Error('the ledger has no such place');
}

const deviceAt = (forger: Forger, place: number) => decodeLedgerValue(forger.content.values[place - 1] as Uint8Array)?.entry.device;
const receiptAt = (forger: Forger, place: number) => decodeLedgerValue(forger.content.values[place - 1] as Uint8Array)?.receipt;

export const ledgerForgeries = (forger: Forger): Forgery[] => [...heads(forger), ...pasts(forger), ...entries(forger), ...frames(forger)];

/** Who signs for the whole. */
function heads(forger: Forger): Forgery[] {
  const { content } = forger;
  const shorter = content.values.slice(0, -1);
  const named = { manifest: (manifest: object) => ({ ...manifest, serverKey: ATTACKER.publicKey }) };
  const genesis = { code: 'genesis', part: PART, place: 1 } as const;
  return [
    forger.seal('sealed by another key', { code: 'manifest signature', part: 'manifest.sig' }, { signer: ATTACKER }),
    forger.seal('sealed by another key, which it names', genesis, { signer: ATTACKER, ...named }),
    forger.seal('a manifest of another key around a head of this one', { code: 'manifest signature' }, named),
    forger.seal("another space's head", { code: 'head signature' }, { headSpace: OTHER_SPACE }),
    forger.seal(
      'the manifest of another space',
      { code: 'head signature' },
      { manifest: (manifest) => ({ ...manifest, space: OTHER_SPACE }) },
    ),
    forger.seal('a space that is renamed throughout', genesis, {
      manifest: (manifest) => ({ ...manifest, space: OTHER_SPACE }),
      headSpace: OTHER_SPACE,
    }),
    forger.seal('a head with another root', { code: 'head root' }, { head: (head) => ({ ...head, root: 'a'.repeat(64) as HashHex }) }),
    forger.seal('an older head', { code: 'head root' }, { head: (head) => ({ ...head, place: shorter.length, root: rootOf(shorter) }) }),
    forger.seal('a head of another epoch', { code: 'head root' }, { head: (head) => ({ ...head, epoch: 1 }) }),
    forger.seal('a place that is not reached', { code: 'head root' }, { manifest: (manifest) => ({ ...manifest, place: shorter.length }) }),
    forger.seal('a head that nobody signed', { code: 'head signature' }, { head: (head) => ({ ...head, signature: 'A'.repeat(86) }) }),
  ];
}

/** Another past, under a head that the server's key signed over exactly it. */
function pasts(forger: Forger): Forgery[] {
  const sameAuthor = placeOf(forger, (place) => deviceAt(forger, place) === deviceAt(forger, place + 1));
  const otherAuthor = placeOf(forger, (place) => deviceAt(forger, place) !== deviceAt(forger, place + 1));
  const voided = placeOf(forger, (place) => receiptAt(forger, place)?.void !== undefined);
  const last = forger.content.values.length;
  const swapped = (place: number) => (values: Uint8Array[]) =>
    values.with(place - 1, values[place] as Uint8Array).with(place, values[place - 1] as Uint8Array);
  const replaced = (place: number, change: (value: Uint8Array) => Uint8Array) => (values: Uint8Array[]) =>
    values.with(place - 1, change(values[place - 1] as Uint8Array));
  return [
    forger.values('an entry is left out', { code: 'entry order', part: PART }, (values) => values.toSpliced(100, 1)),
    forger.values('an enrolment is left out', { code: 'entry order', part: PART }, (values) => values.toSpliced(2, 1)),
    forger.values('two entries of one author change places', { code: 'entry order', part: PART, place: sameAuthor }, swapped(sameAuthor)),
    forger.values('two entries of two authors change places', { code: 'witness', part: PART, place: otherAuthor }, swapped(otherAuthor)),
    forger.values('an entry is there twice', { code: 'entry order', part: PART, place: last + 1 }, (values) => [
      ...values,
      values[50] as Uint8Array,
    ]),
    forger.values('an entry is repeated in between', { code: 'entry order', part: PART, place: 101 }, (values) =>
      values.toSpliced(100, 0, values[50] as Uint8Array),
    ),
    forger.values('the first two entries change places', { code: 'genesis', part: PART, place: 1 }, swapped(1)),
    forger.values('no genesis', { code: 'genesis', part: PART, place: 1 }, (values) => values.slice(1)),
    forger.values(
      'a receipt is dated back',
      { code: 'witness', part: PART },
      replaced(100, (value) => withReceipt(value, (said) => ({ ...said, at: LONG_AGO }))),
    ),
    forger.values(
      'a void act is made to count',
      { code: 'witness', part: PART },
      replaced(voided, (value) => withReceipt(value, ({ at }) => ({ at }))),
    ),
    forger.values(
      'an act is made void',
      { code: 'witness', part: PART },
      replaced(otherAuthor, (value) => withReceipt(value, ({ at }) => ({ at, void: { 0: 'revoked' } }))),
    ),
    forger.values('a borrowed signature', { code: 'entry signature', part: PART, place: 100 }, (values) => {
      const lender = decodeLedgerValue(values[100] as Uint8Array)?.bytes.subarray(0, 64) as Uint8Array;
      return values.with(
        99,
        withEntry(values[99] as Uint8Array, (bytes) => concatBytes(lender, bytes.subarray(64))),
      );
    }),
    forger.values(
      'an entry says something else',
      { code: 'entry signature', part: PART, place: sameAuthor },
      replaced(sameAuthor, (value) => withEntry(value, renamed)),
    ),
  ];
}

const renamed = (bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> => {
  const body = JSON.parse(fromUtf8(bytes.subarray(64))) as EntryBody;
  return concatBytes(bytes.subarray(0, 64), utf8(canonicalJson({ ...body, at: '2020-01-01T00:00:00.000Z' })));
};

/** One more entry, signed by its author as it stands. */
function entries(forger: Forger): Forgery[] {
  const place = forger.content.values.length + 1;
  const malformed = { code: 'entry malformed', part: PART, place } as const;
  const witness = { code: 'witness', part: PART, place } as const;
  const seen = (change: object) => (body: EntryBody) => ({ ...body, seen: { ...body.seen, ...change } });
  const text = (from: string | RegExp, to: string) => (body: EntryBody) => canonicalJson(body).replace(from, to);
  const acts = (count: number) => (body: EntryBody) => ({ ...body, acts: Array.from({ length: count }, () => ({ kind: 'comment' })) });
  const value = (json: string) => text('"kind":"comment"', `"kind":"comment","n":${json}`);
  const nested = (depth: number) => value('['.repeat(depth) + ']'.repeat(depth));
  return [
    forger.appended('one more entry', 'sound', (body) => body),
    forger.appended(
      'by a key that is not its device',
      { code: 'entry signature', part: PART, place },
      (body) => body && { ...body, device: forger.story.reader.signer.publicKey },
    ),
    forger.appended('it saw another root', witness, seen({ root: 'a'.repeat(64) })),
    forger.appended('it saw nothing, and another root of it', witness, seen({ place: 0 })),
    forger.appended('it saw itself', witness, seen({ place })),
    forger.appended('it saw a place far ahead', witness, seen({ place: 2 ** 53 - 1 })),
    forger.appended('it saw an epoch to come', witness, seen({ epoch: 1 })),
    forger.appended('it follows what is not there', { code: 'entry order', part: PART, place }, (body) => ({
      ...body,
      prev: 'a'.repeat(64),
    })),
    forger.appended('of another space', malformed, (body) => ({ ...body, space: OTHER_SPACE })),
    forger.appended('of another version', malformed, (body) => ({ ...body, v: 2 })),
    forger.appended('with a member too many', malformed, (body) => ({ ...body, more: 1 })),
    forger.appended('with a member called __proto__', malformed, text('"acts"', '"__proto__":{},"acts"')),
    forger.appended('with a member less', malformed, ({ seen: _seen, ...body }) => body),
    forger.appended('with a member twice', malformed, text('"v":1', '"v":1,"v":1')),
    forger.appended('with white space', malformed, text('"v":1', '"v": 1')),
    forger.appended('with members out of order', malformed, text(/"acts":(.*),"at":("[^"]*")/, '"at":$2,"acts":$1')),
    forger.appended('behind a byte-order mark', malformed, (body) => `\ufeff${canonicalJson(body)}`),
    forger.appended('that is not UTF-8', malformed, (body) =>
      concatBytes(utf8(canonicalJson(body)).slice(0, -2), Uint8Array.of(0xff), utf8('"}')),
    ),
    forger.appended('with a needless escape', malformed, text('Nothing', '\\u004eothing')),
    forger.appended('with a lone surrogate', malformed, text('Nothing', '\\ud800')),
    forger.appended('with a control character', malformed, text('Nothing', '\u0001')),
    forger.appended(
      'with escapes as they must be',
      'sound',
      text('Nothing', '\\b\\t\\n\\f\\r\\"\\\\\\u0000\\u001f\u007f\u2028\ud83d\ude00'),
    ),
    forger.appended('with an escape in upper case', malformed, text('Nothing', '\\u001F')),
    forger.appended('with no acts', malformed, acts(0)),
    forger.appended('with 500 acts', 'sound', acts(500)),
    forger.appended('with 501 acts', malformed, acts(501)),
    forger.appended('with an act that is no object', malformed, (body) => ({ ...body, acts: ['comment'] })),
    forger.appended('with an act of a kind to come', 'sound', (body) => ({
      ...body,
      acts: [{ kind: 'prophesy', __proto__: null, text: '.'.repeat(200) }],
    })),
    forger.appended('larger than an entry may be', malformed, (body) => ({
      ...body,
      acts: [{ kind: 'comment', text: '.'.repeat(262_144) }],
    })),
    forger.appended('with a key in its other spelling', malformed, (body) => ({ ...body, device: otherSpelling(body.device) })),
    forger.appended('with a group that is too long', malformed, (body) => ({ ...body, group: '\ud83d\ude00'.repeat(65) })),
    forger.appended('with a group as long as it may be', 'sound', (body) => ({ ...body, group: '\ud83d\ude00'.repeat(64) })),
    forger.appended('at no instant', malformed, (body) => ({ ...body, at: '2026-01-01' })),
    forger.appended('at an instant in other digits', malformed, (body) => ({ ...body, at: '\u0662026-01-01T00:00:00Z' })),
    forger.appended('nested as deep as it may be', 'sound', nested(61)),
    forger.appended('nested deeper than it may be', malformed, nested(62)),
    forger.appended('nested so deep that a parser could break', malformed, nested(100_000)),
    ...['1e+21', '1e-7', '0.000001', '123456789012345680000', '5e-324', '1.7976931348623157e+308', '-1.5', '9007199254740992'].map(
      (number) => forger.appended(`the number ${number}`, 'sound', value(number)),
    ),
    ...[
      '1e21',
      '1E+21',
      '-0',
      '0.0000001',
      '1.0',
      '100e-2',
      '9007199254740993',
      '1e400',
      '01',
      '0.10',
      'NaN',
      '-Infinity',
      '1'.repeat(400),
    ].map((number) => forger.appended(`the number ${number.slice(0, 20)}`, malformed, value(number))),
    forger.receipt('a receipt that is not canonical', malformed, `{"at": "2026-01-01T00:00:00Z"}`),
    forger.receipt('a receipt with a member too many', malformed, `{"at":"2026-01-01T00:00:00Z","by":""}`),
    forger.receipt('a receipt whose reason is no text', malformed, `{"at":"2026-01-01T00:00:00Z","void":{"0":1}}`),
    forger.receipt('a receipt whose index is no number', malformed, `{"at":"2026-01-01T00:00:00Z","void":{"__proto__":"revoked"}}`),
    forger.receipt('a receipt with reasons', 'sound', `{"at":"2026-01-01T00:00:00Z","void":{"0":"revoked","499":""}}`),
  ];
}

/** The last of 43 digits has two bits that stand for nothing. */
const otherSpelling = (key: string): string => {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return `${key.slice(0, -1)}${digits[digits.indexOf(key.at(-1) as string) + 1]}`;
};

function frames(forger: Forger): Forgery[] {
  const { values } = forger.content;
  const place = values.length + 1;
  const malformed = { code: 'entry malformed', part: PART, place } as const;
  const followed = (name: string, more: Uint8Array): Forgery =>
    forger.seal(name, malformed, {
      parts: (parts) => parts.map((part) => (part.name === PART ? { ...part, content: concatBytes(part.content, more) } : part)),
    });
  return [
    followed('a frame of three bytes', new Uint8Array(3)),
    followed('a frame that is cut off', encodeLedgerFrame(values[0] as Uint8Array).subarray(0, -1)),
    followed('an empty value', new Uint8Array(4)),
    followed('a value of 255 bytes', encodeLedgerFrame(new Uint8Array(255))),
    followed('a value of 327,682 bytes', encodeLedgerFrame(new Uint8Array(327_682))),
    followed('a length of 4 GiB', Uint8Array.of(255, 255, 255, 255, 1, 2, 3)),
    forger.values('a value of nothing but zeros', malformed, (all) => [...all, new Uint8Array(256)]),
    forger.values('a value whose receipt is longer than it', malformed, (all) => [...all, new Uint8Array(300).fill(255)]),
    forger.values('zeros in the first place', { code: 'genesis', part: PART, place: 1 }, (all) => all.with(0, new Uint8Array(256))),
    forger.seal(
      'an empty ledger part',
      { code: 'head root' },
      { parts: (parts) => parts.map((part) => (part.name === PART ? { ...part, content: new Uint8Array(0) } : part)) },
    ),
  ];
}
