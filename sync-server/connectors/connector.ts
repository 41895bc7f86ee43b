import type * as z from 'zod';
import type { Json } from '../../shared/base/json.ts';
import type { Result } from '../../shared/base/result.ts';
import type { Instant, Millis } from '../../shared/base/time.ts';
import type { CoverageId, ExternalId } from '../../shared/model/ids.ts';
import type { Observation } from '../../shared/model/record.ts';
import type { ConnectorProblem, Mechanism } from '../../shared/model/status.ts';
import type { Network } from '../network/network.ts';
import type { PlannedWrite, WriteOutcome, WriteWish } from './writeBack.ts';

/** A connector yields messages and nothing else (DESIGN 6). The runner decides what they mean. */
export type ConnectorMessage =
  /** Which system answered: account, cluster UID, database system id. Another one than last time holds everything. */
  | { readonly kind: 'place'; readonly place: string }
  /** A coverage is about to be listed. `asOf` is taken before the first read. */
  | { readonly kind: 'coverage'; readonly coverage: CoverageId; readonly label: string; readonly asOf: Instant }
  /** `at`: when it happened, as the source dates the event. Only in what is followed and in a delta: it measures the delay. */
  | { readonly kind: 'record'; readonly record: Observation; readonly at?: Instant }
  | { readonly kind: 'deleted'; readonly externalId: ExternalId; readonly evidence: 'event' | 'tombstone'; readonly at: Instant }
  /** Re-read this one: an event said that it changed, and not how. */
  | { readonly kind: 'hint'; readonly externalId: ExternalId }
  /** An opaque cursor, taken before the scan started; saved only after what it covers is durable. */
  | { readonly kind: 'checkpoint'; readonly cursor: string }
  /** Events were lost: a full listing follows. */
  | { readonly kind: 'gap'; readonly coverage: CoverageId; readonly reason: string }
  /** Only while following: everything that happened up to `at` was said. Of a source that promises no delivery it says only that it lives. */
  | { readonly kind: 'heartbeat'; readonly at: Instant }
  /**
   * Absence counts only after `complete`. `delta`: everything that changed since `context.cursor` was said; what was not named is as it
   * was, and nothing of it changes or goes missing.
   */
  | {
      readonly kind: 'coverageDone';
      readonly coverage: CoverageId;
      readonly outcome: 'complete' | 'delta' | 'partial' | 'failed';
      readonly problems: readonly ConnectorProblem[];
    }
  | { readonly kind: 'progress'; readonly done: number; readonly total?: number; readonly what: string }
  /** For the dry run's screen: what was looked at, how a sheet was understood. Never stored in a document. */
  | { readonly kind: 'report'; readonly report: Json };

/** What a connector of this kind promises, in the units of DOMAIN I. */
export interface Traits {
  readonly mechanism: Mechanism;
  readonly cadence: Millis;
  readonly levels: { readonly reporting: Millis; readonly control: Millis | null };
  readonly lag: Millis;
  /** A followed source says something at least this often; required with `follow`. Three times this in silence is unknown. */
  readonly heartbeat?: Millis;
  /**
   * How often deltas and streams need a complete listing under them; absent: the reporting level. The runner passes no cursor to `list`
   * when the last one is older, and believes none of it when it is twice as old.
   */
  readonly fullListing?: Millis;
  /** One sentence for the source's page. */
  readonly note?: string;
  readonly private: boolean;
  /** `file:<path>` and folders to watch; a change starts a run within two seconds. */
  readonly watch: readonly string[];
  /** What the source is called when the person gave no label. */
  readonly label: string;
}

