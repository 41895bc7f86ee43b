import { visibleText } from '../base/text.ts';
import { toInstant } from '../base/time.ts';
import type { Act } from '../model/act.ts';
import { ASSERTED_LINKS, type AssertedLink, assertedElement, readAsserted } from '../model/assertedLink.ts';
import { APART } from '../model/fields.ts';
import type { Anchor, IdentityId } from '../model/ids.ts';
import type { ObservedLink } from '../model/record.ts';
import type { Projection } from './projection.ts';
import type { StoredRecord } from './recordStore.ts';
import type { Subject } from './subject.ts';
import type { LinkView, RefusedPair } from './view.ts';

/** A pattern that more identities fit than this is one line with their number. */
const MOST_LISTED = 50;

/** Relations whose other end should be a record: where none was read, that is said. Of a file or an issuer nobody expects one. */
const EXPECTED: ReadonlySet<LinkView['relation']> = new Set<LinkView['relation']>(['can-assume', 'acts-for', 'runs-as', 'uses-credential']);

/** Every link of a record, told by it, by the other end, or by a person, each with its evidence. */
export const linksOf = (subject: Subject, projection: Projection): LinkView[] => [
  ...ownLinks(subject, projection),
  ...linksInto(subject, projection),
  ...assertedLinks(subject, projection),
];

function ownLinks({ records }: Subject, projection: Projection): LinkView[] {
  return records.flatMap(({ stored, record }) =>
    (record.links ?? []).flatMap((link) => {
      const ends = projection.links.ends(stored.source, link);
      const common = commonOf(link, stored, projection);
      const direction = link.inward ? ('in' as const) : ('out' as const);
      const named = { ...common, direction, text: visibleText(nameOf(link.to)) };
      const [only] = ends;
      if (only === undefined) return [{ ...named, ...(EXPECTED.has(link.relation) ? { open: 'unknown' as const } : {}) }];
      if ('pattern' in link.to)
        return ends.length > MOST_LISTED
          ? [{ ...named, text: `${named.text} (${ends.length} fit)` }]
          : ends.map((end) => ({ ...named, ...endOf(end, nameOf(link.to), projection) }));
      return ends.length > 1
        ? [{ ...named, open: 'ambiguous' as const, candidates: ends }]
        : [{ ...named, ...endOf(only, named.text, projection) }];
    }),
  );
}

function linksInto(subject: Subject, projection: Projection): LinkView[] {
  const from = [...projection.links.mentioning(subject.anchors)].sort();
  return from.flatMap((anchor) => {
    const stored = projection.store.get(anchor);
    const record = projection.store.decode(anchor);
    const other = projection.classes.id(anchor);
    if (!stored || !record || other === subject.id) return [];
    return (record.links ?? []).flatMap((link) => {
      const ends = projection.links.ends(stored.source, link);
      if (!ends.includes(subject.id)) return [];
      const ambiguous = ends.length > 1 && !('pattern' in link.to);
      const direction = link.inward ? ('out' as const) : ('in' as const);
      return [
        {
          ...commonOf(link, stored, projection),
          direction,
          ...endOf(other, stored.externalId, projection),
          ...(ambiguous ? { open: 'ambiguous' as const, candidates: ends } : {}),
        },
      ];
    });
  });
}

function assertedLinks({ id, anchors }: Subject, projection: Projection): LinkView[] {
  const found = new Map<string, LinkView>();
  for (const anchor of anchors)
    for (const [element, [head]] of projection.ledger.elements(anchor, ASSERTED_LINKS)) {
      const link = readAsserted(element);
      const other = link && projection.classes.id(link.other);
      if (!link || other === undefined || other === id) continue;
      const who = visibleText((head?.person && projection.ledger.persons().get(head.person)?.name) ?? 'somebody');
      found.set(`${link.relation} ${link.direction} ${other}`, {
        relation: link.relation,
        direction: link.direction,
        certainty: 'asserted',
        who,
        ...endOf(other, 'a record that is gone', projection),
        retract: retractActs(anchors, element, link, projection),
        ...(head === undefined ? {} : { at: head.at }),
        ...(head?.why === undefined ? {} : { note: visibleText(head.why, 400) }),
      });
    }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, view]) => view);
}

function retractActs(anchors: readonly Anchor[], element: string, link: AssertedLink, { classes, ledger }: Projection): Act[] {
  const remove = (of: readonly Anchor[], one: string): Act => ({
    kind: 'remove',
    anchors: of.slice(0, 64),
    field: ASSERTED_LINKS,
    element: one,
  });
  const far = classes.anchors(classes.id(link.other));
  const back = link.direction === 'out' ? ('in' as const) : ('out' as const);
  // The other end names an anchor of this one, whichever was its first when it was said.
  const halves = anchors.map((other) => assertedElement({ relation: link.relation, direction: back, other }));
  const held = halves.filter((half) => far.some((anchor) => ledger.elements(anchor, ASSERTED_LINKS).has(half)));
  return [remove(anchors, element), ...held.map((half) => remove(far, half))];
}

/** Proposals about it that somebody said no to, the last one first. */
export function refusedPairs({ anchors }: Subject, { ledger }: Projection): RefusedPair[] {
  const found = new Map<string, RefusedPair>();
  for (const anchor of anchors)
    for (const [element, [head]] of ledger.elements(anchor, APART))
      found.set(element, {
        who: visibleText((head?.person && ledger.persons().get(head.person)?.name) ?? 'somebody'),
        at: head?.at ?? '',
        why: visibleText(head?.why ?? '', 400),
        retract: [{ kind: 'remove', anchors: anchors.slice(0, 64), field: APART, element }],
      });
  return [...found.values()].sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0));
}

const nameOf = (to: ObservedLink['to']): string =>
  'key' in to ? to.key : 'alias' in to ? to.alias : 'pattern' in to ? to.pattern : to.externalId;

function commonOf({ relation, certainty, note }: ObservedLink, { source, coverage }: StoredRecord, { evidence }: Projection) {
  const { asOf } = evidence.of(source, coverage);
  return {
    relation,
    certainty,
    source,
    label: visibleText(evidence.label(source), 80),
    ...(note === undefined ? {} : { note: visibleText(note, 400) }),
    ...(asOf === undefined ? {} : { asOf: toInstant(asOf) }),
  };
}

function endOf(id: IdentityId, text: string, projection: Projection): Pick<LinkView, 'target' | 'text' | 'type'> {
  const row = projection.row(id)?.row;
  return { target: id, text: row?.name ?? visibleText(text), ...(row ? { type: row.type } : {}) };
}

/** What may be missing from the links, one sentence each: what could not be read is unknown, which is not none. */
export function linksUnread(subject: Subject, links: readonly LinkView[], { evidence }: Projection): string[] {
  const sentences: string[] = [];
  const label = (source: string): string => visibleText(evidence.label(source), 80);
  for (const { stored, record } of subject.records)
    if (record.unread?.includes('links')) sentences.push(`${label(stored.source)}: its links could not be read.`);
  const sources = new Set([...subject.records.map(({ stored }) => stored.source), ...links.flatMap(({ source }) => source ?? [])]);
  for (const source of [...sources].sort()) {
    const coverage = evidence.status(source)?.coverage ?? [];
    const whole = coverage.filter(({ outcome, gap }) => outcome === 'complete' && gap !== true).length;
    if (whole < coverage.length)
      sentences.push(`${label(source)}: ${coverage.length - whole} of ${coverage.length} parts not read completely.`);
  }
  return [...new Set(sentences)];
}
