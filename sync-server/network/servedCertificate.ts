import { unwatchFile, watchFile } from 'node:fs';
import type { Server } from 'node:https';
import type { Clock } from '../../shared/base/clock.ts';
import { ok, type Result } from '../../shared/base/result.ts';
import type { Log } from '../core/log.ts';
import { readTlsIdentity, type TlsFiles, type TlsIdentity } from './tlsIdentity.ts';

export interface ServedCertificateOptions {
  readonly files: TlsFiles;
  readonly identity: TlsIdentity;
  readonly clock: Clock;
  readonly log: Log;
  /** Milliseconds between two looks at the files. */
  readonly lookEvery?: number;
  /** Another certificate is served from now on. */
  readonly changed: (identity: TlsIdentity) => void;
}

/** Certificates are renewed every few weeks, the two files one after the other. */
const LOOK_EVERY = 5_000;

/**
 * The certificate that new connections see. Renewed files are taken over while the sockets that are open stay; files that do not fit
 * together are logged and leave the old certificate in place.
 */
export class ServedCertificate {
  private readonly options: ServedCertificateOptions;
  private readonly server: Server;
  private identity: TlsIdentity;
  private readonly look = (): void => void this.reload();

  constructor(server: Server, options: ServedCertificateOptions) {
    this.options = options;
    this.server = server;
    this.identity = options.identity;
    // By its dates and not by events: `live/` of certbot holds links, and network file systems tell no events.
    for (const path of [options.files.certificate, options.files.key])
      watchFile(path, { interval: options.lookEvery ?? LOOK_EVERY, persistent: false }, this.look);
  }

  get current(): TlsIdentity {
    return this.identity;
  }

  reload(): Result<TlsIdentity, string> {
    const { files, clock, log, changed } = this.options;
    const read = readTlsIdentity(files, clock());
    if (!read.ok) {
      log.warn({ problem: read.error }, 'the TLS files were not taken over; the old certificate stays');
      return read;
    }
    if (read.value.fingerprint === this.identity.fingerprint) return ok(this.identity);
    this.server.setSecureContext({ cert: read.value.cert, key: read.value.key });
    this.identity = read.value;
    changed(read.value);
    log.info({ fingerprint: read.value.fingerprint }, 'a renewed certificate is served');
    return read;
  }

  close(): void {
    for (const path of [this.options.files.certificate, this.options.files.key]) unwatchFile(path, this.look);
  }
}
