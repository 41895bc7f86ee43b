import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, runMuster } from '../../support/appServer.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-cli-'));
  const file = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  file('broken.yml', 'sources: [');
  file('notAList.yml', 'sources: 5');
  file('unknownKind.yml', 'sources: [{ id: a, kind: carrier-pigeon }]');
  file('badId.yml', 'sources: [{ id: "../a", kind: file, path: x.csv }]');
  file('twice.yml', 'sources: [{ id: a, kind: file, path: x.csv }, { id: a, kind: file, path: y.csv }]');
  file('noPath.yml', 'sources: [{ id: a, kind: file }]');
  file('password.yml', 'sources: [{ id: a, kind: postgres, url: "postgres://u@127.0.0.1/x", password: hunter2hunter2 }]');
  for (const [name, settings] of BAD_SETTINGS) file(`${name}.yml`, `sources: [${JSON.stringify(settings)}]`);
  file('latin.yml', 'sources:\n  - { id: a, kind: file, path: x.csv }\n\t- tab');
  file('aliases.yml', `a: &a [x]\nsources: [*a${', *a'.repeat(200)}]`);
  file('list.txt', 'a,b\n');
  file('empty.csv', '');
  file('binary.csv', '\u0000\u0001\u0002'.repeat(1_000));
  file('unclosed.csv', 'Account,System\n"svc,ad\nx,y\n');
  file('bad\n\u001b[31m\u202ename.txt', 'a,b');
  file('broken.ndjson', '{"id":');
  file('badId.csv', 'muster id,type,kind,owner\n123,identity,unknown,x\n');
  file('rubbish.xlsx', 'this is no workbook');
  file('notADirectory', '');
  mkdirSync(join(folder, 'data'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** For each kind of source what a person might write wrongly. The value is never repeated: it may be a secret. */
const BAD_SETTINGS: readonly (readonly [string, Record<string, unknown>, RegExp])[] = [
  ['file-mode', { id: 'a', kind: 'file', path: 'x.csv', mode: 'steal' }, /mode/],
  ['file-stray', { id: 'a', kind: 'file', path: 'x.csv', colour: 'hunter2hunter2' }, /colour|unrecognized|not known/i],
  ['file-map', { id: 'a', kind: 'file', path: 'x.csv', map: { shoe: 'size' } }, /map|shoe/],
  ['file-type', { id: 'a', kind: 'file', path: 'x.csv', type: 'starship' }, /type/],
  ['x509-nothing', { id: 'a', kind: 'x509' }, /path or end/],
  ['x509-endpoint', { id: 'a', kind: 'x509', endpoints: ['https://user:hunter2hunter2@example.org'] }, /endpoint/],
  ['x509-paths', { id: 'a', kind: 'x509', paths: 'a.pem' }, /paths/],
  ['workstation-home', { id: 'a', kind: 'workstation', home: 7 }, /home/],
  ['postgres-no-url', { id: 'a', kind: 'postgres' }, /url/],
  ['postgres-url', { id: 'a', kind: 'postgres', url: 'mysql://hunter2hunter2@127.0.0.1/x' }, /url/],
  ['postgres-in-url', { id: 'a', kind: 'postgres', url: 'postgres://u:hunter2hunter2@127.0.0.1/x' }, /password/],
  ['postgres-query', { id: 'a', kind: 'postgres', url: 'postgres://u@127.0.0.1/x?password=hunter2hunter2' }, /url|password/],
  ['kubernetes-two', { id: 'a', kind: 'kubernetes', server: 'https://a', kubeconfig: 'b' }, /either/],
  ['kubernetes-in-url', { id: 'a', kind: 'kubernetes', server: 'https://u:hunter2hunter2@example.org' }, /server|password/],
  ['kubernetes-token', { id: 'a', kind: 'kubernetes', server: 'https://a', token: 'hunter2hunter2' }, /token/],
  ['schedule', { id: 'a', kind: 'file', path: 'x.csv', schedule: 'now and then' }, /schedule/],
  ['freshness', { id: 'a', kind: 'file', path: 'x.csv', freshness: { reporting: '1s' } }, /freshness/],
  ['guard', { id: 'a', kind: 'file', path: 'x.csv', guard: { removals: 'never' } }, /guard|removals/],
  ['timeout', { id: 'a', kind: 'file', path: 'x.csv', timeout: 5 }, /timeout/],
  ['prototype', { id: '__proto__', kind: 'file', path: 'x.csv' }, /id/],
  ['kind-prototype', { id: 'a', kind: '__proto__' }, /kind/],
];

const data = (): string[] => ['--data', join(folder, 'data')];
const signIn = (...more: string[]): string[] => [
  'sign-in',
  ...data(),
  ...(more.includes('--issuer') ? [] : ['--issuer', 'https://login.example']),
  '--client-id',
  'muster',
  ...more,
];
const sources = (name: string): string[] => ['discover', ...data(), '--sources', join(folder, name)];

/** Each with a word that the one line must hold, so that it is the right line. */
const CASES: readonly (readonly [string, () => string[], RegExp])[] = [
  ['an unknown command', () => ['frobnicate'], /unknown command/],
  ['an unknown flag', () => ['list', '--colour'], /unknown option/],
  ['a missing argument', () => ['show'], /missing required argument/],
  ['a flag without its value', () => ['list', '--data'], /argument missing/],
  ['a format that does not exist', () => ['list', ...data(), '--format', 'xml'], /text, json, ndjson/],
  ['a port that is no number', () => ['serve', ...data(), '--port', 'http'], /whole number/],
  ['a port out of range', () => ['serve', ...data(), '--port', '70000'], /65535/],
  ['a place that is no number', () => ['changes', ...data(), '--since', '-1'], /whole number/],
  ['a condition that does not compile', () => ['list', ...data(), '--where', 'row.name =='], /condition|CEL|expression/i],
  ['a condition that could run for ever', () => ['list', ...data(), '--where', 'row.name.matches("(a+)+$")'], /matches/],
  ['a query with an unknown field', () => ['list', ...data(), '--query', 'shoe:large'], /shoe/],
  ['a field that does not exist', () => ['set', 'abcdef', ...data(), 'shoe=large'], /No identity|shoe/],
  ['a value without a field', () => ['set', 'abcdef', ...data(), '=x'], /field=value/],
  ['a role that does not exist', () => ['invite', ...data(), '--role', 'emperor'], /emperor/],
  ['an invitation for ever', () => ['invite', ...data(), '--role', 'steward', '--hours', '9999'], /720/],
  ['a token for ever', () => ['token', ...data(), '--role', 'reader', '--ttl', '2d'], /10m/],
  ['a device without a name', () => ['revoke', ...data()], /device/],
  ['a device that could be many', () => ['revoke', 'abc', ...data()], /six characters/],
  ['a device that is not there', () => ['revoke', 'abcdefghij', ...data()], /abcdefghij.*muster devices/],
  ['somebody who is not there', () => ['role', 'Nobody', 'reader', ...data()], /Nobody.*muster devices/],
  ['a role for somebody that does not exist', () => ['role', 'Ana', 'emperor', ...data()], /emperor/],
  ['a remit that does not compile', () => ['role', 'Ana', 'steward', '--remit', 'row.name ==', ...data()], /remit/],
  ['a role without a role', () => ['role', 'Ana', ...data()], /role/],
  ['an invitation that is not open', () => ['invitations', '--close', 'abcdef', ...data()], /abcdef.*muster invitations/],
  ['an invitation that could be many', () => ['invitations', '--close', 'a', ...data()], /six digits/],
  ['a provider without a client', () => ['sign-in', '--issuer', 'https://login.example', ...data()], /--client-id/],
  ['a client without a provider', () => ['sign-in', '--client-id', 'muster', ...data()], /--issuer/],
  ['a provider that is no address', () => signIn('--issuer', 'login'), /issuer/],
  ['a provider over another protocol', () => signIn('--issuer', 'ftp://login.example'), /issuer/],
  ['a group without a role', () => signIn('--group', 'staff'), /NAME=ROLE/],
  ['a group with a role that does not exist', () => signIn('--group', 'staff=emperor'), /emperor/],
  ['a group that becomes a connector', () => signIn('--group', 'staff=connector'), /connector/],
  ['a group whose remit does not compile', () => signIn('--group', 'staff=steward:row.name =='), /remit/],
  ['others with a role that does not exist', () => signIn('--others', 'emperor'), /emperor/],
  ['a sign-in for ever', () => signIn('--renew-hours', '99999'), /2160/],
  ['a client secret twice', () => signIn('--secret-env', 'A', '--secret-file', 'b'), /exclude/],
  ['a client secret written out', () => signIn('--client-secret', 'hunter2hunter2'), /--client-secret/],
  ['a sources file that is not there', () => sources('absent.yml'), /absent\.yml/],
  ['a sources file that is not YAML', () => sources('broken.yml'), /broken\.yml/],
  ['sources that are no list', () => sources('notAList.yml'), /sources/],
  ['a kind of source that does not exist', () => sources('unknownKind.yml'), /carrier-pigeon|kind/],
  ['an id that would leave its folder', () => sources('badId.yml'), /id/],
  ['two sources of one name', () => sources('twice.yml'), /twice|two|same|already/i],
  ['a file source without a file', () => sources('noPath.yml'), /path/],
  ...BAD_SETTINGS.map(([name, , says]): readonly [string, () => string[], RegExp] => [
    `settings: ${name}`,
    () => sources(`${name}.yml`),
    says,
  ]),
  ['a sources file with a tab', () => sources('latin.yml'), /latin\.yml.*line 3/],
  ['a sources file of aliases', () => sources('aliases.yml'), /aliases\.yml/],
  ['a sources file that is a folder', () => sources('.'), /cannot be read/],
  [
    'a server whose sources file is bad',
    () => ['serve', ...data(), '--port', '0', '--sources', join(folder, 'unknownKind.yml')],
    /carrier-pigeon/,
  ],
  ['an address that is not here', () => ['serve', ...data(), '--port', '0', '--host', '203.0.113.7', '--insecure-plain-http'], /--host/],
  [
    'plain http beyond this computer',
    () => ['serve', ...data(), '--port', '0', '--host', '203.0.113.7'],
    /--tls-cert.*--insecure-plain-http/,
  ],
  ['an address that is none', () => ['serve', ...data(), '--port', '0', '--host', 'no such host', '--insecure-plain-http'], /--host/],
  ['a backup without a place for it', () => ['backup', ...data()], /--output/],
  ['a backup into nowhere', () => ['backup', '-o', join(folder, 'none', 'x.backup'), ...data()], /x\.backup/],
  [
    'a backup inside the data directory',
    () => ['backup', '-o', join(folder, 'data', 'x.backup'), ...data()],
    /inside the data directory.*--output/s,
  ],
  ['an import of nothing', () => ['import', join(folder, 'empty.csv'), ...data()], /empty\.csv/],
  ['an import of noise', () => ['import', join(folder, 'binary.csv'), ...data()], /binary\.csv/],
  ['an import that breaks off', () => ['import', join(folder, 'unclosed.csv'), ...data()], /unclosed\.csv/],
  ['an import of half a line', () => ['import', join(folder, 'broken.ndjson'), ...data()], /broken\.ndjson/],
  ['an import of an unknown type', () => ['import', join(folder, 'binary.csv'), '--type', 'starship', ...data()], /identity or party/],
  ['an import of somebody’s own ids', () => ['import', join(folder, 'badId.csv'), ...data()], /id/],
  ['an import of a folder', () => ['import', `${folder}/.`, ...data()], /\.csv/],
  ['a name with escapes', () => ['import', join(folder, 'bad\n\u001b[31m\u202ename.txt'), ...data()], /\.csv/],
  ['an export into nowhere', () => ['export', join(folder, 'absent', 'out.csv'), ...data()], /cannot be written/],
  ['a source id that is none', () => ['discover', ...data(), '--source', '../x'], /source/],
  ['a password written out', () => sources('password.yml'), /password/],
  ['an import without an ending', () => ['import', join(folder, 'list.txt'), ...data()], /\.csv/],
  ['an import that is not there', () => ['import', join(folder, 'absent.csv'), ...data()], /cannot be read/],
  ['a workbook that is none', () => ['import', join(folder, 'rubbish.xlsx'), ...data()], /rubbish|workbook|xlsx/i],
  ['an export without an ending', () => ['export', join(folder, 'out'), ...data()], /\.csv/],
  ['a data directory that is a file', () => ['list', '--data', join(folder, 'notADirectory')], /notADirectory|directory/],
];

describe('[CLI1] bad use is one clear line on standard error and exit code 2', () => {
  it.each(CASES)('%s', async (_name, args, says) => {
    const { code, stdout, stderr } = await runMuster(args());
    expect({ code, lines: stderr.trimEnd().split('\n').length, stdout }).toEqual({ code: 2, lines: 1, stdout: '' });
    expect(stderr).toMatch(says);
    expect(stderr).not.toMatch(/hunter2|at .*\.ts:\d+|[\u001b\u202e]/);
  });

  it('a port that is taken is refused, not moved', async () => {
    const port = await freePort();
    const { createServer } = await import('node:net');
    const holder = createServer().listen(port, '127.0.0.1');
    try {
      const { code, stderr } = await runMuster(['serve', '--data', join(folder, 'taken'), '--port', String(port), '--no-open']);
      expect(code).toBe(2);
      expect(stderr).toMatch(new RegExp(`${port}.*(taken|in use)`));
    } finally {
      holder.close();
    }
  });
});

describe('[CLI2] every command explains itself', () => {
  it.each([
    'serve',
    'discover',
    'list',
    'show',
    'findings',
    'conflicts',
    'sources',
    'changes',
    'set',
    'import',
    'export',
    'invite',
    'devices',
    'token',
    'invitations',
    'revoke',
    'role',
    'rekey',
    'sign-in',
  ])('%s --help', async (command) => {
    const { code, stdout } = await runMuster([command, '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain(`Usage: muster ${command}`);
    expect(stdout).toMatch(/--data|--port/);
  });
});
