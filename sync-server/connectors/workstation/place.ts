import type { Json } from '../../../shared/base/json.ts';
import type { Instant } from '../../../shared/base/time.ts';
import type { CoverageId, ExternalId } from '../../../shared/model/ids.ts';
import type { Observation, ObservedLink } from '../../../shared/model/record.ts';
import type { CredentialKind } from '../../../shared/model/vocabulary.ts';
import { redactText } from '../../../shared/observed/redact.ts';

/** A file of the home folder. `bytes` is absent until its owner agreed to its being opened. */
export interface HomeFile {
  /** `~/…`, with forward slashes. */
  readonly path: string;
  readonly modified: Instant;
  readonly bytes: Uint8Array | undefined;
}

/** Records found in one place. `understood: false`: the file is not what it should be, so the listing is partial. */
export interface Found {
  readonly records: readonly Observation[];
  readonly understood: boolean;
}

export interface PlaceContext {
  readonly coverage: CoverageId;
  /** The name of this computer: where an access key or a token lies. */
  readonly computer: string;
  readonly now: Instant;
}

/** Reads a place's files; pure. With `bytes` absent it says what name and date alone tell. */
export type PlaceReader = (files: readonly HomeFile[], context: PlaceContext) => Found;

export interface Place {
  readonly id: string;
  /** Files below the home folder; the first that exists on this system counts. A trailing `/` is a folder, read one level deep. */
  readonly paths: readonly string[];
  readonly read: PlaceReader;
}

export const textOf = (file: HomeFile): string =>
  Buffer.from(file.bytes ?? [])
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .toWellFormed();
export const found = (records: readonly Observation[]): Found => ({ records, understood: true });
export const NOT_UNDERSTOOD: Found = { records: [], understood: false };

/** Foreign text that becomes a name: bounded, and without what looks like a secret, which people also put into names and comments. */
export const nameText = (text: string): string =>
  redactText(text.slice(0, 2_000)).text.replaceAll('\0', '').toWellFormed().trim().slice(0, 300);

export interface CredentialParts {
  readonly id: string;
  readonly kind: CredentialKind;
  readonly subtype: string;
  readonly name: string;
  readonly file: HomeFile;
  /** True where the file holds this one credential only: then its date is the credential's. */
  readonly alone?: boolean;
  readonly keys?: readonly string[];
  readonly aliases?: readonly string[];
  readonly fields?: Readonly<Record<string, Json>>;
  readonly links?: readonly ObservedLink[];
  readonly unread?: readonly string[];
}

/**
 * A credential as an entry of a file. Its value is not among what can be passed in. A file's date says when its content last
 * changed, so it is `rotated` where the credential is the whole file, and nothing where it is one entry of many; when it
 * was created the file does not say.
 */
export function credential(parts: CredentialParts, context: PlaceContext): Observation {
  const { file, alone = false, keys = [], aliases = [], fields = {}, links = [], unread = [] } = parts;
  return {
    type: 'credential',
    kind: parts.kind,
    subtype: parts.subtype,
    externalId: `${file.path}#${nameText(parts.id)}`.slice(0, 2_048) as ExternalId,
    coverage: context.coverage,
    keys: [...keys],
    aliases: [...new Set(aliases.map(nameText))].filter((alias) => alias !== '').slice(0, 64),
    fields: {
      name: nameText(parts.name),
      location: file.path,
      boundary: context.computer,
      ...(alone ? { rotated: file.modified } : {}),
      ...fields,
    },
    links: [{ relation: 'stored-in', to: { alias: `file:${file.path}` }, certainty: 'exact' }, ...links],
    ...(unread.length > 0 ? { unread: [...unread] } : {}),
  };
}

/** @returns undefined when the text is not JSON with an object at its top. */
export function jsonObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return objectOf(JSON.parse(text));
  } catch {
    return undefined;
  }
}

export const objectOf = (value: unknown): Readonly<Record<string, unknown>> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
export const stringOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
/** `${NAME}` and `$NAME` point at a value that is kept elsewhere. */
export const isReference = (text: string): boolean =>
  /^["']?(\$\{?[A-Za-z_][\w:.-]*\}?|\$\{(env|input):[^}]*\}|%\w+%|<[^>]*>)["']?$/.test(text.trim());
