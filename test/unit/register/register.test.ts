import { describe, expect, it } from 'vitest';
import { harmlessCell } from '../../../shared/base/spreadsheetCell.ts';
import { toInstant } from '../../../shared/base/time.ts';
import type { ExternalId } from '../../../shared/model/ids.ts';
import { valueHash } from '../../../shared/register/recordStore.ts';
import { cellText } from '../../../shared/register/table.ts';
import { AWS, BEN, DAY, LDAP, NOW, RegisterWorld, record } from '../../support/register/registerWorld.ts';
import { statusOf } from '../../support/register/statuses.ts';

describe('classes', () => {
  it('[REC1] equal strong keys are one identity, and every anchor resolves to it', () => {
    const world = new RegisterWorld();
    const a = world.put(AWS, record('a', { keys: ['k'] }));
    const b = world.put(LDAP, record('b', { keys: ['k'] }));
    expect(world.register.counts().identities).toBe(1);
    expect(world.register.resolve(a)).toBe(world.register.resolve(b));
    expect(world.register.resolve(a)).toBe([a, b].sort()[0]);
  });
  it('[REC2] a split takes an anchor out; only a later merge brings it back', () => {
    const world = new RegisterWorld();
    const a = world.put(AWS, record('a', { keys: ['k'] }));
    const b = world.put(LDAP, record('b', { keys: ['k'] }));
    world.act([{ kind: 'merge', anchors: [a, b] }]);
    world.act([{ kind: 'split', anchor: a }]);
    expect(world.register.counts().identities).toBe(2);
    world.act([{ kind: 'merge', anchors: [a, b] }]);
    expect(world.register.counts().identities).toBe(1);
  });
  it('[REC3] a new id under an old name succeeds it and is offered its owner', () => {
    const world = new RegisterWorld();
    const fields = { boundary: 'acc' };
    const old = world.put(
      AWS,
      record('old', { aliases: ['svc'], keys: ['1'], fields: { ...fields, owner: 'Payments' }, firstSeen: toInstant(NOW - 90 * DAY) }),
    );
    const made = world.put(AWS, record('new', { aliases: ['svc'], keys: ['2'], fields }));
    const view = world.register.identity(made);
    expect(view?.succeeds).toEqual([old]);
    expect(view?.row.owner).toBeUndefined();
    expect(view?.needs.find(({ detail }) => detail.includes('recreated'))?.choices[0]?.acts?.[0]).toMatchObject({
      kind: 'set',
      value: 'Payments',
    });
  });
  it('[REC4] a shared fingerprint is a finding, not a merge', () => {
    const world = new RegisterWorld();
    world.put(
      AWS,
      record('x', { type: 'credential', kind: 'SSH key', fields: { fingerprint: 'f' } }),
      record('y', { type: 'credential', kind: 'SSH key', fields: { fingerprint: 'f' } }),
    );
    expect(world.ids('finding:shared-credential')).toHaveLength(2);
  });
  it('[REC5] [REC6] a credential is tied from either side and inherits the owner', () => {
    const world = new RegisterWorld();
    const key = world.put(AWS, record('key', { type: 'credential', kind: 'key' }));
    expect(world.register.counts()).toMatchObject({ identities: 0, unbound: 1 });
    world.put(
      AWS,
      record('id', {
        fields: { owner: 'Payments' },
        links: [{ relation: 'has-credential', to: { externalId: 'key' as ExternalId }, certainty: 'exact' }],
      }),
    );
    expect(world.register.counts()).toMatchObject({ identities: 1, credentials: 1, unbound: 0 });
    expect(world.register.row(key)?.owner).toEqual({ text: 'Payments', inherited: true });
  });
});

describe('[REC14] parties and classes', () => {
  const team = (id: string, key: string) => record(id, { type: 'party', kind: 'team', aliases: ['Payments'], keys: [key] });
  it('a party that became part of another leaves no ghost that makes its name ambiguous', () => {
    const world = new RegisterWorld();
    const id = world.put(AWS, record('a', { fields: { owner: 'Payments' } }));
    world.put(AWS, team('p', '1'));
    world.put(LDAP, team('q', '2'));
    expect(world.register.row(id)?.owner).toEqual({ text: 'Payments' });
    world.put(LDAP, team('q', '1'));
    expect(world.register.parties()).toHaveLength(1);
    expect(world.register.row(id)?.owner?.party).toBe(world.register.parties()[0]?.id);
  });
  it('a reference follows its anchor out of the class', () => {
    const world = new RegisterWorld();
    const id = world.put(AWS, record('a'));
    const [p, q] = [world.put(AWS, team('p', '1')), world.put(LDAP, team('q', '1'))];
    const [stays, leaves] = [p, q].sort() as [typeof p, typeof q];
    world.set(id, 'owner', `party:${leaves}`);
    expect(world.register.row(id)?.owner).toEqual({ text: 'Payments', party: stays });
    const [source, externalId] = leaves === p ? [AWS, 'p'] : [LDAP, 'q'];
    world.act([{ kind: 'split', anchor: leaves }]);
    world.register.applyRecords(source, [{ externalId: externalId as ExternalId, bytes: undefined }]);
    expect(world.register.row(id)?.owner).toEqual({ text: 'an unknown party' });
  });
});

