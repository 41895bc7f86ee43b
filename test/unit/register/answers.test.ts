import { describe, expect, it } from 'vitest';
import { toInstant } from '../../../shared/base/time.ts';
import { AWS, BEN, DAY, LDAP, NOW, RegisterWorld, record } from '../../support/register/registerWorld.ts';
import { statusOf } from '../../support/register/statuses.ts';

describe('[ACT1] activity', () => {
  it('says who did what to how many, and why, newest first', () => {
    const world = new RegisterWorld();
    const ids = ['a', 'b'].map((name) => world.put(AWS, record(name)));
    world.act(
      ids.map((id) => ({ kind: 'set' as const, anchors: [id], field: 'owner', value: 'Payments', why: 'the yearly review' })),
      { at: NOW - DAY },
    );
    world.act([{ kind: 'accept', anchors: [ids[0] as never] }], { by: BEN });
    const lines = world.register.activity({ runs: false, limit: 2 });
    expect(lines).toMatchObject([
      { who: 'person 2', what: 'accepted', count: 1, state: 'on the server', device: 'a computer', undoable: [] },
      { who: 'person 1', what: 'set accountable owner to Payments', count: 2, why: 'the yearly review' },
    ]);
    expect(lines[1]?.steps).toEqual([{ what: 'set accountable owner to Payments', count: 2, state: 'counts' }]);
    expect(lines[1]?.undoable).toHaveLength(2);
    expect(lines[1]?.records.map(({ name }) => name).sort()).toEqual(['a', 'b']);
  });
  it('shows what waits here, what was void and what was taken back', () => {
    const world = new RegisterWorld();
    const id = world.put(AWS, record('a'));
    const entry = world.act([{ kind: 'set', anchors: [id], field: 'purpose', value: 'x' }]);
    world.act([{ kind: 'withdraw', acts: [{ entry: entry.id, act: 0 }] }]);
    world.act([{ kind: 'withdraw', acts: [{ entry: entry.id, act: 0 }] }], { by: BEN });
    world.wait([{ kind: 'comment', anchors: [id], text: 'hm' }]);
    const lines = world.register.activity({ runs: false, limit: 4 });
    expect(lines.map(({ what, state }) => [what, state]).sort()).toEqual([
      ['commented: hm', 'saved here'],
      ['set purpose to x', 'withdrawn'],
      ['took back 1 change', 'on the server'],
      ['took back 1 change', 'void'],
    ]);
    expect(lines.find(({ state }) => state === 'void')?.reason).toBe('not the author');
    expect(lines.find(({ state }) => state === 'void')?.steps).toMatchObject([{ state: 'not the author' }]);
    expect(lines.find(({ state }) => state === 'withdrawn')?.steps).toMatchObject([{ state: 'taken back' }]);
    expect(lines.find(({ state }) => state === 'withdrawn')?.undoable).toEqual([]);
  });
  it('interleaves the sources’ runs, leaves them out when asked, and pages by time', () => {
    const world = new RegisterWorld();
    world.status(statusOf(AWS, NOW - DAY));
    const id = world.put(AWS, record('a'));
    world.act([{ kind: 'accept', anchors: [id] }]);
    const all = world.register.activity({ runs: true, limit: 100 });
    const index = all.findIndex(({ kind }) => kind === 'run');
    expect(all[index]).toMatchObject({ who: 'AWS', what: '+3 ~0 −0', count: 3, state: 'complete', source: AWS });
    expect(all.map(({ at }) => at)).toEqual(
      all
        .map(({ at }) => at)
        .sort()
        .reverse(),
    );
    expect(world.register.activity({ runs: false, limit: 100 }).some(({ kind }) => kind === 'run')).toBe(false);
    const before = all[index]?.at ?? toInstant(0);
    expect(world.register.activity({ runs: true, limit: 100, before }).some(({ at }) => at >= before)).toBe(false);
  });
  it('every kind of act reads as plain English, hostile text stays text', () => {
    const world = new RegisterWorld();
    const id = world.put(AWS, record('a'));
    world.create('b', 'party', 'team', '<b>Payments</b>');
    world.act([{ kind: 'exclude', anchors: [id], reason: 'duplicate' }]);
    world.act([{ kind: 'lifecycle', anchors: [id], state: 'retiring' }]);
    world.act([{ kind: 'request', anchors: [id], text: 'Still\u202E needed?' }]);
    world.policy('rule', { kind: 'threshold', name: 'key age', days: 30 });
    world.act([
      { kind: 'add', anchors: [id], field: 'tags', element: 'x' },
      { kind: 'remove', anchors: [id], field: 'tags', element: 'y' },
      { kind: 'clear', anchors: [id], field: 'owner' },
      { kind: 'split', anchor: id },
    ]);
    expect(world.register.activity({ runs: false, limit: 20 }).map(({ what }) => what)).toEqual(
      expect.arrayContaining([
        'created party <b>Payments</b>',
        'excluded: duplicate',
        'marked retiring',
        'asked: Still□ needed?',
        'changed policy rule',
        'added x to tags; removed y from tags; and 2 more kinds of change',
        'created this space',
        'enrolled person 1 on a computer as admin',
      ]),
    );
  });
  it('an identity’s history holds what was said of any of its anchors', () => {
    const world = new RegisterWorld();
    const [a, b] = [world.put(AWS, record('a', { keys: ['k'] })), world.put(LDAP, record('b', { keys: ['k'] }))];
    world.set(a, 'purpose', 'one');
    world.set(b, 'ticket', 'T-1');
    expect(
      world.register
        .identity(a)
        ?.history.map(({ what }) => what)
        .sort(),
    ).toEqual(['set purpose to one', 'set ticket to T-1']);
  });
});

