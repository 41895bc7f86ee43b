import type { LedgerReader } from '../ledger/ledgerReader.ts';
import type { Anchor, EntryId, IdentityId } from '../model/ids.ts';
import type { RecordType } from '../model/vocabulary.ts';
import type { RecordStore } from './recordStore.ts';

/**
 * Which anchors are one identity (DESIGN 7): the connected parts of "shares a strong key" and "was merged". Only the part
 * around a change is walked. An anchor that is alone, as nearly all are, costs nothing here.
 */
export class Classes {
  private readonly idOf = new Map<Anchor, IdentityId>();
  private readonly members = new Map<IdentityId, readonly Anchor[]>();
  private mergesOf = new Map<Anchor, { readonly entry: EntryId; readonly anchors: readonly Anchor[] }[]>();
  private splitsOf = new Map<Anchor, EntryId[]>();
  private readonly records: RecordStore;
  private readonly ledger: LedgerReader;

  constructor(records: RecordStore, ledger: LedgerReader) {
    this.records = records;
    this.ledger = ledger;
  }

  id(anchor: Anchor): IdentityId {
    return this.idOf.get(anchor) ?? anchor;
  }
  anchors(id: IdentityId): readonly Anchor[] {
    return this.members.get(id) ?? [id];
  }

  /** Has a person taken any of its anchors out of a class? */
  wasSplit(id: IdentityId): boolean {
    return this.splitsOf.size > 0 && this.anchors(id).some((anchor) => this.splitsOf.has(anchor));
  }

  /** Reads merges and splits again. @returns every anchor whose neighbours may have changed. */
  readStructure(): Set<Anchor> {
    const touched = new Set([...this.mergesOf.keys(), ...this.splitsOf.keys()]);
    this.mergesOf = new Map();
    this.splitsOf = new Map();
    for (const { ref, anchors } of this.ledger.merges())
      for (const anchor of anchors) push(this.mergesOf, anchor, { entry: ref.entry, anchors });
    for (const { ref, anchor } of this.ledger.splits()) push(this.splitsOf, anchor, ref.entry);
    for (const anchor of this.mergesOf.keys()) touched.add(anchor);
    for (const anchor of this.splitsOf.keys()) touched.add(anchor);
    return touched;
  }

  /** Walks the parts around the anchors again. @returns the ids of all classes that were or are there. */
  regroup(anchors: Iterable<Anchor>, around: Iterable<Anchor> = []): Set<IdentityId> {
    const open = new Set<Anchor>();
    const ids = new Set<IdentityId>();
    for (const anchor of anchors) this.open(anchor, ids, open);
    for (const anchor of around) this.open(anchor, ids, open);
    for (const anchor of open) {
      const part = this.walk(anchor);
      for (const member of part) for (const former of this.dissolve(member, ids)) if (!part.has(former)) open.add(former);
      for (const member of part) open.delete(member);
      ids.add(this.form(part));
    }
    return ids;
  }

  private open(anchor: Anchor, ids: Set<IdentityId>, open: Set<Anchor>): void {
    if (this.isAlone(anchor)) ids.add(anchor);
    else for (const member of this.dissolve(anchor, ids)) open.add(member);
  }

  /** Was alone and still is: nothing to walk. */
  private isAlone(anchor: Anchor): boolean {
    if (this.idOf.has(anchor) || this.mergesOf.has(anchor)) return false;
    const record = this.records.get(anchor);
    return record?.keys.every((key) => this.records.byKey.isAlone(record.type, key, anchor)) ?? true;
  }

  private dissolve(anchor: Anchor, ids: Set<IdentityId>): readonly Anchor[] {
    const id = this.id(anchor);
    const members = this.anchors(id);
    ids.add(id);
    if (members.length > 1) {
      this.members.delete(id);
      for (const member of members) this.idOf.delete(member);
    }
    return members.includes(anchor) ? members : [...members, anchor];
  }

  private form(part: ReadonlySet<Anchor>): IdentityId {
    const members = [...part].sort();
    const id = members[0] as IdentityId;
    if (members.length > 1) {
      this.members.set(id, members);
      for (const member of members) this.idOf.set(member, id);
    }
    return id;
  }

  private walk(from: Anchor): Set<Anchor> {
    const part = new Set<Anchor>([from]);
    for (const anchor of part) for (const neighbour of this.neighbours(anchor)) part.add(neighbour);
    return part;
  }

  private neighbours(anchor: Anchor): readonly Anchor[] {
    const record = this.records.get(anchor);
    const merges = this.mergesOf.get(anchor);
    if (!merges && (!record || record.keys.length === 0)) return [];
    const found: Anchor[] = [];
    if (record && !this.splitsOf.has(anchor))
      for (const key of record.keys)
        for (const other of this.records.byKey.get(record.type, key)) if (!this.splitsOf.has(other)) found.push(other);
    for (const merge of merges ?? []) {
      if (!this.holds(merge.entry, anchor)) continue;
      const type = this.typeOf(anchor);
      for (const other of merge.anchors) if (this.typeOf(other) === type && this.holds(merge.entry, other)) found.push(other);
    }
    return found;
  }

  /** Records of different types are different things, whoever says otherwise. */
  private typeOf(anchor: Anchor): RecordType | undefined {
    return this.records.get(anchor)?.type ?? this.ledger.createdAt(anchor)?.type;
  }

  /** A merge joins an anchor unless the anchor was split out and the merge had not seen that. */
  private holds(merge: EntryId, anchor: Anchor): boolean {
    const splits = this.splitsOf.get(anchor);
    return splits === undefined || splits.every((split) => this.ledger.sees(merge, split));
  }
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const held = map.get(key);
  if (held) held.push(value);
  else map.set(key, [value]);
}
