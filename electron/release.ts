import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { parse } from 'yaml';
import * as z from 'zod';
import { err, ok, type Result } from '../shared/base/result.ts';
import type { HostTrouble } from '../shared/model/hostTrouble.ts';

/** The metadata that electron-builder writes beside the installers, one file a platform. */
export const METADATA_NAMES = { linux: 'latest-linux.yml', mac: 'latest-mac.yml', windows: 'latest.yml' } as const;
export type MetadataName = (typeof METADATA_NAMES)[keyof typeof METADATA_NAMES];

export const METADATA_BYTES = 65_536;
const VERSION = /^(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})$/;

/** A name beside the metadata: never a path, never another server. */
const fileName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._ -]{0,199}$/);
const sha512 = z.string().regex(/^[A-Za-z0-9+/]{86}==$/);

/** What of it is used. The rest (staging, rights, web installers) is dropped, signed or not. */
const release = z.object({
  version: z.string().regex(VERSION),
  files: z
    .array(z.object({ url: fileName, sha512, size: z.int().min(1).max(2_147_483_648) }))
    .min(1)
    .max(20),
  path: fileName,
  sha512,
  releaseDate: z.iso.datetime().or(z.date().transform((date) => date.toISOString())),
});
export type Release = z.infer<typeof release>;

/** What is signed: purpose and name first, so that the metadata of one platform is none of another's. */
export const signedRelease = (name: MetadataName, metadata: Uint8Array): Uint8Array =>
  Buffer.concat([Buffer.from(`muster/release/1\n${name}\n`), metadata]);

interface Offered {
  readonly name: MetadataName;
  readonly metadata: Uint8Array;
  /** 64 bytes in base64url, as `signRelease.ts` writes them. */
  readonly signature: string;
  readonly key: string;
  readonly current: string;
}

/** @returns what the release key vouches for and is newer than this program; nothing is read from bytes that it did not sign. */
export function verifyRelease({ name, metadata, signature, key, current }: Offered): Result<Release, HostTrouble> {
  if (metadata.length > METADATA_BYTES) return refused(`${name} is too large`);
  if (!isSigned(signedRelease(name, metadata), signature, key)) return refused(`${name} is not signed by the release key of this build`);
  const parsed = release.safeParse(parsedYaml(metadata));
  if (!parsed.success) return refused(`${name} is signed and is not the metadata of a release`);
  const { version, files, path } = parsed.data;
  if (files.every(({ url }) => url !== path)) return refused(`${name} names an installer that is not among its files`);
  return isNewer(version, current) ? ok(parsed.data) : refused(`Version ${version} is not newer than ${current}`);
}

const refused = (message: string) =>
  err<HostTrouble>({ message, wayOut: 'Nothing was installed. Ask whoever runs the address of the updates.' });

function isSigned(bytes: Uint8Array, signature: string, key: string): boolean {
  const raw = /^[A-Za-z0-9_-]{86}\n?$/.test(signature) ? Buffer.from(signature.trim(), 'base64url') : undefined;
  const publicKey = publicKeyOf(key);
  return raw?.length === 64 && publicKey !== undefined && verify(null, bytes, publicKey, raw);
}

function publicKeyOf(key: string): KeyObject | undefined {
  try {
    return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: key }, format: 'jwk' });
  } catch {
    return undefined;
  }
}

function parsedYaml(bytes: Uint8Array): unknown {
  try {
    return parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes), { maxAliasCount: 0 });
  } catch {
    return undefined;
  }
}

/** A version that is being tried out (`0.2.0-beta.1`) is older than the release of its number. */
function isNewer(offered: string, current: string): boolean {
  const [ours = '', beta] = current.split('-', 2);
  if (!VERSION.test(ours)) return false;
  const difference = numbersOf(offered).map((number, index) => number - (numbersOf(ours)[index] ?? 0));
  const first = difference.find((each) => each !== 0);
  return first === undefined ? beta !== undefined : first > 0;
}

const numbersOf = (version: string): readonly number[] => version.split('.').map(Number);
