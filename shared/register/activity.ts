import type { Json } from '../base/json.ts';
import { visibleText } from '../base/text.ts';
import type { Instant } from '../base/time.ts';
import type { LedgerLine } from '../ledger/ledgerReader.ts';
import type { Act, ActOf, ActRef } from '../model/act.ts';
import { ASSERTED_LINKS, readAsserted } from '../model/assertedLink.ts';
import { APART, fieldByName } from '../model/fields.ts';
import type { Anchor, DeviceId, IdentityId, PersonId } from '../model/ids.ts';
import type { RunSummary } from '../model/status.ts';
import { plural } from './age.ts';
import type { Projection } from './projection.ts';
import type { ActivityLine, ActivityStep } from './view.ts';

export interface ActivityOptions {
  readonly runs: boolean;
  readonly before?: Instant;
  readonly limit: number;
  readonly me?: PersonId | undefined;
}

const RECORDS = 50;
const STEPS = 100;
const FIXED: ReadonlySet<Act['kind']> = new Set([
  'genesis',
  'enrol',
  'invite',
  'revoke',
  'rekey',
  'role',
  'policy',
  'withdraw',
  'release',
  'discard',
  'approve',
  'reject',
]);

/** People's entries and sources' runs, newest first. */
export function activityOf(projection: Projection, options: ActivityOptions, anchors?: readonly Anchor[]): ActivityLine[] {
  const earlier = (at: string): boolean => options.before === undefined || at < options.before;
  const asked = { limit: options.before === undefined ? options.limit : Number.MAX_SAFE_INTEGER, ...(anchors ? { anchor: anchors } : {}) };
  const entries = projection.ledger
    .lines(asked)
    .map((line) => entryLine(line, projection, options.me))
    .filter((line) => earlier(line.at));
  const runs = options.runs ? runLines(projection).filter((line) => earlier(line.at)) : [];
  return [...entries, ...runs].sort((a, b) => (a.at > b.at ? -1 : a.at < b.at ? 1 : 0)).slice(0, options.limit);
}

export function entryLine(line: LedgerLine, projection: Projection, me: PersonId | undefined): ActivityLine {
  const { entry, place, person } = line;
  const ids = idsOf(entry.acts, projection);
  const steps = stepsOf(line, projection);
  const device =
    person === undefined
      ? undefined
      : projection.ledger
          .persons()
          .get(person)
          ?.devices.find((one) => one.device === entry.device)?.label;
  const why = entry.acts.map((act) => ('why' in act ? act.why : undefined)).find((text) => text !== undefined);
  const [reason] = line.void.values();
  return {
    id: entry.id,
    kind: 'entry',
    at: entry.at,
    entry: entry.id,
    who: visibleText(line.personName || 'somebody'),
    what: whatOf(steps),
    steps: steps.slice(0, STEPS),
    count: ids.length,
    records: ids.slice(0, RECORDS).map((id) => ({ id, name: projection.row(id)?.row.name ?? id.slice(0, 8) })),
    state: stateOf(line),
    undoable: me !== undefined && person === me ? undoable(line) : [],
    ...(place === undefined ? {} : { place }),
    ...(person === undefined ? {} : { person }),
    ...(device === undefined ? {} : { device: visibleText(device) }),
    ...(why === undefined ? {} : { why }),
    ...(reason === undefined ? {} : { reason }),
  };
}

/** Acts that have no place in the ledger, in words: which records, and what was said of them. */
export function saidWords(acts: readonly Act[], projection: Projection): string[] {
  const created = new Map<string, string>(acts.flatMap((act) => (act.kind === 'create' ? [[act.anchor, act.name]] : [])));
  const said = acts.map((act) => {
    const names = idsOf([act], projection).map((id) => visibleText(projection.row(id)?.row.name ?? created.get(id) ?? id.slice(0, 8), 80));
    return names.length === 0 || act.kind === 'create' ? sentence(act, projection) : `${names.join(', ')}: ${sentence(act, projection)}`;
  });
  return [...new Set(said)].slice(0, STEPS);
}

function undoable({ entry, withdrawn, void: refused }: LedgerLine): ActRef[] {
  return entry.acts.flatMap((act, index) =>
    FIXED.has(act.kind) || withdrawn.has(index) || refused.has(index) ? [] : [{ entry: entry.id, act: index }],
  );
}

function stateOf({ place, entry, void: refused, withdrawn }: LedgerLine): ActivityLine['state'] {
  if (refused.size === entry.acts.length) return 'void';
  if (withdrawn.size > 0 && withdrawn.size + refused.size === entry.acts.length) return 'withdrawn';
  return place === undefined ? 'saved here' : 'on the server';
}

export function idsOf(acts: readonly Act[], projection: Projection): IdentityId[] {
  const ids = new Set<IdentityId>();
  for (const act of acts) {
    if ('anchors' in act) for (const anchor of act.anchors) ids.add(projection.classes.id(anchor));
    else if ('anchor' in act) ids.add(projection.classes.id(act.anchor));
  }
  return [...ids];
}

/** The acts of an entry in words, in their order; acts that say the same of several records are one step. */
function stepsOf({ entry, void: refused, withdrawn }: LedgerLine, projection: Projection): ActivityStep[] {
  const steps = new Map<string, { what: string; count: number; state: ActivityStep['state'] }>();
  for (const [index, act] of entry.acts.entries()) {
    const what = sentence(act, projection);
    const state = refused.get(index) ?? (withdrawn.has(index) ? 'taken back' : 'counts');
    const key = `${state}\u0000${what}`;
    const step = steps.get(key);
    if (step) step.count++;
    else steps.set(key, { what, count: 1, state });
  }
  return [...steps.values()];
}

