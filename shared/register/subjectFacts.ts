import type { Json } from '../base/json.ts';
import { visibleText } from '../base/text.ts';
import { type Millis, parseTime } from '../base/time.ts';
import type { SourceId } from '../model/ids.ts';
import type { Lifecycle } from '../model/vocabulary.ts';
import type { Subject } from './subject.ts';

/** Of a class without a word from a steward: what was typed by a person is in use, what a source reports is not registered yet. */
export function lifecycleOf(value: Json | undefined, subject: Subject): Lifecycle {
  if (value !== null && typeof value === 'object' && 'state' in value && typeof value.state === 'string') return value.state as Lifecycle;
  return subject.records.length === 0 && subject.created ? 'active' : 'unregistered';
}

export function lifecycleText(value: object): string {
  const { state, reason } = value as { state?: unknown; reason?: unknown };
  if (typeof state !== 'string') return visibleText(JSON.stringify(value), 400);
  return typeof reason === 'string' ? `${state}: ${reason}` : state;
}

export function firstSeen(subject: Subject): Millis | undefined {
  let first: Millis | undefined = subject.records.length === 0 && subject.created ? parseTime(subject.created.at) : undefined;
  for (const { record } of subject.records) {
    const seen = parseTime(record.firstSeen);
    if (seen !== undefined && (first === undefined || seen < first)) first = seen;
  }
  return first;
}

export function missingSince(subject: Subject): Millis | undefined {
  let last: Millis | undefined;
  for (const { record } of subject.records) {
    const since = parseTime(record.missingSince ?? record.deleted?.at ?? '');
    if (since !== undefined && (last === undefined || since > last)) last = since;
  }
  return last;
}

/** When it last gained a privileged right. */
export function gainedAt(subject: Subject): Millis | undefined {
  let last: Millis | undefined;
  for (const { record } of subject.records) {
    const gained = record.gained === undefined ? undefined : parseTime(record.gained);
    if (gained !== undefined && (last === undefined || gained > last)) last = gained;
  }
  return last;
}

export function sourcesOf(subject: Subject): readonly SourceId[] {
  const first = subject.records[0];
  if (subject.records.length === 1 && first) return [first.stored.source];
  return [...new Set(subject.records.map(({ stored }) => stored.source))].sort();
}

export const namesOf = ({ records }: Subject): readonly string[] =>
  records.length === 1 && records[0] ? records[0].stored.aliases : records.flatMap(({ stored }) => stored.aliases);
