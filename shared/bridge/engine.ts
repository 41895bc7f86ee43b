import type { Result } from '../base/result.ts';
import type { Instant } from '../base/time.ts';
import type { Act, ActRef, Succession } from '../model/act.ts';
import type { DeviceId, EntryId, IdentityId, PersonId, SourceId, SpaceId } from '../model/ids.ts';
import type { FreshnessLevel, Role } from '../model/vocabulary.ts';
import type { TeamView } from '../register/teamView.ts';
import type {
  ActivityLine,
  ColumnId,
  Counts,
  EditChange,
  EditPreview,
  FieldView,
  IdentityView,
  InboxGroup,
  PartyView,
  Query,
  Row,
  RowWindow,
  SourceView,
  WriteBackView,
} from '../register/view.ts';
import type { CopyPlan } from '../transfer/planCopy.ts';
import type {
  ApiError,
  DryRunReply,
  SnapshotJob,
  SnapshotRequest,
  SourceSettings,
  SpaceInfo,
  WritePlanReply,
  WritePlanRequest,
} from '../wire/http.ts';
import type { DeviceRequestReply, SignInBegun, SignInInfo, SignInOutcome, TeamReply, WaitingDevice } from '../wire/team.ts';
import type { WebhookRequest, WebhookStatus } from '../wire/webhook.ts';
import type { SnapshotStatus } from './snapshot.ts';

/**
 * What the page asks of the engine: a worker that holds documents, sync, projection and queries. Everything is a message,
 * so everything is asynchronous and plain. The page never holds a document.
 */
