import { visibleText } from '../base/text.ts';
import { toDay } from '../base/time.ts';
import type { Head } from '../ledger/ledgerReader.ts';
import { fieldByName } from '../model/fields.ts';
import { ageText } from './age.ts';
import { type Authority, authorLabel } from './authority.ts';
import { type Decision, isAcknowledged, type Said } from './decide.ts';
import type { Projection } from './projection.ts';
import { authorName, authorView, sourceTimes } from './saidView.ts';
import type { Subject } from './subject.ts';

/** "Why this value": plain English, one sentence a line; first what counts and why, then what else was said. */
export function whyLines(
  field: string,
  decision: Decision,
  authority: Authority,
  inherited: string | undefined,
  projection: Projection,
): string[] {
  const quoted = (said: Said): string => `"${projection.projector.shown(field, said.value)}"`;
  return [
    ...valueLines(decision, inherited, quoted, projection),
    ...ambiguityLine(field, decision, projection),
    ...stewardLines(decision),
    ...sourceLines(decision, authority, quoted, projection),
    orderLine(authority, projection),
  ];
}

type Quoted = (said: Said) => string;

/** A spelling that several parties have means none of them until a person says which. */
function ambiguityLine(field: string, { winner }: Decision, { parties }: Projection): string[] {
  if (fieldByName.get(field)?.type !== 'party' || typeof winner?.value !== 'string') return [];
  const { length } = parties.meantBy(winner.value);
  return length > 1 ? [`Ambiguous: ${length} people or teams go by that; which of them is meant is not guessed.`] : [];
}

function valueLines(decision: Decision, inherited: string | undefined, quoted: Quoted, projection: Projection): string[] {
  const { winner, state } = decision;
  if (state === 'conflict') return decision.stewards.map((said) => saidLine(said, quoted, projection));
  if (winner) return [saidLine(winner, quoted, projection)];
  if (inherited !== undefined) return [`It inherits "${inherited}" from what it belongs to, until somebody sets one here.`];
  return state === 'unread' ? [] : ['Nobody whose word counts has said anything.'];
}

/** Of a set: who added what, and what was taken away although a source says it. */
export function setWhyLines(subject: Subject, field: string, { projector, ledger, evidence, now }: Projection): string[] {
  const lines: string[] = [];
  const told = (verb: string, elements: ReadonlyMap<string, readonly Head[]>): void => {
    for (const [element, [head]] of elements) {
      const name = visibleText((head?.person && ledger.persons().get(head.person)?.name) ?? 'somebody');
      const age = head === undefined ? '' : ageText(now - Date.parse(head.at));
      lines.push(`${name} ${verb} "${projector.shown(field, element)}"${age === '' || age === 'just now' ? ' just now' : ` ${age} ago`}.`);
    }
  };
  for (const anchor of subject.anchors) {
    told('added', ledger.elements(anchor, field));
    told('removed', ledger.removedElements(anchor, field));
  }
  for (const { stored, record } of subject.records)
    if (record.fields[field] !== undefined)
      lines.push(`${visibleText(evidence.label(stored.source))} says "${projector.shown(field, record.fields[field])}".`);
  return lines.length > 0 ? [...new Set(lines)].sort() : ['Nobody has added anything.'];
}

/** Who said it, when, and the reason that they gave. */
function saidLine(said: Said, quoted: Quoted, projection: Projection): string {
  const name = authorName(authorView(said, projection));
  if (said.by === 'rule')
    return said.id === 'environment' ? `The mapping ${name} gives ${quoted(said)}.` : `The rule "${name}" gives ${quoted(said)}.`;
  if (said.by === 'source') return `${name} says ${quoted(said)}${evidenceText(said, projection)}.`;
  const { head } = said;
  const what = said.value === undefined ? 'cleared it' : `set it to ${quoted(said)}`;
  const why = head.why === undefined ? '' : ` Reason given: ${visibleText(head.why, 200)}`;
  const waiting = head.place === undefined ? ' It is saved here and not on the server yet.' : '';
  return `${name} ${what}${agoText(head.at, projection)}.${why}${waiting}`;
}

function agoText(at: string, { now }: Projection): string {
  const age = ageText(now - Date.parse(at));
  return age === 'just now' ? ' just now' : ` ${age} ago`;
}

function evidenceText(said: Said & { readonly by: 'source' }, projection: Projection): string {
  const { asOf } = sourceTimes(said, projection);
  if (asOf === undefined) return ', with no complete listing behind it';
  const age = ageText(projection.now - Date.parse(asOf));
  return age === 'just now' ? ', as of just now' : `, as of ${age} ago`;
}

function stewardLines({ state, stewards, lapsed }: Decision): string[] {
  const until = stewards[0]?.head.until;
  const day = until === undefined ? undefined : toDay(Date.parse(until));
  return [
    ...(state === 'conflict' ? ['They had not seen each other’s change, so no rule can choose: somebody has to decide.'] : []),
    ...(lapsed ? [`The override ended${day === undefined ? '' : ` on ${day}`}: the value stays until somebody decides.`] : []),
    ...(!lapsed && day !== undefined ? [`It was set until ${day}.`] : []),
  ];
}

/** What sources say that does not count, and why not. */
function sourceLines(decision: Decision, authority: Authority, quoted: Quoted, projection: Projection): string[] {
  return decision.sources
    .filter((said) => said !== decision.winner)
    .map((said) => {
      const label = visibleText(projection.evidence.label(said.from.stored.source));
      if (said.unread) return `${label} did not let Muster read it: that neither counts nor blanks anything.`;
      if (!said.author) return `${label} says ${quoted(said)}, but is not among those who may.`;
      if (decision.differing.includes(said)) return `${label} says ${quoted(said)}: the two differ until somebody keeps one.`;
      if (decision.stewards.some(({ head }) => isAcknowledged(head, said.from.stored.source, said.value ?? null)))
        return `${label} says ${quoted(said)}; a steward has seen that and kept the registered value.`;
      if (authority.rule === 'suggest') return `${label} suggests ${quoted(said)}: it counts once somebody takes it.`;
      return `${label} says ${quoted(said)} as well.`;
    });
}

function orderLine({ authors, rule }: Authority, { evidence }: Projection): string {
  const names = authors.map((author) => lower(authorLabel(author, (id) => evidence.label(id))));
  if (rule === 'source') return `Only ${names.join(' or ')} may say it: here it can be disputed, not set.`;
  if (rule !== 'override') return `Whose word counts, in order: ${names.join(', ')}.`;
  const others = names.filter((_, index) => authors[index] !== 'steward');
  return `Whose word counts, in order: ${others.join(', ')}; a steward may override ${others.length === 1 ? 'it' : 'them'}.`;
}

/** Articles begin small within a sentence; names of products stay as they are. */
const lower = (name: string): string => name.replace(/^(A|The) /, (article) => article.toLowerCase());
