import { describe, expect, it } from 'vitest';
import { toInstant } from '../../../shared/base/time.ts';
import type { ExternalId } from '../../../shared/model/ids.ts';
import type { SourceRecord } from '../../../shared/model/record.ts';
import { AWS, DAY, LDAP, NOW, RegisterWorld, record, SHEET } from '../../support/register/registerWorld.ts';
import { statusOf } from '../../support/register/statuses.ts';

const link = (relation: NonNullable<SourceRecord['links']>[number]['relation'], externalId: string): SourceRecord['links'] => [
  { relation, to: { externalId: externalId as ExternalId }, certainty: 'exact' },
];
const application = (name: string, fields: SourceRecord['fields']): SourceRecord =>
  record(name, { type: 'application', kind: 'application', aliases: [name], fields });

describe('[AUT8] ownership rules and environment mappings', () => {
  const rule = (id: string, where: string, value: string, field: 'owner' | 'team' = 'owner') =>
    ({ kind: 'ownership', rule: { id, where, field, value } }) as const;
  it('a rule is an author: after stewards, before sources, and says which rule it is', () => {
    const world = new RegisterWorld();
    const id = world.put(AWS, record('a', { fields: { boundary: 'payments', owner: 'From a tag' } }));
    world.policy('r', rule('r', 'row.boundary == "payments"', 'Payments'));
    expect(world.register.field(id, 'owner')).toMatchObject({ text: 'Payments', state: 'set' });
    expect(world.register.field(id, 'owner')?.values.find(({ wins }) => wins)?.author).toMatchObject({ kind: 'rule', id: 'r' });
    world.set(id, 'owner', 'Platform');
    expect(world.register.row(id)?.owner?.text).toBe('Platform');
    expect(world.register.row(world.put(AWS, record('b', { fields: { boundary: 'other' } })))?.owner).toBeUndefined();
  });
  it('the first by id that holds wins; one that does not compile gives nothing; taking one back takes its value back', () => {
    const world = new RegisterWorld();
    const id = world.put(AWS, record('a'));
    world.policy('x', rule('2', 'true', 'Second'));
    world.policy('y', rule('1', 'row.kind == "service account"', 'First'));
    world.policy('z', rule('0', 'row.(', 'Broken'));
    expect(world.register.row(id)?.owner?.text).toBe('First');
    world.policy('y', { kind: 'absent' });
    expect(world.register.row(id)?.owner?.text).toBe('Second');
  });
  it('also where only sources and rules decide', () => {
    const world = new RegisterWorld();
    const id = world.put(AWS, record('a'));
    world.policy('f', { kind: 'field', policy: { field: 'team', authors: ['source', 'rule'], rule: 'source' } });
    world.policy('r', rule('r', 'true', 'Web', 'team'));
    expect(world.register.row(id)?.team?.text).toBe('Web');
    world.put(AWS, record('a', { fields: { team: 'Core' } }));
    expect(world.register.row(id)?.team?.text).toBe('Core');
  });
  it('a boundary is mapped to its environment; a steward may still say otherwise', () => {
    const world = new RegisterWorld();
    const id = world.put(AWS, record('a', { fields: { boundary: '1234' } }));
    world.policy('e', { kind: 'environment', mapping: { boundary: '1234', environment: 'production' } });
    expect(world.register.row(id)?.environment).toBe('production');
    expect(world.register.field(id, 'environment')?.why).toContain('The mapping 1234 → production gives "production".');
    world.set(id, 'environment', 'staging');
    expect(world.register.row(id)?.environment).toBe('staging');
  });
});

