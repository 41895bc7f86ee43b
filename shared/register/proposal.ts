import { type HashHex, hashText } from '../base/hash.ts';
import { canonicalJson, compareCodeUnits } from '../base/json.ts';
import { visibleText } from '../base/text.ts';
import { toInstant } from '../base/time.ts';
import type { Act } from '../model/act.ts';
import { ASSERTED_LINKS, assertedElement } from '../model/assertedLink.ts';
import { APART } from '../model/fields.ts';
import type { Anchor, IdentityId } from '../model/ids.ts';
import type { LinkRelation } from '../model/vocabulary.ts';
import type { Projection } from './projection.ts';
import type { ProposedPair } from './view.ts';

export type ProposalRule = 'same-name' | 'same-address' | 'same-email' | 'same-spelling' | 'same-key' | 'issues-for' | 'named-like';

/** What one record says that speaks for a pair. No clock in it: the same evidence is the same text tomorrow. */
export interface PairEvidence {
  readonly anchor: Anchor;
  readonly says: string;
}

/** Two classes that may be one, or may be linked. Nothing has been decided about them. */
export interface Candidate {
  readonly rule: ProposalRule;
  readonly ends: readonly [IdentityId, IdentityId];
  readonly evidence: readonly PairEvidence[];
  /** What saying yes asserts: a link from the first end to the second. Absent: that both are one. */
  readonly link?: LinkRelation;
}

const MAX_ANCHORS = 64;
const PURPOSE = 'muster/pair/1';

/** Names the pair with exactly this evidence: whoever says no to it is asked again only when the evidence is another. */
export const pairDigest = ({ rule, evidence }: Candidate): HashHex =>
  hashText(canonicalJson([PURPOSE, rule, evidence.map(({ anchor, says }) => canonicalJson([anchor, says])).sort(compareCodeUnits)]));

/** Has a person said no to exactly this, or taken one of them out of the other before? Both ends hold a no: taken back at either, it is none. */
export function isDecided(candidate: Candidate, { classes, ledger }: Projection): boolean {
  const digest = pairDigest(candidate);
  if (candidate.link === undefined && candidate.ends.some((id) => classes.wasSplit(id))) return true;
  return candidate.ends.every((id) => classes.anchors(id).some((anchor) => ledger.elements(anchor, APART).has(digest)));
}

export function pairOf(candidate: Candidate, projection: Projection): ProposedPair {
  const [a, b] = candidate.ends;
  const anchors = [...projection.classes.anchors(a), ...projection.classes.anchors(b)].slice(0, MAX_ANCHORS);
  const evidence = candidate.evidence.map((one) => evidenceView(one, projection)).sort((x, y) => compareCodeUnits(x.label, y.label));
  const views = [endView(a, projection), endView(b, projection)] as const;
  const why = evidence
    .map(({ label, says }) => `${label} ${says}`)
    .join('; ')
    .slice(0, 1_000);
  return {
    digest: pairDigest(candidate),
    ends: candidate.link === undefined && compareCodeUnits(from(views[0]), from(views[1])) > 0 ? [views[1], views[0]] : views,
    evidence,
    accept: candidate.link === undefined ? [{ kind: 'merge', anchors, why }] : linkActs(candidate.ends, candidate.link, why, projection),
    reject: [{ kind: 'add', anchors, field: APART, element: pairDigest(candidate), why: `not so, although ${why}`.slice(0, 1_000) }],
  };
}

const from = ({ sources }: ProposedPair['ends'][number]): string => sources.join();

/** Each end holds its half, so that either page shows the link, and one step back takes both. */
function linkActs([a, b]: Candidate['ends'], relation: LinkRelation, why: string, { classes }: Projection): Act[] {
  const half = (of: IdentityId, other: IdentityId, direction: 'out' | 'in'): Act => ({
    kind: 'add',
    anchors: classes.anchors(of).slice(0, MAX_ANCHORS),
    field: ASSERTED_LINKS,
    element: assertedElement({ relation, direction, other }),
    why,
  });
  return [half(a, b, 'out'), half(b, a, 'in')];
}

function endView(id: IdentityId, projection: Projection): ProposedPair['ends'][number] {
  const row = projection.row(id)?.row;
  return {
    id,
    name: visibleText(row?.name ?? id.slice(0, 8)),
    type: row?.type ?? 'identity',
    what: visibleText(row?.subtype ?? row?.kind ?? 'record', 80),
    sources: (row?.sources ?? []).map((source) => visibleText(projection.evidence.label(source), 80)),
  };
}

function evidenceView({ anchor, says }: PairEvidence, { store, evidence, now }: Projection): ProposedPair['evidence'][number] {
  const stored = store.get(anchor);
  if (!stored) return { label: 'a person here', says };
  const dated = store.decode(anchor)?.asOf;
  const held = dated === undefined ? evidence.of(stored.source, stored.coverage) : evidence.dated(stored.source, dated);
  return {
    label: visibleText(evidence.label(stored.source), 80),
    says,
    source: stored.source,
    freshness: held.level,
    ...(held.asOf === undefined ? {} : { asOf: toInstant(Math.min(held.asOf, now)) }),
  };
}
