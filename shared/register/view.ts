import type { HashHex } from '../base/hash.ts';
import type { Json } from '../base/json.ts';
import type { Day, Instant, Millis } from '../base/time.ts';
import type { Act, ActRef, VoidReason } from '../model/act.ts';
import type { FieldType } from '../model/fields.ts';
import type { Anchor, CoverageId, DeviceId, EntryId, ExternalId, IdentityId, PersonId, Place, SourceId } from '../model/ids.ts';
import type { AuthorityRule } from '../model/policy.ts';
import type { HeldPart, RunSummary, SourceStatus } from '../model/status.ts';
import type { AccessLevel, Entitlement, FreshnessLevel, Lifecycle, LinkRelation, ObservedState, RecordType } from '../model/vocabulary.ts';
import type { SendTarget } from './sendTargets.ts';
import type { WriteBackView } from './writeBackView.ts';

export type { SendTarget } from './sendTargets.ts';
export type { WriteBackState, WriteBackView } from './writeBackView.ts';

/** What the register shows: plain, serialisable values. They cross from the worker to the page as they are. */

export type FindingRule =
  | 'no-owner'
  | 'unregistered'
  | 'expiring'
  | 'over-age'
  | 'missing'
  | 'recreated'
  | 'shared-credential'
  | 'owner-gone';
export type Verdict = 'found' | 'clear' | 'cannot evaluate';
export type Severity = 'high' | 'medium' | 'low';

export interface Finding {
  readonly rule: FindingRule;
  readonly verdict: Verdict;
  readonly severity: Severity;
  /** One sentence a newcomer understands, with the figures in it. */
  readonly sentence: string;
  /** For `cannot evaluate`: the evidence that is missing. */
  readonly missing?: string;
  /** `NHI1:2025`, `PR.AA-01` … as FRAMEWORKS.md has them. */
  readonly references: readonly string[];
}

/** Each has an icon and a word on screen; colour never stands alone. */
export type RowState =
  | 'conflict'
  | 'drift'
  | 'held'
  | 'missing'
  | 'disabled'
  | 'expired'
  | 'unregistered'
  | 'stale'
  | 'unknown'
  | 'private'
  | 'unbound'
  | 'retiring'
  | 'retired'
  | 'excluded';

/** The worst credential of an identity, for the Credential column: `key 412 d`, `cert 12 d left`. */
export interface WorstCredential {
  readonly text: string;
  readonly severity: 'high' | 'warn' | 'ok' | 'unknown';
  /** Sorts by urgency: smaller is worse. */
  readonly order: number;
}

export interface PartyText {
  readonly text: string;
  /** Set when the text resolved to exactly one party. */
  readonly party?: Anchor;
  /** Taken from the identity or application above it. */
  readonly inherited?: boolean;
}

/** One line of the register. */
export interface Row {
  readonly id: IdentityId;
  readonly type: RecordType;
  readonly kind: string;
  readonly subtype?: string;
  readonly name: string;
  /** What the source calls it, when that differs from the name. */
  readonly alias?: string;
  readonly states: readonly RowState[];
  readonly lifecycle: Lifecycle;
  readonly observed: ObservedState;
  readonly owner?: PartyText;
  readonly team?: PartyText;
  readonly application?: string;
  readonly environment?: string;
  readonly purpose?: string;
  readonly criticality?: string;
  readonly classification?: string;
  readonly vendor?: PartyText;
  readonly usedBy?: string;
  readonly neededUntil?: string;
  readonly tags: readonly string[];
  readonly access?: AccessLevel;
  readonly accessCertainty?: Entitlement['certainty'];
  /** Undefined: access is unread, so it cannot be said. */
  readonly privileged?: boolean;
  readonly credential?: WorstCredential;
  readonly credentials: number;
  readonly lastUsed?: Day;
  readonly lastUsedUnread: boolean;
  readonly asOf?: Instant;
  readonly freshness: FreshnessLevel;
  readonly reviewDue?: Day;
  readonly created?: Instant;
  readonly boundary?: string;
  readonly sources: readonly SourceId[];
  readonly findings: readonly Pick<Finding, 'rule' | 'verdict' | 'severity'>[];
  /** Names of fields in conflict or drift, to mark cells. */
  readonly conflicts: readonly string[];
  readonly drifts: readonly string[];
  /** Kept on this device until its user publishes it. */
  readonly private: boolean;
}

