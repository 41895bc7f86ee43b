import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ACMClient, DeleteCertificateCommand, ImportCertificateCommand } from '@aws-sdk/client-acm';
import {
  AddUserToGroupCommand,
  AttachRolePolicyCommand,
  CreateAccessKeyCommand,
  CreateGroupCommand,
  CreateLoginProfileCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteLoginProfileCommand,
  DeleteRoleCommand,
  DeleteUserCommand,
  DeleteUserPolicyCommand,
  IAMClient,
  PutGroupPolicyCommand,
  PutRolePermissionsBoundaryCommand,
  PutUserPolicyCommand,
  TagUserCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  TagResourceCommand,
} from '@aws-sdk/client-secrets-manager';
import { CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { subjectName } from '../../shared/model/globalName.ts';
import type { CoverageId, ExternalId } from '../../shared/model/ids.ts';
import type { Observation } from '../../shared/model/record.ts';
import { admit } from '../../shared/observed/allowlist.ts';
import { connector } from '../../sync-server/connectors/aws/connector.ts';
import type { ConnectorMessage } from '../../sync-server/connectors/connector.ts';
import type { PlannedWrite } from '../../sync-server/connectors/writeBack.ts';
import { type AwsFront, startAwsFront } from '../support/awsFront.ts';
import { type Canary, leakedIn, plantedValue } from '../support/canaries.ts';
import { collect, contextFor, reread } from '../support/collect.ts';
import { throwAwayDirectory } from '../support/throwAwayDirectory.ts';
import { type Moto, startMoto } from './moto.ts';

const ACCOUNT = '123456789012';
const REGION = 'eu-west-1';
let moto: Moto;
let front: AwsFront;
let unavailable: string | undefined;
let iam: IAMClient;
let secrets: SecretsManagerClient;
let acm: ACMClient;

beforeAll(async () => {
  const started = await startMoto();
  if ('unavailable' in started) {
    unavailable = started.unavailable;
    process.stdout.write(`${unavailable}\n`);
    return;
  }
  moto = started;
  const root = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'none' };
  const config = { region: REGION, endpoint: moto.endpoint, credentials: root };
  iam = new IAMClient(config);
  secrets = new SecretsManagerClient(config);
  acm = new ACMClient(config);
}, 900_000);
afterAll(async () => moto?.dispose());
beforeEach(async (context) => {
  if (unavailable !== undefined) return context.skip(unavailable);
  await moto.enforce(false);
  await moto.reset();
  front = await startAwsFront(moto.endpoint);
  return undefined;
});
afterEach(async () => front?.stop());

const document = (...statements: object[]): string => JSON.stringify({ Version: '2012-10-17', Statement: statements });
const allow = (Action: string | readonly string[], Resource: string | readonly string[] = '*', more: object = {}): object => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
});

async function user(
  name: string,
  more: { readonly tags?: Readonly<Record<string, string>>; readonly path?: string } = {},
): Promise<string> {
  const Tags = Object.entries(more.tags ?? {}).map(([Key, Value]) => ({ Key, Value }));
  const { User } = await iam.send(new CreateUserCommand({ UserName: name, Path: more.path ?? '/', Tags }));
  return User?.UserId ?? '';
}
const role = async (name: string, statement: object): Promise<string> => {
  const trust = document({ Effect: 'Allow', Action: 'sts:AssumeRole', ...statement });
  return (await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: trust }))).Role?.RoleId ?? '';
};
const accessKey = async (name: string): Promise<{ readonly id: string; readonly secret: string }> => {
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: name }));
  return { id: AccessKey?.AccessKeyId ?? '', secret: AccessKey?.SecretAccessKey ?? '' };
};
const permit = (name: string, ...statements: object[]) =>
  iam.send(new PutUserPolicyCommand({ UserName: name, PolicyName: 'own', PolicyDocument: document(...statements) }));

