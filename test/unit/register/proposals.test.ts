import { describe, expect, it } from 'vitest';
import type { IdentityId, SourceId } from '../../../shared/model/ids.ts';
import type { InboxItem, ProposedPair } from '../../../shared/register/view.ts';
import { ANA, AWS, BEN, LDAP, NOW, RegisterWorld, record, SHEET } from '../../support/register/registerWorld.ts';
import { statusOf } from '../../support/register/statuses.ts';

const KEYCLOAK = 'keycloak' as SourceId;
const VAULT = 'vault' as SourceId;
const DATABASE = 'database' as SourceId;

const named = (id: string, name: string, boundary = 'b') => record(id, { aliases: [name], fields: { boundary } });
const person = (id: string, name: string, email: string) =>
  record(id, { type: 'party', kind: 'person', aliases: [name, email], fields: { name, email, partyKind: 'person' } });

/** As the connectors of a vault and a database say them. */
const approleCalled = (name: string) =>
  record(`role/${name}`, { subtype: 'vault.approle', aliases: [`auth/approle/role/${name}`, name], fields: { name, boundary: 'vault' } });
const roleCalled = (name: string) => record(`role/${name}`, { subtype: 'db.role', aliases: [name], fields: { name, boundary: 'db' } });

const acts = (item: InboxItem | undefined, decides: 'accept' | 'reject') =>
  item?.choices.find((choice) => choice.decides === decides)?.acts ?? [];
const ends = (item: InboxItem | undefined): (readonly IdentityId[])[] =>
  (item?.pairs ?? []).map((pair) => pair.ends.map(({ id }) => id).sort());

