import { describe, expect, it } from 'vitest';
import type { Instant } from '../../../shared/base/time.ts';
import type { CoverageId } from '../../../shared/model/ids.ts';
import { readAwsCredentials, readAwsSso, readGcloud } from './cloudCredentials.ts';
import { connector } from './connector.ts';
import { readKubeConfig } from './kubeConfig.ts';
import { commandOf, readMcpConfig, withoutComments } from './mcpConfigs.ts';
import type { PlaceReader } from './place.ts';
import { readPrivateKey, readPublicKey } from './sshKeys.ts';
import { readCargo, readDocker, readGhHosts, readGitCredentials, readNetrc, readNpmrc, readPypirc, readTerraform } from './tokenFiles.ts';

const context = { coverage: 'place/x' as CoverageId, computer: 'desk', now: '2026-01-02T03:04:05.000Z' as Instant };
const read = (reader: PlaceReader, text: string, path = '~/file') =>
  reader([{ path, modified: '2025-01-01T00:00:00.000Z' as Instant, bytes: Buffer.from(text) }], context);
const names = (reader: PlaceReader, text: string, path?: string) => read(reader, text, path).records.map((record) => record.fields.name);

describe('files of entries', () => {
  it('npm: registries, not references to variables', () => {
    expect(names(readNpmrc, '//r.example.org/:_authToken=abc\n//s.example.org/:_authToken=$NPM_TOKEN\nregistry=https://r')).toEqual([
      'npm token for r.example.org',
    ]);
  });

  it('docker: entries with a secret here or in a credential store', () => {
    const content = { auths: { 'a.io': { auth: 'eA==' }, 'b.io': {} }, credHelpers: { 'b.io': 'pass' } };
    const { records } = read(readDocker, JSON.stringify(content));
    expect(records.map((record) => record.fields.name)).toEqual(['Registry a.io', 'Registry b.io']);
    expect(records[1]?.links).toContainEqual({ relation: 'stored-in', to: { alias: 'keychain:pass' }, certainty: 'exact' });
  });

  it('git: user and host; a token in the place of the user is no name', () => {
    expect(
      names(
        readGitCredentials,
        'https://deploy:abc@git.example.org\nhttps://abcdef:x-oauth-basic@github.com\nhttps://nobody@git.example.org',
      ),
    ).toEqual(['git credential for deploy at git.example.org', 'git credential for github.com']);
  });

  it('netrc: machines and logins in any layout, never the word after password', () => {
    const text =
      'machine a login b password machine\nmachine c\n password "machine x" login d\nmacdef m\nmachine z login y password w\n\ndefault login e password f';
    expect(names(readNetrc, text)).toEqual(['netrc entry for b at a', 'netrc entry for d at c', 'netrc entry for e at default']);
  });

  it('PyPI, cargo, Terraform, GitHub: one credential an entry', () => {
    expect(names(readPypirc, '[pypi]\nusername=__token__\npassword=abc\n[other]\nusername=x')).toEqual([
      'PyPI token for __token__ at upload.pypi.org',
    ]);
    expect(names(readCargo, '[registry]\ntoken = "abc"\n[registries.mine]\ntoken = "abc"\nindex = "x"')).toEqual([
      'Cargo token for crates.io',
      'Cargo token for mine',
    ]);
    expect(names(readTerraform, '{"credentials":{"app.terraform.io":{"token":"abc"},"x":{}}}')).toEqual([
      'Terraform token for app.terraform.io',
    ]);
    expect(names(readGhHosts, 'github.com:\n  user: a\n  oauth_token: abc\n')).toEqual(['GitHub token for a at github.com']);
  });

  it('AWS: long-lived keys by their public id; temporary and expired ones are not listed', () => {
    const text =
      '[ci]\naws_access_key_id=AKIAABCDEFGHIJKLMNOP\naws_secret_access_key=x\n[tmp]\naws_access_key_id=ASIAABCDEFGHIJKLMNOP\naws_session_token=x';
    expect(read(readAwsCredentials, text).records.map((record) => record.keys)).toEqual([['aws:access-key/AKIAABCDEFGHIJKLMNOP']]);
    const session = (expiresAt: string) => names(readAwsSso, JSON.stringify({ accessToken: 'x', expiresAt }), '~/.aws/sso/cache/a.json');
    expect(session('2026-01-02T03:04:04Z')).toEqual([]);
    expect(session('2026-01-02T03:04:06UTC')).toHaveLength(1);
  });

  it('Google: a service account is an identity with its key, a person a token', () => {
    const key = { type: 'service_account', client_email: 'a@p.iam.gserviceaccount.com', client_id: '12', private_key_id: 'ff' };
    const [credential, identity] = read(readGcloud, JSON.stringify(key)).records;
    expect(identity).toMatchObject({
      kind: 'service account',
      keys: ['gcp:serviceaccount/12'],
      links: [{ to: { externalId: credential?.externalId } }],
    });
    expect(read(readGcloud, '{"type":"authorized_user"}').records).toMatchObject([{ type: 'credential', fields: { usedBy: 'person' } }]);
  });

  it('kube: users that hold something, at the clusters that they are for', () => {
    const config =
      'users:\n- {name: a, user: {token: x}}\n- {name: b, user: {exec: {command: aws}}}\ncontexts:\n- {name: c, context: {user: a, cluster: k}}\nclusters:\n- {name: k, cluster: {server: "https://k8s.example.org:6443"}}';
    expect(names(readKubeConfig, config)).toEqual(['kubectl user a at k8s.example.org:6443']);
  });

  it.each([
    [readDocker, '{'],
    [readTerraform, '[]'],
    [readGhHosts, 'a: [b'],
    [readKubeConfig, '- x'],
    [readGcloud, 'x'],
    [readMcpConfig('Cursor'), '{'],
  ])('%o: what is not understood is said', (reader, text) => expect(read(reader, text)).toEqual({ records: [], understood: false }));

  it('a name that holds a secret loses it', () => {
    const [record] = read(readDocker, JSON.stringify({ auths: { 'https://deploy:hunter22abc@r.example.org': { auth: 'x' } } })).records;
    expect(JSON.stringify(record)).not.toContain('hunter22abc');
  });
});

