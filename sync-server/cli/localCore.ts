import type { Result } from '../../shared/base/result.ts';
import type { Instant } from '../../shared/base/time.ts';
import type { LedgerReader } from '../../shared/ledger/ledgerReader.ts';
import type { Act, Succession } from '../../shared/model/act.ts';
import type { DeviceId, EntryId, SourceId, SpaceId } from '../../shared/model/ids.ts';
import type { SignInPolicy } from '../../shared/model/policy.ts';
import type { Role } from '../../shared/model/vocabulary.ts';
import type { RegisterReader } from '../../shared/register/view.ts';
import type { ApiError, WritePlanReply, WritePlanRequest } from '../../shared/wire/http.ts';
import type { CheckReport } from '../check/checkStore.ts';
import type { SecretReference } from '../core/signIn/signInSecret.ts';
import type { Diagnosis } from '../doctor/diagnosis.ts';
import type { BackupMade } from '../recovery/writeBackup.ts';
import type { RunnerService } from '../runner/runnerService.ts';
import type { Asker, Snapshots } from '../snapshot/snapshots.ts';
import type { Webhook } from '../webhook/webhook.ts';

/** An invitation that may still be used. `id`: the entry that made it, and the act in it. */
export interface OpenInvitation {
  readonly id: string;
  readonly label: string;
  readonly role: Role;
  readonly remit: string;
  readonly expires: string;
}

export interface LocalTeam {
  invitations(): readonly OpenInvitation[];
  seen(device: DeviceId): { readonly here: boolean; readonly lastSeen?: Instant };
  /** A new server key, endorsed by the one in force. */
  prepareSuccession(): Promise<Succession>;
  signIn(): SignInPolicy | undefined;
  /** Where the client secret of that provider is found; undefined forgets it. */
  rememberSecret(policy: SignInPolicy, secret: SecretReference | undefined): void;
  /** Does the provider answer as one? */
  checkSignIn(policy: SignInPolicy): Promise<Result<{ readonly issuer: string }, ApiError>>;
}

/** What the command line asks of a running server: the register it projects, the runner, and the local steward's own device. */
export interface LocalCore {
  readonly space: SpaceId;
  readonly register: RegisterReader;
  readonly ledger: LedgerReader;
  readonly runner: RunnerService;
  readonly snapshots: Snapshots;
  /** Who is told of changes. */
  readonly webhook: Pick<Webhook, 'status' | 'configure'>;
  /** In whose name the command line acts. */
  readonly steward: Asker;
  /** People, devices and keys beyond what the ledger says. */
  readonly team: LocalTeam;
  readonly uploads: string;
  now(): number;
  /** Signs as the local steward, places, and resolves when it is on disk. More than 500 acts become one group of entries. */
  commit(acts: readonly Act[]): Promise<Result<{ readonly entries: readonly EntryId[] }, ApiError>>;
  /** What exactly would be sent to a source, ready to be proposed. Sends nothing. */
  planWrite(source: SourceId, request: WritePlanRequest): Promise<Result<WritePlanReply, ApiError>>;
  invite(request: {
    role: Role;
    remit: string;
    label: string;
    hours: number;
  }): Promise<Result<{ readonly link: string; readonly expires: Instant }, ApiError>>;
  /** A ticket for scripts on this machine, at most ten minutes. */
  token(role: Role, ttlMillis: number): Result<{ readonly ticket: string; readonly expires: Instant }, ApiError>;
  /** Writes a backup to that path, which the server's own user can write. */
  backup(output: string): Promise<Result<BackupMade, ApiError>>;
  /** How far a backup that is being written is, 0 to 1; undefined while there is none. */
  readonly backupDone: number | undefined;
  /** Looks at everything that is stored. */
  check(): Promise<CheckReport>;
  /** What the server finds of itself: clock, certificate, sources. Writes nothing. */
  inspect(): Promise<readonly Diagnosis[]>;
  /** A new one-use link that enrols a further device of the local steward. */
  launchLink(): string;
}
