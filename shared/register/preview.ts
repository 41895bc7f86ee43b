import { sameJson } from '../base/json.ts';
import { visibleText } from '../base/text.ts';
import type { Act } from '../model/act.ts';
import { fieldByName, fieldProblem, isSetField } from '../model/fields.ts';
import type { IdentityId } from '../model/ids.ts';
import { acknowledgements, overrideEnd } from './acts.ts';
import { authorLabel, decidesText } from './authority.ts';
import { decideSet } from './decide.ts';
import type { Projection } from './projection.ts';
import type { Subject } from './subject.ts';
import { lifecycleOf } from './subjectFacts.ts';
import type { EditChange, EditPreview } from './view.ts';

/** What became of one record of the edit. */
type Outcome =
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'unchanged' }
  | {
      readonly kind: 'act';
      readonly act: Act;
      readonly settles: boolean;
      readonly drift: boolean;
      readonly from: string;
      readonly to: string;
    };

const EXAMPLES = 5;
const MAX_MERGED = 64;

/** What an edit would do, before it is signed (DESIGN 5): nothing is written. */
export function previewEdit(ids: readonly IdentityId[], change: EditChange, projection: Projection): EditPreview {
  const subjects = [...new Set(ids.map((id) => projection.classes.id(id)))].map((id) => ({
    id,
    subject: projection.projector.subject(id),
  }));
  const known = subjects.flatMap(({ subject }) => (subject ? [subject] : []));
  const gone = subjects
    .filter(({ subject }) => !subject)
    .map(({ id }) => ({ id, name: id.slice(0, 8), reason: 'it is not in the register any more' }));
  if (change.kind === 'merge') return previewMerge(known, change.why, projection);
  const outcomes = known.map((subject) => ({ subject, outcome: outcomeOf(subject, change, projection) }));
  const acts = outcomes.flatMap(({ subject, outcome }) => (outcome.kind === 'act' ? [{ subject, ...outcome }] : []));
  const refused = outcomes.flatMap(({ subject, outcome }) =>
    outcome.kind === 'refused' ? [{ id: subject.id, name: projection.projector.nameOf(subject), reason: outcome.reason }] : [],
  );
  return {
    acts: acts.map(({ act }) => act),
    records: acts.length,
    unchanged: outcomes.filter(({ outcome }) => outcome.kind === 'unchanged').length,
    conflictsSettled: acts.filter(({ settles }) => settles).length,
    drift: acts.filter(({ drift }) => drift).length,
    refused: [...refused, ...gone],
    examples: acts
      .slice(0, EXAMPLES)
      .map(({ subject, from, to }) => ({ id: subject.id, name: projection.projector.nameOf(subject), from, to })),
  };
}

function previewMerge(subjects: readonly Subject[], why: string | undefined, projection: Projection): EditPreview {
  const anchors = subjects.flatMap((subject) => subject.anchors);
  const name = (subject: Subject): string => projection.projector.nameOf(subject);
  const types = new Set(subjects.map(({ type }) => type));
  const reason =
    types.size > 1
      ? 'records of different types cannot be one'
      : anchors.length > MAX_MERGED
        ? `more than ${MAX_MERGED} records cannot be merged at once`
        : undefined;
  const empty = { acts: [], records: 0, unchanged: 0, conflictsSettled: 0, drift: 0, refused: [], examples: [] };
  if (reason) return { ...empty, refused: subjects.map((subject) => ({ id: subject.id, name: name(subject), reason })) };
  if (subjects.length < 2) return { ...empty, unchanged: subjects.length };
  const first = [...subjects].sort((a, b) => (a.id < b.id ? -1 : 1))[0] as Subject;
  const examples = subjects
    .slice(0, EXAMPLES)
    .map((subject) => ({ id: subject.id, name: name(subject), from: name(subject), to: name(first) }));
  return { ...empty, acts: [{ kind: 'merge', anchors, ...(why === undefined ? {} : { why }) }], records: subjects.length, examples };
}

function outcomeOf(subject: Subject, change: Exclude<EditChange, { kind: 'merge' }>, projection: Projection): Outcome {
  switch (change.kind) {
    case 'set':
    case 'clear':
      return valueOutcome(subject, change, projection);
    case 'add':
    case 'remove':
      return elementOutcome(subject, change, projection);
    case 'comment':
      return act({ kind: 'comment', anchors: [...subject.anchors], text: change.text }, '', change.text);
    case 'accept':
    case 'exclude':
    case 'lifecycle':
      return lifecycleOutcome(subject, change, projection);
  }
}

function act(made: Act, from: string, to: string, settles = false, drift = false): Outcome {
  return { kind: 'act', act: made, from, to: visibleText(to), settles, drift };
}

const reason = (why: string | undefined): { why?: string } => (why === undefined ? {} : { why });

