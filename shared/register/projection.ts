import { normalName } from '../base/text.ts';
import type { Millis } from '../base/time.ts';
import type { LedgerChange, LedgerReader } from '../ledger/ledgerReader.ts';
import type { Anchor, ExternalId, IdentityId, SourceId } from '../model/ids.ts';
import type { SourceStatus } from '../model/status.ts';
import { ApplicationDirectory } from './applicationDirectory.ts';
import { AuthorityTable } from './authority.ts';
import { Classes } from './classes.ts';
import { type CoverageEvidence, EvidenceBook } from './evidence.ts';
import { Links } from './links.ts';
import { NameOrder } from './order.ts';
import { OwnershipRules } from './ownershipRules.ts';
import { applicationOf, partyOf } from './party.ts';
import { PartyDirectory } from './partyDirectory.ts';
import { isUsual, type Projected } from './projected.ts';
import { Projector, type Standing } from './projector.ts';
import { RecordStore } from './recordStore.ts';
import { thresholdsOf } from './thresholds.ts';

export interface RecordChange {
  readonly externalId: ExternalId;
  readonly bytes: Uint8Array | undefined;
}

/** Records are projected while they are still decoded, also when they arrive a few at a time. */
const CHUNK = 250;

/** Holds the rows and finds out which of them a change reaches. Only those are computed again, when somebody asks. */
export class Projection {
  readonly ledger: LedgerReader;
  readonly store = new RecordStore();
  readonly classes: Classes;
  readonly links: Links;
  readonly parties: PartyDirectory;
  readonly applications = new ApplicationDirectory();
  readonly evidence: EvidenceBook;
  readonly projector: Projector;
  readonly rows = new Map<IdentityId, Projected>();
  private readonly order = new NameOrder();
  private readonly usualOrder = new NameOrder();
  private readonly removed = new Map<IdentityId, Projected>();
  private readonly added = new Set<IdentityId>();
  private readonly dirty = new Set<IdentityId>();
  private changes = 0;

  constructor(ledger: LedgerReader, now: Millis) {
    this.ledger = ledger;
    this.classes = new Classes(this.store, ledger);
    this.links = new Links(this.store, this.classes);
    this.parties = new PartyDirectory((anchor) => this.classes.id(anchor));
    this.evidence = new EvidenceBook(now);
    const row = (id: IdentityId): Projected | undefined => (this.dirty.has(id) ? undefined : this.rows.get(id));
    const { store, classes, links, parties, applications, evidence } = this;
    this.projector = new Projector({ ledger, store, classes, links, parties, applications, evidence, row }, this.standingAt(now));
    this.readStructure();
    for (const { anchor } of ledger.created()) this.dirty.add(this.classes.id(anchor));
  }

  get now(): Millis {
    return this.projector.standing.now;
  }
  get version(): number {
    return this.changes;
  }
  private standingAt(now: Millis): Standing {
    return {
      now,
      authority: new AuthorityTable(this.ledger),
      thresholds: thresholdsOf(this.ledger),
      rules: new OwnershipRules(this.ledger),
    };
  }

  ledgerChanged(change: LedgerChange): void {
    this.changes++;
    if (change.structure) this.readStructure();
    for (const anchor of change.anchors) this.dirty.add(this.classes.id(anchor));
    if (!change.policy) return;
    this.projector.standing = this.standingAt(this.now);
    this.touchAll();
  }

  private readStructure(): void {
    const anchors = this.classes.readStructure();
    for (const anchor of anchors) this.touch(anchor);
    for (const id of this.classes.regroup(anchors)) for (const anchor of this.classes.anchors(id)) this.touch(anchor);
    for (const { anchor } of this.ledger.created()) if (!this.rows.has(this.classes.id(anchor))) this.dirty.add(this.classes.id(anchor));
  }

  applyRecords(source: SourceId, changes: readonly RecordChange[]): void {
    this.changes++;
    for (let from = 0; from < changes.length; from += CHUNK) {
      this.applyChunk(source, changes.slice(from, from + CHUNK));
      if (this.dirty.size > CHUNK) this.flush();
    }
  }

  private applyChunk(source: SourceId, changes: readonly RecordChange[]): void {
    const anchors: Anchor[] = [];
    for (const { externalId, bytes } of changes) {
      const known = this.store.find(source, externalId);
      if (known !== undefined) this.touch(known);
      anchors.push(this.store.put(source, externalId, bytes, known));
    }
    for (const id of this.classes.regroup(anchors)) this.dirty.add(id);
    for (const anchor of anchors) this.touch(anchor);
  }

  /**
   * Everything whose row may say something about this record: called before a change and after it. Names that several
   * records have are followed too, since a link that was clear may become ambiguous, or the reverse.
   */
  private touch(anchor: Anchor): void {
    this.dirty.add(this.classes.id(anchor));
    const record = this.store.get(anchor);
    if (!record) return;
    this.links.eachAround(record, (other) => this.dirty.add(this.classes.id(other)));
  }
  private touchAll(): void {
    for (const id of this.rows.keys()) this.dirty.add(id);
  }

  applyStatus(source: SourceId, status: SourceStatus | undefined): void {
    this.changes++;
    const { levels, held, everything } = this.evidence.put(source, status);
    if (everything) for (const anchor of this.store.anchorsOf(source)) this.dirty.add(this.classes.id(anchor));
    else this.touchEvidence(levels);
    for (const externalId of held) {
      const anchor = this.store.find(source, externalId);
      if (anchor !== undefined) this.dirty.add(this.classes.id(anchor));
    }
  }

