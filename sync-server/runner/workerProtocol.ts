import type { Result } from '../../shared/base/result.ts';
import type { ExternalId } from '../../shared/model/ids.ts';
import type { ConnectorProblem } from '../../shared/model/status.ts';
import type { NetworkSettings } from '../../shared/wire/http.ts';
import type { SecretAnswer, SecretQuestion } from '../../shared/wire/keychainMessages.ts';
import type { ConnectorMessage } from '../connectors/connector.ts';
import type { PlannedWrite, WriteOutcome, WriteWish } from '../connectors/writeBack.ts';

/** What a worker is told at its start. No secret travels with it: references are resolved inside, or asked for one by one. */
export interface WorkerOrder {
  /** The `file:` URL of the module that exports `connector`. */
  readonly module: string;
  readonly settings: unknown;
  /** How the source is reached. Credentials of a proxy are references too. */
  readonly network: NetworkSettings | undefined;
  readonly cursor: string | undefined;
  readonly uploads: string;
  readonly mode: 'list only' | 'read';
  /** Re-read this one record instead of listing. */
  readonly reread?: ExternalId;
  /** Say what changes from the cursor on, until aborted. */
  readonly follow?: true;
  /** Plan and send what is asked for, one after the other until told to end, instead of listing. */
  readonly writes?: true;
}

/** Messages of a connector after the allowlist and the redactor: nothing else leaves the worker. */
export type AdmittedMessage =
  | ConnectorMessage
  /** A record that the gate refused. `reason` names paths, never values. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** The answers to a `WriteRequest`. */
  | { readonly kind: 'planned'; readonly planned: Result<PlannedWrite, ConnectorProblem> }
  | { readonly kind: 'written'; readonly outcome: WriteOutcome }
  /** Something that looks like a secret was replaced, or a field was dropped. */
  | { readonly kind: 'cleaned'; readonly redacted: readonly string[]; readonly dropped: readonly string[] };

export type FromWorker =
  | { readonly kind: 'batch'; readonly messages: readonly AdmittedMessage[] }
  /** A thread for writes has loaded its connector, and hears requests. */
  | { readonly kind: 'ready to write' }
  | WriteAnswer
  | { readonly kind: 'done' }
  | { readonly kind: 'unable'; readonly problem: ConnectorProblem }
  | SecretQuestion;

/** One at a time: the next is asked when the one before was answered. Planning sends nothing; `write` sends exactly that. */
export type WriteRequest =
  | { readonly kind: 'plan write'; readonly wish: WriteWish }
  | { readonly kind: 'write'; readonly planned: PlannedWrite }
  | { readonly kind: 'end writes' };
export type WriteAnswer = Extract<AdmittedMessage, { kind: 'planned' | 'written' }>;

export type ToWorker = { readonly kind: 'ack' } | { readonly kind: 'abort' } | WriteRequest | SecretAnswer;

export const BATCH_MESSAGES = 500;
/** Batches on their way before the worker waits: a source of a million records never piles up in either thread. */
export const WINDOW_BATCHES = 4;
