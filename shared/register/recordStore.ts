import { type HashHex, hashText } from '../base/hash.ts';
import { canonicalJson, type Json } from '../base/json.ts';
import { Interner } from '../ledger/interner.ts';
import { type Anchor, anchorOf, type CoverageId, type ExternalId, type SourceId } from '../model/ids.ts';
import { decodeRecord, type SourceRecord } from '../model/record.ts';
import type { RecordType } from '../model/vocabulary.ts';
import { LinkIndex, type LinkName, type NameScope, scopeOf } from './linkIndex.ts';
import { MultiIndex, ScopedIndex } from './multiIndex.ts';
import { RecentRecords } from './recentRecords.ts';

/** What is kept of a record beside its bytes: enough to find it and to join it without decoding. */
export interface StoredRecord {
  readonly anchor: Anchor;
  readonly source: SourceId;
  readonly externalId: ExternalId;
  readonly bytes: Uint8Array;
  readonly type: RecordType;
  readonly coverage: CoverageId;
  /** Strong keys: records of different types never join. */
  readonly keys: readonly string[];
  readonly aliases: readonly string[];
  readonly boundary: string | undefined;
  readonly fingerprint: string | undefined;
  readonly links: readonly StoredLink[];
}

/** Has-credential is told apart, so that it is found without decoding. */
export interface StoredLink {
  readonly credential: boolean;
  readonly to: LinkName;
}

/** Records as bytes, with the indexes that classes, links and findings need. */
export class RecordStore {
  private readonly records = new Map<Anchor, StoredRecord>();
  private readonly bySource = new Map<SourceId, Map<ExternalId, Anchor>>();
  private readonly decoded = new RecentRecords();
  /** Coverages and boundaries come again and again, as a new text in every record. */
  private readonly texts = new Interner();
  readonly byKey = new ScopedIndex<RecordType>();
  private readonly byAlias = new ScopedIndex<NameScope>();
  readonly byFingerprint = new MultiIndex();
  /** Names that a thing keeps when it moves to another system of its kind. */
  private readonly byPortableName = new MultiIndex();
  readonly byCredentialLink = new LinkIndex();
  readonly byOtherLink = new LinkIndex();

  get(anchor: Anchor): StoredRecord | undefined {
    return this.records.get(anchor);
  }
  anchors(): Iterable<Anchor> {
    return this.records.keys();
  }
  has(anchor: Anchor): boolean {
    return this.records.has(anchor);
  }
  anchorsOf(source: SourceId): Iterable<Anchor> {
    return this.bySource.get(source)?.values() ?? [];
  }
  externalIdsOf(source: SourceId): Iterable<ExternalId> {
    return this.bySource.get(source)?.keys() ?? [];
  }
  /** Records with that name: of that source, or of every source where the name is a global one. */
  named(source: SourceId, alias: string): readonly Anchor[] {
    return this.byAlias.get(scopeOf(source, alias), alias);
  }
  /** Whether the name means this record and no other, or nothing at all. */
  isNamedAlone(source: SourceId, alias: string, anchor: Anchor): boolean {
    return this.byAlias.isAlone(scopeOf(source, alias), alias, anchor);
  }
  /** Records with a global name. */
  withGlobalName(name: string): readonly Anchor[] {
    return this.byAlias.get('*', name);
  }
  globalNames(): Iterable<string> {
    return this.byAlias.of('*')?.tokens() ?? [];
  }
  /** Global names that several records have. */
  sharedGlobalNames(): Iterable<string> {
    return this.byAlias.of('*')?.shared() ?? [];
  }
  countOf(source: SourceId): number {
    return this.bySource.get(source)?.size ?? 0;
  }
  find(source: SourceId, externalId: ExternalId): Anchor | undefined {
    return this.bySource.get(source)?.get(externalId);
  }

  decode(anchor: Anchor): SourceRecord | undefined {
    const held = this.decoded.get(anchor);
    if (held) return held;
    const stored = this.records.get(anchor);
    const record = stored && decodeRecord(stored.bytes);
    if (record) this.decoded.keep(anchor, record);
    return record;
  }

  /**
   * @param known the anchor that `find` gave, where the caller has asked already.
   * @returns the anchor.
   */
  put(source: SourceId, externalId: ExternalId, bytes: Uint8Array | undefined, known = this.find(source, externalId)): Anchor {
    const anchor = known ?? anchorOf(source, externalId);
    const before = known === undefined ? undefined : this.records.get(known);
    const record = bytes && decodeRecord(bytes);
    const after = record && bytes ? stored(anchor, source, externalId, bytes, record, this.texts) : undefined;
    if (before) {
      this.decoded.forget(anchor);
      this.unindex(before);
    }
    if (after && record) {
      this.index(after, before === undefined);
      this.decoded.keep(anchor, record);
    } else this.remove(source, externalId, anchor);
    return anchor;
  }

