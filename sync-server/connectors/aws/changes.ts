import type { UserDetail } from '@aws-sdk/client-iam';
import type { Instant } from '../../../shared/base/time.ts';
import type { ExternalId } from '../../../shared/model/ids.ts';
import type { Observation } from '../../../shared/model/record.ts';
import type { ConnectorProblem } from '../../../shared/model/status.ts';
import { type ConnectorMessage, StreamBroken } from '../connector.ts';
import { type AccountRead, readAccount } from './account.ts';
import { Budget } from './budget.ts';
import { CredentialsReader } from './credentials.ts';
import type { AwsEvent, Change } from './events.ts';
import {
  certificatesCoverage,
  certificateToObservation,
  readCertificate,
  readSecret,
  secretsCoverage,
  secretToObservation,
} from './regional.ts';
import type { Account, Context, Session } from './session.ts';
import { isIncluded } from './settings.ts';
import {
  accessKeyId,
  accessKeyToObservation,
  groupId,
  IAM,
  IamObservations,
  passwordId,
  passwordToObservation,
  roleId,
  userId,
} from './toObservations.ts';

interface Dated {
  readonly at: Instant;
  readonly region: string;
  readonly change: Change;
}

type Kind = 'user' | 'role' | 'group';
const ID = { user: userId, role: roleId, group: groupId } as const;

/**
 * Works out what events changed. Events name users and roles, whose ids are not in them: the account is read once for all events that came
 * together, and what they are about is said as records. Names that were there before are remembered, because a deletion says no id either.
 */
export class Changes {
  readonly #session: Session;
  readonly #account: Account;
  readonly #context: Context;
  /** Ids by kind and name, as they were when the account was last read. */
  #ids = new Map<string, string>();

  constructor(session: Session, account: Account, context: Context) {
    this.#session = session;
    this.#account = account;
    this.#context = context;
  }

  /** Before the first event: who is there now. */
  async start(): Promise<void> {
    this.#remember(await this.#read());
  }

