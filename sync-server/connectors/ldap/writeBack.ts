import { Attribute, Change, EqualityFilter, OrFilter, ResultCodeError } from 'ldapts';
import { err, ok, type Result } from '../../../shared/base/result.ts';
import type { ConnectorProblem } from '../../../shared/model/status.ts';
import { looksLikeSecret } from '../../../shared/observed/redact.ts';
import { problem } from '../connector.ts';
import type { PlannedWrite, WriteOutcome, WriteWish } from '../writeBack.ts';
import { AssertionControl } from './assertion.ts';
import { type Directory, directoryProblem, type Root } from './client.ts';
import type { Flavour } from './directory.ts';
import { isDn, normalDn } from './dn.ts';
import { isOf, type LdapEntry, textOf, textsOf } from './entry.ts';
import { basesFor, idFilter } from './scopes.ts';
import { type Context, withDirectory } from './session.ts';
import type { LdapSettings } from './settings.ts';

/** Governed fields that a directory has a place for. */
export const WRITES = ['owner', 'purpose'] as const;

/** Attributes whose values are names of entries (RFC 4519; [MS-ADA1] to [MS-ADA3]). */
const NAMES_AN_ENTRY = /^(owner|managedBy|manager|seeAlso|secretary|roleOccupant)$/i;

/** One attribute of one entry, as it is now. */
interface Place {
  readonly dn: string;
  readonly attribute: string;
  readonly values: readonly string[];
  /** entryCSN where the server can compare it (RFC 4528); otherwise the value itself is what is compared. */
  readonly csn: string | undefined;
}

const versionOf = ({ csn, values }: Place): string => csn ?? values[0] ?? '';

function attributeFor(field: string, entry: LdapEntry, { ownerAttribute, purposeAttribute }: LdapSettings, flavour: Flavour): string {
  if (field === 'purpose') return purposeAttribute ?? 'description';
  if (ownerAttribute !== undefined) return ownerAttribute;
  if (flavour === 'openldap') return 'owner';
  return isOf(entry, 'computer') ? 'managedBy' : 'manager';
}

async function placeOf(
  context: Context,
  directory: Directory,
  root: Root,
  { externalId, field }: Pick<WriteWish, 'externalId' | 'field'>,
): Promise<Result<Place, ConnectorProblem>> {
  const [, uuid] = /^entry\/([0-9a-f-]{36})$/.exec(externalId) ?? [];
  if (uuid === undefined || !WRITES.some((name) => name === field))
    return err(problem('misconfigured', `a directory has no place for ${field} of ${externalId.slice(0, 100)}`, false));
  const attributes = ['objectClass', 'entryCSN', 'owner', 'managedBy', 'manager', 'description'];
  const { settings } = context;
  const extra = [settings.ownerAttribute, settings.purposeAttribute].filter((name) => name !== undefined);
  for (const base of basesFor('accounts', settings, root)) {
    const found = await directory.search(base, 'sub', idFilter(uuid, root.flavour), [...attributes, ...extra], 10);
    if (found.problem !== undefined) return err(found.problem);
    const [entry] = found.entries;
    if (entry === undefined) continue;
    const attribute = attributeFor(field, entry, settings, root.flavour);
    const csn = root.supportsAssertion && root.flavour === 'openldap' ? textOf(entry, 'entryCSN') : undefined;
    return ok({ dn: entry.dn, attribute, values: textsOf(entry, attribute), csn });
  }
  return err(problem('not found', 'the entry is not in this directory any more', false));
}

/** The entry that a text means: a DN that exists, or the address or name of exactly one person or group. */
async function entryNamed(context: Context, directory: Directory, root: Root, text: string): Promise<Result<string, ConnectorProblem>> {
  const bases = [...new Set([...basesFor('people', context.settings, root), ...basesFor('groups', context.settings, root)])];
  const names = ['mail', 'uid', 'cn', 'displayName', ...(root.flavour === 'openldap' ? [] : ['sAMAccountName', 'userPrincipalName'])];
  const filter = new OrFilter({ filters: names.map((attribute) => new EqualityFilter({ attribute, value: text })) });
  const found = new Map<string, string>();
  for (const base of isDn(text) ? [text] : bases) {
    const { entries, problem: ended } = await directory.search(
      base,
      isDn(text) ? 'base' : 'sub',
      isDn(text) ? '(objectClass=*)' : filter,
      ['1.1'],
      10,
    );
    if (ended !== undefined && ended.code !== 'not found') return err(ended);
    for (const { dn } of entries) found.set(normalDn(dn), dn);
  }
  const [only, ...others] = [...found.values()];
  if (only !== undefined && others.length === 0) return ok(only);
  const message =
    only === undefined ? 'no entry of this directory is the owner' : `${found.size} entries of this directory could be the owner`;
  return err(problem('not found', message, false, 'Register the owner with the DN or the address that the directory has.'));
}

const ldif = ({ dn, attribute, csn }: Place, from: string | null, to: string | null): string =>
  [
    `dn: ${dn}`,
    ...(csn === undefined ? [] : [`control: 1.3.6.1.1.12 true: (entryCSN=${csn})`]),
    'changetype: modify',
    ...(from === null ? [] : [`delete: ${attribute}`, `${attribute}: ${from}`, '-']),
    ...(to === null ? [] : [`add: ${attribute}`, `${attribute}: ${to}`, '-']),
  ].join('\n');

