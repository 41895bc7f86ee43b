import { visibleText } from '../base/text.ts';
import type { IdentityId } from '../model/ids.ts';
import { plural } from './age.ts';
import { linksOf } from './linkViews.ts';
import type { Projection } from './projection.ts';
import { type Candidate, isDecided, type ProposalRule, pairOf } from './proposal.ts';
import { issued, sameAddress, sameKey, sameName, sameParty } from './proposalRules.ts';
import type { InboxItem, Need, ProposedPair } from './view.ts';

/** Pairs that one item shows and signs; the rest comes when these are decided. */
const SHOWN = 100;

interface Words {
  readonly what: string;
  readonly whyNow: string;
  readonly yes: string;
  readonly yesHint: string;
  readonly no: string;
}

const MERGE = { yes: 'Merge', yesHint: 'each can be split again', no: 'Keep apart' } as const;
const LINK = { yes: 'Link', yesHint: 'asserted by you; the records stay two', no: 'Do not link' } as const;

const WORDS: Readonly<Record<ProposalRule, Words>> = {
  'same-name': {
    what: 'with one name in one boundary',
    whyNow: 'no immutable id says that they are one; a name alone does not join them',
    ...MERGE,
  },
  'same-address': {
    what: 'with one address in two sources',
    whyNow: 'an address may be given to something else; it alone does not join them',
    ...MERGE,
  },
  'same-email': {
    what: 'with one e-mail address',
    whyNow: 'until somebody says that they are one, whoever owns by that address is not known',
    ...MERGE,
  },
  'same-spelling': { what: 'that one spelling may mean', whyNow: 'until somebody decides, what that spelling owns is nobody’s', ...MERGE },
  'same-key': {
    what: 'with one published fingerprint',
    whyNow: 'one key in several places stays several records; that it is one on purpose is for a person to say',
    ...LINK,
  },
  'issues-for': {
    what: 'where one may ask for credentials that are called like the other',
    whyNow: 'no source says for which account a vault issues; a name alone links nothing',
    ...LINK,
  },
  'named-like': {
    what: 'called alike: one that issues, one that it may issue for',
    whyNow: 'no source says that they belong together; a name alone links nothing',
    ...LINK,
  },
};

/** Strongest evidence first. */
const RULES: readonly ProposalRule[] = ['same-address', 'same-email', 'same-name', 'same-spelling', 'issues-for', 'named-like', 'same-key'];

const NOUNS: Readonly<Record<ProposalRule, string>> = {
  'same-name': 'identities',
  'same-address': 'identities',
  'same-email': 'people',
  'same-spelling': 'people or teams',
  'same-key': 'credentials',
  'issues-for': 'identities',
  'named-like': 'identities',
};

/** What may be the same: one item a rule, nothing is joined by itself (DESIGN 7). */
export const sameIdentity = (projection: Projection): InboxItem[] => standingOf(projection).merges;

/** What may belong together without being the same. */
export const linkProposals = (projection: Projection): InboxItem[] => standingOf(projection).links;

/** Those that a record is an end of, ready to be signed. */
export function pairNeeds(id: IdentityId, projection: Projection): Need[] {
  const { merges, links } = standingOf(projection);
  return [...merges, ...links].flatMap(({ pairs = [], choices }) =>
    pairs
      .filter(({ ends }) => ends.some((end) => end.id === id))
      .map(({ ends, evidence, accept, reject }) => {
        const other = ends.find((end) => end.id !== id) ?? ends[0];
        const merging = accept[0]?.kind === 'merge';
        const [yes, no] = merging ? [MERGE.yes, MERGE.no] : [LINK.yes, LINK.no];
        const hint = choices.find(({ decides }) => decides === 'reject')?.hint ?? '';
        return {
          kind: 'same identity' as const,
          title: `May ${merging ? 'be the same as' : 'belong to'} ${other.name}${other.sources.length === 0 ? '' : ` of ${other.sources.join(', ')}`}`,
          detail: evidence.map(({ label, says }) => `${label} ${says}.`).join(' '),
          severity: 'low' as const,
          choices: [
            { label: yes, hint: merging ? MERGE.yesHint : LINK.yesHint, acts: accept },
            { label: no, hint, acts: reject },
          ],
        };
      }),
  );
}

