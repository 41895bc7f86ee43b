import { describe, expect, it } from 'vitest';
import { toInstant } from '../../../shared/base/time.ts';
import { databaseRoleName, isGlobalName, subjectName } from '../../../shared/model/globalName.ts';
import type { SourceId } from '../../../shared/model/ids.ts';
import type { ObservedLink, SourceRecord } from '../../../shared/model/record.ts';
import { namePattern } from '../../../shared/register/namePattern.ts';
import { trustOf } from '../../../sync-server/connectors/aws/trust.ts';
import { subjectsOf } from '../../../sync-server/connectors/github/subjects.ts';
import { subjectToObservation } from '../../../sync-server/connectors/github/toObservations.ts';
import { AWS, NOW, RegisterWorld, record } from '../../support/register/registerWorld.ts';
import { statusOf } from '../../support/register/statuses.ts';

const CLUSTER = 'cluster' as SourceId;
const VAULT = 'vault' as SourceId;
const GITHUB = 'github' as SourceId;
const DATABASE = 'database' as SourceId;
const ISSUER = 'https://oidc.example.org/id/A1/';
const PAY = subjectName(ISSUER, 'system:serviceaccount:pay:deployer');
const MINUTE = 60_000;

const trusts = (to: ObservedLink['to'], note?: string): ObservedLink => ({
  relation: 'can-assume',
  to,
  certainty: 'exact',
  inward: true,
  ...(note === undefined ? {} : { note }),
});
const account = (uid: string) =>
  record(uid, { subtype: 'k8s.serviceaccount', keys: [`k8s:c1/${uid}`], aliases: ['pay/deployer', PAY], fields: { name: 'pay/deployer' } });
const role = (link: ObservedLink, id = 'AROA1') =>
  record(id, { kind: 'assumable role', subtype: 'aws.role', keys: [`aws:1/${id}`], aliases: [`arn:aws:iam::1:role/${id}`], links: [link] });

describe('[REC16] names that mean the same in every source', () => {
  it('are told by their scheme; an issuer is written as AWS writes it, and this computer is no address', () => {
    expect(['arn:aws:iam::1:role/x', 'spiffe://a/b', PAY].map(isGlobalName)).toEqual([true, true, true]);
    expect(['deployer', 'file:/etc/ssl/a.pem', 'tls://a:443'].map(isGlobalName)).toEqual([false, false, false]);
    expect(PAY).toBe(subjectName('oidc.example.org/id/A1', 'system:serviceaccount:pay:deployer'));
    expect(databaseRoleName('DB.example.org', 5432, 'app')).toBe('postgres://db.example.org:5432/app');
    expect(['localhost', '127.0.0.1', '[::1]', ''].map((host) => databaseRoleName(host, 5432, 'app'))).toEqual(Array(4).fill(undefined));
  });
  it('[REC17] a role says who may assume it, and both pages show who said so, when, and how sure it is', () => {
    const world = new RegisterWorld();
    world.status(statusOf(AWS, NOW - 4 * MINUTE));
    const assumed = world.put(AWS, role(trusts({ alias: PAY }, 'sts:AssumeRoleWithWebIdentity')));
    const pod = world.put(CLUSTER, account('u1'));
    const evidence = {
      certainty: 'exact',
      source: AWS,
      label: 'AWS',
      asOf: toInstant(NOW - 4 * MINUTE),
      note: 'sts:AssumeRoleWithWebIdentity',
    };
    expect(world.register.identity(assumed)?.links).toEqual([
      { relation: 'can-assume', direction: 'in', target: pod, text: 'pay/deployer', type: 'identity', ...evidence },
    ]);
    expect(world.register.identity(pod)?.links).toEqual([
      { relation: 'can-assume', direction: 'out', target: assumed, text: 'arn:aws:iam::1:role/AROA1', type: 'identity', ...evidence },
    ]);
    expect(world.register.counts().identities).toBe(2);
  });
  it('a name that is given to another account leads to that one; while both are there it is ambiguous, not guessed', () => {
    const world = new RegisterWorld();
    const assumed = world.put(AWS, role(trusts({ alias: PAY })));
    const first = world.put(CLUSTER, account('u1'));
    const second = world.put(CLUSTER, account('u2'));
    expect(world.register.identity(assumed)?.links).toMatchObject([{ open: 'ambiguous', candidates: [first, second].sort(), text: PAY }]);
    for (const id of [first, second]) expect(world.register.identity(id)?.links).toMatchObject([{ target: assumed, open: 'ambiguous' }]);
    world.register.applyRecords(CLUSTER, [{ externalId: account('u1').externalId, bytes: undefined }]);
    expect(world.register.identity(assumed)?.links).toMatchObject([{ target: second }]);
    expect(world.register.identity(assumed)?.links[0]).not.toHaveProperty('open');
  });
  it('what a vault issues for leads to the role of that server', () => {
    const world = new RegisterWorld();
    const name = databaseRoleName('db.example.org', '5432', 'app_rw') as string;
    const link: ObservedLink = { relation: 'can-assume', to: { alias: name }, certainty: 'inferred', note: 'database/roles/app' };
    const approle = world.put(VAULT, record('r1', { subtype: 'vault.approle', links: [link] }));
    const held = world.put(DATABASE, record('role/7', { subtype: 'db.role', keys: ['postgres:9/7'], aliases: ['app_rw', name] }));
    expect(world.register.identity(held)?.links).toMatchObject([
      { direction: 'in', target: approle, certainty: 'inferred', source: VAULT },
    ]);
  });
  it('a name of one source alone leads nowhere in another', () => {
    const world = new RegisterWorld();
    const id = world.put(AWS, record('a', { links: [{ relation: 'can-assume', to: { alias: 'deployer' }, certainty: 'exact' }] }));
    world.put(CLUSTER, record('b', { aliases: ['deployer'] }));
    expect(world.register.identity(id)?.links).toMatchObject([{ open: 'unknown', text: 'deployer' }]);
  });
});

