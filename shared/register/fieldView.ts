import type { Instant } from '../base/time.ts';
import type { FieldDefinition } from '../model/fields.ts';
import { type Authority, authorLabel, decidesText } from './authority.ts';
import { type Decision, decideSet, isAcknowledged, type Said } from './decide.ts';
import type { Projection } from './projection.ts';
import { authorView, sourceTimes, unhashed } from './saidView.ts';
import { sendTargets } from './sendTargets.ts';
import type { Subject } from './subject.ts';
import type { AuthorValue, FieldView } from './view.ts';
import { setWhyLines, whyLines } from './whyLines.ts';

/**
 * A field with every author's value, who wins, and why.
 * @param brief for many at once: without the hashes that an acknowledgement needs, and without the lines that explain what only one source says.
 */
export function fieldView(subject: Subject, definition: FieldDefinition, projection: Projection, brief = false): FieldView {
  const { projector, evidence, ledger } = projection;
  const field = definition.name;
  const authority = projector.authorityOf(subject, field);
  const decision = projector.decide(subject, field);
  const set = definition.type === 'set' ? decideSet(subject, field, ledger) : undefined;
  const value = set ? (set.length > 0 ? set : undefined) : decision.value;
  const labelOf = (author: string): string => authorLabel(author, (id) => evidence.label(id));
  const inherited = set || value !== undefined ? undefined : inheritedText(field, subject, projection);
  return {
    field,
    label: definition.label,
    hint: definition.hint,
    type: definition.type,
    ...(definition.choices ? { choices: definition.choices } : {}),
    plane: definition.plane,
    ...(value === undefined ? {} : { value }),
    text: inherited ?? projector.shown(field, value),
    state: stateOf(decision, set, inherited),
    values: authorValues(field, decision, projection, brief),
    rule: authority.rule,
    decides: set ? 'Everything that anybody says counts' : decidesNow(authority, decision, labelOf, projection),
    authors: authority.authors.map(labelOf),
    editable: definition.plane === 'governance' && authority.rule !== 'source',
    ...(inherited === undefined ? {} : { inherited: true }),
    ...(brief ? {} : sendsOf(subject, field, projection)),
    why:
      brief && isEvident(definition, decision)
        ? []
        : set
          ? setWhyLines(subject, field, projection)
          : whyLines(field, decision, authority, inherited, projection),
  };
}

/** Absent for nearly all. */
function sendsOf(subject: Subject, field: string, projection: Projection): Pick<FieldView, 'sends'> {
  const sends = sendTargets(subject, field, projection);
  return sends.length === 0 ? {} : { sends };
}

function stateOf(decision: Decision, set: readonly string[] | undefined, inherited: string | undefined): FieldView['state'] {
  if (set) return set.length > 0 ? 'set' : decision.state === 'unread' ? 'unread' : 'blank';
  return inherited === undefined ? decision.state : 'set';
}

/** What the row shows although nobody said it of this record. */
function inheritedText(field: string, { id }: Subject, projection: Projection): string | undefined {
  const row = projection.row(id)?.row;
  if (field === 'owner' || field === 'team') return row?.[field]?.inherited ? row[field].text : undefined;
  return field === 'application' || field === 'environment' ? row?.[field] : undefined;
}

/** A source that nobody has connected decides nothing. */
function decidesNow(authority: Authority, decision: Decision, labelOf: (author: string) => string, projection: Projection): string {
  if (authority.rule === 'override' && !decision.sources.some((said) => said.author)) return 'You decide, until a source reports it';
  return decidesText(authority, (author) => decidingLabel(author, decision, labelOf, projection));
}

/** "AWS decides" rather than "the source": by the name of the one that speaks. */
function decidingLabel(author: string, { sources }: Decision, labelOf: (author: string) => string, projection: Projection): string {
  const first = author === 'source' || author.startsWith('kind:') ? sources.find((said) => said.author) : undefined;
  return first ? projection.evidence.label(first.from.stored.source) : labelOf(author);
}

/** One source, one word: there is nothing to explain. */
const isEvident = ({ plane }: FieldDefinition, { stewards, sources, rule }: Decision): boolean =>
  plane === 'observed' && stewards.length === 0 && rule === undefined && sources.length === 1;

function authorValues(field: string, decision: Decision, projection: Projection, brief: boolean): AuthorValue[] {
  const all: Said[] = [...decision.stewards, ...(decision.rule ? [decision.rule] : []), ...decision.sources];
  return all.map((said) => authorValue(field, said, decision, projection, brief));
}

function authorValue(field: string, said: Said, decision: Decision, projection: Projection, brief: boolean): AuthorValue {
  const base = {
    author: authorView(said, projection, brief ? unhashed : undefined),
    ...(said.value === undefined ? {} : { value: said.value }),
    text: projection.projector.shown(field, said.value),
    unread: said.by === 'source' && said.unread,
    wins: said === decision.winner,
    acknowledged:
      said.by === 'source' &&
      said.value !== undefined &&
      decision.stewards.some(({ head }) => isAcknowledged(head, said.from.stored.source, said.value ?? null)),
  };
  if (said.by === 'rule') return base;
  if (said.by === 'source') return { ...base, ...sourceTimes(said, projection) };
  const { head } = said;
  return {
    ...base,
    asOf: head.at as Instant,
    ...(head.why === undefined ? {} : { why: head.why }),
    ...(head.until === undefined ? {} : { until: head.until }),
  };
}
