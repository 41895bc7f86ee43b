import { describe, expect, it } from 'vitest';
import { toInstant } from '../../../shared/base/time.ts';
import type { ExternalId } from '../../../shared/model/ids.ts';
import type { SourceRecord } from '../../../shared/model/record.ts';
import type { FindingRule } from '../../../shared/register/view.ts';
import { AWS, BEN, DAY, LDAP, NOW, RegisterWorld, record } from '../../support/register/registerWorld.ts';
import { statusOf } from '../../support/register/statuses.ts';

const at = (days: number): string => toInstant(NOW + days * DAY);

/** What a rule says of one record in a world of its own. */
function verdictOf(rule: FindingRule, one: SourceRecord, before: (world: RegisterWorld) => void = () => {}) {
  const world = new RegisterWorld();
  before(world);
  return world.finding(world.put(AWS, one), rule);
}
const credential = (kind: string, fields: SourceRecord['fields'], part: Partial<SourceRecord> = {}): SourceRecord =>
  record('credential', { type: 'credential', kind, fields, ...part });
const person = (name: string, fields: SourceRecord['fields']): SourceRecord =>
  record(name, { type: 'party', kind: 'person', aliases: [name], fields });

describe('[FIN4] no owner', () => {
  it('is found without one, higher where it is privileged', () => {
    expect(verdictOf('no-owner', record('a'))).toMatchObject({
      verdict: 'found',
      severity: 'medium',
      sentence: 'Nobody answers for it.',
      references: ['NHI1:2025', 'GV.RR-02', 'PR.AA-01'],
    });
    const access: SourceRecord['access'] = [{ level: 'grant', on: '*', native: 'iam:*', certainty: 'exact' }];
    expect(verdictOf('no-owner', record('a', { access }))?.severity).toBe('high');
  });
  it('is clear with one, and with one that is inherited', () => {
    expect(verdictOf('no-owner', record('a', { fields: { owner: 'Payments' } }))).toMatchObject({
      verdict: 'clear',
      sentence: 'Payments answers for it.',
    });
  });
  it('cannot be evaluated where the owner is unread or disputed', () => {
    expect(verdictOf('no-owner', record('a', { unread: ['owner'] }))).toMatchObject({
      verdict: 'cannot evaluate',
      missing: 'the owner, which the source did not let Muster read',
    });
    const world = new RegisterWorld();
    const id = world.put(AWS, record('a'));
    world.set(id, 'owner', 'Payments');
    world.set(id, 'owner', 'Platform', { by: BEN, concurrent: true });
    expect(world.finding(id, 'no-owner')).toMatchObject({ verdict: 'cannot evaluate', missing: 'a decision on the owner' });
  });
});

describe('[FIN5] unregistered', () => {
  it('is found on what is live and not accepted, higher after 14 days', () => {
    const seen = (days: number) => verdictOf('unregistered', record('a', { firstSeen: toInstant(NOW - days * DAY) }));
    expect(seen(14)).toMatchObject({ verdict: 'found', severity: 'low', references: ['ID.AM-02', 'PR.AA-01'] });
    expect(seen(15)).toMatchObject({ severity: 'medium', sentence: 'It is live and no steward has accepted it, first seen 15 d ago.' });
  });
  it('is clear once a steward accepted it, and on what is not live', () => {
    const world = new RegisterWorld();
    const id = world.put(AWS, record('a'));
    world.edit([id], { kind: 'accept' });
    expect(world.finding(id, 'unregistered')?.verdict).toBe('clear');
    expect(verdictOf('unregistered', record('a', { fields: { status: 'disabled' } }))?.verdict).toBe('clear');
  });
  it('cannot be evaluated while its lifecycle is disputed', () => {
    const world = new RegisterWorld();
    const id = world.put(AWS, record('a'));
    world.act([{ kind: 'accept', anchors: [id] }]);
    world.act([{ kind: 'exclude', anchors: [id], reason: 'duplicate' }], { by: BEN, concurrent: true });
    expect(world.finding(id, 'unregistered')?.verdict).toBe('cannot evaluate');
  });
});