describe('[REC17] patterns', () => {
  const ACTIONS = 'token.actions.githubusercontent.com';
  const subject = (sub: string) =>
    record(sub, { kind: 'workload identity', subtype: 'oidc.subject', aliases: [sub, subjectName(ACTIONS, sub)], fields: { name: sub } });
  it('lead to every identity that fits, and each of them to the role', () => {
    const world = new RegisterWorld();
    const [prod, main, other] = ['repo:o/app:environment:prod', 'repo:o/app:ref:refs/heads/main', 'repo:o/web:environment:prod'].map(
      (sub) => world.put(GITHUB, subject(sub)),
    );
    const assumed = world.put(AWS, role(trusts({ pattern: subjectName(ACTIONS, 'repo:o/app:*') })));
    expect(new Set(world.register.identity(assumed)?.links.map(({ target }) => target))).toEqual(new Set([prod, main]));
    expect(world.register.identity(main as never)?.links).toMatchObject([{ direction: 'out', target: assumed, source: AWS }]);
    expect(world.register.identity(other as never)?.links).toEqual([]);
    world.put(AWS, role(trusts({ pattern: subjectName(ACTIONS, 'repo:o/w?b:*') })));
    expect(world.register.identity(main as never)?.links).toEqual([]);
    expect(world.register.identity(other as never)?.links).toMatchObject([{ target: assumed }]);
  });
  it('that many fit are one line with their number', () => {
    const world = new RegisterWorld();
    world.put(GITHUB, ...Array.from({ length: 60 }, (_, n) => subject(`repo:o/r${n}:ref:refs/heads/main`)));
    const assumed = world.put(AWS, role(trusts({ pattern: subjectName(ACTIONS, 'repo:o/*') })));
    const links = world.register.identity(assumed)?.links ?? [];
    expect(links).toHaveLength(1);
    expect(links[0]?.text).toContain('(60 fit)');
  });
  it.each([
    ['a*c', 'abbc', true],
    ['a*c', 'abcd', false],
    ['?b*', 'ab', true],
    ['?b', 'b', false],
    ['*a*b', 'xxaab', true],
    ['a', 'a', true],
    ['', 'a', false],
  ])('%s and %s', (pattern, name, fits) => {
    expect(namePattern(pattern).fits(name)).toBe(fits);
  });
  it('with more stars than anybody writes fit nothing', () => {
    expect(namePattern('*a'.repeat(40)).fits('a'.repeat(100))).toBe(false);
  });
});

