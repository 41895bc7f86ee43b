import { AndFilter, EqualityFilter, type Filter, FilterParser, NotFilter } from 'ldapts';
import { FILTERS } from './attributes.ts';
import type { Root } from './client.ts';
import type { Flavour, Purpose } from './directory.ts';
import { isWithin, normalDn } from './dn.ts';
import { type LdapSettings, parseLevel } from './settings.ts';
import { guidBytes } from './values.ts';

/** What hides in a server that is no data: its own log and its own settings. */
const OWN_CONTEXT = /^cn=(accesslog|config|monitor|changelog|deleted objects)/i;

/** Without those that lie in another one of the list: what is in both would be listed twice. */
export function outermost(bases: readonly string[]): string[] {
  const normal = bases.map(normalDn);
  return bases.filter(
    (_, index) =>
      !normal.some((other, place) => place !== index && isWithin(normal[index] ?? '', other) && (other !== normal[index] || place < index)),
  );
}

export function basesFor(purpose: Purpose, { bases, peopleBases, groupBases }: LdapSettings, root: Root): string[] {
  const own = { accounts: bases, people: peopleBases, groups: groupBases }[purpose];
  if (own !== undefined && own.length > 0) return outermost(own);
  if (root.defaultContext !== undefined) return [root.defaultContext];
  return outermost(root.namingContexts.filter((context) => !OWN_CONTEXT.test(context)));
}

/** Who is a service account is no person, even where both filters take it. */
export function filterFor(purpose: Purpose, { accountFilter, peopleFilter, groupFilter }: LdapSettings, flavour: Flavour): Filter {
  const accounts = FilterParser.parseString(accountFilter ?? FILTERS[flavour].accounts);
  if (purpose === 'accounts') return accounts;
  const own = FilterParser.parseString((purpose === 'people' ? peopleFilter : groupFilter) ?? FILTERS[flavour][purpose]);
  return purpose === 'people' ? new AndFilter({ filters: [own, new NotFilter({ filter: accounts })] }) : own;
}

export const idFilter = (uuid: string, flavour: Flavour): Filter =>
  flavour === 'openldap'
    ? new EqualityFilter({ attribute: 'entryUUID', value: uuid })
    : new EqualityFilter({ attribute: 'objectGUID', value: guidBytes(uuid) });

export function levelsOf({ levels = [] }: LdapSettings): ReadonlyMap<string, string> {
  const parsed = levels.flatMap((text) => {
    const level = parseLevel(text);
    return level === undefined ? [] : [level];
  });
  return new Map(parsed.flatMap(([group, level]) => [[normalDn(group), level] as const, [group.toLowerCase(), level] as const]));
}
