import { ACMClient } from '@aws-sdk/client-acm';
import { IAMClient } from '@aws-sdk/client-iam';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { err, ok, type Result } from '../../../shared/base/result.ts';
import { MINUTE, SECOND } from '../../../shared/base/time.ts';
import type { ConnectorProblem } from '../../../shared/model/status.ts';
import { type ConnectorContext, problem } from '../connector.ts';
import { awsProblem, isAbsent, type Right } from './problems.ts';
import type { AwsSettings } from './settings.ts';

export type Context = ConnectorContext<AwsSettings>;

/** Which account answered. */
export interface Account {
  /** `aws`, `aws-cn`, `aws-us-gov`: ids mean something within it alone. */
  readonly partition: string;
  readonly id: string;
}

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}
type Provider = () => Promise<Credentials>;
interface Ending {
  destroy(): void;
}

/** The SDK tries again by itself, with growing pauses, as long as Retry-After says, and more slowly when it is throttled. */
const ATTEMPTS = 6;

/** The clients of one run, all through the network of the source, and the account that they speak to. */
export class Session {
  readonly iam: IAMClient;
  readonly server: string;
  readonly #config: Record<string, unknown>;
  readonly #context: Context;
  readonly #open: Ending[] = [];

  constructor(context: Context, credentials: Provider | undefined) {
    const { endpoint, regions } = context.settings;
    this.#context = context;
    this.server = endpoint === undefined ? 'AWS' : (URL.parse(endpoint)?.host ?? 'AWS');
    this.#config = {
      ...(credentials === undefined ? {} : { credentials }),
      ...(endpoint === undefined ? {} : { endpoint }),
      maxAttempts: ATTEMPTS,
      retryMode: 'adaptive',
      requestHandler: { httpsAgent: context.network.agent(), connectionTimeout: 10 * SECOND, requestTimeout: MINUTE },
    };
    this.iam = this.#opened(new IAMClient(this.configFor(regions[0] ?? 'us-east-1')));
  }

  configFor(region: string): Record<string, unknown> & { region: string } {
    return { ...this.#config, region };
  }
  secretsManager(region: string): SecretsManagerClient {
    return this.#opened(new SecretsManagerClient(this.configFor(region)));
  }
  acm(region: string): ACMClient {
    return this.#opened(new ACMClient(this.configFor(region)));
  }
  sqs(region: string): SQSClient {
    return this.#opened(new SQSClient(this.configFor(region)));
  }
  sts(region: string): STSClient {
    return this.#opened(new STSClient(this.configFor(region)));
  }

  #opened<T extends Ending>(client: T): T {
    this.#open.push(client);
    return client;
  }

  /** @returns undefined where what was asked about does not exist. */
  async asked<T>(
    right: Right,
    send: (options: { abortSignal: AbortSignal }) => Promise<T>,
  ): Promise<Result<T | undefined, ConnectorProblem>> {
    try {
      return ok(await send({ abortSignal: this.#context.signal }));
    } catch (error) {
      return isAbsent(error) ? ok(undefined) : err(awsProblem(error, right, this.server));
    }
  }

  close(): void {
    for (const client of this.#open) client.destroy();
  }
}

/** Signs in, and asks who that is. */
export async function openSession(
  context: Context,
): Promise<Result<{ readonly session: Session; readonly account: Account }, ConnectorProblem>> {
  const own = await ownCredentials(context);
  if (!own.ok) return own;
  const { roleArn } = context.settings;
  const session = new Session(context, roleArn === undefined ? own.value : assumed(context, own.value, roleArn));
  const account = await accountOf(session, context);
  if (account.ok) return ok({ session, account: account.value });
  session.close();
  return account;
}

async function ownCredentials(context: Context): Promise<Result<Provider | undefined, ConnectorProblem>> {
  const { accessKeyId, secretAccessKey, sessionToken } = context.settings;
  if (accessKeyId === undefined) return ok(undefined);
  const secret = await context.secret(secretAccessKey);
  if (!secret.ok) return secret;
  const token = sessionToken === undefined ? ok(undefined) : await context.secret(sessionToken);
  if (!token.ok) return token;
  const credentials = { accessKeyId, secretAccessKey: secret.value, ...(token.value === undefined ? {} : { sessionToken: token.value }) };
  return ok(async () => credentials);
}

/** The SDK asks again shortly before the credentials of the role expire. */
function assumed(context: Context, own: Provider | undefined, roleArn: string): Provider {
  return async () => {
    const { externalId, regions } = context.settings;
    const base = new Session(context, own);
    try {
      const { Credentials: given } = await base.sts(regions[0] ?? 'us-east-1').send(
        new AssumeRoleCommand({
          RoleArn: roleArn,
          RoleSessionName: 'muster',
          ...(externalId === undefined ? {} : { ExternalId: externalId }),
        }),
        { abortSignal: context.signal },
      );
      if (given?.AccessKeyId === undefined || given.SecretAccessKey === undefined) throw new Error('no credentials');
      return {
        accessKeyId: given.AccessKeyId,
        secretAccessKey: given.SecretAccessKey,
        ...(given.SessionToken === undefined ? {} : { sessionToken: given.SessionToken }),
        ...(given.Expiration === undefined ? {} : { expiration: given.Expiration }),
      };
    } finally {
      base.close();
    }
  };
}

const ARN = /^arn:([a-z0-9-]+):/;

async function accountOf(session: Session, context: Context): Promise<Result<Account, ConnectorProblem>> {
  const { roleArn, regions } = context.settings;
  const right = roleArn === undefined ? { action: 'sts:GetCallerIdentity', on: '*' } : { action: 'sts:AssumeRole', on: roleArn };
  const sts = session.sts(regions[0] ?? 'us-east-1');
  const said = await session.asked(right, (options) => sts.send(new GetCallerIdentityCommand({}), options));
  if (!said.ok) return said;
  const { Account: id, Arn } = said.value ?? {};
  const partition = ARN.exec(Arn ?? '')?.[1];
  if (id === undefined || !/^\d{12}$/.test(id) || partition === undefined)
    return err(problem('malformed', `${session.server} does not say which account it is`, false, 'Check the endpoint.'));
  return ok({ partition, id });
}

export const placeOf = ({ partition, id }: Account): string => `${partition}:${id}`;
/** On screen: the account that rights stop at. */
export const boundaryOf = ({ partition, id }: Account): string => (partition === 'aws' ? `AWS ${id}` : `AWS ${id} (${partition})`);