describe('[INB7] proposals', () => {
  it('are one item a rule, with who says what for each pair', () => {
    const world = new RegisterWorld();
    world.status(statusOf(AWS, NOW - 60_000));
    const pairs = ['one', 'two'].map((name) =>
      [world.put(AWS, named(`a-${name}`, name)), world.put(SHEET, named(`s-${name}`, name.toUpperCase()))].sort(),
    );
    world.put(LDAP, named('l', 'one', 'elsewhere'));
    const [item, ...others] = world.inbox('Same identity?');
    expect(others).toEqual([]);
    expect(item).toMatchObject({ count: 2, what: '2 pairs of identities with one name in one boundary: AWS and sheet' });
    expect(new Set(ends(item))).toEqual(new Set(pairs));
    const evidence = item?.pairs?.flatMap((pair) => pair.evidence).filter(({ says }) => /one/i.test(says));
    expect(evidence).toEqual(
      expect.arrayContaining([
        { label: 'AWS', source: AWS, says: 'calls it "one" in "b"', asOf: '2026-05-31T23:59:00.000Z', freshness: 'fresh' },
        { label: 'sheet', source: SHEET, says: 'calls it "ONE" in "b"', freshness: 'unknown' },
      ]),
    );
    expect(item?.choices.map(({ label, safe, decides }) => [label, safe, decides])).toEqual([
      ['One by one', true, undefined],
      ['Merge 2', false, 'accept'],
      ['Keep apart 2', false, 'reject'],
    ]);
  });
  it('yes to some merges those, signed by the person with the evidence as the reason; undo takes it back', () => {
    const world = new RegisterWorld();
    for (const name of ['one', 'two']) {
      world.put(AWS, named(`a-${name}`, name));
      world.put(SHEET, named(`s-${name}`, name));
    }
    const [first, second] = (world.inbox('Same identity?')[0]?.pairs ?? []) as readonly [ProposedPair, ProposedPair];
    const entry = world.act(first.accept, { by: BEN });
    expect(entry.acts).toMatchObject([{ kind: 'merge', why: expect.stringContaining('calls it') }]);
    const [a, b] = first.ends.map(({ id }) => id);
    expect(world.register.resolve(a as IdentityId)).toBe(world.register.resolve(b as IdentityId));
    expect(ends(world.inbox('Same identity?')[0])).toEqual([second.ends.map(({ id }) => id).sort()]);
    world.act([{ kind: 'withdraw', acts: [{ entry: entry.id, act: 0 }] }], { by: BEN });
    expect(world.inbox('Same identity?')[0]?.count).toBe(2);
  });
  it('three of one name are joined by as few pairs as it takes, whatever was said no to', () => {
    const world = new RegisterWorld();
    const three = [AWS, SHEET, LDAP].map((source) => world.put(source, named(`x-${source}`, 'svc')));
    const [item] = world.inbox('Same identity?');
    expect(item?.count).toBe(2);
    world.act(item?.pairs?.[0]?.reject ?? []);
    const rest = world.inbox('Same identity?')[0];
    expect(rest?.count).toBe(2);
    world.act(acts(rest, 'accept'));
    expect(new Set(three.map((id) => world.register.resolve(id))).size).toBe(1);
  });
  it('one address in two sources is proposed, and never joins by itself', () => {
    const world = new RegisterWorld();
    const arn = 'arn:aws:iam::1:role/deploy';
    const ids = [
      world.put(AWS, record('AROA1', { aliases: [arn, 'deploy'] })),
      world.put(SHEET, record('id/7', { aliases: ['The deployer', arn] })),
    ];
    const [item] = world.inbox('Same identity?');
    expect(item).toMatchObject({ id: 'pairs/same-address', count: 1 });
    expect(ends(item)).toEqual([[...ids].sort()]);
    expect(world.register.counts().identities).toBe(2);
  });
  it('[REC4] one key in two places is never a merge: what may be asserted is a link, and the finding stays', () => {
    const world = new RegisterWorld();
    const key = (id: string) => record(id, { type: 'credential', kind: 'SSH key', fields: { fingerprint: 'SHA256:abc' } });
    const ids = [world.put(AWS, key('a')), world.put(LDAP, key('b'))];
    const [item] = world.inbox('Linked?');
    expect(item).toMatchObject({ id: 'pairs/same-key', what: '1 pair of credentials with one published fingerprint: aws and ldap' });
    expect(acts(item, 'accept').map(({ kind }) => kind)).toEqual(['add', 'add']);
    world.act(acts(item, 'accept'), { by: BEN });
    expect(world.inbox('Linked?')).toEqual([]);
    expect(ids.map((id) => world.register.resolve(id))).toEqual(ids);
    for (const [index, id] of ids.entries()) {
      const view = world.register.identity(id);
      expect(view?.links).toMatchObject([
        {
          relation: 'same-as',
          target: ids[1 - index],
          certainty: 'asserted',
          who: 'person 2',
          note: expect.stringContaining('SHA256:abc'),
        },
      ]);
      expect(world.finding(id, 'shared-credential')?.verdict).toBe('found');
      expect(view?.fields.map(({ field }) => field)).not.toContain('links');
      expect(view?.history[0]?.what).toContain('vouched for the link "same as"');
    }
    const [link] = world.register.identity(ids[1] as IdentityId)?.links ?? [];
    world.act(link?.retract ?? [], { by: ANA });
    for (const id of ids) expect(world.register.identity(id)?.links).toEqual([]);
    expect(world.register.identity(ids[0] as IdentityId)?.history[0]?.what).toContain('no longer vouches for the link "same as"');
    expect(world.inbox('Linked?')).toHaveLength(1);
  });
  it('an approle and a database role that is called like it become a link that a person asserts', () => {
    const world = new RegisterWorld();
    const approle = world.put(VAULT, approleCalled('payments-rw'));
    const role = world.put(DATABASE, roleCalled('payments_rw'));
    world.put(DATABASE, roleCalled('other'));
    const [item, ...others] = world.inbox('Linked?');
    expect([item?.id, others]).toEqual(['pairs/named-like', []]);
    const entry = world.act(acts(item, 'accept'));
    expect(world.register.identity(approle)?.links).toMatchObject([
      { relation: 'can-assume', direction: 'out', target: role, certainty: 'asserted' },
    ]);
    expect(world.register.identity(role)?.links).toMatchObject([{ relation: 'can-assume', direction: 'in', target: approle }]);
    world.act([{ kind: 'withdraw', acts: entry.acts.map((_, act) => ({ entry: entry.id, act })) }]);
    expect(world.register.identity(role)?.links).toEqual([]);
    expect(world.inbox('Linked?')).toHaveLength(1);
  });
  it('what it may ask a vault for says more than its name, and both are one proposal', () => {
    const world = new RegisterWorld();
    const right = (on: string) => ({ level: 'secrets' as const, on, native: 'read', certainty: 'exact' as const });
    const approle = world.put(VAULT, {
      ...approleCalled('batch'),
      access: [right('database/creds/payments-rw'), right('database/creds/*')],
    });
    const role = world.put(DATABASE, roleCalled('payments_rw'));
    world.put(DATABASE, roleCalled('batch'));
    const items = world.inbox('Linked?');
    expect(items.map(({ id, count }) => [id, count])).toEqual([
      ['pairs/issues-for', 1],
      ['pairs/named-like', 1],
    ]);
    expect(items[0]?.pairs?.[0]).toMatchObject({ ends: [{ id: approle }, { id: role }] });
    expect(items[0]?.pairs?.[0]?.evidence.map(({ says }) => says)).toEqual([
      'calls it "payments_rw"',
      'lets "batch" ask for credentials at "database/creds/payments-rw"',
    ]);
    world.put(DATABASE, roleCalled('payments_rw'), { ...roleCalled('batch'), missingSince: record('x').firstSeen });
    world.put(VAULT, { ...approleCalled('payments-rw'), access: [right('database/creds/payments-rw')] });
    expect(world.inbox('Linked?').map(({ id, count }) => [id, count])).toEqual([['pairs/issues-for', 2]]);
  });
  it('what a source links already is not asked', () => {
    const world = new RegisterWorld();
    const name = 'postgres://db.example.org:5432/payments_rw';
    world.put(
      VAULT,
      record('r1', {
        subtype: 'vault.approle',
        aliases: ['payments-rw'],
        links: [{ relation: 'can-assume', to: { alias: name }, certainty: 'inferred' }],
      }),
    );
    world.put(DATABASE, record('role/7', { subtype: 'db.role', aliases: ['payments_rw', name] }));
    expect(world.inbox('Linked?')).toEqual([]);
  });
});

