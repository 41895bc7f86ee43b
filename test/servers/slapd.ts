import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Attribute, Change, Client } from 'ldapts';
import { freePort, type Unavailable } from './postgres.ts';
import type { MadeCertificate } from './tls.ts';

/** A real OpenLDAP on loopback in a folder of its own, and what a test does to it. */
export interface Slapd {
  readonly port: number;
  readonly securePort: number;
  readonly suffix: string;
  readonly password: string;
  /** Runs this as the directory's administrator. */
  admin<T>(use: (client: Client) => Promise<T>): Promise<T>;
  add(dn: string, attributes: Record<string, string | string[]>): Promise<void>;
  set(dn: string, attribute: string, values: readonly string[]): Promise<void>;
  /** Replaces all access rules of the data, as slapd.access(5) writes them without the number. */
  allow(rules: readonly string[]): Promise<void>;
  /** `olcLimits`, as slapd.conf(5) writes `limits`. */
  limit(rules: readonly string[]): Promise<void>;
  stop(): Promise<void>;
  start(): Promise<void>;
  dispose(): Promise<void>;
}

export const SUFFIX = 'dc=example,dc=org';
const PROGRAMS = ['/usr/sbin/slapd', '/usr/libexec/slapd', '/usr/lib/openldap/slapd', '/usr/local/libexec/slapd'];
const MODULES = ['/usr/lib/ldap', '/usr/lib64/openldap', '/usr/lib/openldap', '/usr/local/libexec/openldap'];
const SCHEMAS = ['/etc/ldap/schema', '/etc/openldap/schema', '/usr/local/etc/openldap/schema'];

const first = (paths: readonly string[]): string | undefined => paths.find((path) => existsSync(path));

function install(): void {
  if (process.getuid?.() !== 0) return;
  const quiet = { stdio: 'ignore', timeout: 300_000, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } } as const;
  spawnSync('apt-get', ['update', '-qq'], quiet);
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'slapd'], quiet);
}

export interface SlapdOptions {
  readonly certificate?: MadeCertificate;
  /** The authority of that certificate, as PEM. */
  readonly authority?: string;
}

/** Starts it with people, groups and services below `dc=example,dc=org`, or says in one line why it cannot be had. */
export async function startSlapd(password: string, options: SlapdOptions = {}): Promise<Slapd | Unavailable> {
  if (first(PROGRAMS) === undefined) install();
  const [program, modules, schemas] = [first(PROGRAMS), first(MODULES), first(SCHEMAS)];
  if (program === undefined || modules === undefined || schemas === undefined)
    return { unavailable: 'skipped: no OpenLDAP server on this machine, and it cannot be installed' };
  const folder = mkdtempSync(join(tmpdir(), 'muster-slapd-'));
  mkdirSync(join(folder, 'data'));
  writeFileSync(join(folder, 'slapd.conf'), configuration({ folder, modules, schemas, password, ...options }), { mode: 0o600 });
  const server = new RealSlapd(program, folder, [await freePort(), await freePort()], password, options.certificate !== undefined);
  await server.start();
  await server.add(SUFFIX, { objectClass: ['organization', 'dcObject'], o: 'Example', dc: 'example' });
  for (const ou of ['people', 'groups', 'services', 'policies'])
    await server.add(`ou=${ou},${SUFFIX}`, { objectClass: 'organizationalUnit', ou });
  const policy = { objectClass: ['applicationProcess', 'pwdPolicy'], cn: 'default', pwdAttribute: 'userPassword', pwdMaxAge: '31536000' };
  await server.add(`cn=default,ou=policies,${SUFFIX}`, policy);
  return server;
}

interface Configured extends SlapdOptions {
  readonly folder: string;
  readonly modules: string;
  readonly schemas: string;
  readonly password: string;
}

function tlsLines({ folder, certificate, authority }: Configured): string {
  if (certificate === undefined) return '';
  writeFileSync(join(folder, 'server.crt'), certificate.certificate);
  writeFileSync(join(folder, 'server.key'), certificate.key, { mode: 0o600 });
  writeFileSync(join(folder, 'root.crt'), authority ?? certificate.certificate);
  return `TLSCACertificateFile ${folder}/root.crt\nTLSCertificateFile ${folder}/server.crt\nTLSCertificateKeyFile ${folder}/server.key\n`;
}