describe('[REC10] an owner inherited from the application', () => {
  it('by name or by link, marked, and only where the identity has none', () => {
    const world = new RegisterWorld();
    const named = world.put(AWS, record('a', { fields: { application: 'checkout ' } }));
    const linked = world.put(AWS, record('b', { links: link('part-of', 'Checkout') }));
    const own = world.put(AWS, record('c', { fields: { application: 'Checkout', owner: 'Platform' } }));
    expect(world.register.row(named)?.owner).toBeUndefined();
    world.put(AWS, application('Checkout', { owner: 'Payments', team: 'Web' }));
    expect(world.register.row(named)).toMatchObject({
      owner: { text: 'Payments', inherited: true },
      team: { text: 'Web', inherited: true },
    });
    expect(world.register.row(linked)?.owner).toEqual({ text: 'Payments', inherited: true });
    expect(world.register.row(own)?.owner).toEqual({ text: 'Platform' });
    expect(world.finding(named, 'no-owner')?.verdict).toBe('clear');
    expect(world.register.field(named, 'owner')?.why[0]).toBe(
      'It inherits "Payments" from what it belongs to, until somebody sets one here.',
    );
    world.put(AWS, application('Checkout', { owner: 'Data' }));
    expect(world.register.row(linked)?.owner?.text).toBe('Data');
    world.register.applyRecords(AWS, [{ externalId: 'Checkout' as ExternalId, bytes: undefined }]);
    expect([named, linked].map((id) => world.register.row(id)?.owner)).toEqual([undefined, undefined]);
  });
  it('reaches its credentials too; two applications of one name give nothing', () => {
    const world = new RegisterWorld();
    world.put(AWS, application('Checkout', { owner: 'Payments' }));
    world.put(AWS, record('a', { fields: { application: 'Checkout' }, links: link('has-credential', 'key') }));
    const key = world.put(AWS, record('key', { type: 'credential', kind: 'key' }));
    expect(world.register.row(key)?.owner).toEqual({ text: 'Payments', inherited: true });
    world.put(LDAP, application('Checkout', { owner: 'Data' }));
    expect(world.register.row(key)?.owner).toBeUndefined();
  });
  it('a steward may set the owner of an application', () => {
    const world = new RegisterWorld();
    const id = world.create('a', 'application', 'application', 'Checkout');
    const one = world.put(AWS, record('a', { fields: { application: 'Checkout' } }));
    world.edit([id], { kind: 'set', field: 'owner', value: 'Payments' });
    expect(world.register.row(one)?.owner).toEqual({ text: 'Payments', inherited: true });
  });
});

describe('[REV1] when somebody has to look again', () => {
  const due = (world: RegisterWorld, id: ReturnType<RegisterWorld['put']>): number =>
    Math.round((Date.parse(world.register.row(id)?.reviewDue ?? '') - NOW) / DAY);
  function accepted(part: Partial<SourceRecord> = {}, ...others: SourceRecord[]) {
    const world = new RegisterWorld();
    const id = world.put(AWS, record('a', part), ...others);
    world.act([{ kind: 'accept', anchors: [id] }], { at: NOW - 20 * DAY });
    return { world, id };
  }
  const full: SourceRecord['access'] = [{ level: 'full', on: '*', native: '*', certainty: 'exact' }];
  it('365 days; 180 where it is sensitive; 90 where it is privileged in production or an agent that changes things', () => {
    const days = (part: Partial<SourceRecord>): number => {
      const { world, id } = accepted(part);
      return due(world, id) + 20;
    };
    expect(days({})).toBe(365);
    expect(days({ fields: { environment: 'production' } })).toBe(180);
    expect(days({ fields: { vendor: 'Example Ltd' } })).toBe(180);
    expect(days({ access: full })).toBe(180);
    expect(days({ access: full, fields: { environment: 'production' } })).toBe(90);
    expect(days({ kind: 'agent', access: [{ level: 'run', on: 'shell', native: 'shell', certainty: 'exact' }] })).toBe(90);
  });
  it('14 days after a privilege was gained', () => {
    const { world, id } = accepted({ access: full, gained: toInstant(NOW - 2 * DAY) });
    expect(due(world, id)).toBe(12);
    world.edit([id], { kind: 'lifecycle', state: 'retiring' });
    expect(due(world, id)).toBe(180);
  });
  it('14 days after a credential was gained; one that replaces another is none', () => {
    const key = (name: string, days: number, part: Partial<SourceRecord> = {}) =>
      record(name, { type: 'credential', kind: 'key', firstSeen: toInstant(NOW - days * DAY), ...part });
    const links = [...(link('has-credential', 'old') ?? []), ...(link('has-credential', 'new') ?? [])];
    const gained = accepted({ links }, key('old', 30), key('new', 3));
    expect(due(gained.world, gained.id)).toBe(11);
    const rotated = accepted({ links }, key('old', 30, { missingSince: toInstant(NOW - DAY) }), key('new', 3));
    expect(due(rotated.world, rotated.id)).toBe(345);
  });
  it('14 days after it was recreated, until somebody accepts it', () => {
    const world = new RegisterWorld();
    const named = (id: string, days: number) =>
      record(id, { aliases: ['svc'], keys: [id], fields: { boundary: 'x' }, firstSeen: toInstant(NOW - days * DAY) });
    world.put(AWS, named('old', 90));
    const id = world.put(AWS, named('new', 4));
    expect(due(world, id)).toBe(10);
    world.act([{ kind: 'accept', anchors: [id] }], { at: NOW });
    expect(due(world, id)).toBe(365);
  });
  it('14 days after the owner left', () => {
    const { world, id } = accepted({ fields: { owner: 'Ana' } });
    world.put(LDAP, record('Ana', { type: 'party', kind: 'person', fields: { active: false, leftOn: '2026-05-30' } }));
    expect(due(world, id)).toBe(12);
  });
  it('is overdue when the day has passed, and not before', () => {
    const { world, id } = accepted();
    world.register.setNow(NOW + 345 * DAY);
    expect([world.register.counts().overdue, world.ids('is:overdue')]).toEqual([0, []]);
    world.register.setNow(NOW + 346 * DAY);
    expect([world.register.counts().overdue, world.ids('is:overdue')]).toEqual([1, [id]]);
  });
});

