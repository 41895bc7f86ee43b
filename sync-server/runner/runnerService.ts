import type { HashHex } from '../../shared/base/hash.ts';
import type { Result } from '../../shared/base/result.ts';
import type { ExternalId, SourceId } from '../../shared/model/ids.ts';
import type { RunCounts, RunSummary, SourceStatus } from '../../shared/model/status.ts';
import type { ApiError, DryRunReply, SourceSettings } from '../../shared/wire/http.ts';
import type { Delivery } from '../connectors/connector.ts';
import type { PlannedWrite, WriteWish } from '../connectors/writeBack.ts';
import type { DeliveryOutcome } from './deliveries.ts';

/** What the server's endpoints and the command line ask of the runner. Implemented by `Runner` in `runner.ts`. */
export interface RunnerService {
  /** Configured sources, without secrets (they are references). */
  list(): readonly SourceSettings[];
  status(id: SourceId): SourceStatus | undefined;
  /** Parses and checks settings; adds, schedules and runs. `not run`: only adds. */
  add(settings: unknown, options?: { run?: boolean }): Promise<Result<{ id: SourceId }, ApiError>>;
  update(id: SourceId, settings: unknown): Promise<Result<{ id: SourceId }, ApiError>>;
  remove(id: SourceId): Promise<Result<null, ApiError>>;
  /** In memory only. `keep: false`: it cannot be applied, and pushes out no plan that can. Settings of a source that is not added yet are added when the plan is applied. */
  dryRun(settings: unknown, options?: { mode?: 'list only' | 'read'; keep?: boolean }): Promise<Result<DryRunReply, ApiError>>;
  plan(digest: HashHex): DryRunReply | undefined;
  /** Applies exactly that plan, or refuses when the source's records changed since. */
  apply(digest: HashHex, only?: readonly ExternalId[]): Promise<Result<{ source: SourceId; run: number; counts: RunCounts }, ApiError>>;
  /** Starts a run; resolves when it ended. A run that is going on is joined. */
  run(id: SourceId, trigger: RunSummary['trigger']): Promise<Result<RunSummary, ApiError>>;
  reread(id: SourceId, externalId: ExternalId): Promise<Result<'unchanged' | 'changed' | 'gone', ApiError>>;
  /** Asks the source what exactly would be sent, and says which system answered to its last listing. Sends nothing. */
  planWrite(id: SourceId, wish: WriteWish): Promise<Result<{ readonly write: PlannedWrite; readonly system: string }, ApiError>>;
  /** Sends what was approved for this source and not sent yet. */
  send(id: SourceId): Promise<void>;
  /** What a source told by HTTP. Answers when it is understood; what it hints at is read afterwards. */
  deliver(id: SourceId, delivery: Delivery): Promise<DeliveryOutcome>;
  cancel(id: SourceId): void;
  /** A steward's release or discard of a held part, from the ledger. */
  decide(digest: HashHex, decision: 'release' | 'discard'): Promise<void>;
  /** Ends workers and watches; running listings are given up (they change nothing). */
  stop(): Promise<void>;
}
