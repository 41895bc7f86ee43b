import { describe, expect, it } from 'vitest';
import { levelsOf, levelsOfAllBut } from './actionLevels.ts';
import { AccessReader, type HeldPolicy } from './effectiveAccess.ts';
import { covers, mayMeet } from './globs.ts';
import { parsePolicy } from './policyDocument.ts';

type Said = Record<string, unknown>;
const document = (...statements: Said[]): string => JSON.stringify({ Version: '2012-10-17', Statement: statements });
const held = (text: string, ...via: string[]): HeldPolicy => ({ document: text, via });
const allow = (Action: string | string[], Resource: string | string[] = '*', more: Said = {}): Said => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
});
const deny = (Action: string | string[], Resource: string | string[] = '*', more: Said = {}): Said => ({
  ...allow(Action, Resource, more),
  Effect: 'Deny',
});
const MFA = { Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } };
const BUCKET = 'arn:aws:s3:::ledger/*';

/** `level on certainty` of each right; `!` marks an upper bound. */
function rights(statements: readonly Said[], boundary?: readonly Said[]): string[] {
  const reader = new AccessReader('AWS 1');
  const found = reader.rightsOf([held(document(...statements), 'policy p')], boundary && held(document(...boundary), 'boundary b'));
  return found.access.map(
    ({ level, on, certainty }) => `${level} ${on}${certainty === 'exact' ? '' : certainty === 'unread' ? ' ?' : ' !'}`,
  );
}

describe('[AWS4] what an action is', () => {
  it.each([
    ['s3:getobject', ['read']],
    ['s3:putobject', ['write']],
    ['ec2:describe*', ['read']],
    ['ec2:de*', ['read', 'write']],
    ['ec2:terminate*', ['write']],
    ['secretsmanager:getsecretvalue', ['secrets']],
    ['secretsmanager:get*', ['secrets', 'read']],
    ['secretsmanager:list*', ['read']],
    ['kms:decrypt', ['secrets']],
    ['kms:d*', ['secrets', 'read', 'write']],
    ['iam:passrole', ['grant']],
    ['iam:createaccesskey', ['grant']],
    ['iam:put*policy', ['grant', 'write']],
    ['iam:attach*', ['grant', 'write']],
    ['iam:get*', ['read']],
    ['sts:assumerole', ['grant']],
    ['sts:assume*', ['grant', 'write']],
    ['lambda:invokefunction', ['run']],
    ['ssm:sendcommand', ['run']],
    ['iam:*', ['grant', 'read', 'write']],
    ['*', ['run', 'secrets', 'grant', 'read', 'write']],
    ['nosuchservice:dothing', ['write']],
  ])('%s', (pattern, levels) => {
    expect([...levelsOf(pattern)].sort()).toEqual([...levels].sort());
  });

  it('what is left after an exclusion', () => {
    expect([...levelsOfAllBut(['iam:*', 'sts:*', 'kms:*'])].sort()).toEqual(['grant', 'read', 'run', 'secrets', 'write']);
    expect(
      levelsOfAllBut(['secretsmanager:*', 'kms:*', 'ssm:*', 'ec2:*', 'lightsail:*', 'redshift*', 'cognito-idp:*']).has('secrets'),
    ).toBe(false);
  });
});

