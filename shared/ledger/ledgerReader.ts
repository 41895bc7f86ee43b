import type { Json } from '../base/json.ts';
import type { ActRef, SignInSubject, VoidReason } from '../model/act.ts';
import type { DeviceId, Entry, EntryId, HashHex, Place, Receipt } from '../model/entry.ts';
import type { Anchor, PersonId } from '../model/ids.ts';
import type { PolicyValue, WriteBackPolicy } from '../model/policy.ts';
import type { RecordType, Role } from '../model/vocabulary.ts';
import type { Proposal } from './proposal.ts';

/** One of the values that a cell has: an act that nothing else is after. */
export interface Head {
  readonly ref: ActRef;
  /** Undefined: this device's own entry, not placed yet. */
  readonly place: Place | undefined;
  readonly person: PersonId | undefined;
  readonly device: DeviceId;
  /** The author's clock. */
  readonly at: string;
  /** Undefined: cleared. Blank is a value. */
  readonly value: Json | undefined;
  readonly why?: string | undefined;
  readonly until?: string | undefined;
  readonly acknowledges?: readonly { readonly source: string; readonly hash: HashHex }[] | undefined;
}

/** What stewards say of one field of one anchor. `conflict` when the heads hold more than one distinct value. */
export interface CellView {
  readonly heads: readonly Head[];
  readonly conflict: boolean;
}

export interface PersonView {
  readonly person: PersonId;
  readonly name: string;
  readonly role: Role;
  readonly remit: string;
  /** Where an identity provider vouches for this person. */
  readonly signIn?: SignInSubject;
  readonly devices: readonly {
    readonly device: DeviceId;
    readonly label: string;
    readonly revoked: boolean;
    readonly enrolledAt: string;
  }[];
}

export interface CreatedRecord {
  readonly anchor: Anchor;
  readonly type: RecordType;
  readonly recordKind: string;
  readonly name: string;
  readonly ref: ActRef;
  readonly person: PersonId | undefined;
  readonly at: string;
}

export interface CommentView {
  readonly ref: ActRef;
  readonly place: Place | undefined;
  readonly person: PersonId | undefined;
  readonly at: string;
  readonly text: string;
}

/** An entry as Activity shows it, with what became of each act. */
export interface LedgerLine {
  readonly place: Place | undefined;
  readonly entry: Entry;
  readonly receipt: Receipt | undefined;
  readonly person: PersonId | undefined;
  readonly personName: string;
  readonly void: ReadonlyMap<number, VoidReason>;
  /** The indexes of acts that their author took back. */
  readonly withdrawn: ReadonlySet<number>;
}

/** What an append or an outbox change touched; `all` when a policy, role or restore may have moved everything. */
export interface LedgerChange {
  readonly anchors: ReadonlySet<Anchor>;
  readonly structure: boolean;
  readonly policy: boolean;
  readonly people: boolean;
  readonly decisions: boolean;
}

/**
 * The fold of the ledger and this device's outbox (FOLD.md): pure, incremental, and equal for every order of arrival.
 * Implemented by `LedgerState` in `ledgerState.ts`.
 */
export interface LedgerReader {
  /** The highest place up to which every entry is held. */
  readonly place: Place;
  /** RFC 6962 root over the ledger values up to `place`. */
  readonly root: HashHex;
  readonly epoch: number;
  /** Another version wrote an act that this one does not know: no editing until it is updated. */
  readonly readOnly: boolean;
  cell(anchor: Anchor, field: string): CellView | undefined;
  /** Fields that stewards ever set on an anchor. */
  fieldsOf(anchor: Anchor): Iterable<string>;
  /** Elements of a set field that are present, with the heads of each. */
  elements(anchor: Anchor, field: string): ReadonlyMap<string, readonly Head[]>;
  /** Elements on which a steward's last word is a remove: a source's element is hidden by it. */
  removedElements(anchor: Anchor, field: string): ReadonlyMap<string, readonly Head[]>;
  comments(anchor: Anchor): readonly CommentView[];
  created(): Iterable<CreatedRecord>;
  createdAt(anchor: Anchor): CreatedRecord | undefined;
  /** Valid merges in place order, and splits, for the class computation. `sees` is the causality of FOLD.md. */
  merges(): readonly { readonly ref: ActRef; readonly anchors: readonly Anchor[] }[];
  splits(): readonly { readonly ref: ActRef; readonly anchor: Anchor }[];
  sees(a: EntryId, b: EntryId): boolean;
  policy(): ReadonlyMap<string, { readonly value: PolicyValue; readonly ref: ActRef }>;
  persons(): ReadonlyMap<PersonId, PersonView>;
  personOf(device: DeviceId): PersonView | undefined;
  /** The winning decision on a digest: approve, reject, release or discard. */
  decision(subject: HashHex):
    | {
        readonly kind: 'approve' | 'reject' | 'release' | 'discard';
        readonly ref: ActRef;
        readonly place: Place;
        readonly person: PersonId | undefined;
      }
    | undefined;
  /** Valid proposals that nobody took back, by digest, in place order; decided ones too. */
  proposals(): ReadonlyMap<HashHex, Proposal>;
  readonly writeBack: WriteBackPolicy;
  /** Would an approval of this person's own proposal be void? */
  needsSecondPerson(person: PersonId): boolean;
  /** Newest first; `anchor` narrows to entries that touch it. */
  lines(options: { anchor?: readonly Anchor[]; before?: Place; limit: number }): LedgerLine[];
  line(id: EntryId): LedgerLine | undefined;
  /** For compare-and-set acts: the last valid act on a key. Keys: `policy/<key>`, `role/<person>`, `device/<device>`. */
  lastOn(key: string): ActRef | undefined;
  /** The number of distinct anchors that have any governance value. */
  readonly entries: number;
}
