import { type Filter, FilterParser } from 'ldapts';
import * as z from 'zod';
import type { Directory, Root } from './client.ts';
import type { Scope } from './directory.ts';
import { textsOf } from './entry.ts';

const position = z.union([
  /** contextCSN of each naming context (RFC 4533 calls it the cookie's state). */
  z.strictObject({ kind: z.literal('csn'), csn: z.string().max(64) }),
  /** Counts of one database alone: on another domain controller they mean something else. */
  z.strictObject({ kind: z.literal('usn'), usn: z.string().max(20), invocation: z.string().max(1_024) }),
]);
export type Position = z.infer<typeof position>;

const cursor = z.strictObject({
  position: position.optional(),
  scopes: z.array(z.strictObject({ purpose: z.enum(['groups', 'people', 'accounts']), base: z.string().max(1_024) })).max(500),
});
export type Cursor = z.infer<typeof cursor>;

/** @returns undefined for none, and for one of another version. */
export function parseCursor(text: string | undefined): Cursor | undefined {
  try {
    const parsed = cursor.safeParse(JSON.parse(text ?? ''));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

export const cursorText = (at: Position | undefined, scopes: readonly Scope[]): string =>
  JSON.stringify({ ...(at === undefined ? {} : { position: at }), scopes: scopes.map(({ purpose, base }) => ({ purpose, base })) });

/** Where the server's changes stood before anything was read. Undefined where it does not say (OpenLDAP without syncprov). */
export async function positionBefore(directory: Directory, root: Root): Promise<Position | undefined> {
  if (root.flavour === 'active directory') {
    const { highestChange: usn, invocation } = root;
    return usn === undefined || invocation === undefined ? undefined : { kind: 'usn', usn, invocation };
  }
  const states: string[] = [];
  for (const context of root.namingContexts) {
    const { entries } = await directory.search(context, 'base', '(objectClass=*)', ['contextCSN'], 10);
    states.push(...entries.flatMap((entry) => textsOf(entry, 'contextCSN')));
  }
  // Several writers: what the slowest has said is what certainly was seen of all.
  const [oldest] = states.sort();
  return oldest === undefined ? undefined : { kind: 'csn', csn: oldest };
}

/**
 * Entries that changed at that position or later, to be joined with the filter of a listing. Absence from them says nothing.
 * @returns undefined where the position says nothing to this server: then everything has to be listed.
 */
export function changedSince(at: Position, root: Root): Filter | undefined {
  if (at.kind === 'csn') return root.flavour === 'openldap' ? FilterParser.parseString(`(entryCSN>=${at.csn})`) : undefined;
  if (root.flavour !== 'active directory' || at.invocation !== root.invocation || !/^\d+$/.test(at.usn)) return undefined;
  return FilterParser.parseString(`(uSNChanged>=${BigInt(at.usn) + 1n})`);
}
