import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { goProgram } from './goPrograms.ts';
import { freePort, type Unavailable } from './postgres.ts';

const ETCD = { name: 'etcd', path: 'go.etcd.io/etcd/server/v3', module: 'go.etcd.io/etcd/server/v3', version: 'v3.6.5' };
const KUBERNETES = 'v1.35.4';
const VERSION_OF = 'k8s.io/component-base/version';
const APISERVER = {
  name: 'kube-apiserver',
  path: 'k8s.io/kubernetes/cmd/kube-apiserver',
  module: 'k8s.io/kubernetes',
  version: KUBERNETES,
  parts: KUBERNETES.replace('v1.', 'v0.'),
  set: [`${VERSION_OF}.gitVersion=${KUBERNETES}`, `${VERSION_OF}.gitMajor=1`, `${VERSION_OF}.gitMinor=35`],
};

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown> & { readonly metadata?: Record<string, unknown> };
}

/** A real API server of Kubernetes on loopback, with etcd behind it and no controllers: what a test makes is all there is. */
export interface KubernetesServer {
  readonly url: string;
  /** A PEM file with the authority of its certificate. */
  readonly authority: string;
  /** The token of the administrator, and the one of `system:serviceaccount:muster:muster`. */
  readonly admin: string;
  readonly reader: string;
  /** One request as the administrator. */
  call(method: string, path: string, body?: unknown, contentType?: string, text?: string): Promise<Answer>;
  /** Makes an object, and fails the test when the server does not take it. */
  make(path: string, body: unknown): Promise<Answer['body']>;
  /** What the API server wrote about its requests: one line each, with its path. */
  requests(): readonly string[];
  /** `SIGKILL`, as a power cut; etcd goes on. */
  kill(): Promise<void>;
  start(): Promise<void>;
  dispose(): Promise<void>;
}

/** Starts it, or says in one line why it cannot be had. A first build of its programs takes many minutes. */
export async function startKubernetes(): Promise<KubernetesServer | Unavailable> {
  const etcd = goProgram(ETCD);
  if (typeof etcd !== 'string') return etcd;
  const apiserver = goProgram(APISERVER);
  if (typeof apiserver !== 'string') return apiserver;
  const server = new RealKubernetes(etcd, apiserver, await freePort(), await freePort(), await freePort());
  await server.start();
  return server;
}

class RealKubernetes implements KubernetesServer {
  readonly #folder = mkdtempSync(join(tmpdir(), 'muster-kubernetes-'));
  readonly #etcdProgram: string;
  readonly #apiProgram: string;
  readonly #ports: { readonly etcd: number; readonly peer: number; readonly api: number };
  #etcd: ChildProcess | undefined;
  #api: ChildProcess | undefined;
  readonly admin = 'admin-of-a-test';
  readonly reader = 'reader-of-a-test';

  constructor(etcdProgram: string, apiProgram: string, etcd: number, peer: number, api: number) {
    this.#etcdProgram = etcdProgram;
    this.#apiProgram = apiProgram;
    this.#ports = { etcd, peer, api };
    this.#prepare();
  }

