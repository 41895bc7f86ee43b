import type { Json } from '../base/json.ts';
import type { CreatedRecord, Head, LedgerReader } from '../ledger/ledgerReader.ts';
import type { Anchor, IdentityId } from '../model/ids.ts';
import type { SourceRecord } from '../model/record.ts';
import type { RecordType } from '../model/vocabulary.ts';
import type { Classes } from './classes.ts';
import type { RecordStore, StoredRecord } from './recordStore.ts';

/** One record of a class, decoded. */
export interface ObservedRecord {
  readonly stored: StoredRecord;
  readonly record: SourceRecord;
}

/** A class with everything that was said of it, for as long as it is being projected. */
export interface Subject {
  readonly id: IdentityId;
  readonly anchors: readonly Anchor[];
  /** Records that are there before those that are missing, then by source and external id: no clock in the order. */
  readonly records: readonly ObservedRecord[];
  readonly created: CreatedRecord | undefined;
  readonly type: RecordType;
  readonly kind: string;
  readonly subtype: string | undefined;
  readonly boundary: string | undefined;
  /** Fields that stewards ever set, over all anchors. */
  readonly touched: ReadonlySet<string>;
}

const NOTHING: ReadonlySet<string> = new Set();

/** @returns undefined when nothing is known of the class: no record and no `create`. */
export function subjectOf(id: IdentityId, classes: Classes, store: RecordStore, ledger: LedgerReader): Subject | undefined {
  const anchors = classes.anchors(id);
  const records = recordsOf(anchors, store);
  const created = createdOf(anchors, ledger);
  const main = records[0];
  if (!main && !created) return undefined;
  return {
    id,
    anchors,
    records,
    created,
    type: main?.record.type ?? created?.type ?? 'identity',
    kind: main?.record.kind ?? created?.recordKind ?? 'unknown',
    subtype: main?.record.subtype,
    boundary: firstText(records, 'boundary'),
    touched: touchedOf(anchors, ledger),
  };
}

function recordsOf(anchors: readonly Anchor[], store: RecordStore): ObservedRecord[] {
  const records: ObservedRecord[] = [];
  for (const anchor of anchors) {
    const stored = store.get(anchor);
    const record = stored && store.decode(anchor);
    if (stored && record) records.push({ stored, record });
  }
  return records.length > 1 ? records.sort(inOrder) : records;
}

function inOrder(a: ObservedRecord, b: ObservedRecord): number {
  const gone = Number(isGone(a.record)) - Number(isGone(b.record));
  if (gone !== 0) return gone;
  const left = `${a.stored.source}\u0000${a.stored.externalId}`;
  const right = `${b.stored.source}\u0000${b.stored.externalId}`;
  return left < right ? -1 : left > right ? 1 : 0;
}

export const isGone = (record: SourceRecord): boolean => record.missingSince !== undefined || record.deleted !== undefined;

function createdOf(anchors: readonly Anchor[], ledger: LedgerReader): CreatedRecord | undefined {
  for (const anchor of anchors) {
    const created = ledger.createdAt(anchor);
    if (created) return created;
  }
  return undefined;
}

function touchedOf(anchors: readonly Anchor[], ledger: LedgerReader): ReadonlySet<string> {
  let touched: Set<string> | undefined;
  for (const anchor of anchors)
    for (const field of ledger.fieldsOf(anchor)) {
      touched ??= new Set();
      touched.add(field);
    }
  return touched ?? NOTHING;
}

function firstText(records: readonly ObservedRecord[], field: string): string | undefined {
  for (const { record } of records) {
    const value = record.fields[field];
    if (typeof value === 'string' && value !== '') return value;
  }
  return undefined;
}

/** Blank never wins and never blanks (DOMAIN H). */
export function isBlank(value: Json | undefined): boolean {
  if (value === undefined || value === null) return true;
  if (typeof value === 'string') return value.trim() === '';
  return Array.isArray(value) && value.length === 0;
}

/** Heads by place, those that wait for one last. */
export function byPlace(a: Head, b: Head): number {
  const left = a.place ?? Number.POSITIVE_INFINITY;
  const right = b.place ?? Number.POSITIVE_INFINITY;
  if (left !== right) return left < right ? -1 : 1;
  const texts = [`${a.ref.entry}/${a.ref.act}`, `${b.ref.entry}/${b.ref.act}`] as const;
  return texts[0] < texts[1] ? -1 : texts[0] > texts[1] ? 1 : 0;
}