export type ColumnId =
  | 'name'
  | 'kind'
  | 'owner'
  | 'team'
  | 'application'
  | 'environment'
  | 'access'
  | 'credential'
  | 'lastUsed'
  | 'asOf'
  | 'reviewDue'
  | 'sources'
  | 'lifecycle'
  | 'observed'
  | 'findings'
  | 'purpose'
  | 'criticality'
  | 'classification'
  | 'vendor'
  | 'usedBy'
  | 'neededUntil'
  | 'created'
  | 'tags'
  | 'boundary'
  | 'states';

/** A query as the person typed it (`owner:none env:production payments`), an optional CEL condition, and the order. */
export interface Query {
  readonly text: string;
  readonly where?: string;
  readonly sort: readonly { readonly column: ColumnId; readonly direction: 'ascending' | 'descending' }[];
  /** Credentials without an identity and excluded or archived rows are rows too, only where asked for. Default: identities and unbound credentials, without excluded ones. */
  readonly include?: readonly ('excluded' | 'archived' | 'parties' | 'workloads')[];
}

export interface QueryProblem {
  readonly message: string;
  readonly at?: number;
  readonly wayOut?: string;
}

export interface RowWindow {
  readonly total: number;
  readonly from: number;
  readonly rows: readonly Row[];
  readonly problem?: QueryProblem;
  /** For a filter without hits: "3 match without `production`". */
  readonly hint?: { readonly without: string; readonly matches: number };
}

/** `312 identities · 547 credentials · 41 credentials not tied to an identity`, and the five counts that are filters. */
export interface Counts {
  readonly identities: number;
  readonly credentials: number;
  readonly unbound: number;
  readonly parties: number;
  readonly noOwner: number;
  readonly unregistered: number;
  readonly overdue: number;
  readonly privileged: number;
  readonly cannotEvaluate: number;
  readonly conflicts: number;
  readonly expiring: number;
  readonly missing: number;
}

export type AuthorView =
  | {
      readonly kind: 'steward';
      readonly person?: PersonId;
      readonly name: string;
      readonly device: DeviceId;
      readonly ref: ActRef;
      readonly place?: Place;
      readonly at: string;
    }
  | {
      readonly kind: 'source';
      readonly source: SourceId;
      readonly label: string;
      readonly externalId: ExternalId;
      readonly anchor: Anchor;
      readonly hash: HashHex;
      readonly run?: number;
      readonly coverage: CoverageId;
    }
  | { readonly kind: 'rule'; readonly id: string; readonly label: string };

/** Every author's value for a field is kept; one wins, the others stay visible. */
export interface AuthorValue {
  readonly author: AuthorView;
  /** Undefined with `unread`: could not be read. Undefined without: cleared. */
  readonly value?: Json;
  readonly text: string;
  readonly unread: boolean;
  readonly wins: boolean;
  /** When it was true (source) or said (steward). */
  readonly asOf?: Instant;
  readonly freshness?: FreshnessLevel;
  readonly why?: string;
  readonly until?: string;
  /** A steward kept the registered value against exactly this one. */
  readonly acknowledged: boolean;
}

export interface FieldView {
  readonly field: string;
  readonly label: string;
  readonly hint: string;
  readonly type: FieldType;
  readonly choices?: readonly string[];
  readonly plane: 'governance' | 'observed';
  readonly value?: Json;
  readonly text: string;
  readonly state: 'set' | 'blank' | 'unread' | 'drift' | 'conflict';
  readonly values: readonly AuthorValue[];
  readonly rule: AuthorityRule;
  /** The system of record in words: "You decide; sources fill blanks". */
  readonly decides: string;
  readonly authors: readonly string[];
  /** May a steward set it at all; role and remit are judged apart. */
  readonly editable: boolean;
  /** Taken from the identity or application above it: `text` shows it, and there is no value of its own. */
  readonly inherited?: boolean;
  /** Sources that could be told: they have a place for it, and hold something else there. */
  readonly sends?: readonly SendTarget[];
  /** "Why this value", one sentence a line. */
  readonly why: readonly string[];
}

