import {
  GetAccountAuthorizationDetailsCommand,
  type GetAccountAuthorizationDetailsCommandOutput,
  type GroupDetail,
  ListRolesCommand,
  ListUsersCommand,
  type ManagedPolicyDetail,
  type Role,
  type RoleDetail,
  type User,
  type UserDetail,
} from '@aws-sdk/client-iam';
import { err, ok, type Result } from '../../../shared/base/result.ts';
import type { ConnectorProblem } from '../../../shared/model/status.ts';
import type { Session } from './session.ts';

/** Everything that IAM says of an account, as it said it. */
export interface AccountRead {
  readonly users: readonly UserDetail[];
  readonly groups: readonly GroupDetail[];
  readonly roles: readonly RoleDetail[];
  /** Documents of managed policies in their default version, by ARN. */
  readonly documents: ReadonlyMap<string, string>;
  /** Whether policies, groups and tags were read; otherwise users and roles are known by their names alone. */
  readonly detailed: boolean;
  /** By unique id: what only the plain lists have. Undefined: the list was refused. */
  readonly passwordsUsed: ReadonlyMap<string, Date | undefined> | undefined;
  readonly descriptions: ReadonlyMap<string, string> | undefined;
  readonly problems: readonly ConnectorProblem[];
}

const PAGE = 1_000;
/** A server that always says "there is more" must not be listened to for ever. */
const MOST_PAGES = 20_000;

type Page<T> = { readonly found: readonly T[]; readonly marker: string | undefined };

async function paged<T>(
  next: (marker: string | undefined) => Promise<Result<Page<T>, ConnectorProblem>>,
): Promise<Result<T[], ConnectorProblem>> {
  const all: T[] = [];
  let marker: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const read = await next(marker);
    if (!read.ok) return read;
    all.push(...read.value.found);
    if (read.value.marker === undefined || read.value.marker === marker) return ok(all);
    marker = read.value.marker;
  }
  return ok(all);
}

const markerOf = (page: { IsTruncated?: boolean | undefined; Marker?: string | undefined } | undefined): string | undefined =>
  page?.IsTruncated === true ? page.Marker : undefined;
const from = (marker: string | undefined): { MaxItems: number; Marker?: string } => ({
  MaxItems: PAGE,
  ...(marker === undefined ? {} : { Marker: marker }),
});

/** `ListUsers` omits tags and policies; the details omit when a password was last used. */
const listUsers = (session: Session): Promise<Result<User[], ConnectorProblem>> =>
  paged(async (marker) => {
    const page = await session.asked({ action: 'iam:ListUsers', on: '*' }, (options) =>
      session.iam.send(new ListUsersCommand(from(marker)), options),
    );
    return page.ok ? ok({ found: page.value?.Users ?? [], marker: markerOf(page.value) }) : page;
  });

const listRoles = (session: Session): Promise<Result<Role[], ConnectorProblem>> =>
  paged(async (marker) => {
    const page = await session.asked({ action: 'iam:ListRoles', on: '*' }, (options) =>
      session.iam.send(new ListRolesCommand(from(marker)), options),
    );
    return page.ok ? ok({ found: page.value?.Roles ?? [], marker: markerOf(page.value) }) : page;
  });

const listDetails = (session: Session): Promise<Result<GetAccountAuthorizationDetailsCommandOutput[], ConnectorProblem>> =>
  paged(async (marker) => {
    const page = await session.asked({ action: 'iam:GetAccountAuthorizationDetails', on: '*' }, (options) =>
      session.iam.send(new GetAccountAuthorizationDetailsCommand(from(marker)), options),
    );
    return page.ok ? ok({ found: page.value === undefined ? [] : [page.value], marker: markerOf(page.value) }) : page;
  });

const documentOf = ({ DefaultVersionId, PolicyVersionList }: ManagedPolicyDetail): string | undefined =>
  PolicyVersionList?.find((version) => version.VersionId === DefaultVersionId || version.IsDefaultVersion === true)?.Document;

/**
 * Reads IAM in as few calls as it takes. Where the details are refused, users and roles come from the plain lists, with everything else
 * unread. @returns a problem when nothing could be read, or when the account stopped answering: what was read before is no listing.
 */
export async function readAccount(session: Session): Promise<Result<AccountRead, ConnectorProblem>> {
  const details = await listDetails(session);
  if (!details.ok && details.error.code !== 'forbidden') return details;
  const users = await listUsers(session);
  if (!users.ok && users.error.code !== 'forbidden') return users;
  const roles = await listRoles(session);
  if (!roles.ok && roles.error.code !== 'forbidden') return roles;
  if (!details.ok && !users.ok && !roles.ok) return err(details.error);
  const problems = [details, users, roles].flatMap((read) => (read.ok ? [] : [read.error]));
  const plain = {
    passwordsUsed: users.ok
      ? new Map(users.value.flatMap((user) => (user.UserId ? [[user.UserId, user.PasswordLastUsed] as const] : [])))
      : undefined,
    descriptions: roles.ok
      ? new Map(roles.value.flatMap((role) => (role.RoleId ? [[role.RoleId, role.Description ?? ''] as const] : [])))
      : undefined,
    problems,
  };
  if (details.ok) return ok({ ...plain, ...joined(details.value), detailed: true });
  return ok({
    ...plain,
    users: users.ok ? users.value.map(({ Tags: _omitted, ...user }) => user) : [],
    roles: roles.ok ? roles.value.map(({ Tags: _omitted, ...role }) => role) : [],
    groups: [],
    documents: new Map(),
    detailed: false,
  });
}

function joined(
  pages: readonly GetAccountAuthorizationDetailsCommandOutput[],
): Pick<AccountRead, 'users' | 'groups' | 'roles' | 'documents'> {
  return {
    users: pages.flatMap((page) => page.UserDetailList ?? []),
    groups: pages.flatMap((page) => page.GroupDetailList ?? []),
    roles: pages.flatMap((page) => page.RoleDetailList ?? []),
    documents: new Map(
      pages.flatMap((page) =>
        (page.Policies ?? []).flatMap((policy) => {
          const document = documentOf(policy);
          return policy.Arn === undefined || document === undefined ? [] : [[policy.Arn, document] as const];
        }),
      ),
    ),
  };
}