/** A self-signed certificate for ten years with its private key, as people import them. */
function certificate(name: string): { readonly Certificate: Buffer; readonly PrivateKey: Buffer } {
  const folder = throwAwayDirectory();
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`];
  const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '365', ...subject, '-keyout', key, '-out', cert];
  execFileSync('openssl', args, { stdio: 'ignore' });
  return { Certificate: readFileSync(cert), PrivateKey: readFileSync(key) };
}

const settings = (more: object = {}) => ({
  regions: [REGION],
  endpoint: front.endpoint,
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: { env: 'AWS' },
  ...more,
});
const ENVIRONMENT = { environment: { AWS: 'none' } };
const list = (more: object = {}, secret = 'none') => collect(connector, settings(more), { environment: { AWS: secret } });
const again = (id: string, more: object = {}) => reread(connector, settings(more), id as ExternalId, ENVIRONMENT);
type Run = Awaited<ReturnType<typeof list>>;
const outcomes = (run: Run): Record<string, string> => Object.fromEntries([...run.done].map(([id, { outcome }]) => [id, outcome]));
const problems = (run: Run, coverage: string) => run.done.get(coverage as CoverageId)?.problems ?? [];
const COMPLETE = {
  iam: 'complete',
  'iam/credentials': 'complete',
  [`secretsmanager/${REGION}`]: 'complete',
  [`acm/${REGION}`]: 'complete',
};
const named = (run: { readonly records: readonly Observation[] }, name: string): Observation | undefined =>
  run.records.find((record) => record.fields.name === name);

describe('[AWS1, AWS2] an account', () => {
  it('lists users, roles, groups, keys, passwords, secrets and certificates by ids that are never given again', async () => {
    const id = await user('billing', { path: '/service/', tags: { 'muster:owner': 'Payments', stage: 'prod' } });
    const key = await accessKey('billing');
    await iam.send(new CreateLoginProfileCommand({ UserName: 'billing', Password: 'Correct-Horse-7-Battery' }));
    await iam.send(new CreateGroupCommand({ GroupName: 'readers' }));
    await iam.send(
      new PutGroupPolicyCommand({
        GroupName: 'readers',
        PolicyName: 'read',
        PolicyDocument: document(allow('s3:Get*', 'arn:aws:s3:::ledger/*')),
      }),
    );
    await iam.send(new AddUserToGroupCommand({ GroupName: 'readers', UserName: 'billing' }));
    const roleId = await role('nightly', { Principal: { Service: 'lambda.amazonaws.com' } });
    const { ARN } = await secrets.send(
      new CreateSecretCommand({ Name: 'ledger/db', SecretString: 'hunter2', Description: 'Ledger database' }),
    );
    const { CertificateArn } = await acm.send(new ImportCertificateCommand(certificate('pay.example.org')));
    const run = await list();
    expect(run.place).toBe(`aws:${ACCOUNT}`);
    expect(outcomes(run)).toEqual(COMPLETE);
    const arn = `arn:aws:iam::${ACCOUNT}:user/service/billing`;
    expect(named(run, 'billing')).toMatchObject({
      type: 'identity',
      kind: 'service account',
      subtype: 'aws.user',
      externalId: `user/${id}`,
      keys: [`aws:${ACCOUNT}/${id}`],
      aliases: [arn, 'billing'],
      fields: {
        status: 'enabled',
        owner: 'Payments',
        tags: ['muster:owner=Payments', 'stage=prod'],
        memberships: ['readers'],
        boundary: `AWS ${ACCOUNT}`,
      },
      access: [{ level: 'read', on: 'arn:aws:s3:::ledger/*', via: ['group readers', 'inline policy read'], certainty: 'exact' }],
    });
    expect(Date.parse(String(named(run, 'billing')?.fields.created))).toBeGreaterThan(Date.now() - 120_000);
    expect(named(run, 'nightly')).toMatchObject({ kind: 'assumable role', keys: [`aws:${ACCOUNT}/${roleId}`], subtype: 'aws.role' });
    expect(named(run, 'nightly')?.links).toEqual([
      { relation: 'can-assume', to: { alias: 'lambda.amazonaws.com' }, certainty: 'exact', inward: true },
    ]);
    expect(named(run, 'readers')).toMatchObject({ type: 'resource', kind: 'group' });
    expect(named(run, 'Access key of billing')).toMatchObject({
      kind: 'key',
      keys: [`aws:access-key/${key.id}`],
      fields: { status: 'enabled', fingerprint: key.id },
      links: [{ relation: 'has-credential', to: { externalId: `user/${id}` } }],
    });
    expect(named(run, 'Console password of billing')).toMatchObject({ kind: 'password', unread: ['rotated'] });
    expect(named(run, 'ledger/db')).toMatchObject({
      kind: 'secret',
      externalId: ARN,
      fields: { status: 'enabled', rotation: false, description: 'Ledger database', location: REGION },
    });
    expect(named(run, 'pay.example.org')).toMatchObject({
      kind: 'certificate',
      externalId: CertificateArn,
      keys: [expect.stringMatching(/^x509:[0-9a-f]{64}\/[0-9a-f]+$/)],
      fields: { status: 'enabled', algorithm: 'RSA 2048', fingerprint: expect.stringMatching(/^spki:sha256:/) },
    });
  });

  it('a key that is used says when; a key that never was has no date and is not unread', async () => {
    await user('used');
    await permit('used', allow('*'));
    const key = await accessKey('used');
    await user('idle');
    await accessKey('idle');
    const run = await list({ accessKeyId: key.id }, key.secret);
    const day = new Date().toISOString().slice(0, 10);
    expect(String(named(run, 'Access key of used')?.fields.lastUsed)).toContain(day);
    expect(String(named(run, 'used')?.fields.lastUsed)).toContain(day);
    const idle = named(run, 'Access key of idle');
    expect([idle?.fields.lastUsed, idle?.unread]).toEqual([undefined, undefined]);
  });

  it('a user changed, disabled in its keys, deleted, and made again under the same name is seen as what it is', async () => {
    const first = await user('shortlived');
    const key = await accessKey('shortlived');
    const before = named(await list(), 'shortlived');
    expect(before?.access).toEqual([]);

    await permit('shortlived', allow('*'));
    await iam.send(new UpdateAccessKeyCommand({ UserName: 'shortlived', AccessKeyId: key.id, Status: 'Inactive' }));
    const changed = await list();
    expect(named(changed, 'shortlived')).toMatchObject({
      externalId: before?.externalId,
      access: [{ level: 'full', on: '*', certainty: 'exact' }],
    });
    expect(named(changed, 'Access key of shortlived')?.fields.status).toBe('disabled');

    const second = await accessKey('shortlived');
    const rotated = await list();
    expect(rotated.records.filter(({ kind }) => kind === 'key').map(({ externalId, fields }) => [externalId, fields.status])).toEqual([
      [`access-key/${key.id}`, 'disabled'],
      [`access-key/${second.id}`, 'enabled'],
    ]);

    for (const { id } of [key, second]) await iam.send(new DeleteAccessKeyCommand({ UserName: 'shortlived', AccessKeyId: id }));
    await iam.send(new DeleteUserPolicyCommand({ UserName: 'shortlived', PolicyName: 'own' }));
    await iam.send(new DeleteUserCommand({ UserName: 'shortlived' }));
    const deleted = await list();
    expect(outcomes(deleted)).toEqual(COMPLETE);
    expect([named(deleted, 'shortlived'), named(deleted, 'Access key of shortlived')]).toEqual([undefined, undefined]);

    const recreated = await user('shortlived');
    const successor = named(await list(), 'shortlived');
    expect(recreated).not.toBe(first);
    expect(successor?.aliases).toEqual(before?.aliases);
    expect([successor?.externalId, successor?.keys]).not.toEqual([before?.externalId, before?.keys]);
  });

  it('a secret with a new value has a new key, one that is about to be deleted is disabled', async () => {
    const { ARN } = await secrets.send(new CreateSecretCommand({ Name: 'api', SecretString: 'one' }));
    const before = named(await list(), 'api');
    await secrets.send(new PutSecretValueCommand({ SecretId: ARN, SecretString: 'two' }));
    const after = named(await list(), 'api');
    expect(after?.externalId).toBe(before?.externalId);
    expect(after?.keys).not.toEqual(before?.keys);
    await secrets.send(new DeleteSecretCommand({ SecretId: ARN, RecoveryWindowInDays: 7 }));
    expect(named(await list(), 'api')?.fields.status).toBe('disabled');
  });

  it('paths that are left out are not listed, and their credentials neither', async () => {
    await user('people', { path: '/people/' });
    await accessKey('people');
    await user('robot', { path: '/service/pay/' });
    const only = await list({ include: ['/service/'] });
    expect([named(only, 'robot') !== undefined, named(only, 'people'), named(only, 'Access key of people')]).toEqual([
      true,
      undefined,
      undefined,
    ]);
    const without = await list({ exclude: ['/service/'] });
    expect([named(without, 'robot'), named(without, 'people') !== undefined]).toEqual([undefined, true]);
  });

  it('a tag that the settings name suggests the owner', async () => {
    await user('named', { tags: { Owner: 'ana@example.org', squad: 'Core' } });
    expect(named(await list({ ownerTag: 'Owner', teamTag: 'squad' }), 'named')?.fields).toMatchObject({
      owner: 'ana@example.org',
      team: 'Core',
    });
    expect(named(await list(), 'named')?.fields.owner).toBeUndefined();
  });
});

describe('[AWS5] rights, from the policies of a real account', () => {
  it('attached policies work within a permissions boundary', async () => {
    const id = await role('deployer', { Principal: { Service: 'lambda.amazonaws.com' } });
    const policy = async (name: string, ...statements: object[]): Promise<string> =>
      (await iam.send(new CreatePolicyCommand({ PolicyName: name, PolicyDocument: document(...statements) }))).Policy?.Arn ?? '';
    const deploy = await policy('deploy', allow(['iam:PassRole', 's3:PutObject']));
    const fence = await policy('fence', allow('s3:*', 'arn:aws:s3:::site/*'));
    await iam.send(new AttachRolePolicyCommand({ RoleName: 'deployer', PolicyArn: deploy }));
    const open = named(await list(), 'deployer')?.access;
    expect(open?.map(({ level, via }) => [level, via])).toEqual([
      ['grant', [`policy ${deploy}`]],
      ['write', [`policy ${deploy}`]],
    ]);
    await iam.send(new PutRolePermissionsBoundaryCommand({ RoleName: 'deployer', PermissionsBoundary: fence }));
    const fenced = (await again(`role/${id}`)).records[0]?.access;
    expect(fenced).toMatchObject([{ level: 'write', on: 'arn:aws:s3:::site/*', certainty: 'exact' }]);
    expect(fenced?.[0]?.via).toEqual([`policy ${deploy}`, `within boundary ${fence}`]);
  });
});

describe('[AWS7] who may assume a role', () => {
  it('accounts, roles, subjects of tokens and people of an identity provider, each as its system names it', async () => {
    const github = 'token.actions.githubusercontent.com';
    const provider = (issuer: string) => ({ Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/${issuer}` });
    const web = { Action: 'sts:AssumeRoleWithWebIdentity' };
    const eks = 'oidc.eks.eu-west-1.amazonaws.com/id/ABC';
    await role('from-cluster', {
      ...web,
      Principal: provider(eks),
      Condition: { StringEquals: { [`${eks}:sub`]: 'system:serviceaccount:pay:deployer', [`${eks}:aud`]: 'sts.amazonaws.com' } },
    });
    await role('from-code', {
      ...web,
      Principal: provider(github),
      Condition: { StringLike: { [`${github}:sub`]: 'repo:example/app:*' } },
    });
    await role('from-partner', {
      Principal: { AWS: 'arn:aws:iam::999999999999:root' },
      Condition: { StringEquals: { 'sts:ExternalId': 'agreed' } },
    });
    await role('from-people', { Action: 'sts:AssumeRoleWithSAML', Principal: { Federated: `arn:aws:iam::${ACCOUNT}:saml-provider/corp` } });
    const run = await list();
    const links = (name: string) => named(run, name)?.links?.map(({ to, certainty, note }) => [to, certainty, note]);
    expect(links('from-cluster')).toEqual([
      [{ alias: subjectName(`https://${eks}`, 'system:serviceaccount:pay:deployer') }, 'exact', 'aud is sts.amazonaws.com'],
    ]);
    expect(links('from-code')).toEqual([[{ pattern: subjectName(github, 'repo:example/app:*') }, 'exact', undefined]]);
    expect(links('from-partner')).toEqual([
      [
        { alias: 'arn:aws:iam::999999999999:root' },
        'inferred',
        'everybody in account 999999999999 whose own policies allow it; only under conditions on an external id',
      ],
    ]);
    expect(links('from-people')).toEqual([[{ alias: `arn:aws:iam::${ACCOUNT}:saml-provider/corp` }, 'exact', undefined]]);
    expect(JSON.stringify(run.messages)).not.toContain('agreed');
  });
});

