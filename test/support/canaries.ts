import { execFileSync, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { toBase64Url } from '../../shared/base/bytes.ts';
import type { RandomBytes } from '../../shared/base/clock.ts';

/** A secret that was planted where people leave them, and how it would look if it leaked. */
export interface Canary {
  /** Where it lies: a file below the home folder, and the entry in it. */
  readonly at: string;
  readonly value: string;
  /** The value itself, and in base64, base64url, hexadecimal and as part of an address. */
  readonly forms: readonly string[];
}

export interface Planted {
  readonly canaries: readonly Canary[];
  /** A spreadsheet with secrets in its cells. */
  readonly sheet: string;
  /** A folder of certificates with their private keys beside and among them. */
  readonly certificates: string;
  /** An address with a password in it, as people paste it. */
  readonly postgresUrl: string;
  readonly postgresPassword: string;
}

function formsOf(value: string): string[] {
  const bytes = Buffer.from(value);
  const base64 = bytes.toString('base64').replace(/=+$/, '');
  const forms = [value, base64, base64.replaceAll('+', '-').replaceAll('/', '_'), bytes.toString('hex'), encodeURIComponent(value)];
  return [...new Set(forms)];
}

/** Plants secrets of the shapes that real ones have, and remembers each. */
class Planter {
  readonly canaries: Canary[] = [];
  readonly #home: string;
  readonly #random: RandomBytes;

  constructor(home: string, random: RandomBytes) {
    this.#home = home;
    this.#random = random;
  }

  #letters(length: number): string {
    // Digits spread through the value, as in real keys, so that a detector by randomness has a fair chance.
    return [...toBase64Url(this.#random(length * 2)).replace(/[^A-Za-z0-9]/g, '')]
      .slice(0, length)
      .map((letter, index) => (index % 7 === 3 ? String(index % 10) : letter))
      .join('');
  }

  secret(at: string, prefix = '', length = 36): string {
    const value = `${prefix}${this.#letters(length)}`;
    this.canaries.push({ at, value, forms: formsOf(value) });
    return value;
  }

  /** A slice out of the middle of a secret that is longer than a line. */
  remember(at: string, value: string): void {
    this.canaries.push({ at, value, forms: formsOf(value) });
  }

  write(path: string, content: string): string {
    const whole = join(this.#home, path);
    mkdirSync(dirname(whole), { recursive: true });
    writeFileSync(whole, content, { mode: 0o600 });
    return whole;
  }

  json(path: string, content: unknown): string {
    return this.write(path, JSON.stringify(content, null, 2));
  }
}

/** Lines of a PEM that are secret from the first to the last byte: the end of the body is always the private half. */
function rememberPem(planter: Planter, at: string, pem: string): void {
  const body = pem.split('\n').filter((line) => line !== '' && !line.startsWith('-----') && !line.includes(':'));
  for (const line of body.slice(-2)) if (line.length >= 16) planter.remember(at, line);
}

const privateKey = (): string =>
  generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

function plantSshKeys(planter: Planter, home: string): void {
  const pem = privateKey();
  planter.write('.ssh/legacy.pem', pem);
  rememberPem(planter, '.ssh/legacy.pem', pem);
  const passphrase = planter.secret('.ssh/id_ed25519 passphrase', '', 24);
  const kinds = [
    { name: 'id_ed25519', type: 'ed25519', passphrase },
    { name: 'id_ecdsa', type: 'ecdsa', passphrase: '' },
    { name: 'deploy', type: 'ed25519', passphrase: '' },
  ];
  for (const { name, type, passphrase: word } of kinds) {
    const path = join(home, '.ssh', name);
    const made = spawnSync('ssh-keygen', ['-q', '-t', type, '-N', word, '-C', `canary ${name}`, '-f', path], { stdio: 'ignore' });
    if (made.status !== 0) continue;
    rememberPem(planter, `.ssh/${name}`, execFileSync('cat', [path]).toString());
  }
  planter.write('.ssh/known_hosts', 'example.org ssh-ed25519 AAAA\n');
  planter.write('.ssh/config', `Host example.org\n  User deploy\n  # ${planter.secret('.ssh/config comment', 'ghp_')}\n`);
}

function plantCloud(planter: Planter): void {
  const profiles = ['default', 'payments', 'backup', 'audit', 'ci'];
  const aws = profiles.map(
    (name, index) =>
      `[${name}]\naws_access_key_id = AKIACANARY00000000${index}A\naws_secret_access_key = ${planter.secret(`.aws/credentials ${name}`, '', 40)}\n`,
  );
  planter.write(
    '.aws/credentials',
    `${aws.join('\n')}\n[session]\naws_access_key_id = ASIACANARY000000009A\naws_secret_access_key = ${planter.secret('.aws/credentials session', '', 40)}\naws_session_token = ${planter.secret('.aws/credentials session token', '', 80)}\n`,
  );
  planter.write(
    '.aws/config',
    `[profile payments]\nregion = eu-central-1\naws_secret_access_key = ${planter.secret('.aws/config', '', 40)}\n`,
  );
  planter.json('.aws/sso/cache/abc.json', {
    startUrl: 'https://example.awsapps.com/start',
    accessToken: planter.secret('.aws/sso', '', 60),
    clientSecret: planter.secret('.aws/sso client', '', 60),
    expiresAt: '2999-01-01T00:00:00Z',
  });
  const pem = privateKey();
  rememberPem(planter, 'gcloud private key', pem);
  planter.json('.config/gcloud/application_default_credentials.json', {
    type: 'service_account',
    client_email: 'deploy@example-project.iam.gserviceaccount.com',
    client_id: '112233445566778899001',
    private_key_id: '0123456789abcdef0123456789abcdef01234567',
    private_key: pem,
  });
  planter.json(
    '.azure/service_principal_entries.json',
    [1, 2, 3].map((index) => ({
      client_id: `00000000-0000-4000-8000-00000000000${index}`,
      tenant: '00000000-0000-4000-8000-000000000009',
      client_secret: planter.secret(`.azure principal ${index}`),
    })),
  );
  planter.json('.azure/msal_token_cache.json', { RefreshToken: { a: { secret: planter.secret('.azure cache', '0.A', 60) } } });
  planter.write('.vault-token', planter.secret('.vault-token', 'hvs.'));
}

function plantTokens(planter: Planter): void {
  const registries = ['registry.npmjs.org', 'npm.pkg.github.com', 'npm.example.org'];
  planter.write(
    '.npmrc',
    `${registries.map((host) => `//${host}/:_authToken=${planter.secret(`.npmrc ${host}`, 'npm_')}`).join('\n')}\n_auth=${planter.secret('.npmrc _auth')}\n//npm.example.net/:_password="${planter.secret('.npmrc password')}"\nemail=deploy@example.org\n`,
  );
  const auths = ['ghcr.io', 'registry.example.org', 'https://index.docker.io/v1/', 'quay.io'].map((host) => {
    const password = planter.secret(`.docker ${host}`, 'dckr_pat_');
    const auth = Buffer.from(`deploy:${password}`).toString('base64');
    planter.remember(`.docker ${host} auth`, auth);
    return [host, { auth }];
  });
  planter.json('.docker/config.json', {
    auths: { ...Object.fromEntries(auths), 'token.example.org': { identitytoken: planter.secret('.docker identity token') } },
  });
  const git = ['github.com', 'gitlab.com', 'git.example.org', 'bitbucket.org'].map(
    (host) => `https://deploy:${planter.secret(`.git-credentials ${host}`)}@${host}`,
  );
  planter.write(
    '.git-credentials',
    `${git.join('\n')}\nhttps://${planter.secret('.git-credentials user is the token', 'ghp_')}:x-oauth-basic@github.com\n`,
  );
  planter.write(
    '.config/gh/hosts.yml',
    `github.com:\n    user: deploy\n    oauth_token: ${planter.secret('gh', 'gho_')}\n    users:\n        deploy:\n            oauth_token: ${planter.secret('gh user', 'gho_')}\n        release:\n            oauth_token: ${planter.secret('gh user', 'gho_')}\n`,
  );
  planter.write(
    '.netrc',
    `machine api.example.org login deploy password ${planter.secret('.netrc')}\nmachine ftp.example.org\n  login backup\n  password "${planter.secret('.netrc quoted')}"\nmachine odd.example.org password ${planter.secret('.netrc first')} login late\nmacdef init\n  put ${planter.secret('.netrc macro')}\n\ndefault login anonymous password ${planter.secret('.netrc default')}\n`,
  );
  planter.write(
    '.pypirc',
    `[distutils]\nindex-servers = pypi internal\n\n[pypi]\nusername = __token__\npassword = ${planter.secret('.pypirc', 'pypi-', 60)}\n\n[internal]\nrepository = https://pypi.example.org/legacy/\nusername = deploy\npassword: ${planter.secret('.pypirc internal')}\n`,
  );
  planter.write(
    '.cargo/credentials.toml',
    `[registry]\ntoken = "${planter.secret('.cargo', 'cio')}"\n\n[registries.internal]\ntoken = "${planter.secret('.cargo internal')}"\n`,
  );
  planter.json('.terraform.d/credentials.tfrc.json', {
    credentials: Object.fromEntries(
      ['app.terraform.io', 'tfe.example.org'].map((host) => [host, { token: planter.secret(`.terraform.d ${host}`) }]),
    ),
  });
}

function plantKube(planter: Planter): void {
  const pem = privateKey();
  rememberPem(planter, '.kube client key', pem);
  const key = Buffer.from(pem).toString('base64');
  planter.remember('.kube client key data', key.slice(200, 260));
  planter.write(
    '.kube/config',
    JSON.stringify({
      apiVersion: 'v1',
      clusters: [{ name: 'one', cluster: { server: 'https://k8s.example.org:6443' } }],
      contexts: [{ name: 'one', context: { cluster: 'one', user: 'deploy' } }],
      users: [
        { name: 'deploy', user: { token: planter.secret('.kube token', 'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJr', 40) } },
        { name: 'admin', user: { 'client-certificate-data': 'AAAA', 'client-key-data': key } },
        { name: 'basic', user: { username: 'basic', password: planter.secret('.kube password') } },
        {
          name: 'oidc',
          user: {
            'auth-provider': {
              name: 'oidc',
              config: { 'refresh-token': planter.secret('.kube refresh token'), 'client-secret': planter.secret('.kube client secret') },
            },
          },
        },
        {
          name: 'plugin',
          user: {
            exec: {
              command: 'aws',
              args: ['--token', planter.secret('.kube exec argument')],
              env: [{ name: 'TOKEN', value: planter.secret('.kube exec env') }],
            },
          },
        },
      ],
    }),
  );
}

function plantMcp(planter: Planter): void {
  const servers = (client: string) => ({
    github: {
      command: 'npx',
      args: ['-y', '@modelcontextprotocol/server-github', '--token', planter.secret(`${client} argument`, 'ghp_')],
      env: { GITHUB_TOKEN: planter.secret(`${client} env`, 'ghp_'), LOG_LEVEL: 'info' },
    },
    database: {
      command: '/usr/local/bin/db-mcp',
      args: [`postgres://app:${planter.secret(`${client} address`)}@db.example.org/app`],
      env: { DB_PASSWORD: planter.secret(`${client} password`), PLAIN: planter.secret(`${client} unnamed`) },
    },
    remote: {
      url: `https://mcp.example.org/sse?key=${planter.secret(`${client} query`)}`,
      headers: { Authorization: `Bearer ${planter.secret(`${client} header`)}` },
    },
    loose: { command: 'npx', args: [planter.secret(`${client} bare argument`, 'sk-')] },
  });
  planter.json('.config/Claude/claude_desktop_config.json', { mcpServers: servers('Claude Desktop') });
  planter.json('.claude.json', {
    oauthAccount: planter.secret('.claude.json'),
    projects: { '/src/app': { mcpServers: servers('Claude Code') } },
  });
  planter.json('.cursor/mcp.json', { mcpServers: servers('Cursor') });
  planter.write('.config/Code/User/mcp.json', `{ // tools\n "inputs": [], "servers": ${JSON.stringify(servers('VS Code'))}, }`);
  planter.json('.codeium/windsurf/mcp_config.json', { mcpServers: servers('Windsurf') });
}

function plantSheet(planter: Planter): string {
  const cells = [
    planter.secret('sheet AWS', '', 40),
    planter.secret('sheet GitHub', 'ghp_'),
    `password=${planter.secret('sheet password')}`,
    `postgres://app:${planter.secret('sheet address')}@db.example.org/app`,
    planter.secret('sheet Slack', 'xoxb-'),
    planter.secret('sheet Stripe', 'sk_live_'),
  ];
  const rows = cells.map((cell, index) => `svc-${index},Payments Team,prod,"note: ${cell}",${planter.secret(`sheet column ${index}`)}`);
  return planter.write('documents/accounts.csv', `Account name,Owner,Environment,Notes,Password\n${rows.join('\n')}\n`);
}

/** A certificate and its key in one file, as servers want them; the certificate only where OpenSSL is there. */
function plantCertificates(planter: Planter, home: string): string {
  const folder = join(home, 'certificates');
  mkdirSync(folder, { recursive: true });
  for (const name of ['api', 'db', 'mail']) {
    const files = [join(folder, `${name}.key.pem`), join(folder, `${name}.crt`)];
    const made = spawnSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-days',
        '90',
        '-subj',
        `/CN=${name}.example.org`,
        '-keyout',
        files[0] ?? '',
        '-out',
        files[1] ?? '',
      ],
      { stdio: 'ignore' },
    );
    const pem = made.status === 0 ? execFileSync('cat', [files[0] ?? '']).toString() : privateKey();
    const certificate = made.status === 0 ? execFileSync('cat', [files[1] ?? '']).toString() : '';
    rememberPem(planter, `certificates/${name}`, pem);
    planter.write(`certificates/${name}-both.pem`, pem + certificate);
  }
  return folder;
}

/**
 * Writes about a hundred secrets into every kind of file that connectors read, below `home`.
 * @param random a seeded generator makes the same secrets again; keys made by other programs are always new.
 */
export function plantCanaries(home: string, random: RandomBytes): Planted {
  const planter = new Planter(home, random);
  mkdirSync(join(home, '.ssh'), { recursive: true, mode: 0o700 });
  plantSshKeys(planter, home);
  plantCloud(planter);
  plantTokens(planter);
  plantKube(planter);
  plantMcp(planter);
  const sheet = plantSheet(planter);
  const certificates = plantCertificates(planter, home);
  const postgresPassword = planter.secret('postgres password');
  return {
    canaries: planter.canaries,
    sheet,
    certificates,
    postgresPassword,
    postgresUrl: `postgres://auditor:${postgresPassword}@127.0.0.1/app`,
  };
}

/** One secret that a test plants itself, in a server for instance. */
export const plantedValue = (at: string, value: string): Canary => ({ at, value, forms: formsOf(value) });

/** @returns where each canary lies that occurs in the text, in any form. */
export function leakedIn(text: string, canaries: readonly Canary[]): string[] {
  return canaries.filter(({ forms }) => forms.some((form) => text.includes(form))).map(({ at }) => at);
}