  /**
   * @param listed when the account was last listed: a deletion before that which cannot be told whose it is, is known already.
   * @throws StreamBroken when the account does not answer: the events stay in the queue.
   */
  async *of(events: readonly AwsEvent[], listed: Instant): AsyncGenerator<ConnectorMessage> {
    const dated = events
      .filter(({ account }) => account === this.#account.id)
      .flatMap(({ at, region, changes }) => changes.map((change): Dated => ({ at, region, change })))
      .sort((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0));
    const iam = this.#context.settings.services.includes('iam') ? dated.filter(({ change }) => isIam(change)) : [];
    if (iam.length > 0) yield* this.#iam(iam, listed);
    for (const one of dated) yield* this.#regional(one, listed);
  }

  async *#iam(dated: readonly Dated[], listed: Instant): AsyncGenerator<ConnectorMessage> {
    const before = this.#ids;
    const read = await this.#read();
    this.#remember(read);
    const budget = new Budget(this.#context.settings.maxCalls);
    const touched = touchedBy(dated, read);
    yield* this.#gone(dated, before, listed);
    const { settings } = this.#context;
    const isWanted = ({ Path = '/' }: { readonly Path?: string | undefined }): boolean => isIncluded(Path, settings);
    const users = read.users.filter((user) => isWanted(user) && touched.users.has(user.UserName ?? ''));
    const reader = new CredentialsReader(this.#session, budget);
    const credentials = await reader.of(users, 0);
    const observations = new IamObservations(read, this.#account, settings);
    for (const group of read.groups) {
      const at = touched.groups.get(group.GroupName ?? '');
      if (at !== undefined) yield said(observations.group(group), at);
    }
    for (const user of users)
      yield said(observations.user(user, credentials.get(user.UserId ?? '')), touched.users.get(user.UserName ?? ''));
    for (const role of read.roles) {
      const at = touched.roles.get(role.RoleName ?? '');
      if (at !== undefined && isWanted(role)) yield said(observations.role(role), at);
    }
    yield* this.#credentials(dated, read, reader);
    if (budget.ended !== undefined) throw new StreamBroken(budget.ended);
  }

  /** What was deleted, by the id that its name had. */
  *#gone(dated: readonly Dated[], before: ReadonlyMap<string, string>, listed: Instant): Generator<ConnectorMessage> {
    const now = new Set(this.#ids.values());
    const ids = new Map(before);
    for (const { at, change } of dated) {
      const kind = (['user', 'role', 'group'] as const).find((one) => change.kind === `${one} gone`);
      if ((change.kind === 'user' || change.kind === 'role') && change.id !== undefined)
        ids.set(nameKey(change.kind, change.name), change.id);
      if (kind === undefined || !('name' in change)) continue;
      const id = ids.get(nameKey(kind, change.name));
      if (id !== undefined && !now.has(id)) yield { kind: 'deleted', externalId: ID[kind](id), evidence: 'event', at };
      else if (id === undefined && at >= listed)
        yield { kind: 'gap', coverage: IAM, reason: `a ${kind} was deleted whose id is not known` };
    }
  }

  async *#credentials(dated: readonly Dated[], read: AccountRead, reader: CredentialsReader): AsyncGenerator<ConnectorMessage> {
    for (const { at, change } of dated) {
      if (change.kind === 'access key gone') yield { kind: 'deleted', externalId: accessKeyId(change.id), evidence: 'event', at };
      if (change.kind === 'access key') yield* this.#accessKey(change, at, read, reader);
      if (change.kind === 'password' || change.kind === 'password gone') yield* this.#password(change.name, at, read, reader);
    }
  }

  async *#accessKey(
    change: { readonly id: string; readonly user: string | undefined },
    at: Instant,
    read: AccountRead,
    reader: CredentialsReader,
  ): AsyncGenerator<ConnectorMessage> {
    const user = change.user === undefined ? undefined : this.#wanted(read, change.user);
    if (user === undefined) return;
    const key = (await reader.keysOf(user.UserName ?? '', user.Arn ?? '*'))?.find(({ AccessKeyId }) => AccessKeyId === change.id);
    if (key === undefined) return;
    const last = await reader.lastUsed(change.id);
    const used = last === undefined ? new Map() : new Map([[change.id, last ?? undefined]]);
    yield said(accessKeyToObservation(key, user, used, this.#account), at);
  }

  async *#password(name: string, at: Instant, read: AccountRead, reader: CredentialsReader): AsyncGenerator<ConnectorMessage> {
    const user = this.#wanted(read, name);
    if (user?.UserId === undefined) return;
    const login = await reader.passwordOf(name, user.Arn ?? '*');
    if (login === null) yield { kind: 'deleted', externalId: passwordId(user.UserId), evidence: 'event', at };
    const used = read.passwordsUsed === undefined ? undefined : { at: read.passwordsUsed.get(user.UserId) };
    if (login) yield said(passwordToObservation(login.created, user, used, this.#account), at);
  }

  #wanted(read: AccountRead, name: string): UserDetail | undefined {
    return read.users.find(({ UserName, Path = '/' }) => UserName === name && isIncluded(Path, this.#context.settings));
  }

  async *#regional({ at, change, region }: Dated, listed: Instant): AsyncGenerator<ConnectorMessage> {
    const { services, regions } = this.#context.settings;
    if (!regions.includes(region)) return;
    const budget = new Budget(this.#context.settings.maxCalls);
    if ((change.kind === 'secret' || change.kind === 'secret gone') && services.includes('secretsmanager')) {
      const read = await readSecret(this.#session, region, change.id, budget);
      if (!read.ok) throw new StreamBroken(read.error);
      if (read.value !== undefined) yield said(secretToObservation(read.value, region, this.#account, this.#context.settings), at);
      else if (change.id.startsWith('arn:')) yield { kind: 'deleted', externalId: change.id as ExternalId, evidence: 'event', at };
      else if (at >= listed)
        yield { kind: 'gap', coverage: secretsCoverage(region), reason: 'a secret was deleted whose ARN is not known' };
    }
    if ((change.kind === 'certificate' || change.kind === 'certificate gone') && services.includes('acm')) {
      const read = await readCertificate(this.#session, region, change.arn, budget);
      if (budget.ended !== undefined) throw new StreamBroken(budget.ended);
      if (read !== undefined) yield said(certificateToObservation(read, region, this.#account), at);
      else if (change.kind === 'certificate gone') yield { kind: 'deleted', externalId: change.arn as ExternalId, evidence: 'event', at };
      else if (budget.problems.length > 0 && at >= listed)
        yield { kind: 'gap', coverage: certificatesCoverage(region), reason: 'a certificate could not be read' };
    }
  }

  async #read(): Promise<AccountRead> {
    const read = await readAccount(this.#session);
    if (!read.ok) throw new StreamBroken(read.error);
    const denied: ConnectorProblem | undefined = read.value.problems[0];
    // Names that are not all there would take those that are missing for deleted.
    if (denied !== undefined) throw new StreamBroken(denied);
    return read.value;
  }

  #remember({ users, roles, groups }: AccountRead): void {
    this.#ids = new Map([
      ...users.map(({ UserName = '', UserId = '' }) => [nameKey('user', UserName), UserId] as const),
      ...roles.map(({ RoleName = '', RoleId = '' }) => [nameKey('role', RoleName), RoleId] as const),
      ...groups.map(({ GroupName = '', GroupId = '' }) => [nameKey('group', GroupName), GroupId] as const),
    ]);
  }
}

const nameKey = (kind: Kind, name: string): string => `${kind}/${name}`;
const said = (record: Observation, at: Instant | undefined): ConnectorMessage => ({
  kind: 'record',
  record,
  ...(at === undefined ? {} : { at }),
});
const isIam = ({ kind }: Change): boolean => !/^(secret|certificate)/.test(kind);

interface Touched {
  /** Names, and when they were last touched. */
  readonly users: Map<string, Instant>;
  readonly roles: Map<string, Instant>;
  readonly groups: Map<string, Instant>;
}

/** Whom a change is about: also the members of a group, and everybody who holds a policy. */
function touchedBy(dated: readonly Dated[], read: AccountRead): Touched {
  const touched: Touched = { users: new Map(), roles: new Map(), groups: new Map() };
  const members = (group: string, at: Instant): void => {
    for (const user of read.users) if (user.GroupList?.includes(group)) touched.users.set(user.UserName ?? '', at);
  };
  for (const { at, change } of dated) {
    if (change.kind === 'user') touched.users.set(change.name, at);
    if (change.kind === 'renamed') touched.users.set(change.to, at);
    if (change.kind === 'role') touched.roles.set(change.name, at);
    if (change.kind === 'group') touched.groups.set(change.name, at);
    if (change.kind === 'group' || change.kind === 'group gone') members(change.name, at);
    if (change.kind !== 'policy') continue;
    for (const user of read.users) if (has(user, change.arn)) touched.users.set(user.UserName ?? '', at);
    for (const role of read.roles) if (has(role, change.arn)) touched.roles.set(role.RoleName ?? '', at);
    for (const group of read.groups) if (has(group, change.arn)) members(group.GroupName ?? '', at);
  }
  return touched;
}

type Holder = Pick<UserDetail, 'AttachedManagedPolicies' | 'PermissionsBoundary'>;
const has = ({ AttachedManagedPolicies, PermissionsBoundary }: Holder, arn: string): boolean =>
  PermissionsBoundary?.PermissionsBoundaryArn === arn || (AttachedManagedPolicies ?? []).some(({ PolicyArn }) => PolicyArn === arn);
