import { type AccessLevel, accessLevel, type Entitlement } from '../../../shared/model/vocabulary.ts';
import { firstValue, normalDn } from './dn.ts';
import { isOf, type LdapEntry, sidOf, textOf, textsOf } from './entry.ts';

/** By relative identifier, whatever the language of the installation (Microsoft, "Well-known SIDs" and "Active Directory security groups"). */
const DOMAIN_GROUPS: Readonly<Record<string, AccessLevel>> = {
  512: 'full', // Domain Admins
  516: 'full', // Domain Controllers: a replica receives every secret and writes every entry
  518: 'full', // Schema Admins
  519: 'full', // Enterprise Admins
  520: 'run', // Group Policy Creator Owners: policy starts programs on computers
  526: 'grant', // Key Admins: a key credential signs in as its owner
  527: 'grant', // Enterprise Key Admins
};
const BUILT_IN: Readonly<Record<string, AccessLevel>> = {
  544: 'full', // Administrators
  548: 'grant', // Account Operators
  549: 'run', // Server Operators
  550: 'run', // Print Operators: may load drivers on domain controllers
  551: 'secrets', // Backup Operators: may read every file, the directory's database among them
};

function wellKnown(sid: string | undefined): AccessLevel | undefined {
  if (sid === undefined) return undefined;
  const rid = sid.slice(sid.lastIndexOf('-') + 1);
  return sid.startsWith('S-1-5-32-') ? BUILT_IN[rid] : sid.startsWith('S-1-5-21-') ? DOMAIN_GROUPS[rid] : undefined;
}

export interface Group {
  readonly entry: LdapEntry;
  readonly name: string;
  /** Undefined: nothing says what its members may do. */
  readonly level: AccessLevel | undefined;
}

/** A group on the way, and those that it was reached through. */
interface Path {
  readonly group: string;
  readonly via: readonly string[];
}

/** Who is a member of what, from whichever side the directory says it. */
export class Groups {
  readonly #byDn = new Map<string, Group>();
  readonly #parents = new Map<string, Set<string>>();
  readonly #byMemberUid = new Map<string, Set<string>>();
  readonly #byGid = new Map<string, string>();
  readonly #byRid = new Map<string, string>();

  constructor(entries: readonly LdapEntry[], levels: ReadonlyMap<string, string>) {
    for (const entry of entries) {
      const dn = normalDn(entry.dn);
      const name = groupName(entry);
      const said = accessLevel.safeParse(levels.get(dn) ?? levels.get(name.toLowerCase()));
      const sid = sidOf(entry);
      this.#byDn.set(dn, { entry, name, level: said.success ? said.data : wellKnown(sid) });
      if (sid?.startsWith('S-1-5-21-')) this.#byRid.set(sid.slice(sid.lastIndexOf('-') + 1), dn);
      for (const member of membersOf(entry)) this.#add(normalDn(member), dn);
      for (const uid of textsOf(entry, 'memberUid')) addTo(this.#byMemberUid, uid, dn);
      const gid = textOf(entry, 'gidNumber');
      if (gid !== undefined && isOf(entry, 'posixGroup')) this.#byGid.set(gid, dn);
    }
    for (const entry of entries) for (const parent of textsOf(entry, 'memberOf')) this.#add(normalDn(entry.dn), normalDn(parent));
  }

  #add(member: string, group: string): void {
    addTo(this.#parents, member, group);
  }

  get all(): readonly Group[] {
    return [...this.#byDn.values()];
  }
  get(dn: string): Group | undefined {
    return this.#byDn.get(normalDn(dn));
  }

  /** In normal spelling. Groups that were not listed are among them: their names are in `memberOf`. */
  directOf(entry: LdapEntry): string[] {
    const dn = normalDn(entry.dn);
    const found = new Set([...(this.#parents.get(dn) ?? []), ...textsOf(entry, 'memberOf').map(normalDn)]);
    for (const uid of textsOf(entry, 'uid')) for (const group of this.#byMemberUid.get(uid) ?? []) found.add(group);
    const primary = this.#byRid.get(textOf(entry, 'primaryGroupID') ?? '') ?? this.#posixPrimary(entry);
    if (primary !== undefined) found.add(primary);
    found.delete(dn);
    return [...found].sort();
  }

  #posixPrimary(entry: LdapEntry): string | undefined {
    return isOf(entry, 'posixAccount') ? this.#byGid.get(textOf(entry, 'gidNumber') ?? '') : undefined;
  }

  nameOf(dn: string): string {
    return this.#byDn.get(dn)?.name ?? firstValue(dn);
  }

  /** Every group, breadth first, each by its shortest path; without endless loops. */
  #paths(entry: LdapEntry): Path[] {
    const paths: Path[] = this.directOf(entry).map((group) => ({ group, via: [] }));
    const seen = new Set(paths.map(({ group }) => group));
    for (const path of paths) {
      for (const group of this.#parents.get(path.group) ?? []) {
        if (seen.has(group)) continue;
        seen.add(group);
        paths.push({ group, via: [...path.via, this.nameOf(path.group)].slice(0, 64) });
      }
    }
    return paths;
  }

  /** What its groups allow an account to do, as far as that is known of them (DOMAIN E). */
  accessOf(entry: LdapEntry, boundary: string): Entitlement[] {
    return this.#paths(entry).flatMap(({ group, via }) => {
      const known = this.#byDn.get(group);
      if (known?.level === undefined) return [];
      const through = [...via, known.name];
      const native = `member of ${known.entry.dn}`.slice(0, 2_048);
      return [{ level: known.level, on: '*', boundary, via: through, native, certainty: 'exact' as const }];
    });
  }
}

const groupName = (entry: LdapEntry): string => textOf(entry, 'cn') ?? textOf(entry, 'sAMAccountName') ?? firstValue(entry.dn);

/** `uniqueMember` may carry a bit string behind the name (RFC 4517, 3.3.21). */
const membersOf = (entry: LdapEntry): string[] => [
  ...textsOf(entry, 'member'),
  ...textsOf(entry, 'uniqueMember').map((value) => value.replace(/#'[01]*'B$/, '')),
];

function addTo(map: Map<string, Set<string>>, key: string, value: string): void {
  const held = map.get(key);
  if (held) held.add(value);
  else map.set(key, new Set([value]));
}