describe('[AWS3] what could not be read', () => {
  it('an account ten times larger than a page is read whole', async () => {
    const names = Array.from({ length: 40 }, (_, index) => `bulk-${String(index).padStart(2, '0')}`);
    for (const name of names) await user(name);
    for (const name of names.slice(0, 5)) await role(`role-${name}`, { Principal: { Service: 'ec2.amazonaws.com' } });
    for (let index = 0; index < 12; index++) await acm.send(new ImportCertificateCommand(certificate(`c${index}.example.org`)));
    for (let index = 0; index < 110; index++) await secrets.send(new CreateSecretCommand({ Name: `s-${index}`, SecretString: 'x' }));
    front.pageSize = 4;
    const run = await list();
    expect(outcomes(run)).toEqual(COMPLETE);
    expect(run.records.filter(({ subtype }) => subtype === 'aws.user').map(({ fields }) => fields.name)).toEqual(names);
    const counted = (subtype: string): number => run.records.filter((record) => record.subtype === subtype).length;
    expect([counted('aws.role'), counted('aws.acm-certificate'), counted('aws.secret')]).toEqual([5, 12, 110]);
    expect(front.calls.get('iam:GetAccountAuthorizationDetails')).toBe(12);
    expect(front.calls.get('acm:ListCertificates')).toBe(3);
    expect(front.calls.get('secretsmanager:ListSecrets')).toBe(2);
    expect(front.calls.has('secretsmanager:GetSecretValue')).toBe(false);
  });

  it('the rights that are printed suffice, and each that is taken away is named and leaves its part partial, not empty', async () => {
    await user('robot');
    await accessKey('robot');
    await user('muster');
    const own = await accessKey('muster');
    const printed = connector.grant?.(settings()) ?? '';
    const granted = (JSON.parse(printed) as { Statement: { Action: string[] }[] }).Statement.flatMap(({ Action }) => Action);
    const as = async (actions: readonly string[]): Promise<Run> => {
      await moto.enforce(false);
      await permit('muster', allow(actions));
      await moto.enforce(true);
      return list({ accessKeyId: own.id }, own.secret);
    };
    expect(outcomes(await as(granted))).toEqual(COMPLETE);
    const without = async (action: string, coverage: string): Promise<Run> => {
      const run = await as(granted.filter((one) => one !== action));
      expect(problems(run, coverage)).toMatchObject([{ code: 'forbidden', message: expect.stringMatching(new RegExp(`^${action} on `)) }]);
      return run;
    };
    const plain = await without('iam:GetAccountAuthorizationDetails', 'iam');
    expect(outcomes(plain)).toEqual({ ...COMPLETE, iam: 'partial' });
    expect(named(plain, 'robot')).toMatchObject({ unread: expect.arrayContaining(['access', 'tags', 'memberships']) });
    expect(named(plain, 'robot')?.access).toBeUndefined();
    expect(named(plain, 'Access key of robot')).toBeDefined();

    const unlisted = await without('iam:ListAccessKeys', 'iam/credentials');
    expect(outcomes(unlisted)).toEqual({ ...COMPLETE, 'iam/credentials': 'partial' });
    expect(named(unlisted, 'robot')?.unread).toEqual(['lastUsed']);

    const unused = await without('iam:GetAccessKeyLastUsed', 'iam/credentials');
    expect(named(unused, 'Access key of robot')?.unread).toEqual(['lastUsed']);

    // Moto words every refusal as IAM does; those of Secrets Manager and ACM are JSON.
    await moto.enforce(false);
    await secrets.send(new CreateSecretCommand({ Name: 'api', SecretString: 'one' }));
    for (const [action, coverage, outcome] of [
      ['secretsmanager:ListSecrets', `secretsmanager/${REGION}`, 'failed'],
      ['secretsmanager:ListSecretVersionIds', `secretsmanager/${REGION}`, 'partial'],
      ['acm:ListCertificates', `acm/${REGION}`, 'failed'],
    ] as const) {
      front.denied.add(action);
      const run = await list();
      front.denied.clear();
      expect(outcomes(run)).toEqual({ ...COMPLETE, [coverage]: outcome });
      expect(problems(run, coverage)).toMatchObject([
        { code: 'forbidden', message: expect.stringMatching(new RegExp(`^${action} on .+ is missing$`)) },
      ]);
      if (outcome === 'partial') expect(named(run, 'api')?.unread).toEqual(['rotated']);
    }
  });

  it('a key that is not known is told apart from a right that is missing, and nothing is read', async () => {
    await user('robot');
    await moto.enforce(true);
    const run = await list();
    expect(new Set(Object.values(outcomes(run)))).toEqual(new Set(['failed']));
    expect(problems(run, 'iam')).toMatchObject([{ code: 'unauthorized', retry: false }]);
    expect(run.records).toEqual([]);
  });

  it('what the budget of calls did not reach is unread and counted', async () => {
    for (const name of ['a', 'b', 'c', 'd']) {
      await user(name);
      await accessKey(name);
    }
    const run = await list({ maxCalls: 10, services: ['iam'] });
    expect(outcomes(run)).toEqual({ iam: 'complete', 'iam/credentials': 'partial' });
    expect(problems(run, 'iam/credentials')).toMatchObject([
      { code: 'rate limited', message: 'iam:GetAccessKeyLastUsed: 2 of 4 not asked, the budget of calls is used up', retry: false },
    ]);
    const keys = run.records.filter(({ kind }) => kind === 'key');
    expect(keys.filter(({ unread }) => unread?.includes('lastUsed'))).toHaveLength(2);
    expect(run.records.filter(({ subtype, unread }) => subtype === 'aws.user' && unread?.includes('lastUsed'))).toHaveLength(2);
  });

  it('a pause that AWS asks for is kept', async () => {
    await user('robot');
    front.throttled = 2;
    expect(outcomes(await list({ services: ['iam'] }))).toEqual({ iam: 'complete', 'iam/credentials': 'complete' });
  });

  it('[OBS31] a server that stops in the middle makes nothing missing', async () => {
    for (let index = 0; index < 12; index++) await user(`u${index}`);
    front.pageSize = 3;
    front.cutAfter = 3;
    const early = await list();
    expect(new Set(Object.values(outcomes(early)))).toEqual(new Set(['failed']));
    expect(early.records).toEqual([]);
    expect(problems(early, 'iam')).toMatchObject([{ code: 'unreachable', retry: true }]);

    front.pageSize = Number.POSITIVE_INFINITY;
    front.cutAfter = 8;
    const late = await list();
    expect(outcomes(late)).toMatchObject({ iam: 'complete', 'iam/credentials': 'failed', [`acm/${REGION}`]: 'failed' });
    expect(named(late, 'u0')?.unread).toEqual(['lastUsed']);

    await moto.stop();
    const down = await collect(connector, { ...settings(), endpoint: moto.endpoint }, ENVIRONMENT);
    expect(new Set(Object.values(outcomes(down)))).toEqual(new Set(['failed']));
    await moto.start();
  });
});

