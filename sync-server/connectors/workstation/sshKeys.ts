import { createHash } from 'node:crypto';
import type { Json } from '../../../shared/base/json.ts';
import { credential, type Found, found, type HomeFile, nameText, type PlaceContext, textOf } from './place.ts';

/** The public half of a key, and whether a passphrase protects the private one. Nothing of the private half. */
export interface SshKey {
  readonly fingerprint?: string;
  readonly algorithm?: string;
  readonly comment?: string;
  readonly protected: 'passphrase' | 'none' | 'unknown';
}

/** As `ssh-keygen -l` prints it: SHA-256 in base64 without padding. */
const fingerprintOf = (blob: Uint8Array): string => `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;

/** Reads `string` values of RFC 4251, 5. */
class WireReader {
  readonly #bytes: Buffer;
  #offset = 0;
  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }
  /** @returns undefined when the bytes end before the string does. */
  string(): Buffer | undefined {
    if (this.#offset + 4 > this.#bytes.length) return undefined;
    const start = this.#offset + 4;
    const end = start + this.#bytes.readUInt32BE(this.#offset);
    if (end > this.#bytes.length) return undefined;
    this.#offset = end;
    return this.#bytes.subarray(start, end);
  }
  skip(bytes: number): void {
    this.#offset += bytes;
  }
}

function algorithmOf(blob: Buffer): string | undefined {
  const reader = new WireReader(blob);
  const type = reader.string()?.toString('latin1');
  if (type === undefined || !/^[\w@.-]{1,64}$/.test(type)) return undefined;
  if (type !== 'ssh-rsa') return type;
  reader.string();
  const modulus = reader.string();
  return modulus === undefined ? type : `ssh-rsa ${(modulus[0] === 0 ? modulus.length - 1 : modulus.length) * 8}`;
}

function publicPart(blob: Buffer): Pick<SshKey, 'fingerprint' | 'algorithm'> {
  const algorithm = algorithmOf(blob);
  return algorithm === undefined ? {} : { fingerprint: fingerprintOf(blob), algorithm };
}

/** `ssh-ed25519 AAAA… comment`. */
export function readPublicKey(text: string): Pick<SshKey, 'fingerprint' | 'algorithm' | 'comment'> | undefined {
  const match = /^\s*(?:ssh|ecdsa|sk-)[\w@.-]* ([A-Za-z0-9+/=]+)(?: ([^\r\n]*))?/.exec(text);
  if (!match?.[1]) return undefined;
  const comment = nameText(match[2] ?? '');
  return { ...publicPart(Buffer.from(match[1], 'base64')), ...(comment ? { comment } : {}) };
}

const MAGIC = 'openssh-key-v1\0';
/** Enough for the longest public key in use; what follows it, the private half, is never decoded. */
const decodePrefix = (base64: string, bytes: number): Buffer =>
  Buffer.from(base64.slice(0, Math.ceil(bytes / 3) * 4), 'base64').subarray(0, bytes);

/** Header of PROTOCOL.key: magic, cipher, kdf, options, number of keys, **public key**, then the private part, which stays closed. */
function readOpenSsh(body: string): SshKey {
  const base64 = body.replace(/\s+/g, '');
  for (const bytes of [256, 1_024, 4_096]) {
    const header = decodePrefix(base64, bytes);
    if (header.subarray(0, MAGIC.length).toString('latin1') !== MAGIC) return { protected: 'unknown' };
    const reader = new WireReader(header);
    reader.skip(MAGIC.length);
    const cipher = reader.string()?.toString('latin1');
    reader.string();
    reader.string();
    reader.skip(4);
    const blob = reader.string();
    if (cipher !== undefined && blob !== undefined) return { ...publicPart(blob), protected: cipher === 'none' ? 'none' : 'passphrase' };
  }
  return { protected: 'unknown' };
}

function readPutty(text: string): SshKey {
  const line = (name: string): string | undefined => new RegExp(`^${name}: *(.*)$`, 'm').exec(text)?.[1]?.trim();
  const count = Number(line('Public-Lines') ?? 0);
  const after = text.split(/^Public-Lines:.*$/m)[1] ?? '';
  const blob = Buffer.from(after.trim().split(/\r?\n/).slice(0, Math.min(count, 100)).join(''), 'base64');
  const comment = nameText(line('Comment') ?? '');
  return { ...publicPart(blob), ...(comment ? { comment } : {}), protected: line('Encryption') === 'none' ? 'none' : 'passphrase' };
}

/** @returns undefined when the text is not a private key. */
export function readPrivateKey(text: string): SshKey | undefined {
  if (/^PuTTY-User-Key-File-\d/.test(text)) return readPutty(text);
  const [, label, body] = /-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----([\s\S]*)/.exec(text) ?? [];
  if (label === undefined || body === undefined) return undefined;
  if (label === 'OPENSSH PRIVATE KEY') return readOpenSsh(body.split('-----END')[0] ?? '');
  const encrypted = label === 'ENCRYPTED PRIVATE KEY' || /^\s*Proc-Type:\s*4,\s*ENCRYPTED/m.test(body.slice(0, 200));
  return { protected: encrypted ? 'passphrase' : 'none' };
}

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
const NOT_KEYS = /^(known_hosts|authorized_keys|config|environment|rc|allowed_signers)|\.(pub|old|log|conf)$/;
/** Without opening: by the names that ssh-keygen gives, or a public half beside it. */
const namedLikeKey = (path: string, all: ReadonlySet<string>): boolean =>
  /^id_|\.(pem|ppk|key)$/.test(baseName(path)) || all.has(`${path}.pub`);

function fieldsOf(key: SshKey): Record<string, Json> {
  return {
    protected: key.protected,
    ...(key.fingerprint ? { fingerprint: key.fingerprint } : {}),
    ...(key.algorithm ? { algorithm: key.algorithm } : {}),
    // A machine cannot type a passphrase (DOMAIN B); a key without one says nothing about who uses it.
    ...(key.protected === 'passphrase' ? { usedBy: 'person' } : {}),
  };
}

/** `~/.ssh`: private keys, each with what its public half says. known_hosts and authorized_keys belong to others and are not listed. */
export function readSshFolder(files: readonly HomeFile[], context: PlaceContext): Found {
  const paths = new Set(files.map((file) => file.path));
  const publicOf = new Map(files.filter((file) => file.path.endsWith('.pub')).map((file) => [file.path.slice(0, -4), file]));
  const keys = files.filter((file) => !NOT_KEYS.test(baseName(file.path)));
  return found(
    keys.flatMap((file) => {
      if (file.bytes === undefined) return namedLikeKey(file.path, paths) ? [listedKey(file, context)] : [];
      const own = readPrivateKey(textOf(file));
      const beside = publicOf.get(file.path);
      return own ? [keyToCredential(file, { ...own, ...(beside?.bytes ? readPublicKey(textOf(beside)) : {}) }, context)] : [];
    }),
  );
}

const parts = (file: HomeFile) =>
  ({ id: 'key', kind: 'SSH key', subtype: 'ssh.private-key', name: baseName(file.path), file, alone: true }) as const;
const listedKey = (file: HomeFile, context: PlaceContext) =>
  credential({ ...parts(file), unread: ['fingerprint', 'algorithm', 'protected'] }, context);
const keyToCredential = (file: HomeFile, key: SshKey, context: PlaceContext) =>
  credential({ ...parts(file), fields: fieldsOf(key), aliases: key.comment ? [key.comment] : [] }, context);
