import { webcrypto } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DAY, type Millis } from '../../../shared/base/time.ts';

/** Lifetimes in days, and how many of them are left: fresh, due, nearly over, and over. */
const CERTIFICATES = [
  ['checkout', 90, 61],
  ['payments-api', 90, 12],
  ['sign-in', 200, 150],
  ['carrier-gateway', 47, 4],
  ['mail-relay', 365, -9],
  ['search-index', 90, 33],
] as const;

/** Real certificates, self-signed, for names that cannot exist (RFC 2606 `.invalid`). Their keys are thrown away. */
export async function writeCertificates(folder: string, now: Millis): Promise<void> {
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  mkdirSync(folder, { recursive: true });
  for (const [index, [name, lifetime, left]] of CERTIFICATES.entries()) {
    const keys = (await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, [
      'sign',
      'verify',
    ])) as webcrypto.CryptoKeyPair;
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: (1_000 + index).toString(16).padStart(4, '0'),
      name: `CN=${name}.sample.invalid`,
      notBefore: new Date(now - (lifetime - left) * DAY),
      notAfter: new Date(now + left * DAY),
      signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
      keys,
      extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: `${name}.sample.invalid` }])],
    });
    writeFileSync(join(folder, `${name}.pem`), certificate.toString('pem'), { mode: 0o600 });
  }
}
