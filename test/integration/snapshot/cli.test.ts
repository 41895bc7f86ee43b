import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Verdict } from '../../../shared/snapshot/contracts.ts';
import { runMuster } from '../../support/appServer.ts';
import { readSnapshot } from '../../support/snapshots.ts';
import { throwAwayDirectory } from '../../support/throwAwayDirectory.ts';

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

let folder: string;
let fingerprint: string;
const file = (name: string): string => join(folder, name);
const onData = (...args: string[]): Promise<Ran> => runMuster([...args, '--data', file('data')]);
const snapshot = (...args: string[]): Promise<Ran> => runMuster(['snapshot', ...args]);
const create = (name: string, ...args: string[]): Promise<Ran> => onData('snapshot', 'create', '-o', file(name), ...args);
const QUIET = { code: 0, stderr: '' };

beforeAll(async () => {
  folder = throwAwayDirectory();
  writeFileSync(
    file('accounts.csv'),
    'Account,System,Owner,Purpose\nsvc-pay,ad,Payments,pays\nsvc-mail,ad,,mails\nsvc-find,ad,Search,finds\n',
  );
  expect((await onData('import', file('accounts.csv'))).code).toBe(0);
  expect(await create('old.muster')).toMatchObject(QUIET);
  expect((await onData('set', 'svc-mail', 'owner=Platform')).code).toBe(0);
  expect(await create('new.muster')).toMatchObject(QUIET);
  const key = await onData('snapshot', 'key');
  expect(key).toMatchObject({ ...QUIET, stdout: expect.stringMatching(/^([0-9a-f]{4} ){15}[0-9a-f]{4}\n$/) });
  fingerprint = key.stdout.trim();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('[SNP36] muster snapshot', () => {
  it('makes a file for its user alone and says whose key signed it; nothing is left beside it', async () => {
    const { stdout } = await create('again.muster');
    expect(stdout).toMatch(
      /again\.muster: the register at place 2 of the ledger, \d+ kB\.\nSigned with the key ([0-9a-f]{4} ){7}[0-9a-f]{4}: tell it/,
    );
    expect(fingerprint).toContain(/([0-9a-f]{4} ){7}[0-9a-f]{4}/.exec(stdout)?.[0]);
    expect(statSync(file('again.muster')).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder).filter((name) => name.includes('part'))).toEqual([]);
    expect(readdirSync(file('data/snapshots'))).toEqual([]);
    const said = JSON.parse((await create('again.muster', '--format', 'json')).stdout) as Record<string, unknown>;
    expect(said).toMatchObject({ place: 2, fingerprint: fingerprint.replaceAll(' ', ''), leftOut: [] });
  });

  it('verifies without server and data directory, in words and as JSON', async () => {
    const env = { ...process.env, HOME: folder, XDG_DATA_HOME: file('nothing') };
    const { code, stdout, stderr } = await runMuster(['snapshot', 'verify', file('new.muster'), '--key', fingerprint.slice(0, 39)], env);
    expect({ code, stderr }).toEqual(QUIET);
    expect(stdout).toMatch(/^The snapshot holds: /);
    expect(stdout.match(/^ok {7}/gm)).toHaveLength(8);
    expect(stdout).toContain(`Signed with the key  ${fingerprint}\n`);
    expect(stdout).toContain('What a file alone cannot prove:\n  - ');
    const verdict = JSON.parse((await snapshot('verify', file('new.muster'), '--format', 'json')).stdout) as Verdict;
    expect(verdict).toMatchObject({ ok: true, fingerprint: fingerprint.replaceAll(' ', '') });
    expect(readdirSync(folder)).not.toContain('nothing');
  });

  it('proves that the newer one only adds to the older one, and not the other way round', async () => {
    expect(await snapshot('verify', file('new.muster'), '--after', file('old.muster'))).toMatchObject({
      ...QUIET,
      stdout: expect.stringMatching(/The file only adds to the older one: 1 entries? came after its 1\./),
    });
    const { code, stderr } = await snapshot('verify', file('old.muster'), '--after', file('new.muster'));
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/^muster: not an extension: .*\n$/) });
  });

  it('says in one line what does not hold and where, with exit code 1', async () => {
    const changed = async (name: string, change: (bytes: Buffer) => Buffer): Promise<string> => {
      writeFileSync(file(name), change(readFileSync(file('new.muster'))));
      const { code, stdout, stderr } = await snapshot('verify', file(name));
      expect({ code, lines: stderr.split('\n').length }).toEqual({ code: 1, lines: 2 });
      expect(stdout).toContain('FAILED   ');
      return stderr;
    };
    const atPart = (bytes: Buffer, name: string): number => bytes.indexOf(name) + name.length + 40;
    const flipped = (bytes: Buffer, at: number): Buffer => {
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      return bytes;
    };
    expect(await changed('flipped.muster', (bytes) => flipped(bytes, atPart(bytes, 'ledger/0001.bin')))).toMatch(
      /^muster: parts at ledger\/0001\.bin: /,
    );
    expect(await changed('cut.muster', (bytes) => bytes.subarray(0, bytes.length - 9))).toMatch(/^muster: archive/);
    expect(await changed('text.muster', () => Buffer.from('not a snapshot at all, but a text'))).toMatch(/^muster: archive/);
    expect(await changed('empty.muster', () => Buffer.alloc(0))).toMatch(/^muster: archive/);
    const other = await snapshot('verify', file('new.muster'), '--key', '0'.repeat(64));
    expect(other).toMatchObject({ code: 1, stderr: expect.stringMatching(/^muster: another key: /) });
  });

  it('takes the report out of a file that holds, and out of no other', async () => {
    expect(await snapshot('report', file('new.muster'), '-o', file('report.html'), '--key', fingerprint)).toMatchObject(QUIET);
    const report = readFileSync(file('report.html'));
    expect(report.length).toBeGreaterThan(0);
    writeFileSync(file('broken.muster'), readFileSync(file('new.muster')).subarray(1));
    expect((await snapshot('report', file('broken.muster'), '-o', file('none.html'))).code).toBe(1);
    expect(readdirSync(folder)).not.toContain('none.html');
    expect(await create('alone.html')).toMatchObject(QUIET);
    expect(readFileSync(file('alone.html')).length).toBeGreaterThan(0);
  });

  it('takes population, place, sample and seed', async () => {
    const args = ['--query', 'owner:none', '--place', '1', '--sample', '1', '--seed', 'spring review'];
    expect(await create('chosen.muster', ...args)).toMatchObject(QUIET);
    expect((await snapshot('verify', file('chosen.muster'))).code).toBe(0);
    const { manifest, text } = await readSnapshot(file('chosen.muster'));
    expect(manifest).toMatchObject({ place: 1, query: { text: 'owner:none' }, draw: { size: 1, seed: 'spring review' } });
    const population = JSON.parse(await text('population.json')) as { ids: string[]; matches: number; sample: { ids: string[] } };
    expect(population.ids).toHaveLength(1);
    expect(population.sample.ids).toEqual(population.ids);
    expect(await create('where.muster', '--where', 'row.name.startsWith("svc-p")')).toMatchObject(QUIET);
    const where = await readSnapshot(file('where.muster'));
    expect((JSON.parse(await where.text('population.json')) as { ids: string[] }).ids).toHaveLength(1);
  });

  it('says what was left out because it is private, and how to include it', async () => {
    const data = file('own');
    const home = file('home');
    mkdirSync(join(home, '.aws'), { recursive: true });
    writeFileSync(join(home, '.aws', 'credentials'), '[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n');
    writeFileSync(file('own.yml'), `sources: [{ id: laptop, kind: workstation, home: ${home} }]`);
    expect((await runMuster(['discover', '--sources', file('own.yml'), '--data', data])).code).toBe(0);
    const left = await runMuster(['snapshot', 'create', '-o', file('left.muster'), '--data', data]);
    expect(left).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^Left out, because you keep it to this device: .*\(1 record\).*--include-private\.\n$/),
    });
    expect(await runMuster(['snapshot', 'create', '-o', file('own.muster'), '--include-private', '--data', data])).toMatchObject(QUIET);
    expect((await readSnapshot(file('own.muster'))).manifest).toMatchObject({ private: 'included', leftOut: [] });
    expect((await readSnapshot(file('left.muster'))).manifest).toMatchObject({ private: 'left out', leftOut: [{ records: 1 }] });
  });

  it.each<readonly [string, () => string[], RegExp]>([
    ['nothing', () => [], /Say what to do/],
    ['an unknown command', () => ['frobnicate'], /frobnicate/],
    ['a file without an ending', () => ['create', '-o', file('x')], /\.muster/],
    ['no file', () => ['create'], /--output/],
    ['a folder that is not there', () => ['create', '-o', file('absent/x.muster')], /cannot be written \(ENOENT\)/],
    ['a place that is none', () => ['create', '-o', file('x.muster'), '--place', '0'], /whole number/],
    ['a place past the end', () => ['create', '-o', file('x.muster'), '--place', '77', '--data', file('data')], /no place 77/],
    ['a sample of none', () => ['create', '-o', file('x.muster'), '--sample', '0'], /whole number/],
    ['a seed without a sample', () => ['create', '-o', file('x.muster'), '--seed', 's'], /--sample/],
    ['a condition that is none', () => ['create', '-o', file('x.muster'), '--where', 'row.', '--data', file('data')], /CEL|condition|row/],
    ['a file that is not there', () => ['verify', file('absent.muster')], /cannot be read/],
    ['a folder as a file', () => ['verify', folder], /cannot be read/],
    ['an older file that is not there', () => ['verify', file('new.muster'), '--after', file('absent.muster')], /cannot be read/],
    ['half a fingerprint', () => ['verify', file('new.muster'), '--key', '3f2a'], /--key/],
    ['a report without an ending', () => ['report', file('new.muster'), '-o', file('report')], /\.html/],
    ['a key of nothing', () => ['key', '--data', file('absent')], /no server key/],
  ])('[CLI1] bad use: %s', async (_name, args, says) => {
    const { code, stdout, stderr } = await snapshot(...args());
    expect({ code, stdout, lines: stderr.trimEnd().split('\n').length }).toEqual({ code: 2, stdout: '', lines: 1 });
    expect(stderr).toMatch(says);
    expect(readdirSync(folder)).not.toContain('absent');
  });

  it.each(['create', 'verify', 'report', 'key'])('[CLI2] %s --help shows an example', async (command) => {
    const { code, stdout } = await snapshot(command, '--help');
    expect(code).toBe(0);
    expect(stdout).toContain(`Usage: muster snapshot ${command}`);
    expect(stdout).toMatch(/Examples?:\n {2}\$ muster snapshot/);
  });

  it('a key file that is damaged is said in one line', async () => {
    mkdirSync(file('damaged'));
    copyFileSync(file('accounts.csv'), file('damaged/server-key.pem'));
    expect(await snapshot('key', '--data', file('damaged'))).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^muster: .*backup.*\n$/),
    });
  });
});