  removeSource(source: SourceId): void {
    const changes = [...this.store.externalIdsOf(source)].map((externalId) => ({ externalId, bytes: undefined }));
    this.applyRecords(source, changes);
    this.applyStatus(source, undefined);
  }

  setNow(now: Millis): void {
    const before = this.now;
    if (now === before) return;
    this.changes++;
    this.projector.standing = { ...this.projector.standing, now };
    this.touchEvidence(this.evidence.setNow(now));
    if (now < before) this.touchAll();
    else for (const row of this.rows.values()) if (row.next <= now) this.dirty.add(row.id);
  }

  private touchEvidence(levels: ReadonlySet<CoverageEvidence>): void {
    if (levels.size === 0) return;
    for (const row of this.rows.values()) if (row.evidence.some((one) => levels.has(one))) this.dirty.add(row.id);
  }

  /** Parties first, since owners are compared through them; identities next; credentials last, since they inherit. */
  flush(): void {
    if (this.dirty.size === 0) return;
    this.flushParties();
    this.flushApplications();
    const identities: IdentityId[] = [];
    for (const id of this.dirty)
      if (this.typeOf(id) !== 'credential') identities.push(id);
      else for (const up of this.links.acrossCredential(id, 'identity')) this.dirty.add(up);
    for (const id of identities) for (const down of this.links.acrossCredential(id, 'credential')) this.dirty.add(down);
    for (const id of identities) this.project(id);
    for (const id of [...this.dirty]) this.project(id);
  }

  private flushParties(): void {
    const changed = new Set<IdentityId>();
    for (const id of [...this.dirty]) {
      const there = this.classes.id(id) === id && this.typeOf(id) === 'party';
      const subject = there ? this.projector.subject(id) : undefined;
      const party = subject?.type === 'party' ? partyOf(subject, this.projector) : undefined;
      if (this.parties.put(id, party)) changed.add(id);
    }
    if (changed.size > 0) this.touchOwned(changed, new Set(this.parties.rewriteTexts()));
  }

  /** What belongs to an application inherits its owner: by a link, or by its name alone. */
  private flushApplications(): void {
    const names = new Set<string>();
    for (const id of [...this.dirty]) {
      const there = this.classes.id(id) === id && this.typeOf(id) === 'application';
      const subject = there ? this.projector.subject(id) : undefined;
      const changed = this.applications.put(id, subject && applicationOf(subject, this.projector));
      if (changed.length === 0) continue;
      for (const name of changed) names.add(name);
      for (const anchor of this.links.pointingTo(this.classes.anchors(id), false)) this.dirty.add(this.classes.id(anchor));
    }
    if (names.size === 0) return;
    for (const { id, row } of this.rows.values())
      if (row.application !== undefined && names.has(normalName(row.application))) this.dirty.add(id);
  }

  private touchOwned(parties: ReadonlySet<IdentityId>, values: ReadonlySet<string>): void {
    const uses = (value: string | undefined): boolean => {
      if (value === undefined) return false;
      if (values.has(value)) return true;
      const party = this.parties.resolve(value);
      return party !== undefined && parties.has(party.id);
    };
    for (const row of this.rows.values())
      if (row.row.conflicts.length > 0 || uses(row.ownerValue) || uses(row.teamValue) || uses(row.vendorValue)) this.dirty.add(row.id);
  }

  private typeOf(id: IdentityId): string | undefined {
    const own = this.store.get(id)?.type;
    if (own) return own;
    for (const anchor of this.classes.anchors(id)) {
      const type = this.store.get(anchor)?.type ?? this.ledger.createdAt(anchor)?.type;
      if (type) return type;
    }
    return undefined;
  }

  private project(id: IdentityId): void {
    const before = this.rows.get(id);
    const row = this.classes.id(id) === id ? this.projector.project(id) : undefined;
    this.dirty.delete(id);
    if (before && !this.added.delete(id)) this.removed.set(id, before);
    if (row) {
      this.rows.set(id, row);
      this.added.add(id);
    } else this.rows.delete(id);
  }

  /** All rows by name, up to date. */
  byName(): readonly Projected[] {
    this.flush();
    if (this.removed.size + this.added.size > 0) {
      const added = [...this.added].map((id) => this.rows.get(id)).filter((row) => row !== undefined);
      const removed = [...this.removed.values()];
      this.order.apply(removed, added);
      this.usualOrder.apply(removed.filter(isUsual), added.filter(isUsual));
      this.removed.clear();
      this.added.clear();
    }
    return this.order.list;
  }

  /** Those that a query is about unless it asks for others; kept beside all rows, so that one change does not cost a pass over them. */
  usualByName(): readonly Projected[] {
    this.byName();
    return this.usualOrder.list;
  }

  /** The one identity with an anchor that starts so; undefined when several have. */
  idByPrefix(prefix: string): IdentityId | undefined {
    let found: IdentityId | undefined;
    for (const id of this.rows.keys()) {
      if (!this.classes.anchors(id).some((anchor) => anchor.startsWith(prefix))) continue;
      if (found !== undefined) return undefined;
      found = id;
    }
    return found;
  }

  row(id: IdentityId): Projected | undefined {
    this.flush();
    return this.rows.get(id);
  }
}
