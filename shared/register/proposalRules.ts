import { normalName, visibleText } from '../base/text.ts';
import type { Anchor, IdentityId } from '../model/ids.ts';
import { ISSUED, ISSUING } from './issuers.ts';
import { NormalNames } from './normalNames.ts';
import type { Projected } from './projected.ts';
import type { Projection } from './projection.ts';
import type { Candidate, PairEvidence, ProposalRule } from './proposal.ts';

/** Classes that have one name, address, e-mail or key in common. */
interface Group {
  readonly ids: readonly IdentityId[];
  readonly says: (anchor: Anchor, projection: Projection) => string | undefined;
}

/** More of one name than this are no match but a word that everybody uses. */
const MOST_ALIKE = 20;

const quoted = (text: string): string => `"${visibleText(text, 120)}"`;

/** One name in one boundary in two sources, without a key that says that they are one. */
export function sameName(rows: readonly Projected[], projection: Projection): Candidate[] {
  const groups = new Map<string, IdentityId[]>();
  const normal = new NormalNames();
  for (const { id, row } of rows) {
    if (row.type !== 'identity' || row.observed === 'missing' || row.sources.length === 0) continue;
    push(groups, `${normalName(row.alias ?? row.name)}\u0000${normal.of(row.boundary ?? row.environment ?? '')}`, id);
  }
  const says = (anchor: Anchor): string | undefined => {
    const record = projection.store.get(anchor);
    const name = record?.aliases[0] ?? record?.externalId;
    return name === undefined ? undefined : `calls it ${quoted(name)}${record?.boundary ? ` in ${quoted(record.boundary)}` : ''}`;
  };
  return [...groups.values()].flatMap((ids) => pairs('same-name', { ids, says }, projection));
}

/** One ARN, SPIFFE ID or token subject in two sources: a strong hint, and still a name that may be given to something else. */
export function sameAddress(projection: Projection): Candidate[] {
  const { store, classes } = projection;
  return [...store.sharedGlobalNames()].sort().flatMap((name) => {
    const anchors = store.withGlobalName(name).filter((anchor) => store.get(anchor)?.type === 'identity');
    const ids = [...new Set(anchors.map((anchor) => classes.id(anchor)))].filter((id) => projection.row(id)?.row.observed !== 'missing');
    const says = (anchor: Anchor): string | undefined => (anchors.includes(anchor) ? `calls it ${quoted(name)}` : undefined);
    return pairs('same-address', { ids, says }, projection);
  });
}

/** People and teams whom two directories know under one e-mail address, or whom one spelling may mean. */
export function sameParty(projection: Projection): Candidate[] {
  const { parties } = projection;
  const found = parties.ambiguousSpellings().flatMap(({ spelling, ids }) => {
    const isEmail = (id: IdentityId): boolean => normalName(parties.get(id)?.email ?? '') === spelling;
    if (new Set(ids.map((id) => parties.get(id)?.kind)).size > 1) return [];
    const rule = ids.every(isEmail) ? ('same-email' as const) : ('same-spelling' as const);
    const says = (anchor: Anchor): string =>
      `${rule === 'same-email' ? 'has the e-mail address' : 'knows somebody as'} ${quoted(spellingOf(anchor, spelling, projection))}`;
    return pairs(rule, { ids, says }, projection);
  });
  return found.sort((a, b) => Number(a.rule === 'same-spelling') - Number(b.rule === 'same-spelling'));
}

/** As this record writes it. */
function spellingOf(anchor: Anchor, normal: string, { store, ledger }: Projection): string {
  const record = store.decode(anchor);
  const written = [record?.fields.name, record?.fields.email, ...(record?.aliases ?? []), ledger.createdAt(anchor)?.name];
  return written.find((one): one is string => typeof one === 'string' && normalName(one) === normal) ?? normal;
}

/** One published fingerprint in credentials of two sources. Never one record (REC4): what may be said is that it is one key. */
export function sameKey(projection: Projection): Candidate[] {
  const { store, classes } = projection;
  return [...store.byFingerprint.shared()].sort().flatMap((fingerprint) => {
    const anchors = store.byFingerprint.get(fingerprint);
    const ids = [...new Set(anchors.map((anchor) => classes.id(anchor)))].filter((id) => projection.row(id)?.row.observed !== 'missing');
    const says = (anchor: Anchor): string | undefined =>
      store.get(anchor)?.fingerprint === fingerprint ? `publishes the fingerprint ${quoted(fingerprint)}` : undefined;
    return pairs('same-key', { ids, says }, projection, 'same-as');
  });
}

