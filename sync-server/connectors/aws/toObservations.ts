import type { AccessKeyMetadata, AttachedPolicy, GroupDetail, PolicyDetail, RoleDetail, UserDetail } from '@aws-sdk/client-iam';
import { compareCodeUnits, type Json } from '../../../shared/base/json.ts';
import { type Instant, toInstant } from '../../../shared/base/time.ts';
import type { CoverageId, ExternalId } from '../../../shared/model/ids.ts';
import type { Observation, ObservedLink } from '../../../shared/model/record.ts';
import { environment } from '../../../shared/model/vocabulary.ts';
import type { AccountRead } from './account.ts';
import { NO_CREDENTIALS, type UserCredentials } from './credentials.ts';
import { AccessReader, type HeldPolicy, type Rights } from './effectiveAccess.ts';
import { type Account, boundaryOf, placeOf } from './session.ts';
import { type AwsSettings, TAG_FIELDS, tagKeyOf } from './settings.ts';
import { trustOf } from './trust.ts';

/** IAM is one for the whole account, whichever region is asked. */
export const IAM = 'iam' as CoverageId;
/** Keys and passwords take a call each: a budget that does not reach all of them hides no user. */
export const CREDENTIALS = 'iam/credentials' as CoverageId;

export const userId = (id: string): ExternalId => `user/${id}` as ExternalId;
export const roleId = (id: string): ExternalId => `role/${id}` as ExternalId;
export const groupId = (id: string): ExternalId => `group/${id}` as ExternalId;
export const accessKeyId = (id: string): ExternalId => `access-key/${id}` as ExternalId;
/** By its user: a password has no id of its own. */
export const passwordId = (user: string): ExternalId => `password/${user}` as ExternalId;

/** An id of AWS within its account: what was created again has another (DOMAIN C). */
export const keyOf = (account: Account, id: string): string => `${placeOf(account)}/${id}`;

export const instantOf = (date: Date | undefined): Instant | undefined =>
  date === undefined || Number.isNaN(date.getTime()) ? undefined : toInstant(date.getTime());
export const given = (name: string, value: Json | undefined): Record<string, Json> => (value === undefined ? {} : { [name]: value });

/** A tag as any service says it. */
interface SaidTag {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

/** Tags as `key=value`, and the governed fields that some of them hold. */
export function tagFields(tags: readonly SaidTag[] | undefined, settings: Partial<AwsSettings>): Record<string, Json> {
  const byKey = new Map((tags ?? []).flatMap(({ Key, Value }) => (Key === undefined ? [] : [[Key, Value ?? ''] as const])));
  const fields = TAG_FIELDS.flatMap((field) => {
    const value = byKey.get(tagKeyOf(field, settings));
    const isFit = value !== undefined && value !== '' && (field !== 'environment' || environment.safeParse(value).success);
    return isFit ? [[field, value] as const] : [];
  });
  const shown = [...byKey].map(([key, value]) => (value === '' ? key : `${key}=${value}`)).sort(compareCodeUnits);
  return { ...Object.fromEntries(fields), ...(shown.length > 0 ? { tags: shown } : {}) };
}

interface Principal {
  readonly Arn?: string | undefined;
  readonly AttachedManagedPolicies?: readonly AttachedPolicy[] | undefined;
  readonly PermissionsBoundary?: { readonly PermissionsBoundaryArn?: string | undefined } | undefined;
}

/** Turns what IAM said into records. Pure: the same account gives the same records. */
export class IamObservations {
  readonly #read: AccountRead;
  readonly #account: Account;
  readonly #settings: AwsSettings;
  readonly #access: AccessReader;
  readonly #groups: ReadonlyMap<string, GroupDetail>;

  constructor(read: AccountRead, account: Account, settings: AwsSettings) {
    this.#read = read;
    this.#account = account;
    this.#settings = settings;
    this.#access = new AccessReader(boundaryOf(account));
    this.#groups = new Map(read.groups.map((group) => [group.GroupName ?? '', group]));
  }