describe('[AWS8] one record, read again', () => {
  it('each kind of record says what it is now, or that it is gone', async () => {
    const id = await user('robot');
    const key = await accessKey('robot');
    await iam.send(new CreateLoginProfileCommand({ UserName: 'robot', Password: 'Correct-Horse-7-Battery' }));
    const roleId = await role('nightly', { Principal: { Service: 'lambda.amazonaws.com' } });
    const { ARN = '' } = await secrets.send(new CreateSecretCommand({ Name: 'api', SecretString: 'one' }));
    const { CertificateArn = '' } = await acm.send(new ImportCertificateCommand(certificate('pay.example.org')));
    const ids = [`user/${id}`, `role/${roleId}`, `access-key/${key.id}`, `password/${id}`, ARN, CertificateArn];
    const listed = await list();
    for (const one of ids) {
      const run = await again(one);
      expect(run.records.map(({ externalId }) => externalId)).toEqual([one]);
      expect(run.records[0]).toEqual(listed.records.find(({ externalId }) => externalId === one));
    }
    await iam.send(new DeleteLoginProfileCommand({ UserName: 'robot' }));
    await iam.send(new DeleteAccessKeyCommand({ UserName: 'robot', AccessKeyId: key.id }));
    await iam.send(new DeleteUserCommand({ UserName: 'robot' }));
    await iam.send(new DeleteRoleCommand({ RoleName: 'nightly' }));
    await secrets.send(new DeleteSecretCommand({ SecretId: ARN, ForceDeleteWithoutRecovery: true }));
    await acm.send(new DeleteCertificateCommand({ CertificateArn }));
    for (const one of ids)
      expect((await again(one)).messages).toContainEqual(expect.objectContaining({ kind: 'deleted', externalId: one }));
    front.denied.add('iam:GetAccountAuthorizationDetails');
    const unsure = await again(`user/${id}`);
    expect(unsure.messages.some(({ kind }) => kind === 'deleted')).toBe(false);
    expect(problems(unsure, 'iam')).toMatchObject([{ code: 'forbidden', message: 'iam:GetAccountAuthorizationDetails on * is missing' }]);
  });
});

