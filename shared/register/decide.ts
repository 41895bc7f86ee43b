import { canonicalJson, type Json } from '../base/json.ts';
import { type Millis, parseTime } from '../base/time.ts';
import type { Head, LedgerReader } from '../ledger/ledgerReader.ts';
import type { Authority } from './authority.ts';
import { valueHash } from './recordStore.ts';
import { byPlace, isBlank, isGone, type ObservedRecord, type Subject } from './subject.ts';

/** One author's value for a field. */
export type Said =
  | { readonly by: 'steward'; readonly head: Head; readonly value: Json | undefined }
  | { readonly by: 'rule'; readonly id: string; readonly label: string; readonly value: Json }
  | {
      readonly by: 'source';
      readonly from: ObservedRecord;
      readonly value: Json | undefined;
      readonly unread: boolean;
      /** Policy names it among the authors. */
      readonly author: boolean;
    };

export interface RuleValue {
  readonly id: string;
  readonly label: string;
  readonly value: Json;
}

export interface Decision {
  readonly value: Json | undefined;
  readonly state: 'set' | 'blank' | 'unread' | 'drift' | 'conflict';
  readonly winner: Said | undefined;
  readonly stewards: readonly (Said & { readonly by: 'steward' })[];
  readonly rule: (Said & { readonly by: 'rule' }) | undefined;
  readonly sources: readonly (Said & { readonly by: 'source' })[];
  /** Sources that differ from the registered value and were not acknowledged, in policy order. */
  readonly differing: readonly (Said & { readonly by: 'source' })[];
  readonly lapsed: boolean;
}

export interface DecideContext {
  readonly ledger: LedgerReader;
  readonly now: Millis;
  readonly kindOfSource: (source: string) => string | undefined;
  /** Makes equal what means the same: references are compared after classes and parties are resolved. */
  readonly canonical: (field: string, value: Json) => string;
}

type StewardSaid = Said & { readonly by: 'steward' };
type SourceSaid = Said & { readonly by: 'source' };

/** DESIGN 8 and DOMAIN H: every author's value, and the one that wins. The clock moves nothing but `lapsed`. */
export function decide(
  subject: Subject,
  field: string,
  authority: Authority,
  rule: RuleValue | undefined,
  context: DecideContext,
): Decision {
  if (!rule && isUnsaid(subject, field)) return UNSAID;
  const { heads, conflict } = stewardHeads(subject, field, context);
  const stewards: readonly StewardSaid[] =
    heads.length === 0 ? NO_STEWARDS : heads.map((head) => ({ by: 'steward', head, value: head.value }));
  const sources = sourceValues(subject, field, authority, context);
  const ruled = rule && ({ by: 'rule', ...rule } as const);
  const winner = winnerOf(stewards, ruled, sources, authority);
  const registered = registeredOf(stewards);
  const lapsed = registered !== undefined && isLapsed(registered.head, authority, context.now);
  const differing = registered && !conflict ? differingFrom(registered, sources, field, authority, lapsed, context) : NO_SOURCES;
  const state = conflict ? 'conflict' : differing.length > 0 || lapsed ? 'drift' : plainState(winner, sources);
  return { value: winner?.value, state, winner, stewards, rule: ruled, sources, differing, lapsed };
}

const NO_STEWARDS: readonly StewardSaid[] = [];
const NO_SOURCES: readonly SourceSaid[] = [];
const NO_HEADS: { readonly heads: readonly Head[]; readonly conflict: boolean } = { heads: [], conflict: false };

/** Whether no steward and no source says anything of the field, not even that it could not be read. */
export function isUnsaid(subject: Subject, field: string): boolean {
  if (subject.touched.has(field)) return false;
  for (const { record } of subject.records) if (record.fields[field] !== undefined || record.unread?.includes(field)) return false;
  return true;
}

/** Nobody said anything: most fields of most rows. */
export const UNSAID: Decision = {
  value: undefined,
  state: 'blank',
  winner: undefined,
  stewards: [],
  rule: undefined,
  sources: [],
  differing: [],
  lapsed: false,
};

/** Over all anchors of the class; one act that names several of them is one head. */
function stewardHeads(
  subject: Subject,
  field: string,
  context: DecideContext,
): { readonly heads: readonly Head[]; readonly conflict: boolean } {
  if (!subject.touched.has(field)) return NO_HEADS;
  const heads = new Map<string, Head>();
  let conflict = false;
  for (const anchor of subject.anchors) {
    const cell = context.ledger.cell(anchor, field);
    if (!cell) continue;
    conflict ||= cell.conflict && distinct(cell.heads, field, context) > 1;
    for (const head of cell.heads) heads.set(`${head.ref.entry}/${head.ref.act}`, head);
  }
  const all = [...heads.values()].sort(byPlace);
  const filled = all.filter((head) => !isBlank(head.value));
  conflict ||= distinct(filled, field, context) > 1;
  return { heads: conflict || filled.length === 0 ? all : [...filled, ...all.filter((head) => isBlank(head.value))], conflict };
}

function distinct(heads: readonly Head[], field: string, context: DecideContext): number {
  if (heads.length < 2) return heads.length;
  return new Set(heads.map((head) => (head.value === undefined ? '' : context.canonical(field, head.value)))).size;
}

/** In conflict the head with the lowest place shows; it was sorted there. */
const registeredOf = (stewards: readonly StewardSaid[]): StewardSaid | undefined => {
  const first = stewards[0];
  return first && !isBlank(first.value) ? first : undefined;
};