describe('[FIN2] expiring', () => {
  const certificate = (lived: number, left: number) => credential('certificate', { created: at(-lived), expires: at(left) });
  const severity = (one: SourceRecord) => {
    const finding = verdictOf('expiring', one);
    return finding?.verdict === 'found' ? finding.severity : finding?.verdict;
  };
  it('warns from a third of a certificate’s lifetime on, and is high from a sixth or 7 days', () => {
    expect([31, 30, 16, 15].map((left) => severity(certificate(90 - left, left)))).toEqual(['clear', 'medium', 'medium', 'high']);
    expect([16, 15, 8, 7].map((left) => severity(certificate(47 - left, left)))).toEqual(['clear', 'medium', 'medium', 'high']);
    expect([3, 2].map((left) => severity(certificate(6 - left, left)))).toEqual(['high', 'high']);
  });
  it('is high on what has expired', () => {
    expect(verdictOf('expiring', certificate(90, -3))).toMatchObject({
      verdict: 'found',
      severity: 'high',
      sentence: '1 credential expired.',
      references: ['NHI7:2025', 'PR.AA-01'],
    });
  });
  it('cannot be evaluated where the end is not known', () => {
    expect(severity(credential('certificate', {}))).toBe('cannot evaluate');
    expect(severity(credential('token', {}, { unread: ['expires'] }))).toBe('cannot evaluate');
    expect(severity(credential('token', {}))).toBe('clear');
  });
  it('says nothing of what is out of use', () => {
    expect(severity(credential('certificate', { expires: at(-3), status: 'disabled' }))).toBe('clear');
  });
});

describe('[FIN6] over age', () => {
  const verdict = (kind: string, age: number, part: Partial<SourceRecord> = {}) =>
    verdictOf('over-age', credential(kind, { created: at(-age) }, part))?.verdict;
  it.each([
    ['key', 90],
    ['token', 180],
    ['secret', 180],
    ['password', 180],
    ['SSH key', 365],
  ])('a %s may be %i days old', (kind, limit) => {
    expect([limit, limit + 1].map((age) => verdict(kind, age))).toEqual(['clear', 'found']);
  });
  it('a privileged identity’s secret may be 90 days old', () => {
    const world = new RegisterWorld();
    const access: SourceRecord['access'] = [{ level: 'full', on: '*', native: '*', certainty: 'exact' }];
    const links: SourceRecord['links'] = [
      { relation: 'has-credential', to: { externalId: 'credential' as ExternalId }, certainty: 'exact' },
    ];
    const secret = (age: number) => credential('secret', { created: at(-age) });
    const id = world.put(AWS, record('a', { access, links }), secret(90));
    expect(world.finding(id, 'over-age')?.verdict).toBe('clear');
    world.put(AWS, secret(91));
    expect(world.finding(id, 'over-age')).toMatchObject({ verdict: 'found', severity: 'high', references: ['NHI7:2025', 'PR.AA-01'] });
  });
  it('a token of Kubernetes that lives in a Secret is always found', () => {
    expect(verdict('token', 0, { subtype: 'k8s.secret-token' })).toBe('found');
  });
  it('is judged by the last rotation', () => {
    expect(verdictOf('over-age', credential('key', { created: at(-900), rotated: at(-10) }))?.verdict).toBe('clear');
  });
  it('cannot be evaluated without a date', () => {
    expect(verdictOf('over-age', credential('key', {}))).toMatchObject({
      verdict: 'cannot evaluate',
      missing: expect.stringContaining('rotation date'),
    });
  });
  it('policy may set another limit', () => {
    const world = new RegisterWorld();
    const id = world.put(AWS, credential('key', { created: at(-40) }));
    world.policy('key age', { kind: 'threshold', name: 'key age', days: 30 });
    expect(world.finding(id, 'over-age')?.verdict).toBe('found');
  });
});

describe('[FIN7] missing', () => {
  const complete = (world: RegisterWorld) => world.status(statusOf(AWS, NOW - DAY / 24));
  it('is found where a complete listing no longer has it, higher where it is active', () => {
    const gone = record('a', { missingSince: toInstant(NOW - 3 * DAY) });
    expect(verdictOf('missing', gone, complete)).toMatchObject({
      verdict: 'found',
      severity: 'medium',
      sentence: 'Its source no longer lists it, since 2026-05-29 (3 d).',
      references: ['NHI1:2025', 'ID.AM-08'],
    });
    const world = new RegisterWorld();
    const id = world.put(AWS, gone);
    world.edit([id], { kind: 'accept' });
    expect(world.finding(id, 'missing')?.severity).toBe('high');
  });
  it('is clear while it is listed', () => {
    expect(verdictOf('missing', record('a'), complete)?.verdict).toBe('clear');
  });
  it('cannot be evaluated without a recent complete listing', () => {
    expect(verdictOf('missing', record('a'))).toMatchObject({
      verdict: 'cannot evaluate',
      missing: 'a recent complete listing of its coverage',
    });
  });
});

describe('[FIN8] recreated under the same name', () => {
  const named = (id: string, keys: string[], days: number) =>
    record(id, { aliases: ['svc'], keys, fields: { boundary: 'acc' }, firstSeen: toInstant(NOW - days * DAY) });
  it('is found on the later one alone', () => {
    const world = new RegisterWorld();
    const old = world.put(AWS, named('old', ['1'], 90));
    const made = world.put(AWS, named('new', ['2'], 1));
    expect(world.finding(made, 'recreated')).toMatchObject({ verdict: 'found', severity: 'medium' });
    expect(world.finding(old, 'recreated')?.verdict).toBe('clear');
  });
  it('cannot be evaluated where a namesake has no immutable id', () => {
    const world = new RegisterWorld();
    world.put(AWS, named('old', [], 90));
    const made = world.put(AWS, named('new', ['2'], 1));
    expect(world.finding(made, 'recreated')).toMatchObject({
      verdict: 'cannot evaluate',
      missing: expect.stringContaining('immutable id'),
      sentence: '1 other record of the same source has its name: which came first is not known.',
    });
  });
});

