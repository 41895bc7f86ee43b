import { describe, expect, it } from 'vitest';
import { toInstant } from '../../../shared/base/time.ts';
import type { ExternalId } from '../../../shared/model/ids.ts';
import type { SourceRecord } from '../../../shared/model/record.ts';
import { AWS, BEN, DAY, LDAP, NOW, RegisterWorld, record, SHEET } from '../../support/register/registerWorld.ts';
import { statusOf } from '../../support/register/statuses.ts';

const MINUTE = 60_000;
const right = (level: 'full' | 'run' | 'secrets', on: string, part = {}): SourceRecord['access'] => [
  { level, on, native: 'n', certainty: 'exact', ...part },
];
const holds = (id: string): SourceRecord['links'] => [
  { relation: 'has-credential', to: { externalId: id as ExternalId }, certainty: 'exact' },
];
function world(): RegisterWorld {
  const made = new RegisterWorld();
  made.status(statusOf(AWS, NOW - 4 * MINUTE));
  made.status(statusOf(LDAP, NOW - 3 * DAY));
  return made;
}

describe('[REC12] an identity in one sentence', () => {
  it.each<[string, Partial<SourceRecord>, string]>([
    [
      'the example',
      {
        access: right('full', '*', { boundary: 'AWS 1234' }),
        fields: { purpose: 'Deploys payments to production', environment: 'production', owner: 'Payments' },
      },
      'Deploys payments to production; full access to AWS 1234; owner Payments; evidence 4 min old.',
    ],
    ['nothing known', {}, 'A service account; purpose not recorded; what it may do is not known; no owner; evidence 4 min old.'],
    [
      'no purpose, unread access',
      { unread: ['access', 'owner'], fields: { application: 'Checkout', environment: 'staging', status: 'disabled' } },
      'A service account of Checkout in staging; purpose not recorded; disabled; what it may do is not known; owner not known; evidence 4 min old.',
    ],
    [
      'an agent',
      {
        kind: 'agent',
        access: right('run', 'shell', { certainty: 'upper bound' }),
        fields: { boundary: 'laptop', purpose: 'Reviews code.' },
      },
      'Reviews code; may run code on shell in laptop, at most; no owner; evidence 4 min old.',
    ],
    [
      'rights on one thing',
      { kind: 'automation', access: right('secrets', 'vault/kv', { boundary: 'prod' }) },
      'An automation; purpose not recorded; may read secrets of vault/kv in prod; no owner; evidence 4 min old.',
    ],
    [
      'gone',
      { kind: 'unknown', access: [], missingSince: toInstant(NOW - DAY) },
      'An identity of unknown kind; purpose not recorded; no longer listed by its source; no rights that a source reports; no owner; evidence 4 min old.',
    ],
    [
      'an SSH key',
      { type: 'credential', kind: 'SSH key', fields: { created: toInstant(NOW - 412 * DAY), location: '~/.ssh/id' } },
      'An SSH key that is not tied to an identity; 412 d old; found at ~/.ssh/id; no owner; evidence 4 min old.',
    ],
    [
      'a certificate',
      { type: 'credential', kind: 'certificate', fields: { expires: toInstant(NOW - 3 * DAY) } },
      'A certificate that is not tied to an identity; expired 2 d ago; no owner; evidence 4 min old.',
    ],
    [
      'somebody who left',
      { type: 'party', kind: 'person', fields: { active: false, leftOn: '2026-05-01' } },
      'A person who has left (2026-05-01); evidence 4 min old.',
    ],
    ['a pipeline', { type: 'workload', kind: 'pipeline' }, 'A pipeline; no owner; evidence 4 min old.'],
    [
      'hostile text',
      { fields: { purpose: 'x\u202Ey\n', owner: '<b>\u0000' } },
      'X□y□; what it may do is not known; owner <b>□; evidence 4 min old.',
    ],
  ])('%s', (_what, part, sentence) => {
    const made = world();
    expect(made.register.identity(made.put(AWS, record('a', part)))?.sentence).toBe(sentence);
  });
  it('says what holds a credential, what was typed, what is old, and who is in dispute', () => {
    const made = world();
    made.put(AWS, record('deploy', { links: holds('key'), fields: { owner: 'Payments' } }));
    const key = made.put(AWS, record('key', { type: 'credential', kind: 'key', fields: { created: toInstant(NOW - 4 * DAY) } }));
    expect(made.register.identity(key)?.sentence).toBe('A key of deploy; 4 d old; owner Payments (from its identity); evidence 4 min old.');
    const typed = made.create('b', 'identity', 'host', 'web');
    expect(made.register.identity(typed)?.sentence).toContain(
      'A host; purpose not recorded; what it may do is not known; no owner; nothing but',
    );
    const old = made.put(LDAP, record('x'));
    expect(made.register.identity(old)?.sentence).toContain('evidence 3 d old, stale');
    expect(made.register.identity(made.put(SHEET, record('y')))?.sentence).toContain('no complete listing behind it');
    made.set(old, 'owner', 'Payments');
    made.set(old, 'owner', 'Platform', { by: BEN, concurrent: true });
    expect(made.register.identity(old)?.sentence).toContain('its owner is in dispute');
  });
});

