import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { spreadsheetReport } from '../../shared/wire/http.ts';
import { connector } from '../../sync-server/connectors/file/connector.ts';
import { collect, DIRECT } from '../support/collect.ts';
import { SPREADSHEET_400, SPREADSHEET_SECRETS, writeSpreadsheet400 } from '../support/spreadsheet400.ts';

const folder = mkdtempSync(join(tmpdir(), 'muster-sheet-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a workbook of 400 rows', () => {
  it('[OBS32] is understood, and its secrets are not read', async () => {
    const path = join(folder, 'nhi.xlsx');
    await writeSpreadsheet400(path);
    const run = await collect(connector, { path });
    const report = spreadsheetReport.parse(run.report);
    expect(report).toMatchObject({ file: 'nhi.xlsx', sheet: 'Accounts', rows: 400, identities: 371, blankOwners: 212 });
    expect(report.unnamed).toHaveLength(SPREADSHEET_400.unnamed);
    expect(report.duplicates.reduce((sum, { rows }) => sum + rows.length - 1, 0)).toBe(SPREADSHEET_400.duplicateRows);
    expect(report.columns).toHaveLength(SPREADSHEET_400.columns);
    expect(report.columns.filter((column) => column.field)).toHaveLength(SPREADSHEET_400.understood);
    expect(report.secrets.map(({ row }) => row)).toEqual(SPREADSHEET_400.secretRows);
    expect(report.owners.reduce((sum, owner) => sum + owner.spellings.length, 0)).toBe(SPREADSHEET_400.spellings);
    expect(report.owners).toHaveLength(SPREADSHEET_400.owners);
    const payments = report.owners.find((owner) => owner.spellings.includes('PAYMENTS'));
    expect(payments?.spellings).toEqual([...SPREADSHEET_400.payments].sort());
    expect(payments?.kind).toBe('team');

    expect(new Set(run.records.map((record) => record.externalId)).size).toBe(371);
    expect(run.records).toHaveLength(371);
    expect([...run.done.values()][0]?.outcome).toBe('complete');
    const said = JSON.stringify(run.messages);
    for (const secret of Object.values(SPREADSHEET_SECRETS)) expect(said).not.toContain(secret);
    expect(run.records.filter((record) => record.unread?.includes('description'))).toHaveLength(3);
  });
});

describe('a file of 100,000 rows', () => {
  it('streams, with bounded memory', async () => {
    const path = join(folder, 'large.csv');
    const rows = Array.from({ length: 100_000 }, (_, index) => `svc-${index},AD,prod,Team ${index % 300},purpose of ${index}`);
    writeFileSync(path, `Account,System,Environment,Owner,Purpose\n${rows.join('\n')}\n`);
    let records = 0;
    let most = 0;
    const settings = connector.settings.parse({ path });
    const context = {
      settings,
      cursor: undefined,
      signal: new AbortController().signal,
      clock: () => 0,
      uploads: folder,
      network: DIRECT,
      mode: 'read' as const,
    };
    const secret = async () => ({ ok: false as const, error: { code: 'misconfigured' as const, message: '', retry: false } });
    for await (const message of connector.list({ ...context, secret })) {
      if (message.kind === 'record') records++;
      if (records % 10_000 === 0) most = Math.max(most, process.memoryUsage().heapUsed);
    }
    expect(records).toBe(100_000);
    expect(most).toBeLessThan(600 * 1024 * 1024);
  });
});

describe('a file that is dropped on the window', () => {
  it('is found by its upload id, dated by its own date, and cannot leave the folder of uploads', async () => {
    writeFileSync(join(folder, 'u1'), '[{"name":"svc-a","owner":"Ops","__proto__":"x"},{"name":"svc-b"}]');
    const saved = new Date('2025-01-02T03:04:05Z');
    utimesSync(join(folder, 'u1'), saved, saved);
    const run = await collect(connector, { path: 'upload:u1' }, { uploads: folder });
    expect(run.records.map((record) => record.fields.name)).toEqual(['svc-a', 'svc-b']);
    expect(run.messages).toContainEqual(expect.objectContaining({ kind: 'coverage', asOf: '2025-01-02T03:04:05.000Z' }));
    const outside = await collect(connector, { path: 'upload:../../etc/passwd' }, { uploads: folder });
    expect([...outside.done.values()]).toMatchObject([{ outcome: 'failed', problems: [{ code: 'misconfigured' }] }]);
  });
});

describe('hostile and broken files', () => {
  const failing = async (name: string, content: string | Uint8Array) => {
    writeFileSync(join(folder, name), content);
    const run = await collect(connector, { path: join(folder, name) });
    expect(run.records).toEqual([]);
    return [...run.done.values()];
  };

  it.each([
    ['empty.csv', '', 'malformed'],
    ['binary.csv', new Uint8Array(4_096).fill(0), 'malformed'],
    ['torn.xlsx', 'PK\u0003\u0004 torn', 'malformed'],
    ['old.xls', Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1), 'malformed'],
    ['broken.json', '{"a": [', 'malformed'],
    ['quote.csv', 'Name,Owner\nsvc-a,"Ops\nsvc-b,Ops\n', 'malformed'],
    ['nameless.csv', 'Room,Cost\n1,2\n3,4\n', 'misconfigured'],
  ])('%s is one clear line', async (name, content, code) => {
    const done = await failing(name, content);
    expect(done).toMatchObject([{ outcome: 'failed', problems: [{ code, retry: false }] }]);
    expect(done[0]?.problems[0]?.wayOut).toBeTruthy();
    expect(done[0]?.problems[0]?.message).not.toContain('\n');
  });

  it('a file that is not there, a sheet and a column that do not exist are named', async () => {
    const codes = async (settings: object) =>
      [...(await collect(connector, settings)).done.values()].map(({ problems }) => problems[0]?.code);
    expect(await codes({ path: join(folder, 'absent.csv') })).toEqual(['not found']);
    expect(await codes({ path: folder })).toEqual(['misconfigured']);
    const path = join(folder, 'columns.csv');
    writeFileSync(path, 'Name,Owner\nsvc-a,Ops\n');
    expect(await codes({ path, map: { owner: 'Boss' } })).toEqual(['misconfigured']);
    const workbook = join(folder, 'sheets.xlsx');
    await writeSpreadsheet400(workbook);
    expect(await codes({ path: workbook, sheet: 'Nowhere' })).toEqual(['not found']);
  });

  it('a cell of a megabyte costs its row, is reported, and makes the listing partial', async () => {
    const path = join(folder, 'long.csv');
    writeFileSync(path, `Name,Owner,__proto__\nsvc-a,Ops,x\nsvc-b,"${'x'.repeat(1_048_576)}",y\n<b>c</b>\u202e,=HYPERLINK("x"),\0z\n`);
    const run = await collect(connector, { path });
    expect(run.records.map((record) => record.fields.name)).toEqual(['svc-a', '<b>c</b>\u202e']);
    expect([...run.done.values()]).toMatchObject([
      { outcome: 'partial', problems: [{ code: 'too large', message: expect.stringContaining('row 3') }] },
    ]);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });
});