function configuration(configured: Configured): string {
  const { folder, modules, schemas, password } = configured;
  const included = ['core', 'cosine', 'nis', 'inetorgperson'].map((name) => `include ${schemas}/${name}.schema`);
  const loaded = ['back_mdb', 'ppolicy', 'memberof', 'syncprov'].map((name) => `moduleload ${name}`);
  return `${included.join('\n')}
modulepath ${modules}
${loaded.join('\n')}
pidfile ${folder}/slapd.pid
argsfile ${folder}/slapd.args
${tlsLines(configured)}sizelimit unlimited
database config
rootdn cn=config
rootpw ${password}
database mdb
suffix "${SUFFIX}"
directory ${folder}/data
maxsize 268435456
dbnosync
rootdn "cn=admin,${SUFFIX}"
rootpw ${password}
index objectClass,entryUUID,entryCSN,uid,mail,member eq
access to * by users read by * auth
overlay ppolicy
ppolicy_default "cn=default,ou=policies,${SUFFIX}"
ppolicy_hash_cleartext
overlay memberof
overlay syncprov
`;
}

class RealSlapd implements Slapd {
  readonly port: number;
  readonly securePort: number;
  readonly suffix = SUFFIX;
  readonly password: string;
  readonly #program: string;
  readonly #folder: string;
  readonly #secure: boolean;
  #process: ChildProcess | undefined;

  constructor(program: string, folder: string, [port, securePort]: readonly [number, number], password: string, secure: boolean) {
    [this.#program, this.#folder, this.#secure] = [program, folder, secure];
    [this.port, this.securePort, this.password] = [port, securePort, password];
  }

  admin<T>(use: (client: Client) => Promise<T>): Promise<T> {
    return this.#as(`cn=admin,${SUFFIX}`, use);
  }

  async #as<T>(dn: string, use: (client: Client) => Promise<T>): Promise<T> {
    const client = new Client({ url: `ldap://127.0.0.1:${this.port}`, connectTimeout: 5_000, timeout: 30_000 });
    try {
      await client.bind(dn, this.password);
      return await use(client);
    } finally {
      await client.unbind();
    }
  }

  async add(dn: string, attributes: Record<string, string | string[]>): Promise<void> {
    await this.admin((client) => client.add(dn, attributes));
  }

  async set(dn: string, attribute: string, values: readonly string[]): Promise<void> {
    const modification = new Attribute({ type: attribute, values: [...values] });
    await this.admin((client) => client.modify(dn, new Change({ operation: 'replace', modification })));
  }

  async #configure(attribute: string, rules: readonly string[]): Promise<void> {
    const modification = new Attribute({ type: attribute, values: rules.map((rule, index) => `{${index}}${rule}`) });
    await this.#as('cn=config', (client) =>
      client.modify('olcDatabase={1}mdb,cn=config', new Change({ operation: 'replace', modification })),
    );
  }
  allow(rules: readonly string[]): Promise<void> {
    return this.#configure('olcAccess', rules);
  }
  limit(rules: readonly string[]): Promise<void> {
    return this.#configure('olcLimits', rules);
  }

  async start(): Promise<void> {
    const addresses = [`ldap://127.0.0.1:${this.port}/`, ...(this.#secure ? [`ldaps://127.0.0.1:${this.securePort}/`] : [])];
    const args = ['-f', join(this.#folder, 'slapd.conf'), '-h', addresses.join(' '), '-d', '0'];
    this.#process = spawn(this.#program, args, { stdio: ['ignore', 'ignore', 'pipe'], cwd: this.#folder });
    let said = '';
    this.#process.stderr?.on('data', (data: Buffer) => {
      said = (said + data.toString()).slice(-2_000);
    });
    for (let attempt = 0; ; attempt++) {
      try {
        await this.admin(async () => undefined);
        return;
      } catch (error) {
        if (this.#process.exitCode !== null || attempt > 200) throw new Error(`slapd did not start: ${said || String(error)}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }

  async stop(): Promise<void> {
    const running = this.#process;
    this.#process = undefined;
    if (!running || running.exitCode !== null) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGKILL');
    await ended;
  }

  async dispose(): Promise<void> {
    await this.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