function sourceValues(subject: Subject, field: string, authority: Authority, context: DecideContext): readonly SourceSaid[] {
  const only = subject.records[0];
  if (subject.records.length === 1 && only) return onlySource(only, field, authority, context);
  const said: { value: SourceSaid; order: number }[] = [];
  for (const from of subject.records) {
    const unread = from.record.unread?.includes(field) ?? false;
    const value = from.record.fields[field];
    if (!unread && value === undefined) continue;
    const order = authorOrder(from.stored.source, authority, context);
    said.push({
      value: { by: 'source', from, value, unread, author: order < Number.POSITIVE_INFINITY },
      order: order + (isGone(from.record) ? 0.5 : 0),
    });
  }
  if (said.length > 1) said.sort((a, b) => a.order - b.order || 0);
  return said.map(({ value }) => value);
}

/** Nearly every record is alone in its class: there is nothing to put in order. */
function onlySource(from: ObservedRecord, field: string, authority: Authority, context: DecideContext): readonly SourceSaid[] {
  const unread = from.record.unread?.includes(field) ?? false;
  const value = from.record.fields[field];
  if (!unread && value === undefined) return NO_SOURCES;
  const author = authorOrder(from.stored.source, authority, context) < Number.POSITIVE_INFINITY;
  return [{ by: 'source', from, value, unread, author }];
}

function authorOrder(source: string, { authors }: Authority, context: DecideContext): number {
  const kind = context.kindOfSource(source);
  const order = authors.findIndex(
    (author) => author === 'source' || isNamed(author, 'source:', source) || (kind !== undefined && isNamed(author, 'kind:', kind)),
  );
  return order < 0 ? Number.POSITIVE_INFINITY : order;
}

/** `author === prefix + name` without joining them: this is asked a dozen times a row. */
const isNamed = (author: string, prefix: string, name: string): boolean =>
  author.length === prefix.length + name.length && author.startsWith(prefix) && author.endsWith(name);

const readable = (said: SourceSaid): boolean => said.author && !said.unread && !isBlank(said.value);

function winnerOf(
  stewards: readonly StewardSaid[],
  rule: (Said & { readonly by: 'rule' }) | undefined,
  sources: readonly SourceSaid[],
  { authors, rule: kind }: Authority,
): Said | undefined {
  const registered = registeredOf(stewards);
  const observed = sources.find(readable);
  switch (kind) {
    case 'source':
      return observed ?? (authors.includes('rule') ? rule : undefined);
    case 'suggest':
      return registered;
    case 'override':
    case 'fill':
      return (
        registered ?? (ruleGoesFirst(authors, observed) ? (rule ?? observed) : (observed ?? (authors.includes('rule') ? rule : undefined)))
      );
  }
}

/** A rule is an author like another: it goes where policy puts it. */
function ruleGoesFirst(authors: readonly string[], observed: SourceSaid | undefined): boolean {
  const rule = authors.indexOf('rule');
  if (rule < 0) return false;
  const source = observed?.from.stored.source;
  return authors
    .slice(0, rule)
    .every(
      (author) =>
        author === 'steward' ||
        (author !== 'source' && author !== `source:${source}` && !author.startsWith('kind:')) ||
        observed === undefined,
    );
}

/** An override ends by itself only in words: it keeps its value and asks again. */
function isLapsed(head: Head, { rule }: Authority, now: Millis): boolean {
  if (rule !== 'override' || head.until === undefined) return false;
  const until = parseTime(head.until);
  return until !== undefined && until < now;
}

function differingFrom(
  registered: StewardSaid,
  sources: readonly SourceSaid[],
  field: string,
  { rule }: Authority,
  lapsed: boolean,
  context: DecideContext,
): SourceSaid[] {
  if (rule === 'suggest') return [];
  const mine = context.canonical(field, registered.value as Json);
  return sources.filter(
    (said) =>
      readable(said) &&
      context.canonical(field, said.value as Json) !== mine &&
      (lapsed || !isAcknowledged(registered.head, said.from.stored.source, said.value as Json)),
  );
}

export function isAcknowledged(head: Head, source: string, value: Json): boolean {
  const held = head.acknowledges?.filter((one) => one.source === source);
  if (!held || held.length === 0) return false;
  const hash = valueHash(value);
  return held.some((one) => one.hash === hash);
}

function plainState(winner: Said | undefined, sources: readonly SourceSaid[]): 'set' | 'blank' | 'unread' {
  if (winner) return 'set';
  return sources.some((said) => said.author && said.unread) ? 'unread' : 'blank';
}

/** Sets are the union of what every author says, element by element; a steward's last word on an element counts. */
export function decideSet(subject: Subject, field: string, ledger: LedgerReader): readonly string[] {
  if (isUnsaid(subject, field)) return NO_ELEMENTS;
  const elements = new Set<string>();
  for (const { record } of subject.records) {
    const value = record.fields[field];
    if (Array.isArray(value)) for (const element of value) if (typeof element === 'string' && element.trim() !== '') elements.add(element);
    if (typeof value === 'string' && value.trim() !== '') elements.add(value);
  }
  for (const anchor of subject.anchors) for (const removed of ledger.removedElements(anchor, field).keys()) elements.delete(removed);
  for (const anchor of subject.anchors) for (const added of ledger.elements(anchor, field).keys()) elements.add(added);
  return [...elements].sort();
}

const NO_ELEMENTS: readonly string[] = [];

export const plainCanonical = (value: Json): string => (typeof value === 'string' ? `s${value}` : canonicalJson(value));