export interface EngineApi {
  status(): Promise<EngineStatus>;
  /** While the register is still opening, windows, counts and single rows are of what is there already and say so; all else waits. */
  window(query: Query, from: number, count: number): Promise<RowWindow & Incomplete>;
  ids(query: Query): Promise<readonly IdentityId[]>;
  counts(query?: Query): Promise<Counts & Incomplete>;
  row(id: IdentityId): Promise<Row | undefined>;
  identity(id: IdentityId): Promise<IdentityView | undefined>;
  field(id: IdentityId, field: string): Promise<FieldView | undefined>;
  inbox(): Promise<readonly InboxGroup[]>;
  sources(): Promise<readonly SourceView[]>;
  parties(): Promise<readonly PartyView[]>;
  /** What was proposed to be sent to sources, and what became of it; the newest first. */
  writeBacks(): Promise<readonly WriteBackView[]>;
  activity(options: { runs: boolean; before?: Instant; limit: number }): Promise<readonly ActivityLine[]>;
  suggestions(field: string, text: string, limit: number): Promise<readonly Suggestion[]>;
  search(text: string, limit: number): Promise<readonly SearchHit[]>;
  /** Called when an editor, a preview or a picker opens: what the author has seen is fixed here (DESIGN 5). */
  openEditor(): Promise<EditorToken>;
  preview(ids: readonly IdentityId[], change: EditChange): Promise<EditPreview>;
  /**
   * Signs, stores strictly, and returns: from then on it is saved here whatever happens. More than 500 acts become several
   * entries of one group. The acknowledgement of the server is a later `changed` event.
   */
  commit(acts: readonly Act[], editor: EditorToken, label: string): Promise<Result<CommitReply, CommitProblem>>;
  /** A new party with that name (and kind), as acts to put before the acts that use it, and the reference to use. */
  newParty(name: string, kind: 'person' | 'team' | 'vendor'): Promise<{ readonly acts: readonly Act[]; readonly reference: string }>;
  /** A record that no source reports, typed by a person: the acts of its creation and its future id. */
  newIdentity(name: string, kind: string): Promise<{ readonly acts: readonly Act[]; readonly id: IdentityId }>;
  /** Takes back the last change of this device that is not taken back yet. */
  undo(): Promise<Result<{ readonly label: string }, CommitProblem>>;
  withdraw(acts: readonly ActRef[], why?: string): Promise<Result<CommitReply, CommitProblem>>;
  /** Where this person is, for the others' screens. */
  presence(where: { record?: IdentityId; field?: string }): Promise<void>;
  /** Enrols this device with a launch or invitation token. `key`: the fingerprint that the link carried; nothing is sent to a server with another key. */
  enrol(
    token: string,
    options: { label: string; personName?: string; key?: string },
  ): Promise<Result<{ readonly personName: string; readonly role: Role }, ApiError>>;
  /** Every row of a query in the columns given. */
  exportRows(query: Query, columns: readonly ColumnId[], format: 'csv' | 'xlsx' | 'json'): Promise<Uint8Array<ArrayBuffer>>;
  /** Identities as a file that another register takes in. Nothing is changed. */
  copyRecords(ids: readonly IdentityId[]): Promise<Result<CopyFile, ApiError>>;
  /** What such a file would do here; its portions are signed with `commit`. @param namesakes take in those too of which one of that name is here. */
  planCopy(bytes: Uint8Array, namesakes: boolean): Promise<Result<CopyPlan, ApiError>>;
  /** Sets the entries aside that the server refused, after the person has read why. */
  dismissRefused(id: EntryId): Promise<void>;
  /** Calls of the server's HTTP interface with this device's ticket. */
  addSource(settings: SourceSettings): Promise<Result<{ readonly id: SourceId }, ApiError>>;
  updateSource(settings: SourceSettings): Promise<Result<{ readonly id: SourceId }, ApiError>>;
  removeSource(id: SourceId): Promise<Result<null, ApiError>>;
  configuredSources(): Promise<Result<readonly SourceSettings[], ApiError>>;
  /** With settings: a source that is not added yet (adding happens on apply). */
  dryRun(settings: SourceSettings): Promise<Result<DryRunReply, ApiError>>;
  plan(digest: string): Promise<Result<DryRunReply, ApiError>>;
  applyPlan(digest: string, only?: readonly string[]): Promise<Result<{ readonly source: SourceId }, ApiError>>;
  runSource(id: SourceId): Promise<Result<null, ApiError>>;
  reread(source: SourceId, externalId: string): Promise<Result<null, ApiError>>;
  /** What exactly would be sent to a source, ready to be proposed. Nothing is sent. */
  planWrite(source: SourceId, request: WritePlanRequest): Promise<Result<WritePlanReply, ApiError>>;
  upload(name: string, bytes: Uint8Array<ArrayBuffer>, modified?: Instant): Promise<Result<{ readonly upload: string }, ApiError>>;
  recordHistory(
    source: SourceId,
    externalId: string,
  ): Promise<Result<readonly { readonly at: Instant; readonly run: number; readonly hash: string; readonly record: unknown }[], ApiError>>;
  /** People, devices, invitations and keys. */
  team(): Promise<TeamView | undefined>;
  /** What only the server knows of devices: when they were last here. */
  teamSeen(): Promise<Result<TeamReply, ApiError>>;
  /** How many identities a condition covers now, or what is wrong with it. */
  remitReach(condition: string): Promise<{ readonly covers: number; readonly problem?: string }>;
  /** Mints a token here and signs the invitation: the link works once the server has it. */
  invite(request: {
    role: Role;
    remit: string;
    label: string;
    hours: number;
  }): Promise<Result<{ readonly link: string; readonly expires: Instant }, CommitProblem>>;
  /** The device that shows this code, once its proof was checked here. */
  waitingDevice(code: string): Promise<Result<WaitingDevice, ApiError>>;
  /** Signs that a waiting device is this person's. */
  confirmDevice(waiting: WaitingDevice, person: PersonId): Promise<Result<CommitReply, CommitProblem>>;
  /** The server makes another key for itself, endorsed by the one in force. It counts once a `rekey` act is signed. */
  prepareRekey(): Promise<Result<Succession, ApiError>>;
  /** Does the server let people sign in with an identity provider? */
  signInInfo(): Promise<Result<SignInInfo, ApiError>>;
  beginSignIn(request: { label: string; redirect: string }): Promise<Result<SignInBegun, ApiError>>;
  finishSignIn(id: string, query: string): Promise<Result<SignInOutcome, ApiError>>;
  /** Asks to be confirmed by an enrolled device. The register opens by itself when that has happened. */
  askToJoin(label: string): Promise<Result<DeviceRequestReply, ApiError>>;
  /** Against the pin: `typed` are the first digits of the fingerprint that the server shows now. */
  trustServer(typed: string): Promise<Result<null, ApiError>>;
  /** Gives this device another key: for one that was taken out of use, or whose profile was copied. */
  startAnew(): Promise<Result<null, ApiError>>;
  /** Where changes are told, and how that stands; undefined turns it off. */
  webhook(): Promise<Result<WebhookStatus, ApiError>>;
  setWebhook(request: WebhookRequest | undefined): Promise<Result<WebhookStatus, ApiError>>;
  sample(action: 'start' | 'delete'): Promise<Result<{ readonly address?: string }, ApiError>>;
  /** Starts to make a snapshot on the server. */
  createSnapshot(request: SnapshotRequest): Promise<Result<SnapshotJob, ApiError>>;
  snapshotJob(id: string): Promise<Result<SnapshotJob, ApiError>>;
  /** Ends and forgets it, and its file on the server. */
  cancelSnapshot(id: string): Promise<Result<null, ApiError>>;
  snapshotFile(id: string): Promise<Result<Uint8Array<ArrayBuffer>, ApiError>>;
  /** When a place of the ledger was written and what it says; undefined where there is no such place here. */
  changeAt(place: number): Promise<ChangeAt | undefined>;
}

/** The register is still opening: rows may be missing, and what rows inherit from others may be too. */
export interface Incomplete {
  readonly incomplete?: true;
}

