import type { HashHex } from '../../../shared/base/hash.ts';
import { hashText } from '../../../shared/base/hash.ts';
import type { Json } from '../../../shared/base/json.ts';
import type {
  CellView,
  CreatedRecord,
  Head,
  LedgerChange,
  LedgerLine,
  LedgerReader,
  PersonView,
} from '../../../shared/ledger/ledgerReader.ts';
import type { ActRef } from '../../../shared/model/act.ts';
import {
  type Anchor,
  anchorOf,
  type DeviceId,
  type EntryId,
  type ExternalId,
  type PersonId,
  type Place,
  type SourceId,
} from '../../../shared/model/ids.ts';
import { type PolicyValue, SHIPPED_WRITE_BACK } from '../../../shared/model/policy.ts';
import type { RecordType } from '../../../shared/model/vocabulary.ts';

export const NOBODY = '00000000000000000000000000000001' as PersonId;
const DEVICE = 'A'.repeat(43) as DeviceId;

export interface SetOptions {
  readonly at?: string;
  readonly until?: string;
  readonly acknowledges?: Head['acknowledges'];
  /** Beside the heads that are there instead of after them. */
  readonly concurrent?: boolean;
  readonly person?: PersonId;
}

/** Already folded acts, for tests of what is built on the fold: every call is one entry of one act. */
export class MemoryLedger implements LedgerReader {
  place = 0 as Place;
  readonly root = '' as HashHex;
  readonly epoch = 0;
  readonly readOnly = false;
  private readonly cells = new Map<Anchor, Map<string, CellView>>();
  private readonly added = new Map<string, Map<string, Head[]>>();
  private readonly removed = new Map<string, Map<string, Head[]>>();
  private readonly records = new Map<Anchor, CreatedRecord>();
  private readonly mergeActs: { ref: ActRef; anchors: Anchor[] }[] = [];
  private readonly splitActs: { ref: ActRef; anchor: Anchor }[] = [];
  private readonly policies = new Map<string, { value: PolicyValue; ref: ActRef }>();

  get entries(): number {
    return this.cells.size;
  }
  anchorOf(source: SourceId, externalId: ExternalId): Anchor {
    return anchorOf(source, externalId);
  }

  private head(value: Json | undefined, options: SetOptions): Head {
    this.place = (this.place + 1) as Place;
    const entry = hashText(`entry ${this.place}`) as EntryId;
    return {
      ref: { entry, act: 0 },
      place: this.place,
      person: options.person ?? NOBODY,
      device: DEVICE,
      at: options.at ?? '2026-05-01T00:00:00.000Z',
      value,
      until: options.until,
      acknowledges: options.acknowledges,
    };
  }
  private change(anchors: Iterable<Anchor>, part: Partial<LedgerChange> = {}): LedgerChange {
    return { anchors: new Set(anchors), structure: false, policy: false, people: false, decisions: false, ...part };
  }

  set(anchor: Anchor | readonly Anchor[], field: string, value: Json | undefined, options: SetOptions = {}): LedgerChange {
    const anchors = typeof anchor === 'string' ? [anchor] : anchor;
    const head = this.head(value, options);
    for (const one of anchors) {
      const cells = this.cells.get(one) ?? new Map<string, CellView>();
      const heads = options.concurrent ? [...(cells.get(field)?.heads ?? []), head] : [head];
      cells.set(field, { heads, conflict: new Set(heads.map((each) => JSON.stringify(each.value))).size > 1 });
      this.cells.set(one, cells);
    }
    return this.change(anchors);
  }
  element(kind: 'add' | 'remove', anchor: Anchor, field: string, element: string): LedgerChange {
    const [into, outOf] = kind === 'add' ? [this.added, this.removed] : [this.removed, this.added];
    const key = `${anchor}/${field}`;
    outOf.get(key)?.delete(element);
    const held = into.get(key) ?? new Map<string, Head[]>();
    held.set(element, [this.head(element, {})]);
    into.set(key, held);
    return this.change([anchor]);
  }
  create(anchor: Anchor, type: RecordType, recordKind: string, name: string): LedgerChange {
    const { ref, person, at } = this.head(name, {});
    this.records.set(anchor, { anchor, type, recordKind, name, ref, person, at });
    return this.change([anchor], { structure: true });
  }
  merge(anchors: Anchor[]): LedgerChange {
    this.mergeActs.push({ ref: this.head(null, {}).ref, anchors });
    return this.change(anchors, { structure: true });
  }
  split(anchor: Anchor): LedgerChange {
    this.splitActs.push({ ref: this.head(null, {}).ref, anchor });
    return this.change([anchor], { structure: true });
  }
  setPolicy(key: string, value: PolicyValue): LedgerChange {
    this.policies.set(key, { value, ref: this.head(null, {}).ref });
    return this.change([], { policy: true });
  }

  cell(anchor: Anchor, field: string): CellView | undefined {
    return this.cells.get(anchor)?.get(field);
  }
  fieldsOf(anchor: Anchor): Iterable<string> {
    return this.cells.get(anchor)?.keys() ?? [];
  }
  elements(anchor: Anchor, field: string): ReadonlyMap<string, readonly Head[]> {
    return this.added.get(`${anchor}/${field}`) ?? new Map();
  }
  removedElements(anchor: Anchor, field: string): ReadonlyMap<string, readonly Head[]> {
    return this.removed.get(`${anchor}/${field}`) ?? new Map();
  }
  comments(): [] {
    return [];
  }
  created(): Iterable<CreatedRecord> {
    return this.records.values();
  }
  createdAt(anchor: Anchor): CreatedRecord | undefined {
    return this.records.get(anchor);
  }
  merges(): readonly { readonly ref: ActRef; readonly anchors: readonly Anchor[] }[] {
    return this.mergeActs;
  }
  splits(): readonly { readonly ref: ActRef; readonly anchor: Anchor }[] {
    return this.splitActs;
  }
  /** Entries here have seen all that were made before them. */
  sees(a: EntryId, b: EntryId): boolean {
    const placeOf = (entry: EntryId): number => {
      for (let place = 1; place <= this.place; place++) if (hashText(`entry ${place}`) === entry) return place;
      return 0;
    };
    return placeOf(a) > placeOf(b);
  }
  policy(): ReadonlyMap<string, { readonly value: PolicyValue; readonly ref: ActRef }> {
    return this.policies;
  }
  persons(): ReadonlyMap<PersonId, PersonView> {
    return new Map([[NOBODY, { person: NOBODY, name: 'Local steward', role: 'admin', remit: '', devices: [] }]]);
  }
  personOf(): undefined {
    return undefined;
  }
  proposals(): ReturnType<LedgerReader['proposals']> {
    return new Map();
  }
  get writeBack() {
    return SHIPPED_WRITE_BACK;
  }
  needsSecondPerson(): boolean {
    return false;
  }
  decision(): undefined {
    return undefined;
  }
  lines(): LedgerLine[] {
    return [];
  }
  line(): undefined {
    return undefined;
  }
  lastOn(): undefined {
    return undefined;
  }
}