describe('[AWS9] values go back as tags', () => {
  const context = (more: object = {}) => contextFor(connector, settings(more), ENVIRONMENT);
  const plan = async (id: string, value: string | null, field = 'owner'): Promise<PlannedWrite> => {
    const planned = await connector.planWrite?.(context(), { externalId: id as ExternalId, field, value });
    if (!planned?.ok) throw new Error(planned?.error.message);
    return planned.value;
  };
  const write = (planned: PlannedWrite) => connector.write?.(context(), planned);
  const tag = (name: string, value: string) =>
    iam.send(new TagUserCommand({ UserName: name, Tags: [{ Key: 'muster:owner', Value: value }] }));

  it('a user, a role and a secret: exactly what was planned, once, and back out again', async () => {
    const { ARN = '' } = await secrets.send(new CreateSecretCommand({ Name: 'api', SecretString: 'one' }));
    const ids = [
      `user/${await user('robot', { tags: { stage: 'prod' } })}`,
      `role/${await role('nightly', { Principal: { AWS: '*' } })}`,
      ARN,
    ];
    for (const id of ids) {
      const planned = await plan(id, 'Payments');
      expect(planned).toMatchObject({ from: null, to: 'Payments', target: expect.stringContaining('tag muster:owner of ') });
      expect(planned.statement).toMatch(
        /:Tag(User|Role|Resource) \{.*"Tags":\[\{"Key":"muster:owner","Value":"Payments"\}\]\}\n# AWS compares nothing/,
      );
      expect(await write(planned)).toMatchObject({ kind: 'applied' });
      expect(await write(planned)).toEqual({ kind: 'already' });
      expect((await again(id)).records[0]?.fields).toMatchObject({ owner: 'Payments' });
      const out = await plan(id, null);
      expect(out).toMatchObject({ from: 'Payments', to: null, statement: expect.stringContaining('Untag') });
      expect(await write(out)).toMatchObject({ kind: 'applied' });
      expect((await again(id)).records[0]?.fields.owner).toBeUndefined();
    }
    expect(named(await list(), 'robot')?.fields.tags).toEqual(['stage=prod']);
  });

  it('what somebody else wrote meanwhile is left as it is', async () => {
    const id = `user/${await user('robot', { tags: { 'muster:owner': 'Old' } })}`;
    const planned = await plan(id, 'Payments');
    await tag('robot', 'Somebody');
    expect(await write(planned)).toMatchObject({ kind: 'changed', now: 'Somebody' });
    expect((await again(id)).records[0]?.fields.owner).toBe('Somebody');
  });

  it('a user that was made again under the name is not written to', async () => {
    const planned = await plan(`user/${await user('robot')}`, 'Payments');
    await iam.send(new DeleteUserCommand({ UserName: 'robot' }));
    await user('robot');
    expect(await write(planned)).toMatchObject({ kind: 'refused', problem: { code: 'not found' } });
    expect(named(await list(), 'robot')?.fields.owner).toBeUndefined();
  });

  it('a refusal is AWS’s, a cut line is unknown, and another text than was approved is never sent', async () => {
    const planned = await plan(`user/${await user('robot')}`, 'Payments');
    front.denied.add('iam:TagUser');
    const arn = `arn:aws:iam::${ACCOUNT}:user/robot`;
    expect(await write(planned)).toMatchObject({
      kind: 'refused',
      problem: { code: 'forbidden', message: `iam:TagUser on ${arn} is missing` },
    });
    front.denied.clear();
    expect(await write({ ...planned, statement: planned.statement.replace('Payments', 'Mallory') })).toMatchObject({ kind: 'refused' });
    const calls = ['sts:GetCallerIdentity', 'iam:GetAccountAuthorizationDetails', 'iam:ListUsers', 'iam:ListRoles', 'iam:ListUserTags'];
    front.cutAfter = calls.length;
    expect(await write(planned)).toMatchObject({ kind: 'unknown', problem: { code: 'unreachable' } });
    front.cutAfter = Number.POSITIVE_INFINITY;
    expect(named(await list(), 'robot')?.fields.owner).toBeUndefined();
    expect(await write(planned)).toMatchObject({ kind: 'applied' });
  });

  it.each([
    ['owner', 'semi;colon'],
    ['owner', 'x'.repeat(257)],
    ['owner', ''],
    ['environment', 'prod-ish'],
    ['name', 'robot'],
  ])('%s %j has no place in a tag', async (field, value) => {
    const id = `user/${await user('robot')}` as ExternalId;
    const planned = await connector.planWrite?.(context(), { externalId: id, field, value });
    expect(planned?.ok).toBe(false);
  });

  it('the rights that are printed for writing suffice', async () => {
    const id = `user/${await user('robot')}`;
    await user('muster');
    const own = await accessKey('muster');
    const printed = connector.grant?.(settings(), { writing: true }) ?? '';
    const { Statement } = JSON.parse(printed) as { Statement: { Action: string[]; Condition?: object }[] };
    expect(Statement.at(-1)?.Condition).toBeDefined();
    // Moto refuses every statement that has a condition: only the actions are tried here.
    await permit('muster', allow(Statement.flatMap(({ Action }) => Action)));
    const planned = await plan(id, 'Payments');
    await moto.enforce(true);
    const outcome = await connector.write?.(
      contextFor(connector, settings({ accessKeyId: own.id }), { environment: { AWS: own.secret } }),
      planned,
    );
    expect(outcome).toMatchObject({ kind: 'applied' });
  });
});