describe('who decides', () => {
  it('[AUT1] unread and blank neither win nor blank', () => {
    const world = new RegisterWorld();
    const id = world.put(AWS, record('a', { keys: ['k'], fields: { owner: 'Payments' }, unread: ['owner'] }));
    expect(world.register.field(id, 'owner')?.state).toBe('unread');
    world.put(LDAP, record('b', { keys: ['k'], fields: { owner: 'Platform' } }));
    expect(world.register.field(id, 'owner')?.text).toBe('Platform');
  });
  it('[AUT2] drift until acknowledged, and again when the source says something new', () => {
    const world = new RegisterWorld();
    const id = world.put(AWS, record('a', { fields: { owner: 'Payments' } }));
    world.set(id, 'owner', 'Platform');
    expect(world.register.row(id)?.drifts).toEqual(['owner']);
    world.set(id, 'owner', 'Platform', { acknowledges: [{ source: AWS, hash: valueHash('Payments') }] });
    expect(world.register.row(id)?.drifts).toEqual([]);
    world.put(AWS, record('a', { fields: { owner: 'Data' } }));
    expect(world.register.row(id)?.drifts).toEqual(['owner']);
    expect(world.register.row(id)?.owner?.text).toBe('Platform');
  });
  it('[AUT3] [AUT6] a lapsed override keeps its value through any time and raises drift', () => {
    const world = new RegisterWorld();
    const id = world.put(AWS, record('a', { fields: { criticality: 'low' } }));
    world.set(id, 'criticality', 'high', { until: toInstant(NOW + DAY), acknowledges: [{ source: AWS, hash: valueHash('low') }] });
    expect(world.register.row(id)?.drifts).toEqual([]);
    world.register.setNow(NOW + 3_000 * DAY);
    expect(world.register.row(id)).toMatchObject({ criticality: 'high', drifts: ['criticality'] });
  });
  it('[AUT10] an override ends in 90 days, unless it says when; where nothing is overridden nothing ends', () => {
    const world = new RegisterWorld();
    const id = world.put(AWS, record('a', { fields: { criticality: 'low' } }));
    const set = (field: string, value: string, part = {}) => world.register.preview([id], { kind: 'set', field, value, ...part }).acts[0];
    expect(set('criticality', 'high')).toMatchObject({ until: toInstant(NOW + 90 * DAY) });
    expect(set('criticality', 'high', { until: toInstant(NOW + DAY) })).toMatchObject({ until: toInstant(NOW + DAY) });
    for (const act of [set('criticality', 'low'), set('owner', 'Payments'), set('classification', 'secret')])
      expect(act).not.toHaveProperty('until');
    world.set(id, 'criticality', 'high');
    expect(world.inbox('Drift')[0]?.choices[0]?.acts[0]).toMatchObject({ value: 'high', until: toInstant(NOW + 90 * DAY) });
    world.policy('o', { kind: 'threshold', name: 'override', days: 30 });
    expect(set('criticality', 'high', { acknowledge: true })).toMatchObject({ until: toInstant(NOW + 30 * DAY) });
  });
  it('[AUT4] a suggestion does not win', () => {
    const world = new RegisterWorld();
    const id = world.put(AWS, record('a', { fields: { neededUntil: '2027-01-01' } }));
    expect(world.register.row(id)?.neededUntil).toBeUndefined();
    expect(world.register.field(id, 'neededUntil')?.values).toHaveLength(1);
  });
  it('[AUT5] in conflict the lowest place shows, and filters match any head', () => {
    const world = new RegisterWorld();
    const id = world.put(AWS, record('a'));
    world.set(id, 'owner', 'Payments');
    world.set(id, 'owner', 'Platform', { by: BEN, concurrent: true });
    expect(world.register.row(id)).toMatchObject({ conflicts: ['owner'], owner: { text: 'Payments' } });
    expect(world.ids('owner:platform')).toEqual([id]);
    expect(world.ids('cannot:evaluate')).toEqual([id]);
    expect(world.register.inbox().find(({ kind }) => kind === 'Conflicts')?.items[0]?.count).toBe(1);
    expect(world.register.preview([id], { kind: 'set', field: 'owner', value: 'Data' })).toMatchObject({ records: 1, conflictsSettled: 1 });
  });
  it('[AUT7] a specific policy wins over a general one', () => {
    const world = new RegisterWorld();
    const id = world.put(AWS, record('a', { fields: { owner: 'Payments' } }));
    world.set(id, 'owner', 'Platform');
    world.policy('1', { kind: 'field', policy: { field: 'owner', authors: ['source'], rule: 'source' } });
    expect(world.register.row(id)?.owner?.text).toBe('Payments');
    world.policy('2', {
      kind: 'field',
      policy: { field: 'owner', when: { source: 'aws' }, authors: ['steward', 'source'], rule: 'fill' },
    });
    expect(world.register.row(id)?.owner?.text).toBe('Platform');
  });
});

