import { compareCodeUnits, type Json } from '../base/json.ts';
import { visibleText } from '../base/text.ts';
import { MINUTE } from '../base/time.ts';
import type { Act } from '../model/act.ts';
import { fieldByName } from '../model/fields.ts';
import type { PersonId, SourceId } from '../model/ids.ts';
import { acceptAct, excludeAct, keepAct, overrideEnd, setAct } from './acts.ts';
import { ageText, plural } from './age.ts';
import type { Decision } from './decide.ts';
import { namedRows } from './inboxNames.ts';
import { privilegeGained } from './inboxPrivilege.ts';
import { writeItems } from './inboxWrites.ts';
import { ownerAnswers } from './ownerAnswers.ts';
import { peopleToConfirm } from './peopleToConfirm.ts';
import type { Projected } from './projected.ts';
import type { Projection } from './projection.ts';
import { linkProposals, sameIdentity } from './proposals.ts';
import type { Subject } from './subject.ts';
import type { InboxGroup, InboxItem } from './view.ts';
import { openWriteBacks } from './writeBackView.ts';

/** Grouped, never one row per identity (SCREENS): each item is one decision about many records. */
export function inboxOf(projection: Projection, me: PersonId | undefined): InboxGroup[] {
  const rows = projection.byName();
  const groups: InboxGroup[] = [
    { kind: 'Held runs', items: heldRuns(projection) },
    { kind: 'Write-back', items: writeItems(openWriteBacks(projection, me)) },
    { kind: 'Privilege gained', items: privilegeGained(rows, projection) },
    { kind: 'Conflicts', items: conflicts(rows, projection, me) },
    { kind: 'Owner answers', items: ownerAnswers(rows, projection) },
    { kind: 'Drift', items: drifts(rows, projection) },
    { kind: 'Same identity?', items: sameIdentity(projection) },
    { kind: 'Linked?', items: linkProposals(projection) },
    { kind: 'New to register', items: newcomers(rows, projection) },
    { kind: 'People to confirm', items: peopleToConfirm(rows, projection) },
  ];
  return groups.filter(({ items }) => items.length > 0);
}

function heldRuns({ evidence, now }: Projection): InboxItem[] {
  return evidence.all().flatMap((status) =>
    status.held.map((held) => {
      const count = held.counts.held || held.sample.length;
      const open = now - Date.parse(held.since);
      return {
        id: `held/${status.source}/${held.digest}`,
        what: `${visibleText(status.label || status.source)}: ${held.explanation}`,
        count,
        whyNow: open < MINUTE ? 'held just now; it waits for you' : `held for ${ageText(open)}; it waits for you`,
        severity: 'high' as const,
        records: [],
        source: status.source,
        held,
        choices: [
          {
            label: 'Discard',
            hint: 'the register stays as it is',
            acts: [{ kind: 'discard' as const, subject: held.digest, source: status.source }],
            safe: true,
          },
          {
            label: 'Release',
            hint: 'applies exactly what is shown',
            acts: [{ kind: 'release' as const, subject: held.digest, source: status.source }],
            safe: false,
            typeNumber: count,
          },
        ],
      };
    }),
  );
}

interface Case {
  readonly row: Projected;
  readonly subject: Subject;
  readonly decision: Decision;
}

/** Cases by key, keys in code unit order. */
function grouped(
  rows: readonly Projected[],
  fieldsOf: (row: Projected) => readonly string[],
  keyOf: (decision: Decision) => string,
  projection: Projection,
): { readonly field: string; readonly key: string; readonly cases: readonly Case[] }[] {
  const groups = new Map<string, { field: string; key: string; cases: Case[] }>();
  for (const row of rows) {
    if (fieldsOf(row).length === 0) continue;
    const subject = projection.projector.subject(row.id);
    for (const field of subject ? fieldsOf(row) : []) {
      const decision = projection.projector.decide(subject as Subject, field);
      const key = keyOf(decision);
      const group = groups.get(`${field}\u0000${key}`) ?? { field, key, cases: [] };
      group.cases.push({ row, subject: subject as Subject, decision });
      groups.set(`${field}\u0000${key}`, group);
    }
  }
  return [...groups].sort(([a], [b]) => compareCodeUnits(a, b)).map(([, group]) => group);
}

const labelOf = (field: string): string => fieldByName.get(field)?.label ?? field;

function conflicts(rows: readonly Projected[], projection: Projection, me: string | undefined): InboxItem[] {
  const pair = ({ stewards }: Decision): string => [...new Set(stewards.map(({ head }) => head.person ?? ''))].sort().join('/');
  return grouped(rows, ({ row }) => row.conflicts, pair, projection).map(({ field, key, cases }) => {
    const persons = key.split('/');
    const name = (person: string): string =>
      visibleText([...projection.ledger.persons().values()].find((one) => one.person === person)?.name ?? 'somebody');
    const choices = persons.map((person) => ({
      label: person === me ? 'Keep all mine' : `Keep all of ${name(person)}`,
      acts: cases.flatMap(({ subject, decision }) => keepOf(subject, field, decision, person)),
      safe: false,
    }));
    return {
      id: `conflict/${field}/${key}`,
      what: `${labelOf(field)} set differently by ${persons.map(name).join(' and ')}`,
      count: cases.length,
      whyNow: 'neither had seen the other’s change; nothing is certified or sent until somebody decides',
      severity: 'high' as const,
      records: namedRows(cases.map(({ row }) => row)),
      field,
      query: `conflict:${field}`,
      choices: [...choices, { label: 'One by one', acts: [], safe: true }],
    };
  });
}