describe('[AWS10] events through a queue', () => {
  async function queue(): Promise<{ readonly url: string; readonly say: (name: string, detail?: object) => Promise<void> }> {
    const sqs = new SQSClient({ region: REGION, endpoint: moto.endpoint, credentials: { accessKeyId: 'x', secretAccessKey: 'x' } });
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: `events-${randomBytes(4).toString('hex')}` }));
    const say = async (name: string, detail: object = {}): Promise<void> => {
      const [service = '', eventName = ''] = name.split(':');
      const body = {
        'detail-type': 'AWS API Call via CloudTrail',
        source: `aws.${service}`,
        account: ACCOUNT,
        region: REGION,
        detail: { eventSource: `${service}.amazonaws.com`, eventName, eventTime: new Date().toISOString(), awsRegion: REGION, ...detail },
      };
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(body) }));
    };
    return { url: QueueUrl, say };
  }

  /** Follows until told to stop; what was heard grows meanwhile. */
  function following(queueUrl: string, cursor?: string) {
    const stop = new AbortController();
    const heard: ConnectorMessage[] = [];
    const context = { ...contextFor(connector, settings({ queueUrl }), ENVIRONMENT), signal: stop.signal, cursor };
    const ended = (async (): Promise<void> => {
      for await (const message of connector.follow?.(context) ?? []) heard.push(message);
    })();
    return {
      heard,
      end: async () => {
        stop.abort();
        await ended;
      },
      ended,
    };
  }
  const records = (heard: readonly ConnectorMessage[]) => heard.flatMap((message) => (message.kind === 'record' ? [message.record] : []));

  it('created, changed, given rights by a group or a policy, and deleted: each is said with the moment of the call', async () => {
    const { url, say } = await queue();
    const id = await user('robot');
    await iam.send(new CreateGroupCommand({ GroupName: 'admins' }));
    await iam.send(new AddUserToGroupCommand({ GroupName: 'admins', UserName: 'robot' }));
    const { heard, end } = following(url);
    await expect.poll(() => heard.some(({ kind }) => kind === 'place')).toBe(true);

    await iam.send(new PutGroupPolicyCommand({ GroupName: 'admins', PolicyName: 'all', PolicyDocument: document(allow('*')) }));
    await say('iam:PutGroupPolicy', { requestParameters: { groupName: 'admins', policyName: 'all' } });
    const robot = () => records(heard).findLast(({ externalId }) => externalId === `user/${id}`);
    await expect.poll(() => robot()?.access).toMatchObject([{ level: 'full' }]);

    const key = await accessKey('robot');
    await say('iam:CreateAccessKey', {
      requestParameters: { userName: 'robot' },
      responseElements: { accessKey: { accessKeyId: key.id, userName: 'robot' } },
    });
    await expect.poll(() => records(heard).some(({ externalId }) => externalId === `access-key/${key.id}`)).toBe(true);

    const other = await user('brief');
    await say('iam:CreateUser', {
      requestParameters: { userName: 'brief' },
      responseElements: { user: { userId: other, userName: 'brief' } },
    });
    await expect.poll(() => records(heard).some(({ externalId }) => externalId === `user/${other}`)).toBe(true);
    await iam.send(new DeleteUserCommand({ UserName: 'brief' }));
    await say('iam:DeleteUser', { requestParameters: { userName: 'brief' } });
    await expect
      .poll(() => heard)
      .toContainEqual(expect.objectContaining({ kind: 'deleted', externalId: `user/${other}`, evidence: 'event' }));

    const { ARN = '' } = await secrets.send(new CreateSecretCommand({ Name: 'api', SecretString: 'one' }));
    await say('secretsmanager:CreateSecret', { requestParameters: { name: 'api' }, responseElements: { arn: ARN } });
    await expect.poll(() => records(heard).some(({ externalId }) => externalId === ARN)).toBe(true);
    await end();
    expect(heard.some(({ kind }) => kind === 'gap')).toBe(false);
    expect(heard.some(({ kind }) => kind === 'heartbeat')).toBe(true);
    expect(heard.filter((message) => message.kind === 'record').every(({ at }) => at !== undefined)).toBe(true);
  });

  it('a deletion of somebody who is not known is a gap, once: a listing after it covers it', async () => {
    const { url, say } = await queue();
    await say('iam:DeleteUser', { requestParameters: { userName: 'nobody' }, eventTime: new Date(Date.now() + 1_000).toISOString() });
    const first = following(url, JSON.stringify({ listed: new Date().toISOString() }));
    await expect.poll(() => first.heard.filter(({ kind }) => kind === 'gap')).toHaveLength(1);
    await first.end();
    const later = await queue();
    await later.say('iam:DeleteUser', {
      requestParameters: { userName: 'nobody' },
      eventTime: new Date(Date.now() - 60_000).toISOString(),
    });
    const second = following(later.url, JSON.stringify({ listed: new Date().toISOString() }));
    await expect.poll(() => second.heard.some(({ kind }) => kind === 'checkpoint')).toBe(true);
    await second.end();
    expect(second.heard.some(({ kind }) => kind === 'gap')).toBe(false);
  });

  it('what is no event is passed over, and a queue that is gone breaks the stream with its reason', async () => {
    const { url, say } = await queue();
    await say('iam:CreateUser', { requestParameters: { userName: 'refused' }, errorCode: 'AccessDenied' });
    await say('s3:PutObject');
    const { heard, end } = following(url);
    await expect.poll(() => heard.some(({ kind }) => kind === 'checkpoint')).toBe(true);
    await end();
    expect(records(heard)).toEqual([]);
    const gone = following(`${url}-gone`);
    await expect(gone.ended).rejects.toMatchObject({ problem: { code: 'not found' } });
  });
});