export interface ChangeAt {
  readonly place: number;
  /** When the server placed it. */
  readonly at: Instant;
  readonly who: string;
  readonly what: string;
}
export interface Suggestion {
  readonly value: string;
  readonly text: string;
  readonly count: number;
  readonly kind: 'party' | 'value' | 'create';
}
export interface SearchHit {
  readonly id: string;
  readonly kind: 'identity' | 'party' | 'source';
  readonly name: string;
  readonly detail: string;
}

/** Opaque: what was seen when the editor opened. */
export interface EditorToken {
  readonly epoch: number;
  readonly place: number;
  readonly root: string;
  readonly prev: string | null;
}

export interface CommitReply {
  readonly entries: readonly EntryId[];
}
export interface CommitProblem {
  readonly code: 'not enrolled' | 'read only' | 'not allowed' | 'not valid' | 'storage';
  readonly message: string;
  readonly wayOut?: string;
}

export interface PresenceView {
  readonly person?: PersonId;
  readonly name: string;
  readonly me: boolean;
  readonly record?: IdentityId;
  readonly field?: string;
  readonly colour: string;
}

/** Why this device does not sync with the server that answers. What it holds stays readable, and edits are saved here. */
export interface ServerDistrust {
  /**
   * `another key`: neither the one that was pinned nor one that came from it. `shorter history`: places that were seen are gone.
   * `different history`: something else stands where this device knows what stood. `unproved restore`: a new epoch without a
   * statement that a key of the server signed.
   */
  readonly kind: 'another key' | 'shorter history' | 'different history' | 'unproved restore';
  readonly pinnedKey: DeviceId;
  readonly shownKey: DeviceId;
  /** Up to which change this device knows the history. */
  readonly place?: number;
}

/** What is written to a file, and what is not. */
export interface CopyFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly records: number;
  readonly values: number;
  /** Fields in conflict, which are left out. */
  readonly conflicts: readonly { readonly name: string; readonly field: string }[];
  /** Chosen, and no identities. */
  readonly others: number;
}

/** An entry that will never be in the ledger: it stays on this device until its person has read it. */
export interface RefusedEntry {
  readonly id: EntryId;
  readonly label: string;
  readonly reason: string;
  readonly at: Instant;
  /** What it said, in words. */
  readonly said: readonly string[];
}

export interface EngineStatus {
  readonly phase: 'starting' | 'loading' | 'not enrolled' | 'ready' | 'failed';
  /** 0 to 1 while loading. */
  readonly progress?: number;
  /** 0 to 1 while rows can be looked at and are not all there yet. */
  readonly opening?: number;
  readonly problem?: { readonly message: string; readonly wayOut?: string };
  readonly space?: {
    readonly id: SpaceId;
    readonly name: string;
    readonly sample: boolean;
    readonly server: string;
    readonly serverKey?: string;
  };
  readonly me?: {
    readonly person: PersonId;
    readonly name: string;
    readonly role: Role;
    readonly remit: string;
    readonly device: DeviceId;
  };
  /** This device's key, also where nobody has enrolled it yet. */
  readonly device?: DeviceId;
  readonly connection: 'online' | 'connecting' | 'offline';
  readonly offlineSince?: Instant;
  /** Entries that are saved on this device and not yet in the ledger. */
  readonly savedHere: number;
  readonly refused: readonly RefusedEntry[];
  readonly others: readonly PresenceView[];
  readonly evidence: readonly {
    readonly source: SourceId;
    readonly label: string;
    readonly asOf?: Instant;
    readonly level: FreshnessLevel;
    readonly reportingOnly: boolean;
    readonly health: 'ok' | 'running' | 'failed' | 'held' | 'never run';
  }[];
  /** The clock in force and whether it is only this device's. */
  readonly now: Instant;
  readonly clockFromServer: boolean;
  readonly place: number;
  /** Entries whose signature this device has not checked yet. */
  readonly unverified: number;
  readonly readOnly: boolean;
  /** Why nothing can be changed here, whoever one is, and the way out. */
  readonly readOnlyBecause?: { readonly message: string; readonly wayOut?: string };
  readonly distrust?: ServerDistrust;
  /** The sign-in of this device has run out: it works on, and signs in again to sync. */
  readonly signInAgain?: true;
  /** This device was taken out of use: what it says from now on counts nowhere. */
  readonly revoked?: true;
  /** The latest place at which two changes with this device's key followed one and the same: this browser profile was copied. */
  readonly forkedAt?: number;
  readonly persisted: boolean;
  readonly canUndo?: string;
  readonly version: number;
  /** A file is open instead of the live register: nothing can be changed and the clock stands still. */
  readonly snapshot?: SnapshotStatus;
}

export type EngineEvent =
  /** Something in the register changed: ask again for what is on screen. */
  | { readonly kind: 'changed'; readonly version: number }
  | { readonly kind: 'status'; readonly status: EngineStatus }
  | { readonly kind: 'notice'; readonly tone: 'info' | 'warning' | 'error'; readonly message: string; readonly wayOut?: string };

/** What the engine is started with. */
export interface EngineStart {
  readonly server: string;
  readonly expected?: SpaceInfo['space'];
}
