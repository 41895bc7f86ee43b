import { describe, expect, it } from 'vitest';
import { concatBytes, utf8 } from '../../../shared/base/bytes.ts';
import { hashText } from '../../../shared/base/hash.ts';
import { canonicalJson } from '../../../shared/base/json.ts';
import { encodeRecordLine, parseRecordLine, parseStatusLine } from '../../../shared/snapshot/recordLines.ts';
import { growthOfFourfold } from '../../support/growth.ts';
import { build, RECORDS, recordLine, refusalOf } from './coreFixture.ts';

const RECORD_PART = 'records/0001.ndjson';
const STATUS_PART = 'statuses/0001.ndjson';
const lineAt = (part: string, line: number) => ({ code: 'record hash', part, line });

const recordsOf = async (text: string) => refusalOf(await build({ parts: { [RECORD_PART]: utf8(text) } }));
const statusesOf = async (text: string) => refusalOf(await build({ parts: { [STATUS_PART]: utf8(text) } }));

const good = { at: '2026-03-01T12:00:00Z', hash: hashText('{}'), id: 'a', place: 1, record: {}, run: 1, source: 'file' };
const line = (change: object): string => `${canonicalJson({ ...good, ...change })}\n`;

describe('lines of records', () => {
  it('[SNP9] a record keeps its bytes exactly', () => {
    const original = recordLine('ä"\\\u2028😀', 3);
    const encoded = encodeRecordLine(original);
    expect(encoded.at(-1)).toBe(0x0a);
    expect(parseRecordLine(encoded.subarray(0, -1))).toEqual(original);
  });

  const wrong: [string, string][] = [
    ['another hash', line({ hash: hashText('{"a":1}') })],
    ['a hash in capitals', line({ hash: hashText('{}').toUpperCase() })],
    ['a member more', line({ more: 1 })],
    ['a member less', line({ run: undefined })],
    ['a record that is a list', line({ record: [], hash: hashText('[]') })],
    ['a record that is null', line({ record: null, hash: hashText('null') })],
    ['a record that is a text', line({ record: 'x', hash: hashText('"x"') })],
    ['an empty id', line({ id: '' })],
    ['an id that is too long', line({ id: 'i'.repeat(2_049) })],
    ['another alphabet for the source', line({ source: '../file' })],
    ['a run that is no count', line({ run: 1.5 })],
    ['a run below nothing', line({ run: -1 })],
    ['a time that is none', line({ at: 'today' })],
    ['a place beyond the snapshot', line({ place: 5 })],
    ['members in another order', line({}).replace('"id":"a","place":1', '"place":1,"id":"a"')],
    ['white space', line({}).replace('{', '{ ')],
    ['a member twice', line({}).replace('"id":"a"', '"id":"a","id":"a"')],
    ['a member called __proto__', line({}).replace('{', '{"__proto__":{"source":"x"},')],
    ['another spelling of a number', line({}).replace('"run":1', '"run":1.0')],
    ['another spelling of a text', line({}).replace('"id":"a"', '"id":"\\u0061"')],
    ['a lone surrogate', line({}).replace('"id":"a"', '"id":"\\ud800"')],
    ['a byte-order mark', `\ufeff${line({})}`],
    ['a carriage return', line({}).replace('\n', '\r\n')],
    ['no line feed', line({}).slice(0, -1)],
    ['nothing', '\n'],
    ['nesting without an end', `${'['.repeat(100_000)}\n`],
    ['closed nesting that is too deep', `${line({}).replace('{}', `{"a":${'['.repeat(70)}${']'.repeat(70)}}`)}`],
  ];
  it.each(wrong)('[SNP9] %s is refused at its line', async (_name, text) => {
    expect(await recordsOf(`${line({})}${text}`)).toEqual(lineAt(RECORD_PART, 2));
  });

  it('[SNP9] places never fall, not even from part to part', async () => {
    expect(await recordsOf(`${line({ place: 2 })}${line({ place: 1 })}`)).toEqual(lineAt(RECORD_PART, 2));
    const parts = { [RECORD_PART]: utf8(line({ place: 2 })), 'records/0002.ndjson': utf8(`${line({ place: 2 })}${line({ place: 1 })}`) };
    expect(await refusalOf(await build({ parts }))).toEqual(lineAt('records/0002.ndjson', 2));
  });

  it('[SNP9] bytes that are no text are refused', async () => {
    const parts = { [RECORD_PART]: concatBytes(encodeRecordLine(RECORDS[0] as never), Uint8Array.of(0xff, 0xfe, 0x0a)) };
    expect(await refusalOf(await build({ parts }))).toEqual(lineAt(RECORD_PART, 2));
  });

  it('[SNP9] script in every text is only text', async () => {
    const script = '</script><script>throw 1</script>=cmd|calc!A1';
    const bytes = utf8(canonicalJson({ fields: { [script]: script } }));
    const record = { ...recordLine(script, 1), bytes, hash: hashText(canonicalJson({ fields: { [script]: script } })) };
    expect(await refusalOf(await build({ records: [record], manifest: { name: script, query: { text: script } } }))).toBeUndefined();
  });

  it('[SNP9] a million members of any name are read in linear time', () => {
    const texts = (share: number): string[] => [
      `{${Array.from({ length: 300_000 * share }, (_, index) => `"__proto__${index}":1`).join(',')}}`,
      `"${'\\"'.repeat(500_000 * share)}"`,
      '-'.repeat(1_000_000 * share),
    ];
    const made = new Map([0.25, 1].map((share) => [share, texts(share).map(utf8)]));
    const growth = growthOfFourfold((share) => {
      for (const line of made.get(share) ?? []) {
        expect(parseRecordLine(line)).toBeUndefined();
        expect(parseStatusLine(line)).toBeUndefined();
      }
    });
    expect(growth).toBeLessThan(10);
    for (const text of [`${'{"a":'.repeat(64)}1${'}'.repeat(64)}`, '{"a":1e999}']) {
      expect(parseRecordLine(utf8(text))).toBeUndefined();
      expect(parseStatusLine(utf8(text))).toBeUndefined();
    }
  });
});

describe('lines of statuses', () => {
  const status = { at: '2026-03-01T12:00:00Z', place: 1, source: 'file', status: {} };
  const said = (change: object): string => `${canonicalJson({ ...status, ...change })}\n`;

  it('[SNP9] a source says what it is, that it counts no longer, and that it counts again', async () => {
    const removed = said({ status: undefined, removed: true });
    expect(await statusesOf(`${said({})}${removed}${said({ status: undefined, removed: false, place: 4 })}`)).toBeUndefined();
  });

  it.each([
    ['both', said({ removed: true })],
    ['neither', said({ status: undefined })],
    ['a status that is a list', said({ status: [] })],
    ['a status that is null', said({ status: null })],
    ['removed that is a number', said({ status: undefined, removed: 1 })],
    ['a place beyond the snapshot', said({ place: 5 })],
    ['a place that falls', said({ place: 0 })],
    ['no source', said({ source: '' })],
    ['no line feed', said({}).slice(0, -1)],
  ])('[SNP9] %s is refused at its line', async (_name, text) => {
    expect(await statusesOf(`${said({})}${text}`)).toEqual(lineAt(STATUS_PART, 2));
  });
});