describe('[AWS11, OBS35] secrets', () => {
  it('fifty planted where people leave them are in no message, whatever becomes of the run', async () => {
    const canaries: Canary[] = [];
    const planted = (at: string, prefix = ''): string => {
      const value = `${prefix}${randomBytes(24).toString('base64url').replaceAll('_', 'a').replaceAll('-', 'b')}9Z`;
      canaries.push(plantedValue(at, value));
      return value;
    };
    for (let index = 0; index < 10; index++) {
      const name = `robot-${index}`;
      await user(name, { tags: { note: `password=${planted('tag of a user')}`, 'muster:owner': `token: ${planted('owner tag')}` } });
      canaries.push(plantedValue('secret access key', (await accessKey(name)).secret));
      const { ARN } = await secrets.send(new CreateSecretCommand({ Name: `db-${index}`, SecretString: planted('value of a secret') }));
      await secrets.send(new PutSecretValueCommand({ SecretId: ARN, SecretString: JSON.stringify({ password: planted('new value') }) }));
      await secrets.send(
        new TagResourceCommand({ SecretId: ARN, Tags: [{ Key: 'dsn', Value: `postgres://app:${planted('tag of a secret')}@db/app` }] }),
      );
    }
    for (let index = 0; index < 3; index++) {
      const trust = {
        Principal: { AWS: 'arn:aws:iam::999999999999:root' },
        Condition: { StringEquals: { 'sts:ExternalId': planted('external id') } },
      };
      await role(`partner-${index}`, trust);
      const Condition = { StringEquals: { 'aws:Referer': planted('referer in a policy') } };
      await permit(`robot-${index}`, allow('s3:GetObject', '*', { Condition }));
    }
    const imported = certificate('pay.example.org');
    await acm.send(new ImportCertificateCommand(imported));
    for (const line of imported.PrivateKey.toString().split('\n').slice(5, 10)) canaries.push(plantedValue('private key', line));
    expect(canaries.length).toBeGreaterThanOrEqual(50);
    const allowed = new Set(connector.fields);
    const said: string[] = [];
    const note = (run: Run): void => {
      for (const message of run.messages) said.push(JSON.stringify(message.kind === 'record' ? admit(message.record, allowed) : message));
    };
    const whole = await list();
    expect(outcomes(whole)).toEqual(COMPLETE);
    note(whole);
    for (const { externalId } of whole.records.slice(0, 12)) note(await again(externalId));
    front.cutAfter = 9;
    note(await list());
    expect(leakedIn(said.join('\n'), canaries)).toEqual([]);
    expect(said.join('').length).toBeGreaterThan(10_000);
  });
});