export interface CredentialView {
  readonly id: IdentityId;
  readonly name: string;
  readonly kind: string;
  readonly subtype?: string;
  readonly observed: ObservedState;
  readonly created?: Instant;
  readonly rotated?: Instant;
  readonly expires?: Instant;
  readonly lastUsed?: Day;
  readonly fingerprint?: string;
  readonly location?: string;
  readonly worst: WorstCredential;
  readonly asOf?: Instant;
  readonly source?: SourceId;
  readonly findings: readonly Finding[];
}

export interface LinkView {
  readonly relation: LinkRelation;
  readonly direction: 'out' | 'in';
  readonly target?: IdentityId;
  readonly text: string;
  readonly type?: RecordType;
  readonly certainty: 'exact' | 'inferred' | 'asserted';
  /** Who says it: a source, by its name on screen, with its as-of, or a person, with their clock. */
  readonly source?: SourceId;
  readonly label?: string;
  readonly asOf?: Instant;
  readonly who?: string;
  readonly at?: string;
  /** The condition that a source puts on it, or the reason that a person gave. */
  readonly note?: string;
  /** `ambiguous`: several records have that name, and none is guessed. `unknown`: no record that was read has it. */
  readonly open?: 'ambiguous' | 'unknown';
  readonly candidates?: readonly IdentityId[];
  /** Where a person asserts it: what takes it back, at both ends. */
  readonly retract?: readonly Act[];
}

/** A proposal that somebody said no to. */
export interface RefusedPair {
  readonly who: string;
  readonly at: string;
  /** What spoke for it, and that it is not so. */
  readonly why: string;
  /** Has it proposed again. */
  readonly retract: readonly Act[];
}

/** What needs a person, with its cure: `acts` are ready to be signed. */
export interface Need {
  readonly kind: 'conflict' | 'drift' | 'finding' | 'held' | 'same identity' | 'unregistered';
  readonly title: string;
  readonly detail: string;
  readonly field?: string;
  readonly severity: Severity;
  readonly choices: readonly {
    readonly label: string;
    readonly hint?: string;
    readonly acts?: readonly Act[];
    readonly edit?: string;
    /** Opens the plan of what would be sent to a source. */
    readonly send?: SendTarget;
    readonly safe?: boolean;
  }[];
}

/** What an entry did, act by act; acts that say the same of several records are one step. */
export interface ActivityStep {
  readonly what: string;
  readonly count: number;
  readonly state: 'counts' | 'taken back' | VoidReason;
}

/** One line of history and of Activity. */
export interface ActivityLine {
  readonly id: string;
  readonly kind: 'entry' | 'run';
  /** The author's clock, or the run's end. */
  readonly at: Instant;
  readonly place?: Place;
  readonly entry?: EntryId;
  readonly person?: PersonId;
  readonly who: string;
  readonly device?: string;
  readonly source?: SourceId;
  /** "set owner to Payments", "accepted", "+3 ~12 −0". */
  readonly what: string;
  /** The first hundred. Of a run: none, it has counts. */
  readonly steps: readonly ActivityStep[];
  /** To how many records; ids of up to 50 of them. */
  readonly count: number;
  readonly records: readonly { readonly id: IdentityId; readonly name: string }[];
  readonly why?: string;
  readonly state:
    | 'saved here'
    | 'on the server'
    | 'refused'
    | 'void'
    | 'withdrawn'
    | 'delta'
    | 'complete'
    | 'partial'
    | 'failed'
    | 'held'
    | 'cancelled';
  readonly reason?: VoidReason | string;
  /** Acts of this entry that this person may take back. */
  readonly undoable: readonly ActRef[];
  readonly run?: RunSummary;
}