describe('queries and exports', () => {
  it('[REC9] unknown fields and conditions are problems with a way out', () => {
    const world = new RegisterWorld();
    expect(world.register.window({ text: 'x foo:bar', sort: [] }, 0, 10).problem).toMatchObject({
      at: 2,
      wayOut: expect.stringContaining('owner'),
    });
    expect(world.register.window({ text: '', where: 'row.name.matches("(a+)+")', sort: [] }, 0, 10).problem?.message).toContain('matches');
    expect(world.register.window({ text: '', where: 'row.(', sort: [] }, 0, 10).problem).toBeDefined();
    const id = world.put(AWS, record('a', { kind: 'agent' }));
    expect(world.register.matches(id, 'row.kind == "agent"')).toBe(true);
    expect(world.register.matches(id, 'row.nothing == "agent"')).toBe(false);
  });
  it('[REC9] a filter without hits names the word to drop', () => {
    const world = new RegisterWorld();
    world.put(AWS, record('pay', { fields: { environment: 'staging' } }));
    expect(world.register.window({ text: 'pay env:production', sort: [] }, 0, 10).hint).toEqual({ without: 'env:production', matches: 1 });
  });
  it('[REC7] hostile names are data', () => {
    const world = new RegisterWorld();
    for (const name of ['__proto__', '=cmd()', 'x'.repeat(4_000), 'a\u202Eb', '<img>']) world.put(AWS, record(name));
    expect(world.ids('__proto__')).toHaveLength(1);
    const { rows } = world.register.window({ text: '', sort: [] }, 0, 10);
    expect(rows).toHaveLength(5);
    expect(rows.map((row) => harmlessCell(cellText(row, 'name')))).toContain("'=cmd()");
  });
});

describe('evidence and findings', () => {
  it('[FRE1] [FRE3] never complete is unknown; a dated record is as old as it says', () => {
    const world = new RegisterWorld();
    const id = world.put(AWS, record('a'));
    expect(world.register.row(id)?.freshness).toBe('unknown');
    world.register.applyStatus(statusOf(AWS, NOW - 3_600_000));
    expect(world.register.row(id)?.freshness).toBe('fresh');
    world.register.setNow(NOW + 2 * DAY);
    expect(world.register.row(id)?.freshness).toBe('stale');
    const dated = world.put(AWS, record('b', { asOf: toInstant(NOW - 400 * DAY) }));
    expect(world.register.row(dated)?.freshness).toBe('unknown');
  });
  it('[FIN1] [FIN3] cannot evaluate names what is missing', () => {
    const world = new RegisterWorld();
    const id = world.put(AWS, record('a', { fields: { owner: 'Ana' } }));
    const finding = world.register.identity(id)?.findings.find(({ rule }) => rule === 'owner-gone');
    expect(finding).toMatchObject({ verdict: 'cannot evaluate', missing: expect.stringContaining('directory') });
  });
  it('[FIN2] a certificate is judged by its lifetime', () => {
    const world = new RegisterWorld();
    const certificate = (left: number) =>
      record('c', {
        type: 'credential',
        kind: 'certificate',
        fields: { created: toInstant(NOW - (90 - left) * DAY), expires: toInstant(NOW + left * DAY) },
      });
    const severity = (left: number) => world.register.row(world.put(AWS, certificate(left)))?.credential?.severity;
    expect([severity(40), severity(25), severity(14)]).toEqual(['ok', 'warn', 'high']);
    expect(world.register.row(world.put(AWS, certificate(14)))?.credential?.text).toBe('cert 14 d left');
  });
});
