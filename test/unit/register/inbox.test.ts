import { describe, expect, it } from 'vitest';
import { toInstant } from '../../../shared/base/time.ts';
import type { InboxGroupKind } from '../../../shared/register/view.ts';
import { ANA, AWS, BEN, CHRIS, DAY, LDAP, NOW, RegisterWorld, record, SHEET } from '../../support/register/registerWorld.ts';
import { statusOf } from '../../support/register/statuses.ts';
import { person } from '../ledger/ledgerBuilder.ts';

describe('[INB1] the inbox', () => {
  it('is empty where nothing needs anybody, and lists its groups in one order', () => {
    expect(new RegisterWorld().register.inbox()).toEqual([]);
    const world = new RegisterWorld();
    world.status(statusOf(AWS, NOW, { held: ['x'] }));
    const id = world.put(AWS, record('a', { gained: toInstant(NOW - DAY), fields: { owner: 'Payments' } }));
    world.set(id, 'owner', 'Platform');
    world.set(id, 'purpose', 'one');
    world.set(id, 'purpose', 'two', { by: BEN, concurrent: true });
    world.act([{ kind: 'request', anchors: [id], text: 'Still needed?' }]);
    world.put(LDAP, record('b', { aliases: ['a'] }));
    const kinds: InboxGroupKind[] = [
      'Held runs',
      'Privilege gained',
      'Conflicts',
      'Owner answers',
      'Drift',
      'Same identity?',
      'New to register',
      'People to confirm',
    ];
    expect(world.register.inbox().map(({ kind }) => kind)).toEqual(kinds);
    for (const { items } of world.register.inbox())
      for (const { choices } of items) expect(choices.filter(({ safe }) => safe)).toHaveLength(1);
  });
  it('[INB2] releasing asks for the number, discarding is the safe choice', () => {
    const world = new RegisterWorld();
    world.status(statusOf(AWS, NOW - DAY, { held: ['x', 'y'] }));
    const [item] = world.inbox('Held runs');
    expect(item).toMatchObject({ count: 2, whyNow: 'held for 24 h; it waits for you', severity: 'high' });
    expect(item?.choices).toMatchObject([
      { label: 'Discard', safe: true },
      { label: 'Release', safe: false, typeNumber: 2 },
    ]);
  });
});

describe('[INB3] privilege gained', () => {
  const gained = record('a', { gained: toInstant(NOW - 2 * DAY) });
  it('is open until somebody accepts it after it was gained', () => {
    const world = new RegisterWorld();
    const id = world.put(AWS, gained);
    world.act([{ kind: 'accept', anchors: [id] }], { at: NOW - 3 * DAY });
    const [item] = world.inbox('Privilege gained');
    expect(item).toMatchObject({ count: 1, severity: 'high', what: '1 identity of aws gained a privileged right' });
    expect(item?.choices[0]).toMatchObject({ label: 'Open', acts: [], safe: true });
    expect(world.ids(item?.query ?? '')).toEqual([id]);
    world.act(item?.choices[1]?.acts ?? []);
    expect(world.inbox('Privilege gained')).toEqual([]);
  });
  it('is not what was there at the first run, what was excluded, or what is gone', () => {
    const world = new RegisterWorld();
    world.put(AWS, record('first', { access: [{ level: 'full', on: '*', native: '*', certainty: 'exact' }] }));
    world.put(AWS, { ...gained, missingSince: toInstant(NOW - DAY) });
    const out = world.put(LDAP, gained);
    world.edit([out], { kind: 'exclude', reason: 'vendor managed' });
    expect([world.inbox('Privilege gained'), world.ids('is:gained')]).toEqual([[], []]);
  });
});