  #common(externalId: ExternalId, id: string, name: string, arn: string | undefined, created: Date | undefined) {
    return {
      externalId,
      coverage: IAM,
      keys: [keyOf(this.#account, id)],
      aliases: [...(arn === undefined ? [] : [arn]), name].filter((alias) => alias !== ''),
      fields: { name, boundary: boundaryOf(this.#account), ...given('created', instantOf(created)) },
    };
  }

  user(user: UserDetail, credentials: UserCredentials = NO_CREDENTIALS): Observation {
    const { UserId: id = '', UserName: name = '', GroupList: groups = [] } = user;
    const common = this.#common(userId(id), id, name, user.Arn, user.CreateDate);
    const used = this.#lastUsed(id, credentials);
    const rights = this.#rightsOf(user, user.UserPolicyList, groups);
    return {
      ...common,
      type: 'identity',
      kind: 'service account',
      subtype: 'aws.user',
      fields: {
        ...common.fields,
        // IAM cannot disable a user, only its keys and its password.
        status: 'enabled',
        ...given('lastUsed', used === 'unread' ? undefined : used),
        ...(this.#read.detailed ? { memberships: [...groups].sort(compareCodeUnits), ...tagFields(user.Tags, this.#settings) } : {}),
      },
      ...(rights ? { access: [...rights.access] } : {}),
      links: groups.map((group) => this.#memberOf(group)),
      ...this.#unread(used === 'unread' ? ['lastUsed'] : []),
    };
  }

  role(role: RoleDetail): Observation {
    const { RoleId: id = '', RoleName: name = '' } = role;
    const common = this.#common(roleId(id), id, name, role.Arn, role.CreateDate);
    const trust = trustOf(role.AssumeRolePolicyDocument, this.#account);
    const rights = this.#rightsOf(role, role.RolePolicyList, []);
    const description = this.#read.descriptions?.get(id);
    return {
      ...common,
      type: 'identity',
      kind: 'assumable role',
      subtype: 'aws.role',
      fields: {
        ...common.fields,
        status: 'enabled',
        ...given('lastUsed', instantOf(role.RoleLastUsed?.LastUsedDate)),
        ...given('description', description === '' ? undefined : description?.toWellFormed().slice(0, 4_096)),
        ...(this.#read.detailed ? tagFields(role.Tags, this.#settings) : {}),
      },
      ...(rights ? { access: [...rights.access] } : {}),
      ...(trust.unread ? {} : { links: [...trust.links] }),
      ...this.#unread([
        ...(this.#read.detailed ? [] : ['lastUsed']),
        ...(this.#read.descriptions === undefined ? ['description'] : []),
        ...(trust.unread ? ['links'] : []),
      ]),
    };
  }

  group(group: GroupDetail): Observation {
    const { GroupId: id = '', GroupName: name = '' } = group;
    return { ...this.#common(groupId(id), id, name, group.Arn, group.CreateDate), type: 'resource', kind: 'group', subtype: 'aws.group' };
  }

  #unread(more: readonly string[]): Pick<Observation, 'unread'> {
    const tags = TAG_FIELDS.filter((field) => this.#settings[`${field}Tag`] !== undefined);
    const all = [...(this.#read.detailed ? [] : ['access', 'memberships', 'tags', ...tags]), ...more];
    return all.length > 0 ? { unread: all } : {};
  }

  #memberOf(name: string): ObservedLink {
    const id = this.#groups.get(name)?.GroupId;
    return { relation: 'member-of', to: id === undefined ? { alias: name } : { externalId: groupId(id) }, certainty: 'exact' };
  }

  /** When the password or any key was last used; unread as long as one of them is. */
  #lastUsed(id: string, { keys, used, password }: UserCredentials): Instant | undefined | 'unread' {
    const passwords = this.#read.passwordsUsed;
    if (passwords === undefined || keys === undefined || password === undefined) return 'unread';
    if (!keys.every(({ AccessKeyId = '' }) => used.has(AccessKeyId))) return 'unread';
    const moments = [passwords.get(id), ...[...used.values()].map((last) => last?.LastUsedDate)].flatMap((date) => instantOf(date) ?? []);
    return moments.sort(compareCodeUnits).at(-1);
  }

  #rightsOf(principal: Principal, inline: readonly PolicyDetail[] | undefined, groups: readonly string[]): Rights | undefined {
    if (!this.#read.detailed) return undefined;
    const own = this.#policies(inline, principal.AttachedManagedPolicies, []);
    const through = groups.flatMap((name) => {
      const group = this.#groups.get(name);
      if (group === undefined) return [{ document: undefined, via: [`group ${name}`] }];
      return this.#policies(group.GroupPolicyList, group.AttachedManagedPolicies, [`group ${name}`]);
    });
    const boundary = principal.PermissionsBoundary?.PermissionsBoundaryArn;
    return this.#access.rightsOf(
      [...own, ...through],
      boundary === undefined ? undefined : { document: this.#read.documents.get(boundary), via: [`within boundary ${boundary}`] },
    );
  }

  #policies(
    inline: readonly PolicyDetail[] | undefined,
    attached: readonly AttachedPolicy[] | undefined,
    via: readonly string[],
  ): HeldPolicy[] {
    return [
      ...(inline ?? []).map(({ PolicyName, PolicyDocument }) => ({
        document: PolicyDocument,
        via: [...via, `inline policy ${PolicyName ?? ''}`],
      })),
      ...(attached ?? []).map(({ PolicyArn = '' }) => ({
        document: this.#read.documents.get(PolicyArn),
        via: [...via, `policy ${PolicyArn}`],
      })),
    ];
  }
}

type Holder = Pick<UserDetail, 'UserId' | 'UserName'>;

/** An access key, with the key that a copy of it on some computer has too. */
export function accessKeyToObservation(
  key: AccessKeyMetadata,
  holder: Holder,
  used: ReadonlyMap<string, { readonly LastUsedDate?: Date | undefined } | undefined>,
  account: Account,
): Observation {
  const { AccessKeyId: id = '', Status } = key;
  const lastUsed = instantOf(used.get(id)?.LastUsedDate);
  return {
    type: 'credential',
    kind: 'key',
    subtype: 'aws.access-key',
    externalId: accessKeyId(id),
    coverage: CREDENTIALS,
    keys: [`aws:access-key/${id}`],
    aliases: [id],
    fields: {
      name: `Access key of ${holder.UserName ?? ''}`,
      status: Status === 'Active' ? 'enabled' : 'disabled',
      boundary: boundaryOf(account),
      fingerprint: id,
      ...given('created', instantOf(key.CreateDate)),
      ...given('lastUsed', lastUsed),
    },
    links: ofUser(holder),
    ...(used.has(id) ? {} : { unread: ['lastUsed'] }),
  };
}

/** A console password. When it was changed is in the credential report alone, hours late: its creation is what is known. */
export function passwordToObservation(
  created: Date | undefined,
  holder: Holder,
  lastUsed: { readonly at: Date | undefined } | undefined,
  account: Account,
): Observation {
  const { UserId: id = '', UserName: name = '' } = holder;
  return {
    type: 'credential',
    kind: 'password',
    subtype: 'aws.login-profile',
    externalId: passwordId(id),
    coverage: CREDENTIALS,
    keys: [keyOf(account, `${id}/password/${created?.getTime() ?? 0}`)],
    aliases: [],
    fields: {
      name: `Console password of ${name}`,
      status: 'enabled',
      boundary: boundaryOf(account),
      ...given('created', instantOf(created)),
      ...given('lastUsed', instantOf(lastUsed?.at)),
    },
    links: ofUser(holder),
    unread: ['rotated', ...(lastUsed === undefined ? ['lastUsed'] : [])],
  };
}

const ofUser = ({ UserId }: Holder): ObservedLink[] =>
  UserId === undefined ? [] : [{ relation: 'has-credential', to: { externalId: userId(UserId) }, certainty: 'exact' }];

/** Keys and password of one user, as far as they were read. */
export function credentialsToObservations(
  user: Holder,
  credentials: UserCredentials,
  read: AccountRead['passwordsUsed'],
  account: Account,
): Observation[] {
  const lastUsed = read === undefined ? undefined : { at: read.get(user.UserId ?? '') };
  return [
    ...(credentials.keys ?? []).map((key) => accessKeyToObservation(key, user, credentials.used, account)),
    ...(credentials.password ? [passwordToObservation(credentials.password.created, user, lastUsed, account)] : []),
  ];
}