describe('[INB7] on the page of either end', () => {
  it('a proposal is what needs somebody, with its evidence; answered there it is answered', () => {
    const world = new RegisterWorld();
    world.status(statusOf(SHEET, NOW));
    const a = world.put(AWS, named('a', 'svc'));
    const s = world.put(SHEET, named('s', 'svc'));
    world.put(SHEET, named('other', 'other'));
    const needs = (id: IdentityId) => (world.register.identity(id)?.needs ?? []).filter(({ kind }) => kind === 'same identity');
    expect(needs(a)).toMatchObject([
      {
        title: 'May be the same as svc of SHEET',
        detail: 'SHEET calls it "svc" in "b". aws calls it "svc" in "b".',
        choices: [{ label: 'Merge' }, { label: 'Keep apart' }],
      },
    ]);
    expect(needs(s)).toMatchObject([{ title: 'May be the same as svc of aws' }]);
    world.act(needs(s)[0]?.choices[1]?.acts ?? []);
    expect([...needs(a), ...needs(s), ...world.inbox('Same identity?')]).toEqual([]);
  });
});

describe('[INB8] a no', () => {
  const world = (): RegisterWorld => {
    const made = new RegisterWorld();
    made.put(AWS, named('a', 'svc'));
    made.put(SHEET, named('s', 'svc'));
    return made;
  };
  it('is signed, kept for everybody, and can be taken back', () => {
    const here = world();
    const entry = here.act(acts(here.inbox('Same identity?')[0], 'reject'), { by: BEN });
    expect(entry.acts).toMatchObject([
      { kind: 'add', field: 'apart', why: expect.stringContaining('not so, although aws calls it "svc"') },
    ]);
    expect(here.inbox('Same identity?')).toEqual([]);
    here.status(statusOf(AWS, NOW));
    here.register.setNow(NOW + 400 * 86_400_000);
    expect(here.inbox('Same identity?')).toEqual([]);
    here.act([{ kind: 'withdraw', acts: [{ entry: entry.id, act: 0 }] }], { by: BEN });
    expect(here.inbox('Same identity?')).toHaveLength(1);
  });
  it('holds until the evidence is another', () => {
    const here = world();
    here.act(acts(here.inbox('Same identity?')[0], 'reject'));
    here.put(AWS, { ...named('a', 'svc'), fields: { boundary: 'b', description: 'new words' } });
    expect(here.inbox('Same identity?')).toEqual([]);
    here.put(AWS, { ...named('a', 'SVC') });
    expect(here.inbox('Same identity?')).toHaveLength(1);
  });
  it('stands on the pages of both, and anybody who may edit has it asked again', () => {
    const here = world();
    here.act(acts(here.inbox('Same identity?')[0], 'reject'), { by: BEN });
    const pages = here.ids('').map((id) => here.register.identity(id)?.refused ?? []);
    expect(pages.map(([one]) => [one?.who, one?.why])).toEqual(Array(2).fill(['person 2', expect.stringContaining('not so, although')]));
    here.act(pages[1]?.[0]?.retract ?? [], { by: ANA });
    expect(here.inbox('Same identity?')).toHaveLength(1);
    here.act(acts(here.inbox('Same identity?')[0], 'reject'), { by: ANA });
    expect(here.inbox('Same identity?')).toEqual([]);
  });
  it('is what a split says, too', () => {
    const here = world();
    here.act(acts(here.inbox('Same identity?')[0], 'accept'));
    const [id] = here.ids('');
    const anchors = here.register.identity(id as IdentityId)?.anchors ?? [];
    here.act([{ kind: 'split', anchor: anchors[1] as IdentityId }], { by: ANA });
    expect(here.register.counts().identities).toBe(2);
    expect(here.inbox('Same identity?')).toEqual([]);
  });
});