describe('[INB4] owner answers', () => {
  function asked(days: number): { world: RegisterWorld; id: ReturnType<RegisterWorld['put']> } {
    const world = new RegisterWorld();
    const id = world.put(AWS, record('a', { fields: { owner: 'Payments' } }));
    world.act([{ kind: 'request', anchors: [id], of: person('2'), text: 'Still needed?' }], { at: NOW - days * DAY });
    return { world, id };
  }
  it.each([
    [6, 'low', 'asked 6 d ago; the owner has 7 days'],
    [7, 'medium', 'asked 7 d ago; after 7 days it is for the backup to answer'],
    [14, 'high', 'asked 14 d ago; after 14 days it is for a steward to decide'],
  ])('%i days without an answer', (days, severity, whyNow) => {
    const { world } = asked(days);
    expect(world.inbox('Owner answers')).toMatchObject([{ what: '"Still needed?": no answer from person 2', count: 1, severity, whyNow }]);
  });
  it('shows the answer until its asker has said something to it', () => {
    const { world, id } = asked(20);
    world.act([{ kind: 'comment', anchors: [id], text: 'Yes, until June.' }], { by: BEN });
    const [item] = world.inbox('Owner answers');
    expect(item).toMatchObject({ what: 'person 2 answered "Still needed?": "Yes, until June."', severity: 'low' });
    world.act(item?.choices.find(({ label }) => label === 'Mark as read')?.acts ?? []);
    expect(world.inbox('Owner answers')).toEqual([]);
  });
  it('the asker’s own remark is no answer; asking again counts anew; one question to many is one item', () => {
    const { world, id } = asked(20);
    world.act([{ kind: 'comment', anchors: [id], text: 'Hello?' }]);
    expect(world.inbox('Owner answers')[0]?.severity).toBe('high');
    const other = world.put(AWS, record('b'));
    world.act([
      { kind: 'request', anchors: [id], text: 'Whose is it?' },
      { kind: 'request', anchors: [other], text: 'Whose is it?' },
    ]);
    expect(world.inbox('Owner answers')).toMatchObject([{ count: 2, severity: 'low', whyNow: 'asked just now; the owner has 7 days' }]);
  });
  it('a comment alone is no question', () => {
    const world = new RegisterWorld();
    const id = world.put(AWS, record('a'));
    world.act([{ kind: 'comment', anchors: [id], text: 'Nice.' }], { by: CHRIS });
    expect(world.inbox('Owner answers')).toEqual([]);
  });
});

describe('[INB5] conflicts and drift', () => {
  it('conflicts are grouped by field and pair of authors; each choice settles all of them', () => {
    const world = new RegisterWorld();
    const ids = ['a', 'b'].map((name) => world.put(AWS, record(name)));
    for (const id of ids) {
      world.set(id, 'owner', 'Payments');
      world.set(id, 'owner', 'Platform', { by: BEN, concurrent: true });
    }
    const [item] = world.inbox('Conflicts');
    expect(item).toMatchObject({ what: 'Accountable owner set differently by person 1 and person 2', count: 2, query: 'conflict:owner' });
    expect(item?.choices.map(({ label }) => label)).toEqual(['Keep all mine', 'Keep all of person 2', 'One by one']);
    world.act(item?.choices[1]?.acts ?? []);
    expect(world.inbox('Conflicts')).toEqual([]);
    expect(ids.map((id) => world.register.row(id)?.owner?.text)).toEqual(['Platform', 'Platform']);
  });
  it('a conflict of lifecycles is settled by acts of its own', () => {
    const world = new RegisterWorld();
    const id = world.put(AWS, record('a'));
    world.act([{ kind: 'accept', anchors: [id] }]);
    world.act([{ kind: 'exclude', anchors: [id], reason: 'duplicate' }], { by: BEN, concurrent: true });
    const choice = world.inbox('Conflicts')[0]?.choices.find(({ label }) => label.includes('person 2'));
    world.act(choice?.acts ?? []);
    expect(world.register.row(id)).toMatchObject({ lifecycle: 'excluded', conflicts: [] });
  });
  it('drift: keeping ours acknowledges, taking theirs sets it', () => {
    for (const [choice, owner] of [
      ['Keep ours', 'Platform'],
      ['Take what AWS says', 'Payments'],
    ] as const) {
      const world = new RegisterWorld();
      world.status(statusOf(AWS, NOW));
      const id = world.put(AWS, record('a', { fields: { owner: 'Payments' } }));
      world.set(id, 'owner', 'Platform');
      const [item] = world.inbox('Drift');
      expect(item).toMatchObject({ what: 'Accountable owner differs from AWS', count: 1, query: 'drift:owner source:aws' });
      world.act(item?.choices.find(({ label }) => label === choice)?.acts ?? []);
      expect(world.inbox('Drift')).toEqual([]);
      expect(world.register.row(id)?.owner?.text).toBe(owner);
    }
  });
  it('[AUT3] an override that ended is drift until it is kept or given up', () => {
    const world = new RegisterWorld();
    const id = world.put(AWS, record('a', { fields: { criticality: 'high' } }));
    world.set(id, 'criticality', 'low', { until: toInstant(NOW - DAY) });
    const [item] = world.inbox('Drift');
    expect(item?.whyNow).toContain('the override has ended');
    world.act(item?.choices[0]?.acts ?? []);
    expect(world.inbox('Drift')).toEqual([]);
  });
});