describe('[AWS5] what policies allow (AWS, "Policy evaluation logic")', () => {
  it.each<[string, Said[], string[]]>([
    ['nothing is allowed unless something allows it', [deny('s3:*')], []],
    ['everything on everything is full', [allow('*')], ['full *']],
    ['and so is every service', [allow('*:*')], ['full *']],
    ['everything on one bucket is what S3 has', [allow('*', BUCKET)], ['grant', 'write', 'read'].map((level) => `${level} ${BUCKET}`)],
    ['actions are compared without case', [allow('SecretsManager:GETsecretVALUE', 'arn:x')], ['secrets arn:x']],
    ['a string or a list', [allow(['s3:GetObject', 's3:ListBucket'], [BUCKET])], [`read ${BUCKET}`]],
    ['a condition makes an upper bound', [allow('iam:PassRole', '*', MFA)], ['grant * !']],
    [
      'NotAction makes an upper bound',
      [{ Effect: 'Allow', NotAction: 'iam:*', Resource: BUCKET }],
      ['grant', 'secrets', 'run', 'write', 'read'].map((level) => `${level} ${BUCKET} !`),
    ],
    ['NotResource makes an upper bound', [{ Effect: 'Allow', Action: 's3:GetObject', NotResource: BUCKET }], [`read all but ${BUCKET} !`]],
    ['everything on all but one is full at most', [{ Effect: 'Allow', Action: '*', NotResource: BUCKET }], [`full all but ${BUCKET} !`]],
    [
      'a policy variable makes an upper bound',
      [allow('s3:GetObject', `arn:aws:s3:::home/\${aws:username}/*`)],
      ['read arn:aws:s3:::home/*/* !'],
    ],
    ['an explicit deny wins', [allow('s3:GetObject', BUCKET), deny('s3:*')], []],
    ['in whichever order', [deny('s3:*'), allow('s3:GetObject', BUCKET)], []],
    ['a deny of something else takes nothing', [allow('s3:GetObject', BUCKET), deny('sqs:*')], [`read ${BUCKET}`]],
    [
      'a deny of one of two actions leaves the other',
      [allow(['s3:GetObject', 's3:PutObject'], BUCKET), deny('s3:Put*')],
      [`read ${BUCKET}`],
    ],
    [
      'a deny of one of two resources leaves the other',
      [allow('s3:GetObject', [BUCKET, 'arn:aws:s3:::open/*']), deny('s3:GetObject', BUCKET)],
      ['read arn:aws:s3:::open/*'],
    ],
    [
      'a deny of a part makes an upper bound',
      [allow('s3:GetObject', BUCKET), deny('s3:GetObject', 'arn:aws:s3:::ledger/2019/*')],
      [`read ${BUCKET} !`],
    ],
    ['a deny on a condition makes an upper bound', [allow('s3:GetObject', BUCKET), deny('*', '*', MFA)], [`read ${BUCKET} !`]],
    [
      'a deny of all but what is allowed takes nothing',
      [allow('s3:GetObject', BUCKET), { Effect: 'Deny', NotAction: 's3:*', Resource: '*' }],
      [`read ${BUCKET}`],
    ],
    [
      'a deny of all but something else takes it',
      [allow('s3:GetObject', BUCKET), { Effect: 'Deny', NotAction: 'sqs:*', Resource: '*' }],
      [],
    ],
    ['full with a deny is full at most', [allow('*'), deny('iam:*')], ['full * !']],
  ])('%s', (_name, statements, expected) => {
    expect(rights(statements)).toEqual(expected);
  });

  it.each<[string, Said[], Said[], string[]]>([
    ['a boundary that allows all changes nothing', [allow('s3:GetObject', BUCKET)], [allow('*')], [`read ${BUCKET}`]],
    ['a boundary gives nothing by itself', [], [allow('*')], []],
    ['what the boundary does not allow is not there', [allow('iam:PassRole')], [allow('s3:*')], []],
    [
      'full within a boundary is what the boundary allows',
      [allow('*')],
      [allow(['s3:GetObject', 'sqs:SendMessage'])],
      ['write *', 'read *'],
    ],
    ['a boundary narrows resources', [allow('s3:GetObject')], [allow('s3:*', BUCKET)], [`read ${BUCKET}`]],
    ['a boundary on a condition makes an upper bound', [allow('s3:GetObject', BUCKET)], [allow('s3:*', '*', MFA)], [`read ${BUCKET} !`]],
    ['a boundary that denies', [allow('*')], [allow('*'), deny('iam:*')], ['full * !']],
    ['a boundary that denies all of it', [allow('iam:PassRole')], [allow('*'), deny('iam:*')], []],
    [
      'a boundary by NotAction',
      [allow(['iam:PassRole', 's3:GetObject'])],
      [{ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }],
      ['read * !'],
    ],
  ])('%s', (_name, statements, boundary, expected) => {
    expect(rights(statements, boundary)).toEqual(expected);
  });

  it('the way of a right, its own words, and where it stops', () => {
    const reader = new AccessReader('AWS 1');
    const policy = held(document(allow('iam:PassRole', 'arn:aws:iam::1:role/app', { Sid: 'Label' })), 'group Deployers', 'policy Deploy');
    expect(reader.rightsOf([policy], undefined).access).toEqual([
      {
        level: 'grant',
        on: 'arn:aws:iam::1:role/app',
        boundary: 'AWS 1',
        via: ['group Deployers', 'policy Deploy'],
        native: '{"Effect":"Allow","Action":"iam:PassRole","Resource":"arn:aws:iam::1:role/app"}',
        certainty: 'exact',
      },
    ]);
  });

  it('values that only two parties know are not repeated', () => {
    const condition = { Condition: { StringEquals: { 'sts:ExternalId': 'agreed-between-two', 'aws:RequestedRegion': 'eu-west-1' } } };
    const parsed = parsePolicy(document(allow('sts:AssumeRole', '*', condition)));
    expect(JSON.stringify(parsed.ok && parsed.value[0]?.native)).toContain('eu-west-1');
    expect(JSON.stringify(parsed.ok && parsed.value[0]?.native)).not.toContain('agreed-between-two');
  });
});

