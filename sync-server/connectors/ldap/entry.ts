import { guidText, sidText } from './values.ts';

/** An entry as the server gave it: attribute names in lower case, each with its values. Text, or bytes where the attribute is binary. */
export interface LdapEntry {
  readonly dn: string;
  readonly attributes: ReadonlyMap<string, readonly (string | Uint8Array)[]>;
}

export const textsOf = (entry: LdapEntry, name: string): readonly string[] =>
  (entry.attributes.get(name.toLowerCase()) ?? []).filter((value) => typeof value === 'string' && value !== '') as string[];

export const textOf = (entry: LdapEntry, name: string): string | undefined => textsOf(entry, name)[0];

export const hasAttribute = (entry: LdapEntry, name: string): boolean => (entry.attributes.get(name.toLowerCase()) ?? []).length > 0;

const bytesOf = (entry: LdapEntry, name: string): Uint8Array | undefined => {
  const [value] = entry.attributes.get(name.toLowerCase()) ?? [];
  return typeof value === 'string' ? Buffer.from(value, 'latin1') : value;
};

/** The id that a move, a rename and a change of every attribute leave alone: entryUUID (RFC 4530) or objectGUID. */
export function uuidOf(entry: LdapEntry): string | undefined {
  const guid = bytesOf(entry, 'objectGUID');
  return guid ? guidText(guid) : textOf(entry, 'entryUUID')?.toLowerCase();
}

export function sidOf(entry: LdapEntry): string | undefined {
  const sid = bytesOf(entry, 'objectSid');
  return sid ? sidText(sid) : undefined;
}

export const isOf = (entry: LdapEntry, objectClass: string): boolean =>
  textsOf(entry, 'objectClass').some((one) => one.toLowerCase() === objectClass.toLowerCase());