describe('[INB6] same identity, new to register, people to confirm', () => {
  it('one name in one boundary in two sources is a proposal, and merging is one act that can be split again', () => {
    const world = new RegisterWorld();
    const a = world.put(AWS, record('1', { aliases: ['svc'], fields: { boundary: 'b' } }));
    const b = world.put(SHEET, record('2', { aliases: ['SVC '], fields: { boundary: 'b' } }));
    world.put(SHEET, record('3', { aliases: ['svc'], fields: { boundary: 'elsewhere' } }));
    const [item, ...others] = world.inbox('Same identity?');
    expect(others).toEqual([]);
    expect(item).toMatchObject({ count: 1, what: '1 pair of identities with one name in one boundary: aws and sheet' });
    world.act(item?.choices.find(({ label }) => label === 'Merge 1')?.acts ?? []);
    expect(world.register.resolve(a)).toBe(world.register.resolve(b));
    expect(world.inbox('Same identity?')).toEqual([]);
  });
  it('two of one source with one name are two things', () => {
    const world = new RegisterWorld();
    world.put(AWS, record('1', { aliases: ['svc'] }), record('2', { aliases: ['svc'] }));
    world.put(SHEET, record('3', { aliases: ['svc'] }));
    expect(world.inbox('Same identity?')).toEqual([]);
  });
  it('new ones are accepted or excluded by source', () => {
    const world = new RegisterWorld();
    world.status(statusOf(AWS, NOW));
    world.put(AWS, record('1'), record('2'));
    const [item] = world.inbox('New to register');
    expect(item).toMatchObject({ what: '2 identities from AWS', query: 'is:unregistered source:aws' });
    world.act(item?.choices[0]?.acts ?? []);
    expect([world.register.counts().unregistered, world.inbox('New to register')]).toEqual([0, []]);
  });
  it('spellings that resemble each other become one party with the others as aliases', () => {
    const world = new RegisterWorld();
    const owners = ['Payments', 'Payments', 'payments', 'Paymnets', 'Team 1', 'Team 2', 'Dana Example'];
    world.put(SHEET, ...owners.map((owner, index) => record(`r${index}`, { fields: { owner } })));
    const items = world.inbox('People to confirm');
    expect(items.map(({ what, count }) => [what, count])).toEqual([
      ['"Payments", "Paymnets", "payments"', 4],
      ['"Dana Example"', 1],
      ['"Team 1"', 1],
      ['"Team 2"', 1],
    ]);
    expect(items.map(({ choices }) => choices[0]?.label)).toEqual([
      'Confirm as team',
      'Confirm as person',
      'Confirm as team',
      'Confirm as team',
    ]);
    for (const item of items) world.act(item.choices[0]?.acts ?? []);
    expect(world.inbox('People to confirm')).toEqual([]);
    expect(world.register.parties()).toMatchObject([
      { name: 'Dana Example', kind: 'person', owns: 1, confirmed: true },
      { name: 'Payments', kind: 'team', owns: 4, aliases: ['Paymnets', 'payments'] },
      { name: 'Team 1' },
      { name: 'Team 2' },
    ]);
  });
  it('two people who confirm one spelling at once make one party', () => {
    const world = new RegisterWorld();
    world.put(SHEET, record('a', { fields: { owner: 'Payments' } }));
    const acts = world.inbox('People to confirm')[0]?.choices[0]?.acts ?? [];
    world.act(acts, { by: ANA });
    world.act(acts, { by: BEN, concurrent: true });
    expect(world.register.parties()).toHaveLength(1);
  });
  it('hostile spellings are shown harmlessly', () => {
    const world = new RegisterWorld();
    world.put(SHEET, record('a', { fields: { owner: '__proto__' } }), record('b', { fields: { owner: 'x\u202E"gpj' } }));
    const items = world.inbox('People to confirm');
    expect(items.map(({ what }) => what).sort()).toEqual(['"__proto__"', '"x□"gpj"']);
  });
});