const likeness = (name: string): string => normalName(name).replace(/[-_. /]+/g, '-');

/** Where a vault hands out credentials of an account: `database/creds/app`, `database/static-creds/app`. */
const CREDENTIALS = /(?:^|\/)(?:static-)?creds\/([^/*+{]+)$/;

/** What issues credentials, and an account that they may be for: it may ask for them under that name, or is called like it. */
export function issued(rows: readonly Projected[], projection: Projection): Candidate[] {
  const byAsking = new Map<string, IdentityId[]>();
  const byName = new Map<string, IdentityId[]>();
  for (const { id, row } of rows) {
    if (!ISSUING.has(row.subtype ?? '') || row.observed === 'missing') continue;
    push(byName, likeness(row.name), id);
    for (const name of new Set(askedFor(id, projection).map(({ account }) => likeness(account)))) push(byAsking, name, id);
  }
  if (byName.size === 0) return [];
  return rows.flatMap(({ id, row }) => {
    if (!ISSUED.has(row.subtype ?? '') || row.observed === 'missing') return [];
    const name = likeness(row.name);
    const isCalled = (anchor: Anchor): string => `calls it ${quoted(nameOf(anchor, projection))}`;
    const asks = (anchor: Anchor): string | undefined => {
      const path = askedFor(projection.classes.id(anchor), projection).find(({ account }) => likeness(account) === name)?.path;
      return path === undefined ? isCalled(anchor) : `lets ${quoted(nameOf(anchor, projection))} ask for credentials at ${quoted(path)}`;
    };
    return [
      ...linked('issues-for', byAsking.get(name) ?? [], id, asks, projection),
      ...linked('named-like', byName.get(name) ?? [], id, isCalled, projection),
    ];
  });
}

const linked = (
  rule: ProposalRule,
  from: readonly IdentityId[],
  id: IdentityId,
  says: Group['says'],
  projection: Projection,
): Candidate[] => (from.length > MOST_ALIKE ? [] : from.flatMap((one) => pairs(rule, { ids: [one, id], says }, projection, 'can-assume')));

const nameOf = (anchor: Anchor, { store }: Projection): string => {
  const name = store.decode(anchor)?.fields.name;
  return typeof name === 'string' ? name : (store.get(anchor)?.aliases[0] ?? '');
};

function askedFor(id: IdentityId, { classes, store }: Projection): { readonly account: string; readonly path: string }[] {
  return classes.anchors(id).flatMap((anchor) =>
    (store.decode(anchor)?.access ?? []).flatMap(({ on }) => {
      const account = CREDENTIALS.exec(on)?.[1];
      return account === undefined ? [] : [{ account, path: on }];
    }),
  );
}

/**
 * Pairs that are enough to join all of a group that nobody has said no to. A group of which one source has two is none:
 * that source says that they are two things.
 */
function pairs(rule: ProposalRule, { ids, says }: Group, projection: Projection, link?: Candidate['link']): Candidate[] {
  if (ids.length < 2 || ids.length > MOST_ALIKE || !areApart(ids, projection)) return [];
  const ordered = link === 'can-assume' ? ids : [...ids].sort();
  const found: Candidate[] = [];
  for (const [index, a] of ordered.entries())
    for (const b of ordered.slice(index + 1)) {
      const evidence = [...evidenceOf(a, says, projection), ...evidenceOf(b, says, projection)];
      found.push({ rule, ends: [a, b], evidence, ...(link === undefined ? {} : { link }) });
    }
  return found;
}

function areApart(ids: readonly IdentityId[], projection: Projection): boolean {
  const sources = ids.flatMap((id) => [
    ...new Set(projection.classes.anchors(id).flatMap((anchor) => projection.store.get(anchor)?.source ?? [])),
  ]);
  return new Set(sources).size === sources.length;
}

function evidenceOf(id: IdentityId, says: Group['says'], projection: Projection): PairEvidence[] {
  return projection.classes.anchors(id).flatMap((anchor) => {
    const said = projection.store.has(anchor) || projection.ledger.createdAt(anchor) ? says(anchor, projection) : undefined;
    return said === undefined ? [] : [{ anchor, says: said }];
  });
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const held = map.get(key);
  if (held) held.push(value);
  else map.set(key, [value]);
}
