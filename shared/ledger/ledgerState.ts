import { type Millis, toInstant } from '../base/time.ts';
import type { ActKind, ActRef, SignInSubject, Succession, VoidReason } from '../model/act.ts';
import {
  type DeviceId,
  decodeLedgerValue,
  type Entry,
  type EntryBytes,
  type EntryId,
  type HashHex,
  type Place,
  type Receipt,
  type SpaceId,
} from '../model/entry.ts';
import type { Anchor, PersonId } from '../model/ids.ts';
import type { SignInPolicy, WriteBackPolicy } from '../model/policy.ts';
import { Activity, type LineOptions } from './activity.ts';
import { type EntryNode, type Restore, sees } from './causality.ts';
import { ChangeSet } from './changeSet.ts';
import { Fold, type IgnoredAct } from './fold.ts';
import { isShaped } from './foldedAct.ts';
import { FoldView } from './foldView.ts';
import { judgeActs, type ServerChecks } from './judge.ts';
import { LedgerLog, type LedgerValue } from './ledgerLog.ts';
import type { CellView, CommentView, CreatedRecord, Head, LedgerChange, LedgerLine, LedgerReader, PersonView } from './ledgerReader.ts';
import type { MerkleTree } from './merkle.ts';
import { Overlay } from './overlay.ts';
import type { Proposal } from './proposal.ts';
import type { Decision, Invitation, PolicyEntry } from './registry.ts';

export type { Restore } from './causality.ts';
export type { IgnoredAct } from './fold.ts';
export type { ServerChecks } from './judge.ts';
export type { LedgerValue } from './ledgerLog.ts';

/** Entries that a restore of the server cut off: their author's device offers them again. */
export interface RestoreChange {
  readonly change: LedgerChange;
  readonly lost: readonly { readonly entry: Entry; readonly bytes: EntryBytes }[];
}

/** The fold of FOLD.md over the ledger and this device's outbox. See `LedgerReader` for what it answers. */
export class LedgerState implements LedgerReader {
  readonly #space: SpaceId | undefined;
  readonly #log = new LedgerLog();
  readonly #distrusted = new Set<number>();
  #restores: readonly Restore[] = [];
  #outbox: readonly Entry[] = [];
  #fold: Fold;
  #overlay: Overlay;
  #view: FoldView;
  #activity: Activity;
  #decoded: Entry | undefined;
  readonly #governed = new Set<Anchor>();
  readonly #uncounted = new Set<Anchor>();

  constructor(options: { readonly space?: SpaceId } = {}) {
    this.#space = options.space;
    this.#fold = this.#newFold();
    this.#overlay = new Overlay(this.#fold);
    this.#view = new FoldView(this.#fold, this.#overlay);
    this.#activity = new Activity(this.#log, this.#fold, this.#overlay);
  }

  // What goes in

