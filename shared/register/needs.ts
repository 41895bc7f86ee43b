import type { Json } from '../base/json.ts';
import type { Act } from '../model/act.ts';
import type { IdentityId } from '../model/ids.ts';
import { acceptAct, clearAct, excludeAct, keepAct, overrideEnd, setAct } from './acts.ts';
import type { Decision } from './decide.ts';
import type { Projection } from './projection.ts';
import { pairNeeds } from './proposals.ts';
import { authorName } from './saidView.ts';
import type { Subject } from './subject.ts';
import type { FieldView, Finding, Need, Row } from './view.ts';

/** What needs a person, worst first, each with its cure. */
export function needsOf(
  subject: Subject,
  row: Row,
  fields: readonly FieldView[],
  findings: readonly Finding[],
  projection: Projection,
  succeeds: readonly IdentityId[],
): Need[] {
  const needs: Need[] = [];
  for (const view of fields) {
    const decision = projection.projector.decide(subject, view.field);
    if (view.state === 'conflict') needs.push(conflictNeed(subject, view, decision));
    if (view.state === 'drift') needs.push(driftNeed(subject, view, decision, projection));
  }
  if (row.states.includes('held'))
    needs.push({
      kind: 'held',
      title: 'A change is held',
      detail: 'A run would change this record more than its guard lets pass.',
      severity: 'high',
      choices: [],
    });
  for (const finding of findings) if (finding.verdict === 'found') needs.push(findingNeed(subject, finding, projection, succeeds));
  return [...needs, ...pairNeeds(subject.id, projection)];
}

function conflictNeed(subject: Subject, view: FieldView, { stewards }: Decision): Need {
  const choices = stewards.map((said, index) => {
    const author = view.values[index]?.author;
    const hint = author ? `set by ${authorName(author)}` : '';
    const text = view.values[index]?.text || 'nothing';
    const act: Act =
      said.value === undefined
        ? { kind: 'clear', anchors: [...subject.anchors], field: view.field }
        : setAct(subject.anchors, view.field, said.value);
    return { label: `Keep ${text}`, hint, acts: [act] };
  });
  return {
    kind: 'conflict',
    title: `${view.label} is in conflict`,
    detail: 'Set differently by people who had not seen each other’s change.',
    field: view.field,
    severity: 'high',
    choices,
  };
}

function driftNeed(subject: Subject, view: FieldView, decision: Decision, projection: Projection): Need {
  const theirs = decision.differing[0];
  const mine = decision.stewards[0]?.value;
  const label = theirs ? projection.evidence.label(theirs.from.stored.source) : 'the source';
  const text = theirs ? projection.projector.shown(view.field, theirs.value) : '';
  const until = overrideEnd(projection.projector.authorityOf(subject, view.field), projection.projector.standing);
  const choices = [
    ...(mine === undefined
      ? []
      : [
          {
            label: `Keep ${view.text}`,
            hint: 'asked again only when the source says something new',
            acts: [keepAct(subject.anchors, view.field, mine as Json, decision, theirs && until)],
            safe: true,
          },
        ]),
    ...(theirs?.value === undefined
      ? []
      : [{ label: `Take ${text}`, hint: `as ${label} says`, acts: [setAct(subject.anchors, view.field, theirs.value)] }]),
    ...(mine === undefined
      ? []
      : (view.sends ?? []).map((send) => ({
          label: `Send ${view.text} to ${send.label}…`,
          hint: 'shows exactly what would be sent',
          send,
        }))),
    ...(theirs === undefined ? [{ label: 'Give it up', hint: 'sources decide again', acts: [clearAct(subject.anchors, view.field)] }] : []),
  ];
  const ended = 'The override has ended; the value stays until somebody decides.';
  const said = `Registered: ${view.text}. ${label} says: ${text}.`;
  const detail = !theirs ? ended : decision.lapsed ? `${said} ${ended}` : said;
  const title = theirs ? `${view.label} differs from ${label}` : `The override of ${view.label.toLowerCase()} has ended`;
  return { kind: 'drift', title, detail, field: view.field, severity: 'medium', choices };
}

function findingNeed(subject: Subject, finding: Finding, projection: Projection, succeeds: readonly IdentityId[]): Need {
  const base = {
    kind: finding.rule === 'unregistered' ? 'unregistered' : 'finding',
    title: TITLES[finding.rule],
    detail: finding.sentence,
    severity: finding.severity,
  } as const;
  switch (finding.rule) {
    case 'no-owner':
    case 'owner-gone':
      return { ...base, field: 'owner', choices: [{ label: 'Set an owner', edit: 'owner' }] };
    case 'unregistered':
      return {
        ...base,
        choices: [
          { label: 'Accept', acts: [acceptAct(subject.anchors)], safe: true },
          { label: 'Exclude', hint: 'not a machine identity', acts: [excludeAct(subject.anchors)] },
        ],
      };
    case 'missing':
      return { ...base, choices: [{ label: 'Retiring', acts: [{ kind: 'lifecycle', anchors: [...subject.anchors], state: 'retiring' }] }] };
    case 'recreated':
      return { ...base, choices: carryOver(subject, projection, succeeds) };
    case 'expiring':
    case 'over-age':
      return { ...base, choices: [ask(subject, 'Please rotate what has expired or is too old.')] };
    case 'shared-credential':
      return { ...base, choices: [ask(subject, 'Please give each place a credential of its own.')] };
  }
}

/** Muster does not rotate: it asks whoever answers for it, and the next run of the source shows that it was done. */
const ask = (subject: Subject, text: string): Need['choices'][number] => ({
  label: 'Ask the owner',
  hint: text,
  acts: [{ kind: 'request', anchors: [...subject.anchors].slice(0, 64), text }],
});

/** Owner and purpose are offered; decisions, approvals and exceptions never carry over (DOMAIN C). */
function carryOver(subject: Subject, projection: Projection, succeeds: readonly IdentityId[]): Need['choices'] {
  return succeeds.slice(0, 3).flatMap((id) => {
    const former = projection.projector.subject(id);
    if (!former) return [];
    const acts: Act[] = [];
    const parts: string[] = [];
    for (const field of ['owner', 'purpose']) {
      const { value, state } = projection.projector.decide(former, field);
      if (value === undefined || state === 'conflict' || projection.projector.decide(subject, field).value !== undefined) continue;
      acts.push(setAct(subject.anchors, field, value, 'carried over from the identity that had this name before'));
      parts.push(`${field} ${projection.projector.shown(field, value)}`);
    }
    return acts.length === 0 ? [] : [{ label: `Carry over ${parts.join(' and ')}`, acts }];
  });
}

const TITLES: Record<Finding['rule'], string> = {
  'no-owner': 'No owner',
  unregistered: 'Not registered',
  expiring: 'A credential expires',
  'over-age': 'A credential is too old',
  missing: 'Missing',
  recreated: 'Recreated under the same name',
  'shared-credential': 'The same key in several places',
  'owner-gone': 'The owner has left',
};