export interface IdentityView {
  readonly id: IdentityId;
  readonly anchors: readonly Anchor[];
  readonly row: Row;
  /** "Deploys payments to production; full access to AWS 1234; owner Payments; evidence 4 min old." */
  readonly sentence: string;
  readonly needs: readonly Need[];
  readonly findings: readonly Finding[];
  readonly fields: readonly FieldView[];
  readonly access: readonly (Entitlement & { readonly source: SourceId; readonly asOf?: Instant; readonly plain: string })[];
  readonly accessUnread: boolean;
  readonly credentials: readonly CredentialView[];
  readonly links: readonly LinkView[];
  /** What may be missing from them, one sentence each. Empty: all that belongs to it was read. */
  readonly linksUnread: readonly string[];
  readonly refused: readonly RefusedPair[];
  readonly comments: readonly {
    readonly ref: ActRef;
    readonly who: string;
    readonly at: string;
    readonly text: string;
    readonly placed: boolean;
  }[];
  readonly history: readonly ActivityLine[];
  readonly records: readonly {
    readonly anchor: Anchor;
    readonly source?: SourceId;
    readonly externalId?: ExternalId;
    readonly asOf?: Instant;
    readonly missingSince?: Instant;
    readonly coverage?: CoverageId;
    readonly rereadable: boolean;
  }[];
  /** It took over a name from these, or these took over from it. */
  readonly succeeds: readonly IdentityId[];
  readonly succeededBy: readonly IdentityId[];
}

export interface InboxItem {
  readonly id: string;
  readonly what: string;
  readonly count: number;
  readonly whyNow: string;
  readonly severity: Severity;
  readonly records: readonly { readonly id: IdentityId; readonly name: string }[];
  readonly source?: SourceId;
  readonly field?: string;
  /** Opens the register on exactly these. */
  readonly query?: string;
  /** `acts` are ready to be signed; more than 500 are split over entries of one group. */
  readonly choices: readonly {
    readonly label: string;
    readonly hint?: string;
    readonly acts: readonly Act[];
    readonly safe: boolean;
    readonly typeNumber?: number;
    /** `acts` are those of all pairs; of some, they are the pairs' own. */
    readonly decides?: 'accept' | 'reject';
  }[];
  readonly held?: HeldPart;
  /** What is proposed, pair by pair: each can be decided without the others. */
  readonly pairs?: readonly ProposedPair[];
  /** What would be sent, or was. */
  readonly writes?: readonly WriteBackView[];
  /** A reason may be given with the choice. */
  readonly reasoned?: true;
}

/** Two records that may be one, or may be linked, with who says what speaks for it. */
export interface ProposedPair {
  /** Of the rule and the evidence: the same as long as both are. */
  readonly digest: HashHex;
  readonly ends: readonly [ProposedEnd, ProposedEnd];
  readonly evidence: readonly {
    readonly label: string;
    readonly says: string;
    readonly source?: SourceId;
    readonly asOf?: Instant;
    readonly freshness?: FreshnessLevel;
  }[];
  readonly accept: readonly Act[];
  readonly reject: readonly Act[];
}
export interface ProposedEnd {
  readonly id: IdentityId;
  readonly name: string;
  readonly type: RecordType;
  /** Its kind in the source's own words. */
  readonly what: string;
  readonly sources: readonly string[];
}
export type InboxGroupKind =
  | 'Held runs'
  | 'Write-back'
  | 'Privilege gained'
  | 'Conflicts'
  | 'Owner answers'
  | 'Drift'
  | 'Same identity?'
  | 'Linked?'
  | 'New to register'
  | 'People to confirm';
export interface InboxGroup {
  readonly kind: InboxGroupKind;
  readonly items: readonly InboxItem[];
}

