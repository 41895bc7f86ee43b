import {
  type AccessKeyLastUsed,
  type AccessKeyMetadata,
  GetAccessKeyLastUsedCommand,
  GetLoginProfileCommand,
  ListAccessKeysCommand,
  type UserDetail,
} from '@aws-sdk/client-iam';
import { type Budget, eachOf } from './budget.ts';
import type { Session } from './session.ts';

/** What proves one user. What is undefined was not read. */
export interface UserCredentials {
  readonly keys: readonly AccessKeyMetadata[] | undefined;
  /** By access key id: when it was used; undefined when it never was. */
  readonly used: ReadonlyMap<string, AccessKeyLastUsed | undefined>;
  /** When its console password was created; null: it has none. */
  readonly password: { readonly created: Date | undefined } | null | undefined;
}
export const NO_CREDENTIALS: UserCredentials = { keys: undefined, used: new Map(), password: undefined };

interface Reading {
  keys: AccessKeyMetadata[] | undefined;
  readonly used: Map<string, AccessKeyLastUsed | undefined>;
  password: { created: Date | undefined } | null | undefined;
}

/** A user has two keys at most: more pages than this are not a user's. */
const MOST_PAGES = 10;

/** Asks about single users and keys, as far as the budget goes: first which credentials there are, then when they were used. */
export class CredentialsReader {
  readonly #session: Session;
  readonly #budget: Budget;

  constructor(session: Session, budget: Budget) {
    this.#session = session;
    this.#budget = budget;
  }

  /**
   * @param turn where among the keys to begin asking when they were used: another place on each run, so that a budget that is too small for
   *   all of them reaches each of them in time.
   */
  async of(users: readonly UserDetail[], turn: number): Promise<ReadonlyMap<string, UserCredentials>> {
    const found = new Map<string, Reading>();
    const isOver = (): boolean => this.#budget.ended !== undefined;
    for (const { UserId = '' } of users) found.set(UserId, { keys: undefined, used: new Map(), password: undefined });
    const reading = ({ UserId = '' }: UserDetail): Reading => found.get(UserId) as Reading;
    const readKeys = async (user: UserDetail): Promise<void> => {
      reading(user).keys = await this.keysOf(user.UserName ?? '', user.Arn ?? '*');
    };
    const readPassword = async (user: UserDetail): Promise<void> => {
      reading(user).password = await this.passwordOf(user.UserName ?? '', user.Arn ?? '*');
    };
    await eachOf(users, readKeys, isOver);
    await eachOf(users, readPassword, isOver);
    const keys = [...found.values()].flatMap(({ keys, used }) => (keys ?? []).map((key) => ({ id: key.AccessKeyId ?? '', used })));
    const start = keys.length === 0 ? 0 : turn % keys.length;
    await eachOf(
      [...keys.slice(start), ...keys.slice(0, start)],
      async ({ id, used }) => {
        const last = await this.lastUsed(id);
        if (last !== undefined) used.set(id, last ?? undefined);
      },
      isOver,
    );
    return found;
  }

  async keysOf(userName: string, arn: string): Promise<AccessKeyMetadata[] | undefined> {
    const action = 'iam:ListAccessKeys';
    const keys: AccessKeyMetadata[] = [];
    let marker: string | undefined;
    for (let page = 0; page < MOST_PAGES; page++) {
      const input = { UserName: userName, ...(marker === undefined ? {} : { Marker: marker }) };
      const said = await this.#ask(action, arn, (options) => this.#session.iam.send(new ListAccessKeysCommand(input), options));
      if (said === undefined) return undefined;
      keys.push(...(said.value?.AccessKeyMetadata ?? []));
      marker = said.value?.IsTruncated === true ? said.value.Marker : undefined;
      if (marker === undefined) return keys;
    }
    return keys;
  }

  async passwordOf(userName: string, arn: string): Promise<UserCredentials['password']> {
    const send = (options: { abortSignal: AbortSignal }) =>
      this.#session.iam.send(new GetLoginProfileCommand({ UserName: userName }), options);
    const said = await this.#ask('iam:GetLoginProfile', arn, send);
    if (said === undefined) return undefined;
    return said.value?.LoginProfile === undefined ? null : { created: said.value.LoginProfile.CreateDate };
  }

  /** @returns null when it was never used, undefined when that was not read. */
  async lastUsed(accessKeyId: string): Promise<AccessKeyLastUsed | null | undefined> {
    const send = (options: { abortSignal: AbortSignal }) =>
      this.#session.iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: accessKeyId }), options);
    const said = await this.#ask('iam:GetAccessKeyLastUsed', '*', send);
    if (said === undefined) return undefined;
    const last = said.value?.AccessKeyLastUsed;
    return last?.LastUsedDate === undefined ? null : last;
  }

  async #ask<T>(
    action: string,
    on: string,
    send: (options: { abortSignal: AbortSignal }) => Promise<T>,
  ): Promise<{ readonly value: T | undefined } | undefined> {
    if (!this.#budget.take(action)) return undefined;
    const said = await this.#session.asked({ action, on }, send);
    if (said.ok) {
      this.#budget.answered(action);
      return { value: said.value };
    }
    this.#budget.failed(action, said.error);
    return undefined;
  }
}