  /** Takes ledger values in any order; those past a gap wait for what is missing. A place that is held already changes nothing. */
  append(values: readonly LedgerValue[]): LedgerChange {
    const change = new ChangeSet();
    for (const value of values) this.#log.receive(value);
    for (let next = this.#log.advance(); next; next = this.#log.advance()) this.#foldValue(next, change);
    return this.#noted(change);
  }

  /** This device's own entries without a place, in chain order. Those that the ledger holds already are left out. */
  setOutbox(entries: readonly Entry[]): LedgerChange {
    const change = new ChangeSet();
    this.#outbox = entries;
    this.#overlay.replace(entries, change);
    return this.#noted(change);
  }

  /**
   * The restores that the catalog names. Places past the earliest new one are gone: what the server holds there now is
   * something else. The entries that were cut off are handed back.
   */
  setRestores(restores: readonly Restore[]): RestoreChange {
    const fresh = restores.filter((restore) => !this.#restores.some((known) => known.epoch === restore.epoch && known.at === restore.at));
    if (fresh.length === 0) return { change: new ChangeSet(), lost: [] };
    const cut = Math.min(this.place, ...fresh.map((restore) => restore.at));
    // What stands past the cut is another entry now. Before anything is loaded the places are those of the ledger that comes.
    if (this.place > cut) for (const place of this.#distrusted) if (place > cut) this.#distrusted.delete(place);
    const lost = this.#log.cutAfter(cut).flatMap((value) => decodeLedgerValue(value) ?? []);
    this.#restores = [...restores].sort((a, b) => a.epoch - b.epoch);
    return { change: this.#rebuild(), lost: lost.map(({ entry, bytes }) => ({ entry, bytes })) };
  }

  /** Entries whose signature turned out not to be their author's: they count for the root and for nothing else. */
  distrust(places: Iterable<Place>): LedgerChange {
    const before = this.#distrusted.size;
    for (const place of places) this.#distrusted.add(place);
    return this.#distrusted.size === before ? new ChangeSet() : this.#rebuild();
  }

  // The server's side

  /** The verdict on an entry that would get the next place at that time. Changes nothing: encode it and append it. */
  judge(entry: Entry, at: Millis, checks: ServerChecks): Receipt {
    const verdicts = judgeActs(this.#fold, entry, at, checks);
    const reasons: Record<string, VoidReason> = {};
    for (const [index, reason] of verdicts.entries()) if (reason) reasons[String(index)] = reason;
    return { at: toInstant(at), ...(Object.keys(reasons).length > 0 ? { void: reasons } : {}) };
  }

  /** The value at a place, as it came; undefined where none is held. */
  valueAt(place: Place): Uint8Array | undefined {
    return this.#log.at(place);
  }

  /** Places up to one whose entries hold an act of these kinds, in order. */
  placesWith(kinds: ReadonlySet<ActKind>, upTo: Place): Place[] {
    return this.#fold.byPlace
      .slice(0, upTo)
      .flatMap((node, index) => (node?.acts.some(({ kind }) => kinds.has(kind)) ? [(index + 1) as Place] : []));
  }

  /** Is this entry held, placed or in the outbox? What a `prev` must name. */
  knows(id: EntryId): boolean {
    return this.placeOf(id) !== undefined || this.#overlay.entries.has(id);
  }

  /** @returns undefined when the ledger does not hold it. */
  placeOf(id: EntryId): Place | undefined {
    const place = this.#fold.nodes.get(id)?.place ?? 0;
    return place > 0 ? (place as Place) : undefined;
  }

  // The ledger as a whole

  get place(): Place {
    return this.#log.length as Place;
  }

  get epoch(): number {
    return this.#restores.at(-1)?.epoch ?? 0;
  }

  get readOnly(): boolean {
    return this.#fold.readOnly;
  }

  /** Hashes what was appended since it was last asked: for a ledger just loaded, call `hashLeaves` in slices first. */
  get root(): HashHex {
    return this.#log.tree.root();
  }

  /** Hashes at most `limit` further values into the tree. @returns whether more are left. */
  hashLeaves(limit?: number): boolean {
    return this.#log.hashLeaves(limit);
  }

  /** The root when the ledger held `place` values. @returns undefined for a place that is not held. */
  rootAt(place: Place): HashHex | undefined {
    return this.#log.rootAt(place);
  }

  /** The tree, for proofs. */
  get tree(): MerkleTree {
    return this.#log.tree;
  }

  /**
   * Did the author see the ledger that we hold? `differs` is evidence that the server showed two people two pasts. `unknown`: what
   * was seen is of an epoch that a restore cut short, or past what is held.
   */
  witness(entry: Entry): 'agrees' | 'differs' | 'unknown' {
    const cutAt = Math.min(...this.#restores.filter((restore) => restore.epoch > entry.seen.epoch).map((restore) => restore.at));
    const root = entry.seen.place <= cutAt ? this.rootAt(entry.seen.place) : undefined;
    if (root === undefined) return 'unknown';
    return root === entry.seen.root ? 'agrees' : 'differs';
  }

  /** What the server placed and this replica does not let count, with the reason. */
  ignored(): readonly IgnoredAct[] {
    const reason = 'another value at this place';
    const swapped = [...this.#log.equivocations].map((place) => ({ place, entry: undefined, act: undefined, reason }) as const);
    return [...this.#fold.ignored, ...swapped];
  }

  /**
   * Devices of which two entries follow the same one, and the place of the latest such entry: a cloned profile, or one that was put back.
   * Nothing is lost; both copies should be told, and one of them revoked.
   */
  forks(): ReadonlyMap<DeviceId, Place> {
    return this.#fold.forks;
  }

  sees(a: EntryId, b: EntryId): boolean {
    const [first, second] = [this.#fold.nodes.get(a), this.#fold.nodes.get(b)];
    return first !== undefined && second !== undefined && sees(first, second);
  }

  // Values and structure

  cell(anchor: Anchor, field: string): CellView | undefined {
    return this.#view.cell(anchor, field);
  }

  fieldsOf(anchor: Anchor): Iterable<string> {
    return this.#view.fieldsOf(anchor);
  }

  elements(anchor: Anchor, field: string): ReadonlyMap<string, readonly Head[]> {
    return this.#view.elements(anchor, field);
  }

  removedElements(anchor: Anchor, field: string): ReadonlyMap<string, readonly Head[]> {
    return this.#view.removedElements(anchor, field);
  }

  comments(anchor: Anchor): readonly CommentView[] {
    return this.#view.comments(anchor);
  }

  created(): Iterable<CreatedRecord> {
    return this.#view.created();
  }

  createdAt(anchor: Anchor): CreatedRecord | undefined {
    return this.#view.createdAt(anchor);
  }

  merges(): readonly { readonly ref: ActRef; readonly anchors: readonly Anchor[] }[] {
    return this.#view.merges();
  }

  splits(): readonly { readonly ref: ActRef; readonly anchor: Anchor }[] {
    return this.#view.splits();
  }

  /** Every anchor that an entry ever named. */
  anchors(): Iterable<Anchor> {
    return this.#fold.cells.anchors.keys();
  }

  get entries(): number {
    for (const anchor of this.#uncounted) {
      if (this.#view.hasValue(anchor)) this.#governed.add(anchor);
      else this.#governed.delete(anchor);
    }
    this.#uncounted.clear();
    return this.#governed.size;
  }

  // People, policy, decisions

  /** The server's key that is in force. */
  get serverKey(): DeviceId | undefined {
    return this.#fold.registry.serverKey;
  }

  /** How it came from that of genesis, the oldest first. */
  successions(): readonly Succession[] {
    return this.#fold.registry.successions;
  }

  hasBeenServerKey(key: DeviceId): boolean {
    return this.#fold.registry.hasBeenServerKey(key);
  }

  /** The identity provider that people may come in with. */
  get signIn(): SignInPolicy | undefined {
    return this.#fold.registry.signIn;
  }

  personBySignIn(subject: SignInSubject): PersonView | undefined {
    return this.#fold.registry.personBySignIn(subject);
  }

  policy(): ReadonlyMap<string, PolicyEntry> {
    return this.#fold.registry.policies;
  }

  persons(): ReadonlyMap<PersonId, PersonView> {
    return this.#fold.registry.persons;
  }

  personOf(device: DeviceId): PersonView | undefined {
    return this.#fold.registry.personOf(device);
  }

  isRevoked(device: DeviceId): boolean {
    return this.#fold.registry.isRevoked(device);
  }

  /** Those that nobody took back, used and expired ones too. */
  invitations(): readonly (Invitation & { readonly ref: ActRef })[] {
    return this.#fold.registry.invitations();
  }

  /** Would somebody be left who may do everything, and a device to do it with, without this person's role or this device? */
  isAdministeredWithout({ person, device }: { readonly person?: PersonId; readonly device?: DeviceId }): boolean {
    return this.#fold.registry.hasAdministratorWithout(new Set(person ? [person] : []), new Set(device ? [device] : []));
  }

  /** How many entries of each device have a place. */
  changesByDevice(): ReadonlyMap<DeviceId, number> {
    const counts = new Map<DeviceId, number>();
    for (const { device, place } of this.#fold.nodes.values()) if (place > 0) counts.set(device, (counts.get(device) ?? 0) + 1);
    return counts;
  }

  decision(subject: HashHex): Decision | undefined {
    return this.#fold.registry.decisions.get(subject);
  }

  proposals(): ReadonlyMap<HashHex, Proposal> {
    return this.#fold.registry.proposals;
  }

  /** What may be proposed to sources, and who approves. */
  get writeBack(): WriteBackPolicy {
    return this.#fold.registry.writeBack;
  }

  /** Would an approval of this person's own proposal be void? */
  needsSecondPerson(person: PersonId): boolean {
    return this.#fold.registry.needsSecondPerson(person);
  }

  lastOn(key: string): ActRef | undefined {
    return this.#fold.registry.last(key);
  }

  // Activity

  lines(options: LineOptions): LedgerLine[] {
    return this.#activity.lines(options);
  }

  line(id: EntryId): LedgerLine | undefined {
    return this.#activity.line(id);
  }

  // Inside

  #newFold(): Fold {
    return new Fold(this.#restores, (node) => this.#entryOf(node));
  }

  #foldValue(value: Uint8Array, change: ChangeSet): void {
    const decoded = decodeLedgerValue(value);
    const reason = this.#unusable(decoded);
    if (!decoded || reason) {
      this.#fold.skip(reason ?? 'damaged', decoded?.entry.id);
      return;
    }
    this.#overlay.remove(decoded.entry.id, change);
    this.#fold.append(decoded.entry, decoded.receipt, change);
    this.#overlay.placed(decoded.entry.id);
  }

  #unusable(decoded: { entry: Entry; receipt: Receipt } | undefined): IgnoredAct['reason'] | undefined {
    if (!decoded || !isShaped(decoded.entry, decoded.receipt)) return 'damaged';
    if (this.#space !== undefined && decoded.entry.space !== this.#space) return 'another space';
    return this.#distrusted.has(this.#fold.place + 1) ? 'distrusted' : undefined;
  }

  /** Folds all that is held from nothing: after a restore or a forged signature, which are rare. */
  #rebuild(): LedgerChange {
    const change = new ChangeSet();
    change.touchEverything(this.anchors());
    this.#fold = this.#newFold();
    this.#overlay = new Overlay(this.#fold);
    this.#view = new FoldView(this.#fold, this.#overlay);
    this.#activity = new Activity(this.#log, this.#fold, this.#overlay);
    for (const value of this.#log.values) this.#foldValue(value, change);
    for (const entry of this.#outbox) this.#overlay.add(entry, change);
    return this.#noted(change);
  }

  #noted(change: ChangeSet): LedgerChange {
    for (const anchor of change.anchors) this.#uncounted.add(anchor);
    return change;
  }

  /** Remembers the last one: undoing a bulk edit names its 500 acts one by one. */
  #entryOf(node: EntryNode): Entry | undefined {
    if (this.#decoded?.id === node.id) return this.#decoded;
    const value = this.#log.at(node.place);
    this.#decoded = value ? decodeLedgerValue(value)?.entry : this.#overlay.entries.get(node.id);
    return this.#decoded;
  }
}