describe('MCP commands', () => {
  it.each([
    ['npx', ['-y', '@scope/server@1.2.3', '--token', 'abc'], 'npx @scope/server@1.2.3'],
    ['C:\\bin\\npx.cmd', ['server'], 'npx server'],
    ['npx', ['--token', 'abc', 'server'], 'npx'],
    ['npx', ['https://user:word@example.org/x'], 'npx'],
    ['/usr/bin/node', ['server.js'], 'node'],
    ['docker', ['run', '-e', 'TOKEN=abc', 'image'], 'docker'],
  ])('%s %j is %s', (command, args, shown) => expect(commandOf(command, args)).toBe(shown));

  it('comments and trailing commas are taken away, strings are kept', () => {
    expect(JSON.parse(withoutComments('{ // x\n "a": "http://b/*c*/,}", /* y */ "d": [1,], }'))).toEqual({ a: 'http://b/*c*/,}', d: [1] });
  });
});

describe('SSH keys', () => {
  it('what is no key is none; a passphrase is told from the header', () => {
    expect(readPrivateKey('Host x\n')).toBeUndefined();
    expect(readPublicKey('nonsense')).toBeUndefined();
    expect(readPrivateKey('-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA')).toEqual({ protected: 'passphrase' });
    expect(readPrivateKey('-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA')).toEqual({ protected: 'passphrase' });
    expect(readPrivateKey('-----BEGIN PRIVATE KEY-----\nAAAA')).toEqual({ protected: 'none' });
    expect(readPrivateKey('-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END')).toEqual({ protected: 'unknown' });
  });
});

describe('settings', () => {
  it.each([{ home: '' }, { include: ['everything'] }, { include: [] }, { hme: '/x' }])('%j are refused', (settings) =>
    expect(connector.settings.safeParse(settings).success).toBe(false),
  );

  it('it is private, good for reporting only, and watches its places', () => {
    const traits = connector.traits({ home: '/home/x' });
    expect(traits).toMatchObject({ private: true, mechanism: 'watch', levels: { control: null } });
    expect(traits.watch).toContain('file:/home/x/.npmrc');
    expect(traits.watch).toContain('/home/x/.ssh/');
  });
});