describe('[FIN9] the same credential in several places', () => {
  const key = (id: string, part: Partial<SourceRecord> = {}) =>
    record(id, { type: 'credential', kind: 'SSH key', fields: { fingerprint: 'SHA256:f' }, ...part });
  it('is found on each of them', () => {
    const world = new RegisterWorld();
    const [a, b] = [world.put(AWS, key('a')), world.put(LDAP, key('b'))];
    for (const id of [a, b])
      expect(world.finding(id, 'shared-credential')).toMatchObject({
        verdict: 'found',
        severity: 'high',
        sentence: 'The same credential is in 1 other place too.',
        references: ['NHI9:2025', 'PR.AA-01'],
      });
  });
  it('is clear on a key of its own, and cannot be evaluated where the fingerprint is unread', () => {
    expect(verdictOf('shared-credential', key('a'))?.verdict).toBe('clear');
    expect(verdictOf('shared-credential', key('a', { fields: {}, unread: ['fingerprint'] }))?.verdict).toBe('cannot evaluate');
  });
});

describe('[FIN3] owner gone', () => {
  const owned = record('a', { fields: { owner: 'ana@example.org' } });
  it('is found when the directory says that the owner left, or lists them no more', () => {
    const left = (world: RegisterWorld) => world.put(LDAP, person('ana@example.org', { active: false, leftOn: '2026-05-01' }));
    expect(verdictOf('owner-gone', owned, left)).toMatchObject({
      verdict: 'found',
      severity: 'high',
      sentence: 'ana@example.org has left (2026-05-01).',
      references: ['NHI1:2025', 'GV.RR-02', 'PR.AA-01'],
    });
    const gone = (world: RegisterWorld) =>
      world.put(LDAP, { ...person('ana@example.org', { active: true }), missingSince: toInstant(NOW - DAY) });
    expect(verdictOf('owner-gone', owned, gone)?.verdict).toBe('found');
  });
  it('is clear while they are here, and where nobody owns it', () => {
    expect(verdictOf('owner-gone', owned, (world) => world.put(LDAP, person('ana@example.org', { active: true })))?.verdict).toBe('clear');
    expect(verdictOf('owner-gone', record('a'))?.verdict).toBe('clear');
  });
  it('cannot be evaluated without a directory: said on the page, not counted on every row', () => {
    const world = new RegisterWorld();
    world.status(statusOf(AWS, NOW - DAY / 24));
    const id = world.put(AWS, owned);
    expect(world.finding(id, 'owner-gone')).toMatchObject({
      verdict: 'cannot evaluate',
      missing: 'a directory that says whether the owner is still active',
    });
    expect([world.register.counts().cannotEvaluate, world.ids('cannot:evaluate')]).toEqual([0, []]);
    world.put(LDAP, person('ben@example.org', { active: true }));
    expect(world.finding(id, 'owner-gone')?.missing).toBe('this owner in a directory that Muster reads');
    expect([world.register.counts().cannotEvaluate, world.ids('cannot:evaluate')]).toEqual([1, [id]]);
    world.put(LDAP, person('ana@example.org', { active: true }));
    expect(world.register.counts().cannotEvaluate).toBe(0);
  });
  it('counts what another rule cannot evaluate whether there is a directory or not', () => {
    const world = new RegisterWorld();
    const id = world.put(AWS, credential('key', {}));
    expect(world.ids('cannot:over-age')).toEqual([id]);
    expect(world.register.counts().cannotEvaluate).toBe(1);
  });
});

describe('[FIN1] every rule gives a verdict, with words', () => {
  it('on nearly nothing and on what is hostile', () => {
    for (const one of [record('a'), record('b', { type: 'credential', kind: 'key', fields: { created: 'x\u202E', expires: '\u0000' } })]) {
      const world = new RegisterWorld();
      const findings = world.register.identity(world.put(AWS, one))?.findings ?? [];
      expect(findings.map(({ rule }) => rule).sort()).toEqual(
        ['expiring', 'missing', 'no-owner', 'over-age', 'owner-gone', 'recreated', 'shared-credential', 'unregistered'].sort(),
      );
      for (const { sentence, verdict, missing } of findings) {
        expect(sentence).toMatch(/^[\p{Lu}\d].*\.$/u);
        if (verdict === 'cannot evaluate') expect(missing).not.toBe('');
      }
    }
  });
});
