import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { err, ok, type Result } from '../../shared/base/result.ts';
import type { Millis } from '../../shared/base/time.ts';

/** Where the server's own certificate is: PEM, the certificate first and its chain after it. */
export interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
}

export interface TlsIdentity {
  readonly cert: string;
  readonly key: string;
  /** SHA-256 over the certificate, as OpenSSL writes it: pairs of digits with colons. */
  readonly fingerprint: string;
  readonly names: readonly string[];
  readonly expires: Millis;
}

/** Reads both files and checks that a browser could use them. @returns one line with the way out when it could not. */
export function readTlsIdentity(files: TlsFiles, now: Millis): Result<TlsIdentity, string> {
  const cert = readText(files.certificate, 'certificate');
  if (!cert.ok) return cert;
  const exposed = keyExposure(files.key);
  if (exposed !== undefined) return err(exposed);
  const key = readText(files.key, 'key');
  if (!key.ok) return key;
  const leaf = parseLeaf(cert.value);
  if (!leaf)
    return err(`The certificate ${files.certificate} is not one. Give the PEM file, the certificate first and its chain after it.`);
  const dates = dateProblem(leaf, files.certificate, now);
  if (dates !== undefined) return err(dates);
  const match = matchProblem(leaf, key.value, files);
  return match === undefined ? ok(identityOf(leaf, cert.value, key.value)) : err(match);
}

function readText(path: string, what: string): Result<string, string> {
  try {
    return ok(readFileSync(path, 'utf8'));
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'does not exist' : code === 'EACCES' ? 'may not be read by this user' : `cannot be read (${code})`;
    return err(`The TLS ${what} ${path} ${why}. Check --tls-${what === 'key' ? 'key' : 'cert'}.`);
  }
}

/** As PostgreSQL asks of its key (documentation, 19.9.1): for its user alone, or for a group when the file is root's. */
function keyExposure(path: string): string | undefined {
  if (process.platform === 'win32') return undefined;
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) return undefined;
  const open = found.mode & (found.uid === 0 ? 0o037 : 0o077);
  const mode = (found.mode & 0o777).toString(8).padStart(4, '0');
  return open === 0 ? undefined : `Others may read the TLS key ${path} (mode ${mode}). Run chmod 600 on it.`;
}

function parseLeaf(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

function dateProblem({ validFromDate, validToDate }: X509Certificate, path: string, now: Millis): string | undefined {
  const day = (date: Date): string => date.toISOString().slice(0, 10);
  if (validToDate.getTime() <= now) return `The certificate ${path} expired on ${day(validToDate)}. Renew it.`;
  if (validFromDate.getTime() > now)
    return `The certificate ${path} is valid from ${day(validFromDate)} on only. Check this computer's clock.`;
  return undefined;
}

function matchProblem(leaf: X509Certificate, key: string, files: TlsFiles): string | undefined {
  try {
    if (leaf.checkPrivateKey(createPrivateKey(key))) return undefined;
    return `The TLS key ${files.key} is not that of the certificate ${files.certificate}. Give the pair that was issued together.`;
  } catch (error) {
    const locked = (error as NodeJS.ErrnoException).code === 'ERR_MISSING_PASSPHRASE';
    return locked
      ? `The TLS key ${files.key} has a passphrase. Write it without one, for this user alone.`
      : `The TLS key ${files.key} is not a private key. Give the PEM file.`;
  }
}

const identityOf = (leaf: X509Certificate, cert: string, key: string): TlsIdentity => ({
  cert,
  key,
  fingerprint: leaf.fingerprint256,
  names: (leaf.subjectAltName ?? '').split(', ').flatMap((name) => name.replace(/^(DNS|IP Address):/, '') || []),
  expires: leaf.validToDate.getTime(),
});