export interface SourceView {
  readonly status: SourceStatus;
  readonly freshness: { readonly reporting: FreshnessLevel; readonly control: FreshnessLevel | 'not for control' };
  /** Of the oldest complete coverage. */
  readonly asOf?: Instant;
  readonly age?: Millis;
  readonly records: number;
  readonly coverageComplete: number;
  readonly coverageTotal: number;
  /** "Good for reports and for certifying; privilege changes arrive in about 5 min." */
  readonly sentence: string;
}

export interface PartyView {
  readonly id: IdentityId;
  readonly name: string;
  readonly kind: 'person' | 'team' | 'vendor';
  readonly email?: string;
  readonly aliases: readonly string[];
  readonly owns: number;
  readonly active?: boolean;
  readonly confirmed: boolean;
}

/** What a bulk or single edit would do, before it is signed. */
export interface EditPreview {
  readonly acts: readonly Act[];
  readonly records: number;
  readonly unchanged: number;
  readonly conflictsSettled: number;
  /** A source holds another value: it will show as drift, or is acknowledged by the act. */
  readonly drift: number;
  readonly refused: readonly { readonly id: IdentityId; readonly name: string; readonly reason: string }[];
  readonly examples: readonly { readonly id: IdentityId; readonly name: string; readonly from: string; readonly to: string }[];
}

export type EditChange =
  | {
      readonly kind: 'set';
      readonly field: string;
      readonly value: Json;
      readonly why?: string;
      readonly acknowledge?: boolean;
      readonly until?: Instant;
    }
  | { readonly kind: 'clear'; readonly field: string; readonly why?: string }
  | { readonly kind: 'add' | 'remove'; readonly field: string; readonly element: string; readonly why?: string }
  | { readonly kind: 'accept'; readonly why?: string }
  | { readonly kind: 'exclude'; readonly reason: string; readonly why?: string }
  | { readonly kind: 'lifecycle'; readonly state: 'requested' | 'active' | 'retiring' | 'retired'; readonly why?: string }
  | { readonly kind: 'comment'; readonly text: string }
  | { readonly kind: 'merge'; readonly why?: string };

/**
 * What the projection answers. Implemented by `Register` in `register.ts`; used by the engine (windows for the page)
 * and by the server (command line, remits). All of it is computed from documents and the clock; nothing is stored.
 */
export interface RegisterReader {
  /** The clock in force for freshness (DESIGN 9). */
  readonly now: Millis;
  /** Grows with every change: a window with the same version and query is the same window. */
  readonly version: number;
  window(query: Query, from: number, count: number): RowWindow;
  /** Ids in the order of the query; for "select all matching". */
  ids(query: Query): readonly IdentityId[];
  counts(query?: Query): Counts;
  row(id: IdentityId): Row | undefined;
  /** Resolves an old id, an anchor, or a prefix of at least 6 hex digits that names one identity. */
  resolve(text: string): IdentityId | undefined;
  identity(id: IdentityId): IdentityView | undefined;
  field(id: IdentityId, field: string): FieldView | undefined;
  inbox(): readonly InboxGroup[];
  sources(): readonly SourceView[];
  parties(): readonly PartyView[];
  /** What was proposed to be sent to sources, and what became of it; the newest first. */
  writeBacks(): readonly WriteBackView[];
  /** Newest first. `runs: false` leaves the sources' runs out. */
  activity(options: { readonly runs: boolean; readonly before?: Instant; readonly limit: number }): readonly ActivityLine[];
  /** Distinct values in use, most used first: for pickers. */
  suggestions(
    field: string,
    text: string,
    limit: number,
  ): readonly { readonly value: string; readonly text: string; readonly count: number; readonly kind: 'party' | 'value' | 'create' }[];
  /** Identities, parties and sources by name, for the palette; fuzzy, best first. */
  search(
    text: string,
    limit: number,
  ): readonly { readonly id: string; readonly kind: 'identity' | 'party' | 'source'; readonly name: string; readonly detail: string }[];
  preview(ids: readonly IdentityId[], change: EditChange): EditPreview;
  /** CEL over `row` for remits. Returns the problem of a condition that does not compile. */
  matches(id: IdentityId, condition: string): boolean | QueryProblem;
}