  get url(): string {
    return `https://127.0.0.1:${this.#ports.api}`;
  }
  get authority(): string {
    return join(this.#folder, 'certificates/apiserver.crt');
  }

  #prepare(): void {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    writeFileSync(join(this.#folder, 'sa.key'), privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    writeFileSync(join(this.#folder, 'sa.pub'), publicKey.export({ type: 'spki', format: 'pem' }));
    const accounts = 'system:serviceaccounts,system:serviceaccounts:muster';
    writeFileSync(
      join(this.#folder, 'tokens.csv'),
      `${this.admin},admin,admin,"system:masters"\n${this.reader},system:serviceaccount:muster:muster,muster,"${accounts}"\n`,
      { mode: 0o600 },
    );
    const audit = {
      apiVersion: 'audit.k8s.io/v1',
      kind: 'Policy',
      omitStages: ['RequestReceived'],
      rules: [{ level: 'Metadata', users: ['system:serviceaccount:muster:muster'] }],
    };
    writeFileSync(join(this.#folder, 'audit.json'), JSON.stringify(audit));
  }

  async start(): Promise<void> {
    if (!this.#etcd) this.#etcd = this.#startEtcd();
    await this.#until(() => this.#healthyEtcd(), 'etcd');
    this.#api = this.#startApi();
    await this.#until(() => this.#ready(), 'the API server');
  }

  #startEtcd(): ChildProcess {
    const client = `http://127.0.0.1:${this.#ports.etcd}`;
    const peer = `http://127.0.0.1:${this.#ports.peer}`;
    const files = ['--data-dir', join(this.#folder, 'etcd'), '--logger', 'zap', '--log-level', 'error', '--unsafe-no-fsync'];
    const clients = ['--listen-client-urls', client, '--advertise-client-urls', client];
    const peers = ['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer, '--initial-cluster', `default=${peer}`];
    return spawn(this.#etcdProgram, [...files, ...clients, ...peers], { stdio: 'ignore' });
  }

  #startApi(): ChildProcess {
    const file = (name: string): string => join(this.#folder, name);
    const options = {
      'etcd-servers': `http://127.0.0.1:${this.#ports.etcd}`,
      'bind-address': '127.0.0.1',
      'secure-port': this.#ports.api,
      'cert-dir': file('certificates'),
      'token-auth-file': file('tokens.csv'),
      'authorization-mode': 'RBAC',
      'service-account-issuer': 'https://kubernetes.default.svc',
      'service-account-key-file': file('sa.pub'),
      'service-account-signing-key-file': file('sa.key'),
      'service-cluster-ip-range': '10.0.0.0/24',
      'endpoint-reconciler-type': 'none',
      // Without controllers no namespace has a default ServiceAccount to give to a Pod.
      'disable-admission-plugins': 'ServiceAccount',
      'audit-policy-file': file('audit.json'),
      'audit-log-path': file('audit.log'),
      'audit-log-mode': 'blocking',
    };
    const log = file('apiserver.log');
    const child = spawn(
      this.#apiProgram,
      Object.entries(options).map(([name, value]) => `--${name}=${value}`),
      {
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    child.stderr?.on('data', (part: Buffer) => writeFileSync(log, part, { flag: 'a' }));
    return child;
  }

  async #healthyEtcd(): Promise<boolean> {
    const answer = await fetch(`http://127.0.0.1:${this.#ports.etcd}/health`).catch(() => undefined);
    return answer?.ok === true;
  }

  async #ready(): Promise<boolean> {
    if (!existsSync(this.authority)) return false;
    const answer = await this.call('GET', '/readyz').catch(() => undefined);
    return answer?.status === 200;
  }

  async #until(holds: () => Promise<boolean>, what: string): Promise<void> {
    for (let attempt = 0; attempt < 1_200; attempt++) {
      if (await holds()) return;
      if (this.#api?.exitCode !== null && this.#api !== undefined) throw new Error(`${what} did not start: ${this.#problem()}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`${what} does not answer: ${this.#problem()}`);
  }

  #problem(): string {
    const log = join(this.#folder, 'apiserver.log');
    return existsSync(log) ? readFileSync(log, 'utf8').slice(-2_000) : 'no log';
  }

  call(method: string, path: string, body?: unknown, contentType = 'application/json', text?: string): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const headers = { authorization: `Bearer ${this.admin}`, accept: 'application/json', 'content-type': contentType };
    const asked = request(`${this.url}${path}`, { method, headers, ca: readFileSync(this.authority), agent: false }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => {
        const said = Buffer.concat(parts).toString('utf8');
        resolve({ status: response.statusCode ?? 0, body: said.startsWith('{') ? (JSON.parse(said) as Answer['body']) : {} });
      });
      response.on('error', reject);
    });
    asked.on('error', reject);
    asked.end(text ?? (body === undefined ? undefined : JSON.stringify(body)));
    return promise;
  }

  async make(path: string, body: unknown): Promise<Answer['body']> {
    const answer = await this.call('POST', path, body);
    if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${String(answer.body.message)}`);
    return answer.body;
  }

  requests(): readonly string[] {
    const log = join(this.#folder, 'audit.log');
    if (!existsSync(log)) return [];
    const lines = readFileSync(log, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
    return lines.map((line) => (JSON.parse(line) as { requestURI: string }).requestURI);
  }

  async kill(): Promise<void> {
    await ended(this.#api, 'SIGKILL');
    this.#api = undefined;
  }

  async dispose(): Promise<void> {
    await ended(this.#api, 'SIGKILL');
    await ended(this.#etcd, 'SIGTERM');
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function ended(child: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
  if (child && child.exitCode === null && child.signalCode === null && child.kill(signal)) await once(child, 'exit');
}