/** The first kinds of change in words; "and 2 more kinds of change" for the rest. */
function whatOf(steps: readonly ActivityStep[]): string {
  const [first = '', second, ...rest] = new Set(steps.map(({ what }) => what));
  if (second === undefined) return first;
  return rest.length === 0
    ? `${first}; ${second}`
    : `${first}; ${second}; and ${plural(rest.length, 'more kind of change', 'more kinds of change')}`;
}

function sentence(act: Act, projection: Projection): string {
  const label = (field: string): string => (fieldByName.get(field)?.label ?? visibleText(field, 60)).toLowerCase();
  const shown = (field: string, value: Json): string => visibleText(projection.projector.shown(field, value), 120);
  switch (act.kind) {
    case 'set':
      return `set ${label(act.field)} to ${shown(act.field, act.value)}${act.acknowledges?.length ? ', kept against the source' : ''}`;
    case 'clear':
      return `cleared ${label(act.field)}`;
    case 'add':
      if (act.field === APART) return 'said no to a proposal that it belongs to another record';
      if (act.field === ASSERTED_LINKS) return `vouched for ${linkWords(act.element, projection)}`;
      return `added ${shown(act.field, act.element)} to ${label(act.field)}`;
    case 'remove':
      if (act.field === APART) return 'lets a proposal be made again';
      if (act.field === ASSERTED_LINKS) return `no longer vouches for ${linkWords(act.element, projection)}`;
      return `removed ${shown(act.field, act.element)} from ${label(act.field)}`;
    case 'accept':
      return 'accepted';
    case 'exclude':
      return `excluded: ${act.reason}`;
    case 'lifecycle':
      return `marked ${act.state}`;
    case 'comment':
      return `commented: ${visibleText(act.text, 120)}`;
    case 'request':
      return `asked: ${visibleText(act.text, 120)}`;
    case 'create':
      return `created ${act.type} ${visibleText(act.name, 120)}`;
    case 'merge':
      return 'merged records into one identity';
    case 'split':
      return 'split a record from its identity';
    case 'release':
      return `released a held change of ${projection.evidence.label(act.source)}`;
    case 'discard':
      return `discarded a held change of ${projection.evidence.label(act.source)}`;
    case 'enrol':
      return `enrolled ${visibleText(act.personName, 80)} on ${visibleText(act.label, 80)} as ${act.role}`;
    case 'role':
      return `made ${visibleText(projection.ledger.persons().get(act.person)?.name ?? 'a person', 80)} ${act.role}`;
    case 'revoke':
      return `took ${deviceWords(act.device, projection)} out of use`;
    case 'rekey':
      return "replaced the server's key";
    case 'invite':
      return `invited a ${act.role}`;
    case 'policy':
      return `changed policy ${visibleText(act.key, 80)}`;
    case 'withdraw':
      return `took back ${plural(act.acts.length, 'change')}`;
    case 'genesis':
      return 'created this space';
    case 'propose':
      return `proposed to send ${label(act.write.field)} ${act.sent === null ? 'away' : `"${shown(act.write.field, act.sent)}"`} to ${visibleText(projection.evidence.label(act.source))}`;
    case 'approve':
    case 'reject':
      return decided(act, projection);
    default:
      return 'a change that this version does not know';
  }
}

function linkWords(element: string, { classes, rows }: Projection): string {
  const link = readAsserted(element);
  if (!link) return 'a link';
  const name = visibleText(rows.get(classes.id(link.other))?.row.name ?? 'a record that is gone', 120);
  return `the link "${link.relation.replaceAll('-', ' ')}" ${link.direction === 'out' ? 'to' : 'from'} ${name}`;
}

/** What was approved or rejected, where it is known. */
function decided({ kind, subject }: ActOf<'approve'> | ActOf<'reject'>, { ledger, evidence }: Projection): string {
  const verb = kind === 'approve' ? 'approved' : 'rejected';
  const act = ledger.proposals().get(subject)?.act;
  return act
    ? `${verb} sending ${(fieldByName.get(act.write.field)?.label ?? act.write.field).toLowerCase()} to ${visibleText(evidence.label(act.source))}`
    : verb;
}

/** A device as its person calls it. */
function deviceWords(device: DeviceId, { ledger }: Projection): string {
  const person = ledger.personOf(device);
  const label = person?.devices.find((one) => one.device === device)?.label;
  return person && label !== undefined ? `${visibleText(label, 80)} of ${visibleText(person.name, 80)}` : 'a device';
}

function runLines({ evidence }: Projection): ActivityLine[] {
  return evidence.all().flatMap((status) =>
    status.runs.map((run) => ({
      id: `${status.source}/${run.id}`,
      kind: 'run' as const,
      at: run.ended,
      source: status.source,
      who: visibleText(status.label || status.source),
      what: runText(run),
      count: run.counts.added + run.counts.changed + run.counts.missing + run.counts.returned + run.counts.deleted,
      records: [],
      steps: [],
      state: run.counts.held > 0 ? ('held' as const) : run.outcome,
      undoable: [],
      run,
      ...(run.problems[0] ? { reason: run.problems[0].message } : {}),
    })),
  );
}

export const runText = ({ counts }: RunSummary): string =>
  `+${counts.added} ~${counts.changed + counts.returned} −${counts.missing + counts.deleted}${counts.held > 0 ? ` · ${counts.held} held` : ''}${counts.echoed ? ` · ${counts.echoed} confirmed` : ''}`;