/** Why a steward may not set the field on this record at all, or undefined. */
function barred(subject: Subject, field: string, projection: Projection): string | undefined {
  const definition = fieldByName.get(field);
  if (!definition) return `there is no field "${field.slice(0, 60)}"`;
  if (!definition.on.includes(subject.type)) return `a ${subject.type} has no ${definition.label.toLowerCase()}`;
  const authority = projection.projector.authorityOf(subject, field);
  if (definition.plane === 'governance' && authority.rule !== 'source') return undefined;
  return `${definition.label}: ${decidesText(authority, (author) => authorLabel(author, (id) => projection.evidence.label(id)))}`;
}

function valueOutcome(subject: Subject, change: Extract<EditChange, { kind: 'set' | 'clear' }>, projection: Projection): Outcome {
  const { field } = change;
  const problem = barred(subject, field, projection) ?? (change.kind === 'set' ? fieldProblem(field, change.value) : undefined);
  if (problem !== undefined) return { kind: 'refused', reason: problem };
  if (isSetField(field)) return { kind: 'refused', reason: 'this field is edited by adding and removing' };
  const { projector } = projection;
  const decision = projector.decide(subject, field);
  const from = projector.shown(field, decision.value);
  const settles = decision.state === 'conflict';
  const anchors = [...subject.anchors];
  if (change.kind === 'clear') {
    if (!settles && decision.stewards.every(({ value }) => value === undefined)) return { kind: 'unchanged' };
    return act({ kind: 'clear', anchors, field, ...reason(change.why) }, from, '', settles);
  }
  const asked = change.acknowledge === true || change.until !== undefined;
  if (
    !settles &&
    !asked &&
    decision.stewards.length > 0 &&
    decision.stewards.every(({ value }) => value !== undefined && sameJson(value, change.value))
  )
    return { kind: 'unchanged' };
  const drift = decision.sources.some(
    (said) =>
      said.author &&
      !said.unread &&
      said.value !== undefined &&
      projector.canonical(field, said.value) !== projector.canonical(field, change.value),
  );
  const until = change.until ?? (drift ? overrideEnd(projector.authorityOf(subject, field), projector.standing) : undefined);
  const kept = change.acknowledge === true ? acknowledgements(decision).source : undefined;
  const made: Act = {
    kind: 'set',
    anchors,
    field,
    value: change.value,
    ...reason(change.why),
    ...(kept && kept.length > 0 ? { acknowledges: kept } : {}),
    ...(until === undefined ? {} : { until }),
  };
  return act(made, from, projector.shown(field, change.value), settles, drift);
}

function elementOutcome(subject: Subject, change: Extract<EditChange, { kind: 'add' | 'remove' }>, projection: Projection): Outcome {
  const { field, element } = change;
  const problem = barred(subject, field, projection);
  if (problem !== undefined) return { kind: 'refused', reason: problem };
  if (!isSetField(field)) return { kind: 'refused', reason: 'this field holds one value: set it' };
  if (element.trim() === '') return { kind: 'refused', reason: 'there is nothing to add' };
  const present = decideSet(subject, field, projection.ledger);
  if (present.includes(element) === (change.kind === 'add')) return { kind: 'unchanged' };
  const after = change.kind === 'add' ? [...present, element] : present.filter((one) => one !== element);
  const shown = (values: readonly string[]): string => projection.projector.shown(field, [...values]);
  return act({ kind: change.kind, anchors: [...subject.anchors], field, element, ...reason(change.why) }, shown(present), shown(after));
}

function lifecycleOutcome(
  subject: Subject,
  change: Extract<EditChange, { kind: 'accept' | 'exclude' | 'lifecycle' }>,
  projection: Projection,
): Outcome {
  const { projector } = projection;
  const decision = projector.decide(subject, 'lifecycle');
  const from = lifecycleOf(decision.value, subject);
  const to = change.kind === 'accept' ? 'active' : change.kind === 'exclude' ? 'excluded' : change.state;
  const value = change.kind === 'exclude' ? { state: 'excluded', reason: change.reason } : { state: to };
  const problem = fieldProblem('lifecycle', value);
  if (problem !== undefined) return { kind: 'refused', reason: problem };
  const settles = decision.state === 'conflict';
  if (
    !settles &&
    from === to &&
    decision.stewards.length > 0 &&
    (change.kind !== 'exclude' || (decision.value !== undefined && sameJson(decision.value, value)))
  )
    return { kind: 'unchanged' };
  const anchors = [...subject.anchors];
  const made = (
    change.kind === 'accept'
      ? { kind: 'accept', anchors, ...reason(change.why) }
      : change.kind === 'exclude'
        ? { kind: 'exclude', anchors, reason: change.reason, ...reason(change.why) }
        : { kind: 'lifecycle', anchors, state: change.state, ...reason(change.why) }
  ) as Act;
  return act(made, from, to, settles);
}
