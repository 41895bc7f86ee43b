import { createHash, X509Certificate } from 'node:crypto';
import { type Instant, toInstant } from '../../shared/base/time.ts';

/** What is public in a certificate (RFC 5280), as the connector passes it on. */
export interface Certificate {
  readonly subject: string;
  readonly issuer: string;
  /** SHA-256 over the DER of the issuer's name: the same bytes give the same key whoever read them. */
  readonly issuerHash: string;
  readonly serial: string;
  readonly notBefore: Instant;
  readonly notAfter: Instant;
  /** SHA-256 over SubjectPublicKeyInfo. Several certificates may share one key. */
  readonly spki: string;
  readonly algorithm: string;
  readonly dnsNames: readonly string[];
  readonly spiffeId: string | undefined;
  readonly authority: boolean;
  readonly selfIssued: boolean;
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

interface Element {
  readonly tag: number;
  readonly start: number;
  readonly content: number;
  readonly end: number;
}

/** One DER element (X.690): tag, definite length, content. */
function elementAt(der: Uint8Array, start: number): Element {
  const first = der[start + 1] ?? 0;
  const extra = first < 0x80 ? 0 : first & 0x7f;
  let length = first < 0x80 ? first : 0;
  for (let index = 0; index < extra; index++) length = length * 256 + (der[start + 2 + index] ?? 0);
  const content = start + 2 + extra;
  return { tag: der[start] ?? 0, start, content, end: content + length };
}

const EXPLICIT_VERSION = 0xa0;

/** Certificate → tbsCertificate → [version] serialNumber signature **issuer**. */
function issuerBytes(der: Uint8Array): Uint8Array {
  const tbs = elementAt(der, elementAt(der, 0).content);
  let element = elementAt(der, tbs.content);
  if (element.tag === EXPLICIT_VERSION) element = elementAt(der, element.end);
  const signature = elementAt(der, element.end);
  const issuer = elementAt(der, signature.end);
  return der.subarray(issuer.start, issuer.end);
}

/** `CN=api, O=Example` in one line, most specific first. */
const oneLine = (name: string | undefined): string => (name ?? '').split('\n').reverse().join(', ').toWellFormed().slice(0, 1_024);

/** Node writes `DNS:a, URI:"b, c"`; a quoted value may hold commas. */
function namesOf(alternatives: string | undefined, prefix: string): string[] {
  const parts = (alternatives ?? '').match(/[A-Za-z ]+:(?:"(?:[^"\\]|\\.)*"|[^,]*)/g) ?? [];
  return parts
    .map((part) => part.trim())
    .flatMap((part) => (part.startsWith(`${prefix}:`) ? [unquoted(part.slice(prefix.length + 1))] : []));
}

function unquoted(text: string): string {
  if (!text.startsWith('"')) return text;
  try {
    return String(JSON.parse(text));
  } catch {
    return text;
  }
}

function algorithmOf(certificate: X509Certificate): string {
  const { asymmetricKeyType: type = 'unknown', asymmetricKeyDetails: details } = certificate.publicKey;
  const size = details?.namedCurve ?? details?.modulusLength;
  return `${type.toUpperCase()}${size === undefined ? '' : ` ${size}`}`;
}

/** @returns undefined when the bytes are no certificate. PEM or DER; only the certificate is looked at. */
export function parseCertificate(bytes: Uint8Array | string): Certificate | undefined {
  try {
    const certificate = new X509Certificate(bytes);
    const uris = namesOf(certificate.subjectAltName, 'URI');
    return {
      subject: oneLine(certificate.subject),
      issuer: oneLine(certificate.issuer),
      issuerHash: sha256(issuerBytes(certificate.raw)),
      serial: certificate.serialNumber.toLowerCase(),
      notBefore: toInstant(Date.parse(certificate.validFrom)),
      notAfter: toInstant(Date.parse(certificate.validTo)),
      spki: sha256(certificate.publicKey.export({ type: 'spki', format: 'der' })),
      algorithm: algorithmOf(certificate),
      dnsNames: namesOf(certificate.subjectAltName, 'DNS').slice(0, 50),
      spiffeId: uris.find((uri) => uri.startsWith('spiffe://')),
      authority: certificate.ca,
      selfIssued: certificate.subject === certificate.issuer,
    };
  } catch {
    return undefined;
  }
}

const BLOCK = /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END (?:X509 |TRUSTED )?CERTIFICATE-----/g;

/**
 * The certificates of a file. Of PEM only certificate blocks are taken out: a private key beside them is never parsed.
 * @returns how many blocks were not readable beside those that were.
 */
export function certificatesIn(bytes: Uint8Array): { readonly found: readonly Certificate[]; readonly bad: number } {
  const isDer = bytes[0] === 0x30;
  const blocks: readonly (Uint8Array | string)[] = isDer ? [bytes] : (Buffer.from(bytes).toString('latin1').match(BLOCK) ?? []);
  const parsed = blocks.map(parseCertificate);
  const found = parsed.filter((certificate) => certificate !== undefined);
  // DER that is no certificate is a key or something else: not this connector's business.
  return { found, bad: isDer ? 0 : parsed.length - found.length };
}

/** A chain or a bundle lists what proves somebody, not the authorities that vouch for it. A lone authority is listed. */
export const withoutAuthorities = (certificates: readonly Certificate[]): readonly Certificate[] =>
  certificates.length === 1 ? certificates : certificates.filter((certificate) => !certificate.authority);
