import * as z from 'zod';
import type { Brand } from '../base/brand.ts';
import { toHex, utf8 } from '../base/bytes.ts';
import type { RandomBytes } from '../base/clock.ts';
import { type HashHex, sha256 } from '../base/hash.ts';
import { canonicalJson } from '../base/json.ts';
import type { PublicKey } from '../base/signature.ts';

/** 128 random bits in hex: one server, one space. */
export type SpaceId = Brand<string, 'SpaceId'>;
/** A device is its Ed25519 public key. */
export type DeviceId = PublicKey;
/** 128 random bits in hex: who a device was enrolled for. Second-person rules compare persons. */
export type PersonId = Brand<string, 'PersonId'>;
/** SHA-256 of purpose tag and body bytes, in hex. */
export type EntryId = Brand<HashHex, 'EntryId'>;
/** The 1-based position in the ledger. Never reused within an epoch. */
export type Place = Brand<number, 'Place'>;
/** What a record is addressed by: `hash(source, externalId)` or 128 random bits of a `create`, 32 hex digits. */
export type Anchor = Brand<string, 'Anchor'>;
/** A class of anchors joined by strong keys or merges; its smallest anchor. Old ids keep resolving. */
export type IdentityId = Anchor;
/** What an administrator calls a source: `aws-prod`, `laptop`. */
export type SourceId = Brand<string, 'SourceId'>;
/** How a source addresses one of its records. */
export type ExternalId = Brand<string, 'ExternalId'>;
/** A part of a source that one listing covers completely: account + region, namespace, base DN. */
export type CoverageId = Brand<string, 'CoverageId'>;
/** The monotone number of a run within a source. */
export type RunId = Brand<number, 'RunId'>;

const hexOf = (digits: number) => z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`), `must be ${digits} hexadecimal digits`);

export const spaceId = hexOf(32).transform((text) => text as SpaceId);
export const personId = hexOf(32).transform((text) => text as PersonId);
export const anchor = hexOf(32).transform((text) => text as Anchor);
export const entryId = hexOf(64).transform((text) => text as EntryId);
export const hash = hexOf(64).transform((text) => text as HashHex);
export const deviceId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{43}$/, 'must be a 32-byte key in base64url')
  .transform((text) => text as DeviceId);
export const sourceId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'must be 1 to 63 of a-z 0-9 . _ - and start with a letter or digit')
  .transform((text) => text as SourceId);
export const externalId = z
  .string()
  .min(1)
  .max(2_048)
  .transform((text) => text as ExternalId);
export const coverageId = z
  .string()
  .min(1)
  .max(512)
  .transform((text) => text as CoverageId);
export const place = z
  .number()
  .int()
  .min(0)
  .transform((number) => number as Place);

/** The anchor of a record: the first 128 bits of SHA-256 over the canonical `[source, externalId]`. */
export const anchorOf = (source: SourceId, external: ExternalId): Anchor =>
  toHex(sha256(utf8(canonicalJson([source, external]))).subarray(0, 16)) as Anchor;

export const randomId = (random: RandomBytes): string => toHex(random(16));
