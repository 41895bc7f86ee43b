import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TlsFiles } from '../../sync-server/network/tlsIdentity.ts';
import type { MadeCertificate } from '../servers/tls.ts';

/** Writes a certificate and its key as a renewal does: the certificate first, then the key. */
export function writeTlsFiles(folder: string, made: MadeCertificate, mode = 0o600): TlsFiles {
  const files = { certificate: join(folder, 'tls.crt'), key: join(folder, 'tls.key') };
  writeFileSync(files.certificate, made.certificate);
  writeFileSync(files.key, made.key, { mode });
  chmodSync(files.key, mode);
  return files;
}
