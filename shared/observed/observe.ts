import { type HashHex, hashHex } from '../base/hash.ts';
import { canonicalJson, type Json } from '../base/json.ts';
import { type Instant, parseTime, toDay } from '../base/time.ts';
import type { ExternalId } from '../model/ids.ts';
import { decodeRecord, encodeRecord, type Observation, type SourceRecord } from '../model/record.ts';
import type { PlanItem } from '../model/status.ts';
import { gainsPrivilege } from './privilege.ts';
import { FIRST_REVISIONS, nextRevisions } from './revisions.ts';
import { sameContent } from './sameContent.ts';

/** One record that a run changes, with exactly the bytes that would be written. */
export interface PlannedRecord {
  readonly change: PlanItem['change'];
  readonly externalId: ExternalId;
  /** Absent for a new record. */
  readonly before?: SourceRecord;
  readonly after: SourceRecord;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly hash: HashHex;
}

/** @returns undefined when the record's bytes would be the same: an unchanged record costs nothing (DESIGN 4). */
export function observe(previous: Uint8Array | undefined, observation: Observation, asOf: Instant): PlannedRecord | undefined {
  return observeAfter(previous && decodeRecord(previous), observation, asOf);
}

/** The same for a record that is decoded already. */
export function observeAfter(before: SourceRecord | undefined, observation: Observation, asOf: Instant): PlannedRecord | undefined {
  const read = dayOfLastUse(observation);
  if (!before) return planned('add', undefined, { ...read, firstSeen: asOf, revisions: FIRST_REVISIONS });
  const known = withLastKnown(before, read);
  const { firstSeen, gained } = before;
  const kept = gained === undefined ? { firstSeen } : { firstSeen, gained };
  if (sameContent(before, { ...known, ...kept, revisions: before.revisions })) return undefined;
  const since = gainsPrivilege(before, known) ? { gained: asOf } : {};
  return planned(isLive(before) ? 'change' : 'return', before, { ...known, ...kept, ...since, revisions: nextRevisions(before, known) });
}

/** Not in a complete listing. Nothing for a record that is already missing or deleted: `missingSince` is the first as-of. */
export function markMissing(before: SourceRecord, asOf: Instant): PlannedRecord | undefined {
  if (!isLive(before)) return undefined;
  return planned('missing', before, { ...before, missingSince: asOf });
}

/** Deleted with evidence: an event or a tombstone, not an absence. */
export function markDeleted(
  previous: Uint8Array | undefined,
  deleted: { readonly at: Instant; readonly evidence: 'event' | 'tombstone' },
): PlannedRecord | undefined {
  const before = previous && decodeRecord(previous);
  if (!before || before.deleted) return undefined;
  return planned('delete', before, { ...before, deleted });
}

function planned(change: PlannedRecord['change'], before: SourceRecord | undefined, after: SourceRecord): PlannedRecord {
  const bytes = encodeRecord(after);
  return { change, externalId: after.externalId, ...(before ? { before } : {}), after, bytes, hash: hashHex(bytes) };
}

/** A finer last-used would change the record on every pass. */
function dayOfLastUse(observation: Observation): Observation {
  const used = observation.fields.lastUsed;
  if (typeof used !== 'string' || used.length <= 10) return observation;
  const millis = parseTime(used);
  if (millis === undefined) return observation;
  return { ...observation, fields: { ...observation.fields, lastUsed: toDay(millis) } };
}

/** Unread is neither null nor absent: what was known before stays, and the name stays in `unread` (DESIGN 6). */
function withLastKnown(before: SourceRecord, read: Observation): Observation {
  if (!read.unread?.length) return read;
  const fields: Record<string, Json> = { ...read.fields };
  const parts: Pick<Observation, 'access' | 'links'> = {};
  for (const name of read.unread) {
    const last = before.fields[name];
    if (last !== undefined && fields[name] === undefined) fields[name] = last;
    if (name === 'access' && before.access && !read.access) parts.access = before.access;
    if (name === 'links' && before.links && !read.links) parts.links = before.links;
  }
  return { ...read, ...parts, fields };
}

/** Names of the fields that differ, with both values. `access`, `links`, `keys`, `aliases` and `coverage` count as fields here. */
export function differences(before: Observation, after: Observation): readonly { field: string; from?: Json; to?: Json }[] {
  const from = comparable(before);
  const to = comparable(after);
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort();
  return names
    .filter((name) => canonicalJson(from[name] ?? null) !== canonicalJson(to[name] ?? null))
    .map((field) => ({
      field,
      ...(from[field] === undefined ? {} : { from: from[field] }),
      ...(to[field] === undefined ? {} : { to: to[field] }),
    }));
}

function comparable(record: Observation): Record<string, Json | undefined> {
  const { access, links, keys, aliases, coverage, unread, kind } = record;
  return { ...record.fields, ...({ access, links, keys, aliases, coverage, unread, kind } as Record<string, Json | undefined>) };
}

/** The observation within a record: without what the runner added to it. */
export function observationOf(record: SourceRecord): Observation {
  const { missingSince: _missing, deleted: _deleted, firstSeen: _first, gained: _gained, revisions: _revisions, ...observation } = record;
  return observation;
}

export const isLive = (record: SourceRecord): boolean => !record.missingSince && !record.deleted;