describe('[INB9] people whom two directories know', () => {
  it('are one party once somebody says so; until then who owns is not guessed, and nobody new is made', () => {
    const world = new RegisterWorld();
    const ids = [
      world.put(LDAP, person('uid=ana', 'Ana Ruiz', 'ana@example.org')),
      world.put(KEYCLOAK, person('u-1', 'A. Ruiz', 'Ana@example.org')),
    ];
    const owned = world.put(SHEET, record('svc', { fields: { owner: 'ana@example.org' } }));
    expect(world.register.row(owned)?.owner).toEqual({ text: 'ana@example.org' });
    expect(world.register.field(owned, 'owner')?.why).toContain(
      'Ambiguous: 2 people or teams go by that; which of them is meant is not guessed.',
    );
    expect(world.inbox('People to confirm')).toEqual([]);
    const [item, ...others] = world.inbox('Same identity?');
    expect(others).toEqual([]);
    expect(item).toMatchObject({ id: 'pairs/same-email', what: '1 pair of people with one e-mail address: keycloak and ldap' });
    world.act(acts(item, 'accept'));
    expect(world.register.row(owned)?.owner).toEqual({ text: 'A. Ruiz', party: [...ids].sort()[0] });
    expect(world.register.parties()).toHaveLength(1);
    expect(world.inbox('Same identity?')).toEqual([]);
  });
  it('by one spelling, too; a team and a person of one name are two', () => {
    const world = new RegisterWorld();
    world.put(LDAP, person('1', 'Dana Example', 'dana@example.org'));
    world.create('9', 'party', 'person', 'Dana Example');
    world.put(
      KEYCLOAK,
      record('t', { type: 'party', kind: 'team', aliases: ['Payments'], fields: { name: 'Payments', partyKind: 'team' } }),
    );
    world.put(LDAP, { ...person('2', 'Payments', 'pay@example.org') });
    const [item, ...others] = world.inbox('Same identity?');
    expect(others).toEqual([]);
    expect(item).toMatchObject({ id: 'pairs/same-spelling', count: 1 });
    expect(item?.pairs?.[0]?.evidence.map(({ label, says }) => [label, says])).toEqual(
      expect.arrayContaining([
        ['ldap', 'knows somebody as "Dana Example"'],
        ['a person here', 'knows somebody as "Dana Example"'],
      ]),
    );
  });
  it('two of one directory are two, whatever they share', () => {
    const world = new RegisterWorld();
    world.put(LDAP, person('1', 'Ana', 'shared@example.org'), person('2', 'Ben', 'shared@example.org'));
    expect(world.inbox('Same identity?')).toEqual([]);
  });
});