describe('[AWS6] what is no policy that people wrote', () => {
  const unread = (text: string): string[] => {
    const found = new AccessReader('AWS 1').rightsOf([held(text, 'policy p'), held(document(allow('s3:GetObject', BUCKET)))], undefined);
    expect(found.unread).toHaveLength(1);
    return found.access.map(({ level, certainty }) => `${level} ${certainty}`);
  };
  const deep = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;
  it.each([
    [
      'a megabyte of statements',
      document(...Array.from({ length: 12_000 }, () => allow('iam:PassRole', `arn:aws:iam::1:role/${'x'.repeat(40)}`))),
    ],
    ['nesting', `{"Statement":${deep(30_000)}}`],
    ['a megabyte of nesting', `{"Statement":${deep(500_000)}}`],
    [
      'conditions in conditions',
      `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}}}`,
    ],
    ['more actions than fit', document(allow(Array.from({ length: 1_501 }, (_, index) => `s3:A${index}`)))],
    ['no JSON', 'Statement: Allow'],
    ['percent signs that encode nothing', `%${'%zz'.repeat(100)}`],
    ['another shape', '{"Statement":[{"Effect":"Perhaps"}]}'],
  ])('%s: unread, and the rest is known', (_name, text) => {
    expect(unread(text)).toEqual(['read unread', 'read exact']);
  });

  it('stars without end are compared by their ends, not tried out', () => {
    const bomb = `s3:${'*a'.repeat(200)}*`;
    expect(covers(bomb, `s3:${'a'.repeat(400)}`)).toBe(false);
    expect(mayMeet(bomb, `s3:${'a'.repeat(400)}b`)).toBe(true);
    const many = (end: string): string[] => Array.from({ length: 400 }, (_, index) => `s3:${'*a'.repeat(20)}${index}${end}*`);
    const found = new AccessReader('AWS 1').rightsOf([held(document(allow(many('b'), BUCKET), deny(many('c'), BUCKET)))], undefined);
    expect(found.access.every(({ certainty }) => certainty === 'upper bound')).toBe(true);
    expect(found.access.length).toBeGreaterThan(0);
  });

  it('a principal with more to compare than people write is bounded from above', () => {
    const many = (prefix: string): string[] => Array.from({ length: 700 }, (_, index) => `${prefix}${index}:Get*`);
    const policies = Array.from({ length: 20 }, (_, index) => held(document(allow(many(`a${index}x`)), deny(many(`b${index}x`)))));
    const found = new AccessReader('AWS 1').rightsOf(policies, held(document(allow(many('a0x')))));
    expect(found.access.some(({ certainty }) => certainty === 'upper bound')).toBe(true);
  });
});

describe('patterns', () => {
  it.each([
    ['*', 'anything', true],
    ['s3:get*', 's3:getobject', true],
    ['s3:get*', 's3:get*tagging', true],
    ['s3:get*tagging', 's3:get*', false],
    ['s3:?et*', 's3:get*', true],
    ['s3:?et*', 's3:*et*', false],
    ['a*b*c', 'axxbyyc', true],
    ['a*b*c', 'axxbyy', false],
    ['a', 'a', true],
    ['a', '*', false],
  ])('%s covers %s: %s', (outer, inner, expected) => {
    expect(covers(outer, inner)).toBe(expected);
  });
  it.each([
    ['s3:*', 'sqs:*', false],
    ['s3:get*', 's3:put*', false],
    ['s3:get*', 's3:*object', true],
    ['arn:aws:s3:::a/*', 'arn:aws:s3:::b/*', false],
    ['arn:aws:s3:::*/x', 'arn:aws:s3:::a/*', true],
  ])('%s may meet %s: %s', (one, other, expected) => {
    expect([mayMeet(one, other), mayMeet(other, one)]).toEqual([expected, expected]);
  });
});