function keepOf(subject: Subject, field: string, { stewards }: Decision, person: string): Act[] {
  const said = stewards.findLast(({ head }) => (head.person ?? '') === person);
  if (!said) return [];
  const anchors = [...subject.anchors];
  if (said.value === undefined) return [{ kind: 'clear', anchors, field }];
  return field === 'lifecycle' ? lifecycleActs(anchors, said.value) : [setAct(anchors, field, said.value)];
}

/** The pseudo-field is written by its own acts. */
function lifecycleActs(anchors: Subject['anchors'][number][], value: Json): Act[] {
  const { state, reason } = value as { state?: string; reason?: string };
  if (state === 'active') return [{ kind: 'accept', anchors }];
  if (state === 'excluded') return [{ kind: 'exclude', anchors, reason } as Act];
  return [{ kind: 'lifecycle', anchors, state } as Act];
}

function drifts(rows: readonly Projected[], projection: Projection): InboxItem[] {
  const source = ({ differing }: Decision): string => differing[0]?.from.stored.source ?? '';
  return grouped(rows, ({ row }) => row.drifts, source, projection).map(({ field, key, cases }) => {
    const label = key === '' ? 'the source' : visibleText(projection.evidence.label(key));
    const keep = cases.flatMap(({ subject, decision }) =>
      decision.stewards[0]?.value === undefined
        ? []
        : [keepAct(subject.anchors, field, decision.stewards[0].value, decision, keptUntil(subject, field, decision, projection))],
    );
    const take = cases.flatMap(({ subject, decision }) => {
      const value = decision.differing[0]?.value;
      return value === undefined ? [] : [setAct(subject.anchors, field, value)];
    });
    return {
      id: `drift/${field}/${key}`,
      what: `${labelOf(field)} differs from ${label}`,
      count: cases.length,
      whyNow: driftReason(cases, key === '' ? undefined : label),
      severity: 'medium' as const,
      records: namedRows(cases.map(({ row }) => row)),
      field,
      query: `drift:${field}${key === '' ? '' : ` source:${key}`}`,
      ...(key === '' ? {} : { source: key as SourceId }),
      choices: [
        { label: 'Keep ours', hint: 'asked again only when the source says something new', acts: keep, safe: true },
        ...(take.length > 0 ? [{ label: `Take what ${label} says`, acts: take, safe: false }] : []),
      ],
    };
  });
}

/** Nothing to override where no source says anything: then it is simply theirs. */
const keptUntil = (subject: Subject, field: string, { differing }: Decision, { projector }: Projection) =>
  differing.length === 0 ? undefined : overrideEnd(projector.authorityOf(subject, field), projector.standing);

function driftReason(cases: readonly Case[], label: string | undefined): string {
  const lapsed = cases.filter(({ decision }) => decision.lapsed).length;
  const ended = lapsed === 1 ? 'the override has ended' : `${lapsed} overrides have ended`;
  const differs = label === undefined ? [] : [`${label} says something else than the register`];
  return [...(lapsed > 0 ? [ended] : []), ...differs].join('; ');
}

/** "6 identities and 2 credentials": a credential without an identity is a line of its own, but no identity. */
function kindsIn(group: readonly Projected[]): string {
  const credentials = group.filter(({ row }) => row.type === 'credential').length;
  const identities = group.length - credentials;
  const words = [
    ...(identities > 0 ? [plural(identities, 'identity', 'identities')] : []),
    ...(credentials > 0 ? [plural(credentials, 'credential')] : []),
  ];
  return words.join(' and ');
}

function newcomers(rows: readonly Projected[], { evidence, classes }: Projection): InboxItem[] {
  const bySource = new Map<string, Projected[]>();
  for (const row of rows) {
    if (!row.registered || row.row.lifecycle !== 'unregistered' || row.row.observed === 'missing') continue;
    const source = row.row.sources[0] ?? '';
    const group = bySource.get(source);
    if (group) group.push(row);
    else bySource.set(source, [row]);
  }
  return [...bySource]
    .sort(([a], [b]) => compareCodeUnits(a, b))
    .map(([source, group]) => ({
      id: `new/${source}`,
      what: `${kindsIn(group)} from ${visibleText(evidence.label(source))}`,
      count: group.length,
      whyNow: 'live in the source, and nobody has accepted them',
      severity: 'low' as const,
      records: namedRows(group),
      query: `is:unregistered source:${source}`,
      ...(source === '' ? {} : { source: source as SourceId }),
      choices: [
        { label: `Accept ${group.length}`, acts: group.map(({ id }) => acceptAct(classes.anchors(id))), safe: true },
        { label: 'Exclude', hint: 'not machine identities', acts: group.map(({ id }) => excludeAct(classes.anchors(id))), safe: false },
      ],
    }));
}