  private remove(source: SourceId, externalId: ExternalId, anchor: Anchor): void {
    this.records.delete(anchor);
    this.bySource.get(source)?.delete(externalId);
  }
  private index(record: StoredRecord, fresh: boolean): void {
    this.records.set(record.anchor, record);
    if (fresh) this.idsOf(record.source).set(record.externalId, record.anchor);
    const { anchor, source, type } = record;
    for (const key of record.keys) this.byKey.add(type, key, anchor);
    for (const alias of record.aliases) this.byAlias.add(scopeOf(source, alias), alias, anchor);
    for (const { credential, to } of record.links) this.linksOf(credential).add(source, to, anchor);
    if (record.fingerprint !== undefined) this.byFingerprint.add(record.fingerprint, anchor);
    const portable = portableName(record);
    if (portable !== undefined) this.byPortableName.add(portable, anchor);
  }
  private idsOf(source: SourceId): Map<ExternalId, Anchor> {
    let ids = this.bySource.get(source);
    if (!ids) {
      ids = new Map();
      this.bySource.set(source, ids);
    }
    return ids;
  }
  private unindex(record: StoredRecord): void {
    const { anchor, source, type } = record;
    for (const key of record.keys) this.byKey.delete(type, key, anchor);
    for (const alias of record.aliases) this.byAlias.delete(scopeOf(source, alias), alias, anchor);
    for (const { credential, to } of record.links) this.linksOf(credential).delete(source, to, anchor);
    if (record.fingerprint !== undefined) this.byFingerprint.delete(record.fingerprint, anchor);
    const portable = portableName(record);
    if (portable !== undefined) this.byPortableName.delete(portable, anchor);
  }

  linksOf(credential: boolean): LinkIndex {
    return credential ? this.byCredentialLink : this.byOtherLink;
  }

  /** Records of other clusters with its name: it may have moved from there, or there. */
  elsewhere(record: StoredRecord): readonly Anchor[] {
    const portable = portableName(record);
    if (portable === undefined) return NOBODY;
    return this.byPortableName.get(portable).filter((other) => this.records.get(other)?.source !== record.source);
  }

  /** Records with the same first alias in the same source and boundary: one may have succeeded the other. */
  sameName({ anchor, source, type, boundary, aliases }: StoredRecord): readonly Anchor[] {
    const [first] = aliases;
    if (first === undefined || boundary === undefined || this.isNamedAlone(source, first, anchor)) return NOBODY;
    return this.named(source, first).filter((other) => {
      const record = this.records.get(other);
      return record?.source === source && record.type === type && record.boundary === boundary && record.aliases[0] === first;
    });
  }
}

/** `namespace/name` of a cluster: the same manifests applied to another cluster give it there. Other names are an accident. */
function portableName({ type, keys, aliases }: StoredRecord): string | undefined {
  const [first] = aliases;
  return first !== undefined && keys.some((key) => key.startsWith('kubernetes:')) ? `${type} ${first}` : undefined;
}

const NOBODY: readonly Anchor[] = [];
const NO_LINKS: readonly StoredLink[] = [];

function stored(
  anchor: Anchor,
  source: SourceId,
  externalId: ExternalId,
  bytes: Uint8Array,
  record: SourceRecord,
  texts: Interner,
): StoredRecord {
  const fingerprint = record.type === 'credential' ? record.fields.fingerprint : undefined;
  const boundary = record.fields.boundary;
  return {
    anchor,
    source,
    externalId,
    bytes,
    type: record.type,
    coverage: texts.text(record.coverage),
    keys: unique(record.keys),
    aliases: unique(record.aliases),
    boundary: typeof boundary === 'string' ? texts.text(boundary) : undefined,
    fingerprint: typeof fingerprint === 'string' && fingerprint !== '' ? fingerprint : undefined,
    links: record.links?.map(({ relation, to }) => ({ credential: relation === 'has-credential', to })) ?? NO_LINKS,
  };
}

/** Nearly every list is free of doubles already, and is kept as it was decoded. */
const unique = (values: readonly string[]): readonly string[] =>
  values.every((value, index) => values.indexOf(value) === index) ? values : [...new Set(values)];

/** What an acknowledgement names: the hash of the canonical JSON of exactly the value that the source gave. */
export const valueHash = (value: Json): HashHex => hashText(canonicalJson(value));