describe('[REC11] used by and reaches', () => {
  it('links are resolved in both directions, by id, by key and by name, over sources where a key says so', () => {
    const world = new RegisterWorld();
    world.status(statusOf(AWS, NOW));
    const role = world.put(AWS, record('role', { keys: ['aws/role'], aliases: ['deployer'] }));
    const links: SourceRecord['links'] = [
      { relation: 'runs-as', to: { externalId: 'role' as ExternalId }, certainty: 'exact' },
      { relation: 'can-access', to: { alias: 'bucket' }, certainty: 'inferred' },
    ];
    const job = world.put(AWS, record('job', { type: 'workload', kind: 'pipeline', links }));
    const other = world.put(SHEET, record('x', { links: [{ relation: 'can-assume', to: { key: 'aws/role' }, certainty: 'asserted' }] }));
    expect(world.register.identity(job)?.links).toMatchObject([
      { relation: 'runs-as', direction: 'out', target: role, text: 'deployer', type: 'identity', certainty: 'exact' },
      { relation: 'can-access', direction: 'out', text: 'bucket', certainty: 'inferred' },
    ]);
    expect(
      world.register.identity(role)?.links.map(({ relation, direction, target, text }) => ({ relation, direction, target, text })),
    ).toEqual(
      expect.arrayContaining([
        { relation: 'runs-as', direction: 'in', target: job, text: 'job' },
        { relation: 'can-assume', direction: 'in', target: other, text: 'x' },
      ]),
    );
    const bucket = world.put(AWS, record('b', { type: 'resource', kind: 'bucket', aliases: ['bucket'] }));
    expect(world.register.identity(job)?.links[1]).toMatchObject({ target: bucket, type: 'resource' });
    expect(world.register.identity(bucket)?.links).toMatchObject([{ relation: 'can-access', direction: 'in', target: job }]);
  });
  it('a name that two records have leads nowhere, and says so at either end', () => {
    const world = new RegisterWorld();
    const links: SourceRecord['links'] = [{ relation: 'can-access', to: { alias: 'bucket' }, certainty: 'exact' }];
    const id = world.put(AWS, record('a', { links }));
    const two = [1, 2].map((n) => world.put(AWS, record(`b${n}`, { type: 'resource', kind: 'bucket', aliases: ['bucket'] })));
    expect(world.register.identity(id)?.links[0]).not.toHaveProperty('target');
    expect(world.register.identity(id)?.links[0]).toMatchObject({ open: 'ambiguous', candidates: [...two].sort() });
    for (const bucket of two) expect(world.register.identity(bucket)?.links).toMatchObject([{ target: id, open: 'ambiguous' }]);
  });
});