/** Reads the entry and says which modification would be sent. */
export async function planWrite(context: Context, wish: WriteWish): Promise<Result<PlannedWrite, ConnectorProblem>> {
  const planned = await withDirectory(context, (directory, root) => planIn(context, directory, root, wish));
  return planned.ok ? planned.value : planned;
}

async function planIn(
  context: Context,
  directory: Directory,
  root: Root,
  wish: WriteWish,
): Promise<Result<PlannedWrite, ConnectorProblem>> {
  if (wish.value !== null && (typeof wish.value !== 'string' || wish.value === ''))
    return err(problem('misconfigured', `a directory can hold text in ${wish.field}, and nothing else`, false));
  const found = await placeOf(context, directory, root, wish);
  if (!found.ok) return found;
  const place = found.value;
  if (place.values.length > 1)
    return err(
      problem('misconfigured', `${place.attribute} holds ${place.values.length} values; Muster changes it only where it holds one`, false),
    );
  const from = place.values[0] ?? null;
  const to =
    wish.value === null || !NAMES_AN_ENTRY.test(place.attribute) ? ok(wish.value) : await entryNamed(context, directory, root, wish.value);
  if (!to.ok) return to;
  if ([from, to.value].some((text) => text !== null && looksLikeSecret(text) !== undefined))
    return err(problem('misconfigured', `${place.attribute} holds, or would hold, what looks like a secret`, false, 'Take it out first.'));
  const { externalId, field } = wish;
  return ok({
    externalId,
    field,
    target: `${place.attribute} of ${place.dn}`,
    from,
    to: to.value,
    version: versionOf(place),
    statement: ldif(place, from, to.value),
  });
}

/** Compares, then sends one modification that the server itself compares again. */
export async function write(context: Context, planned: PlannedWrite): Promise<WriteOutcome> {
  const done = await withDirectory(context, (directory, root) => written(context, directory, root, planned));
  return done.ok ? done.value : { kind: 'refused', problem: done.error };
}

const holds = ({ values, attribute }: Place, value: string | null): boolean => {
  const [now = null, ...others] = values;
  if (others.length > 0) return false;
  if (now === null || value === null) return now === value;
  return NAMES_AN_ENTRY.test(attribute) ? normalDn(now) === normalDn(value) : now === value;
};

const changed = (place: Place): WriteOutcome => ({ kind: 'changed', now: place.values.join('\n') || null, version: versionOf(place) });

async function written(context: Context, directory: Directory, root: Root, planned: PlannedWrite): Promise<WriteOutcome> {
  const found = await placeOf(context, directory, root, planned);
  if (!found.ok) return { kind: 'refused', problem: found.error };
  const place = found.value;
  if (holds(place, planned.to)) return { kind: 'already' };
  if (!holds(place, planned.from) || versionOf(place) !== planned.version || ldif(place, planned.from, planned.to) !== planned.statement)
    return changed(place);
  try {
    await directory.modify(
      place.dn,
      changesOf(place, planned),
      place.csn === undefined ? [] : [new AssertionControl('entryCSN', place.csn)],
    );
  } catch (error) {
    return outcomeOf(error, directory, place, () => placeOf(context, directory, root, planned));
  }
  const after = await placeOf(context, directory, root, planned);
  return { kind: 'applied', version: after.ok ? versionOf(after.value) : planned.version };
}

/** The old value is deleted by name: where it is another one by now, the whole modification fails (RFC 4511, 4.6). */
const changesOf = ({ attribute }: Place, { from, to }: PlannedWrite): Change[] => [
  ...(from === null ? [] : [new Change({ operation: 'delete', modification: new Attribute({ type: attribute, values: [from] }) })]),
  ...(to === null ? [] : [new Change({ operation: 'add', modification: new Attribute({ type: attribute, values: [to] }) })]),
];

/** noSuchAttribute, attributeOrValueExists, noSuchObject, assertionFailed: somebody was faster. */
const MOVED_ON: ReadonlySet<number> = new Set([16, 20, 32, 122]);

async function outcomeOf(
  error: unknown,
  directory: Directory,
  place: Place,
  again: () => Promise<Result<Place, ConnectorProblem>>,
): Promise<WriteOutcome> {
  if (!(error instanceof ResultCodeError)) return { kind: 'unknown', problem: directoryProblem(error, directory.server) };
  if (MOVED_ON.has(error.code)) {
    const now = await again();
    return now.ok ? changed(now.value) : { kind: 'refused', problem: now.error };
  }
  return { kind: 'refused', problem: refusal(error.code, directory.server, place) };
}

function refusal(code: number, server: string, { attribute, dn }: Place): ConnectorProblem {
  if (code === 50) {
    const way = `Give the user that Muster binds as the right to write ${attribute} there.`;
    return problem('forbidden', `${server}: the right to write ${attribute} of ${dn} is missing`, false, way);
  }
  if ([17, 19, 21, 65].includes(code)) {
    const way = 'Name an attribute that these entries may have in `ownerAttribute` or `purposeAttribute`.';
    return problem('misconfigured', `${server}: ${dn} may have no such ${attribute}`, false, way);
  }
  return directoryProblem(new Refused(code), server, dn);
}

class Refused extends ResultCodeError {
  constructor(code: number) {
    super(code, '');
  }
}