describe('[SRC1] sources', () => {
  const sentence = (status: Parameters<RegisterWorld['status']>[0]): string => {
    const world = new RegisterWorld();
    world.status(status);
    return world.register.sources()[0]?.sentence ?? '';
  };
  it('says what the evidence is good for, never that a run succeeded', () => {
    expect(sentence(statusOf(AWS, NOW - DAY / 48))).toBe('Evidence 30 min old: good for reports and for certifying.');
    expect(sentence(statusOf(AWS, NOW - DAY / 2))).toBe('Evidence 12 h old: good for reports, not for certifying.');
    expect(sentence(statusOf(AWS, NOW - 2 * DAY))).toBe('Evidence 2 d old: too old for reports and for certifying.');
    expect(sentence(statusOf(AWS, NOW - 9 * DAY))).toContain('nothing can be said of now');
    expect(sentence({ ...statusOf(AWS, NOW - DAY / 2), levels: { reporting: DAY, control: null } })).toContain('good for reports only');
    expect(sentence({ ...statusOf(AWS, NOW), coverage: [] })).toContain('Never complete');
    expect(sentence({ ...statusOf(AWS, NOW, { held: ['x'] }), lag: 5 * 60_000 })).toBe(
      'Evidence just now: good for reports and for certifying. Changes arrive in about 5 min. 1 part held by the guard.',
    );
  });
  it('counts records and complete coverages, and dates itself by the oldest', () => {
    const world = new RegisterWorld();
    const status = statusOf(AWS, NOW - DAY);
    const [one, two] = status.coverage;
    world.put(AWS, record('a'), record('b'));
    world.status({
      ...status,
      coverage: [
        { ...one, completeAsOf: toInstant(NOW) },
        { ...two, outcome: 'failed' },
      ] as typeof status.coverage,
    });
    expect(world.register.sources()[0]).toMatchObject({ records: 2, coverageComplete: 1, coverageTotal: 2, asOf: toInstant(NOW - DAY) });
  });
  it('one that was removed leaves nothing behind', () => {
    const world = new RegisterWorld();
    const empty = world.register.dump();
    world.status(statusOf(AWS, NOW));
    world.put(AWS, record('a'));
    world.register.removeSource(AWS);
    expect([world.register.dump(), world.register.sources()]).toEqual([empty, []]);
  });
});

describe('[PAL1] suggestions and search', () => {
  function people(): RegisterWorld {
    const world = new RegisterWorld();
    world.create('a', 'party', 'team', 'Payments');
    world.create('b', 'party', 'person', 'Pat Example');
    world.put(AWS, record('1', { fields: { owner: 'Payments' } }), record('2', { fields: { owner: 'Payments' } }));
    world.put(AWS, record('3', { fields: { owner: 'Paywall crew', environment: 'production' } }));
    return world;
  }
  it('offers parties and spellings in use, most used first, and to make a new one', () => {
    expect(people().register.suggestions('owner', 'pa', 10)).toEqual([
      { value: `party:${'a'.repeat(32)}`, text: 'Payments', count: 2, kind: 'party' },
      { value: 'Paywall crew', text: 'Paywall crew', count: 1, kind: 'value' },
      { value: `party:${'b'.repeat(32)}`, text: 'Pat Example', count: 0, kind: 'party' },
      { value: 'pa', text: 'pa', count: 0, kind: 'create' },
    ]);
    expect(
      people()
        .register.suggestions('owner', 'payments', 10)
        .map(({ kind }) => kind),
    ).toEqual(['party']);
    expect(people().register.suggestions('owner', 'x', 1)).toMatchObject([{ kind: 'create' }]);
  });
  it('offers closed choices, those in use first, and what people typed for the others', () => {
    const world = people();
    expect(world.register.suggestions('environment', '', 2)).toMatchObject([
      { value: 'production', count: 1 },
      { value: 'development', count: 0 },
    ]);
    const id = world.register.search('3', 1)[0]?.id as never;
    world.set(id, 'ticket', 'CHG-1');
    expect(world.register.suggestions('ticket', 'chg', 5)).toMatchObject([{ value: 'CHG-1', count: 1 }]);
    expect(world.register.suggestions('__proto__', '', 5)).toEqual([]);
  });
  it('finds identities, parties and sources: whole names before starts before words before letters', () => {
    const world = people();
    world.status(statusOf(AWS, NOW));
    world.put(AWS, ...['deploy', 'deploy-payments', 'pay-deploy', 'predeploy', 'd-e-p-l-o-y'].map((name) => record(name)));
    expect(world.register.search('deploy', 10).map(({ name }) => name)).toEqual([
      'deploy',
      'deploy-payments',
      'pay-deploy',
      'predeploy',
      'd-e-p-l-o-y',
    ]);
    expect(world.register.search('AWS', 1)).toMatchObject([{ id: AWS, kind: 'source', name: 'AWS' }]);
    expect(world.register.search('pat ex', 1)).toMatchObject([{ kind: 'party', name: 'Pat Example', detail: 'person' }]);
    expect(world.register.search('deploy', 1)[0]?.detail).toBe('service account · no owner');
    expect(world.register.search('  ', 5)).toEqual([]);
  });
});