describe('[AUT9] why this value', () => {
  const ORDER = 'Whose word counts, in order: a steward, a rule, the CMDB, the source that holds it.';
  it('what counts first, then what else was said, then the order', () => {
    const made = world();
    const id = made.put(AWS, record('a', { fields: { owner: 'Payments' } }));
    expect(made.register.field(id, 'owner')?.why).toEqual(['AWS says "Payments", as of 4 min ago.', ORDER]);
    made.set(id, 'owner', 'Platform', { why: 'They moved.', at: NOW - 4 * DAY });
    expect(made.register.field(id, 'owner')?.why).toEqual([
      'person 1 set it to "Platform" 4 d ago. Reason given: They moved.',
      'AWS says "Payments": the two differ until somebody keeps one.',
      ORDER,
    ]);
    made.act(made.inbox('Drift')[0]?.choices[0]?.acts ?? []);
    expect(made.register.field(id, 'owner')?.why[1]).toBe('AWS says "Payments"; a steward has seen that and kept the registered value.');
  });
  it('conflict, lapse, suggestion, unread, nothing', () => {
    const made = world();
    const id = made.put(AWS, record('a', { unread: ['criticality'], fields: { neededUntil: '2027-01-01' } }));
    made.set(id, 'owner', 'Payments');
    made.set(id, 'owner', 'Platform', { by: BEN, concurrent: true });
    expect(made.register.field(id, 'owner')?.why).toEqual([
      'person 1 set it to "Payments" just now.',
      'person 2 set it to "Platform" just now.',
      'They had not seen each other’s change, so no rule can choose: somebody has to decide.',
      ORDER,
    ]);
    expect(made.register.field(id, 'neededUntil')?.why[1]).toBe('AWS suggests "2027-01-01": it counts once somebody takes it.');
    expect(made.register.field(id, 'purpose')?.why[0]).toBe('Nobody whose word counts has said anything.');
    expect(made.register.field(id, 'status')?.why.at(-1)).toBe(
      'Only the source that holds it may say it: here it can be disputed, not set.',
    );
    expect(made.register.field(id, 'criticality')?.why[0]).toBe('AWS did not let Muster read it: that neither counts nor blanks anything.');
    made.set(id, 'criticality', 'low', { until: toInstant(NOW - DAY) });
    expect(made.register.field(id, 'criticality')).toMatchObject({
      decides: 'AWS decides unless overridden',
      why: expect.arrayContaining([
        'The override ended on 2026-05-31: the value stays until somebody decides.',
        'Whose word counts, in order: the CMDB, the source that holds it; a steward may override them.',
      ]),
    });
    expect(made.register.identity(id)?.needs.find(({ field }) => field === 'criticality')).toMatchObject({
      title: 'The override of criticality has ended',
    });
  });
  it('a set says who added what', () => {
    const made = world();
    const id = made.put(AWS, record('a', { fields: { tags: ['x'] } }));
    made.edit([id], { kind: 'add', field: 'tags', element: 'pci' });
    made.edit([id], { kind: 'remove', field: 'tags', element: 'x' });
    expect(made.register.field(id, 'tags')).toMatchObject({
      value: ['pci'],
      decides: 'Everything that anybody says counts',
      why: ['AWS says "x".', 'person 1 added "pci" just now.', 'person 1 removed "x" just now.'],
    });
  });
  it('what waits here says so; no source, no authority', () => {
    const made = world();
    const id = made.put(AWS, record('a'));
    expect(made.register.field(id, 'application')?.decides).toBe('You decide, until a source reports it');
    made.wait([{ kind: 'set', anchors: [id], field: 'purpose', value: 'x' }]);
    expect(made.register.field(id, 'purpose')?.why[0]).toBe('person 1 set it to "x" just now. It is saved here and not on the server yet.');
  });
});

describe('[REC13] what needs somebody comes with its cure', () => {
  it('every need has a choice; asking the owner is one', () => {
    const made = world();
    const fields = { fingerprint: 'f', created: toInstant(NOW - 999 * DAY) };
    const id = made.put(
      AWS,
      record('a', { type: 'credential', kind: 'SSH key', fields }),
      record('b', { type: 'credential', kind: 'SSH key', fields }),
    );
    const needs = made.register.identity(id)?.needs ?? [];
    expect(needs.map(({ title }) => title)).toEqual([
      'No owner',
      'Not registered',
      'A credential is too old',
      'The same key in several places',
    ]);
    for (const { choices } of needs) expect(choices.length).toBeGreaterThan(0);
    made.act(needs[2]?.choices[0]?.acts ?? []);
    expect(made.inbox('Owner answers')[0]?.what).toBe('"Please rotate what has expired or is too old.": no answer from the owner');
  });
});
