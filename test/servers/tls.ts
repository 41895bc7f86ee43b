import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import type { Unavailable } from './postgres.ts';

export interface CertificateRequest {
  readonly name: string;
  readonly days: number;
  /** Subject alternative names as OpenSSL writes them: `DNS:a.example.org,URI:spiffe://example.org/a`. */
  readonly alternatives?: string;
}
export interface MadeCertificate {
  readonly certificate: string;
  readonly key: string;
}

const openssl = (args: readonly string[]): boolean => spawnSync('openssl', [...args], { stdio: 'ignore' }).status === 0;
export const hasOpenssl = (): boolean => openssl(['version']);

/** A small certificate authority of OpenSSL's making, in a folder of its own. */
export class Authority {
  readonly folder = mkdtempSync(join(tmpdir(), 'muster-ca-'));
  readonly certificate: string;
  #made = 0;

  constructor() {
    const subject = '/O=Example/CN=Example Root';
    const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '3650', '-subj', subject];
    if (!openssl([...args, '-keyout', this.#file('root.key'), '-out', this.#file('root.crt')])) throw new Error('openssl made no root');
    this.certificate = readFileSync(this.#file('root.crt'), 'utf8');
  }

  #file(name: string): string {
    return join(this.folder, name);
  }

  issue({ name, days, alternatives = `DNS:${name}` }: CertificateRequest): MadeCertificate {
    const [key, request, certificate] = ['key', 'csr', 'crt'].map((end) => this.#file(`${++this.#made}.${end}`)) as [
      string,
      string,
      string,
    ];
    const made =
      openssl([
        'req',
        '-new',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-subj',
        `/CN=${name}`,
        '-addext',
        `subjectAltName=${alternatives}`,
        '-keyout',
        key,
        '-out',
        request,
      ]) &&
      openssl([
        'x509',
        '-req',
        '-in',
        request,
        '-CA',
        this.#file('root.crt'),
        '-CAkey',
        this.#file('root.key'),
        '-CAcreateserial',
        '-days',
        String(days),
        '-copy_extensions',
        'copy',
        '-out',
        certificate,
      ]);
    if (!made) throw new Error('openssl made no certificate');
    return { certificate: readFileSync(certificate, 'utf8'), key: readFileSync(key, 'utf8') };
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export interface TlsServer {
  readonly port: number;
  /** From now on new connections see this certificate, as after a renewal. */
  present(made: MadeCertificate): void;
  stop(): Promise<void>;
}

export async function startTlsServer(made: MadeCertificate): Promise<TlsServer> {
  const server = createServer({ cert: made.certificate, key: made.key }, (socket) => socket.end());
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    present: (next) => server.setSecureContext({ cert: next.certificate, key: next.key }),
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** An authority, or in one line why there is none. */
export const startAuthority = (): Authority | Unavailable =>
  hasOpenssl() ? new Authority() : { unavailable: 'skipped: no openssl on this machine' };