export interface ConnectorContext<S> {
  readonly settings: S;
  /** Where to go on. `list`: absent when a complete listing is due. `follow`: absent when nothing was saved: start with what there is now. */
  readonly cursor: string | undefined;
  readonly signal: AbortSignal;
  /** Resolves `{ env }`, `{ file }` and `{ keychain }` references. The value must not leave the connector's client. */
  secret(reference: unknown): Promise<Result<string, ConnectorProblem>>;
  /** Proxy and trust, as the source's settings say: every connection goes through it. */
  readonly network: Network;
  readonly clock: () => Millis;
  /** Where uploads are kept; `file` resolves `upload:<id>` in it. */
  readonly uploads: string;
  /** Set on the dry run before consent: list and stat only, open nothing that could hold a secret (workstation). */
  readonly mode: 'list only' | 'read';
}

/** A call that a source made, as it came. Names of headers in lower case. */
export interface Delivery {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
export type DeliveryProblem = 'not signed' | 'malformed';
export interface Received {
  /** As the source numbers it: the same one again says nothing new. */
  readonly id: string;
  /** Records to re-read. */
  readonly hints: readonly ExternalId[];
  /** Something changed that only a listing shows. */
  readonly listing: boolean;
}

/** One folder under `sync-server/connectors/`; registered in `registry.ts`. */
export interface Connector<S = unknown> {
  readonly kind: string;
  readonly settings: z.ZodType<S>;
  /** Names of the fields that may leave this connector; everything else is dropped before anything is written. */
  readonly fields: readonly string[];
  traits(settings: S): Traits;
  /** Yields a full listing. Throws only for defects; expected failures are `coverageDone` with problems. */
  list(context: ConnectorContext<S>): AsyncIterable<ConnectorMessage>;
  /**
   * Says what changes from the cursor on, until the signal aborts; for sources whose mechanism is `event` or `stream`. Yields `record`,
   * `deleted`, `hint`, `checkpoint` (behind what it covers), `heartbeat` (at least every `traits.heartbeat`) and `gap`. Ends or throws
   * (`StreamBroken`) when the stream breaks: it is started again from the last cursor that was saved.
   */
  follow?(context: ConnectorContext<S>): AsyncIterable<ConnectorMessage>;
  /** Re-reads one record now: `record`, `deleted`, or a problem. Absent: cannot. */
  reread?(context: ConnectorContext<S>, externalId: ExternalId): AsyncIterable<ConnectorMessage>;
  /** The least rights it needs, as text to run or paste; with `writing` also what write-back needs. */
  grant?(settings: Partial<S>, options?: { readonly writing?: boolean }): string;
  /** What the source tells by HTTP when it is told to. Absent: nothing is taken in. */
  readonly deliveries?: {
    /** The reference of the secret that signs them; undefined: none is taken. */
    secret(settings: S): unknown;
    /** Whose it is, and what to look at. Reads nothing: what a delivery says is a hint, and the source decides. */
    receive(settings: S, delivery: Delivery, secret: string): Promise<Result<Received, DeliveryProblem>>;
  };
  /** Governed fields that this source has a place for. Absent: nothing is ever written to it. */
  readonly writes?: readonly string[];
  /** Reads the place and says exactly what would be sent. Sends nothing. */
  planWrite?(context: ConnectorContext<S>, wish: WriteWish): Promise<Result<PlannedWrite, ConnectorProblem>>;
  /** Sends exactly that, under the source's own concurrency control. Repeating it is harmless: it reads first. */
  write?(context: ConnectorContext<S>, planned: PlannedWrite): Promise<WriteOutcome>;
}

/** Thrown out of `follow`: why the stream broke, in words that may be shown. */
export class StreamBroken extends Error {
  readonly problem: ConnectorProblem;
  constructor(reason: ConnectorProblem) {
    super(reason.code);
    this.name = 'StreamBroken';
    this.problem = reason;
  }
}

/** A `ConnectorProblem` with the fields that every caller must think about. */
export const problem = (code: ConnectorProblem['code'], message: string, retry: boolean, wayOut?: string): ConnectorProblem =>
  wayOut === undefined ? { code, message, retry } : { code, message, retry, wayOut };