describe('[REC17] what a cloud says of a trust is what a code host and a cluster call their own', () => {
  const place = { host: 'github.com', organization: { id: 7, login: 'octo' }, issuer: 'https://token.actions.githubusercontent.com' };
  const repository = {
    id: 9,
    name: 'app',
    full_name: 'octo/app',
    archived: false,
    default_branch: 'main',
    visibility: 'private',
    owner: { id: 7, login: 'octo' },
  };
  const trusting = (issuer: string, operator: string, sub: string): ObservedLink[] => {
    const provider = `arn:aws:iam::123456789012:oidc-provider/${issuer}`;
    const condition = { [operator]: { [`${issuer}:sub`]: sub }, StringEquals: { [`${issuer}:aud`]: 'sts.amazonaws.com' } };
    const both = operator === 'StringEquals' ? { StringEquals: { ...condition.StringEquals, [`${issuer}:sub`]: sub } } : condition;
    const Statement = [{ Effect: 'Allow', Action: 'sts:AssumeRoleWithWebIdentity', Principal: { Federated: provider }, Condition: both }];
    return [...trustOf(JSON.stringify({ Version: '2012-10-17', Statement }), { id: '123456789012', partition: 'aws' }).links];
  };
  it('a workflow job by a pattern, a ServiceAccount to the letter', () => {
    const world = new RegisterWorld();
    const [branch] = subjectsOf(repository, [], { use_default: true }, undefined);
    const said = branch && subjectToObservation(branch, repository, place, 'subjects' as never);
    if (!said) throw new Error('a repository has a subject for its branch');
    const job = world.put(GITHUB, { ...record('x'), ...said });
    const pod = world.put(CLUSTER, account('u1'));
    const issuer = 'token.actions.githubusercontent.com';
    const deploy = world.put(AWS, { ...role(trusts({ alias: '' }), 'AROA1'), links: trusting(issuer, 'StringLike', 'repo:octo/app:*') });
    const run = world.put(AWS, {
      ...role(trusts({ alias: '' }), 'AROA2'),
      links: trusting('oidc.example.org/id/A1', 'StringEquals', 'system:serviceaccount:pay:deployer'),
    });
    expect(world.register.identity(deploy)?.links).toMatchObject([
      { target: job, direction: 'in', certainty: 'exact', note: 'aud is sts.amazonaws.com' },
    ]);
    expect(world.register.identity(run)?.links).toMatchObject([{ target: pod, direction: 'in', certainty: 'exact' }]);
    expect(world.register.identity(job)?.links).toMatchObject([
      { relation: 'part-of' },
      { relation: 'can-assume', target: deploy, source: AWS },
    ]);
  });
});

describe('[REC18] what was not read is unknown', () => {
  it('a trust in somebody whom no source knows says so, and is no row', () => {
    const world = new RegisterWorld();
    const assumed = world.put(AWS, role(trusts({ alias: PAY })));
    expect(world.register.identity(assumed)?.links).toMatchObject([{ direction: 'in', text: PAY, open: 'unknown' }]);
    expect(world.register.counts().identities).toBe(1);
  });
  it('a source that was read in part, and links that it refused, are named', () => {
    const world = new RegisterWorld();
    const status = statusOf(CLUSTER, NOW);
    world.status({ ...status, coverage: status.coverage.map((one, index) => ({ ...one, outcome: index === 0 ? 'failed' : 'complete' })) });
    const pod = world.put(CLUSTER, { ...account('u1'), unread: ['links'] });
    expect(world.register.identity(pod)?.linksUnread).toEqual([
      'CLUSTER: its links could not be read.',
      'CLUSTER: 1 of 2 parts not read completely.',
    ]);
    world.status(status);
    world.put(CLUSTER, account('u1'));
    expect(world.register.identity(pod)?.linksUnread).toEqual([]);
  });
});

describe('[REC19] a certificate in a cluster and at an endpoint', () => {
  const X509 = 'x509' as SourceId;
  it('is one credential, with its workload, its Secret and its endpoint', () => {
    const world = new RegisterWorld();
    const certificate: Partial<SourceRecord> = { type: 'credential', kind: 'certificate', keys: ['x509:aa/01'] };
    const served = world.put(
      X509,
      record('a:443#01', { ...certificate, links: [{ relation: 'presented-at', to: { alias: 'tls://a:443' }, certainty: 'exact' }] }),
    );
    const secret = world.put(
      CLUSTER,
      record('secret/u9', {
        ...certificate,
        links: [{ relation: 'stored-in', to: { alias: 'pay/tls' }, certainty: 'exact' }],
      }),
    );
    const workload = world.put(
      CLUSTER,
      record('deploy/u3', {
        type: 'workload',
        kind: 'deployment',
        links: [{ relation: 'uses-credential', to: { externalId: record('secret/u9').externalId }, certainty: 'exact' }],
      }),
    );
    expect(world.register.resolve(served)).toBe(world.register.resolve(secret));
    const links = world.register.identity(served)?.links ?? [];
    expect(links.map(({ relation, source }) => [relation, source])).toEqual([
      ['stored-in', CLUSTER],
      ['presented-at', X509],
      ['uses-credential', CLUSTER],
    ]);
    expect(links[2]).toMatchObject({ direction: 'in', target: workload });
  });
});