interface Standing {
  readonly version: number;
  readonly merges: InboxItem[];
  readonly links: InboxItem[];
}
/** The inbox, its count and every page ask for the same: it is worked out once a change. */
const STANDING = new WeakMap<Projection, Standing>();

function standingOf(projection: Projection): Standing {
  const rows = projection.byName();
  const held = STANDING.get(projection);
  if (held?.version === projection.version) return held;
  const merges = items([...sameAddress(projection), ...sameName(rows, projection), ...sameParty(projection)], projection);
  const links = items([...sameKey(projection), ...issued(rows, projection)], projection);
  const standing = { version: projection.version, merges, links };
  STANDING.set(projection, standing);
  return standing;
}

function items(candidates: readonly Candidate[], projection: Projection): InboxItem[] {
  const byRule = Map.groupBy(open(combined(candidates), projection), ({ rule }) => rule);
  // Not in the order of names, or one new pair would turn the inbox around.
  return RULES.flatMap((rule) => {
    const group = byRule.get(rule);
    return group ? [item(rule, group, projection)] : [];
  });
}

/** One candidate a pair, under the first rule that found it, with the evidence of all: one no answers all of it. */
function combined(candidates: readonly Candidate[]): Candidate[] {
  const found = new Map<string, Candidate>();
  for (const candidate of candidates) {
    const key = `${candidate.ends.join(' ')} ${candidate.link ?? ''}`;
    const held = found.get(key);
    found.set(key, held ? { ...held, evidence: [...held.evidence, ...candidate.evidence] } : candidate);
  }
  return [...found.values()];
}

/** Undecided pairs, each only where it joins what the ones before it do not join already. */
function open(candidates: readonly Candidate[], projection: Projection): Candidate[] {
  const joined = new Map<IdentityId, IdentityId>();
  const rootOf = (id: IdentityId): IdentityId => {
    const up = joined.get(id);
    return up === undefined ? id : rootOf(up);
  };
  return candidates.filter((candidate) => {
    if (isDecided(candidate, projection)) return false;
    if (candidate.link !== undefined) return !isLinked(candidate, projection);
    const [a, b] = candidate.ends.map(rootOf) as [IdentityId, IdentityId];
    if (a !== b) joined.set(a, b);
    return a !== b;
  });
}

/** Whatever links them already, from either side. */
function isLinked({ ends: [a, b], link }: Candidate, projection: Projection): boolean {
  const subject = projection.projector.subject(a);
  return subject !== undefined && linksOf(subject, projection).some(({ target, relation }) => target === b && relation === link);
}

function item(rule: ProposalRule, group: readonly Candidate[], projection: Projection): InboxItem {
  const words = WORDS[rule];
  const pairs = group.slice(0, SHOWN).map((candidate) => pairOf(candidate, projection));
  const rest = group.length > pairs.length ? `; ${group.length - pairs.length} more come after these` : '';
  const labels = [...new Set(pairs.flatMap(({ evidence }) => evidence.map(({ label }) => label)))].sort();
  const from = labels.length > 3 ? `${labels.slice(0, 3).join(', ')} and others` : labels.join(' and ');
  return {
    id: `pairs/${rule}`,
    what: `${plural(group.length, 'pair')} of ${NOUNS[rule]} ${words.what}: ${visibleText(from)}`,
    count: group.length,
    whyNow: `${words.whyNow}${rest}`,
    severity: 'low',
    records: recordsOf(pairs),
    pairs,
    choices: [
      { label: 'One by one', acts: [], safe: true },
      {
        label: `${words.yes} ${pairs.length}`,
        hint: words.yesHint,
        acts: pairs.flatMap(({ accept }) => accept),
        safe: false,
        decides: 'accept',
      },
      {
        label: `${words.no} ${pairs.length}`,
        hint: 'asked again only when the evidence is another',
        acts: pairs.flatMap(({ reject }) => reject),
        safe: false,
        decides: 'reject',
      },
    ],
  };
}

const recordsOf = (pairs: readonly ProposedPair[]): InboxItem['records'] =>
  [...new Map(pairs.flatMap(({ ends }) => ends).map(({ id, name }) => [id, { id, name }])).values()].slice(0, 50);
