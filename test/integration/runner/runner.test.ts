import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { account, accounts, external, failure, id, one, ScriptedRunner, until, value } from './scriptedRunner.ts';

let scene: ScriptedRunner;
beforeEach(() => {
  scene = new ScriptedRunner();
});
afterEach(() => scene.close());

describe('runs', () => {
  it('[OBS1] a first run adds everything, an unchanged one writes no record', async () => {
    await scene.add('s', one(accounts(12)));
    expect((await scene.run('s')).counts).toMatchObject({ added: 12 });
    const written = scene.store.recordsWritten;
    expect((await scene.run('s')).counts).toMatchObject({ added: 0, unchanged: 12 });
    expect(scene.store.recordsWritten).toBe(written);
    expect(scene.runner.status(id('s'))).toMatchObject({
      state: 'idle',
      coverage: [{ id: 'production', outcome: 'complete', records: 12 }],
    });
  });

  it('[OBS2] a listing that stops midway makes nothing missing, and says what happened', async () => {
    await scene.add('s', one(accounts(4)));
    await scene.run('s');
    const problem = { code: 'unreachable', message: 'the server went away', retry: true } as const;
    scene.script('s', { coverages: [{ id: 'production', outcome: 'partial', records: [account('a0')] }], problem });
    expect(await scene.run('s')).toMatchObject({ outcome: 'partial', problems: [problem] });
    scene.script('s', { coverages: [{ id: 'production', outcome: 'failed', records: [] }], problem });
    expect(await scene.run('s')).toMatchObject({ outcome: 'failed' });
    expect(scene.missing('s')).toBe(0);
    expect(scene.runner.status(id('s'))?.state).toBe('failed');
  });

  it('[OBS3] a run that lists fewer coverages makes nothing missing', async () => {
    const prod = { id: 'production', records: [account('p1'), account('p2')] };
    await scene.add('s', { coverages: [prod, { id: 'test', records: [account('t1')] }] });
    await scene.run('s');
    scene.script('s', { coverages: [{ ...prod, records: [account('p1')] }] });
    expect(await scene.run('s')).toMatchObject({ outcome: 'partial', counts: { missing: 0 } });
    expect((await scene.run('s')).counts.missing).toBe(1);
    expect(scene.record('s', 't1')?.missingSince).toBeUndefined();
  });

  it('[OBS23] who asks while a run goes on joins it', async () => {
    await scene.add('s', one(accounts(2), { behaviour: 'slow' }));
    const [first, second] = await Promise.all([scene.run('s'), scene.run('s')]);
    expect(first).toBe(second);
    expect(scene.store.commits).toBe(1);
  });

  it('[OBS3] a cancelled run changes nothing', async () => {
    await scene.add('s', one(accounts(2), { behaviour: 'hang' }));
    const run = scene.run('s');
    scene.runner.cancel(id('s'));
    await until(() => {
      scene.runner.cancel(id('s'));
      return scene.runner.status(id('s')) !== undefined;
    });
    const ticking = setInterval(() => scene.runner.cancel(id('s')), 50);
    expect(await run).toMatchObject({ outcome: 'cancelled' });
    clearInterval(ticking);
    expect(scene.store.commits).toBe(0);
  });

  it('[OBS20] a secret in a field is in no record, status or log', async () => {
    const secret = ['gh', 'p_aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5'].join('');
    await scene.add('s', one([account('x', { fields: { name: 'x', purpose: `uses ${secret}`, shadow: secret } })]));
    await scene.run('s');
    expect(scene.record('s', 'x')?.fields).toEqual({ name: 'x', purpose: 'uses [redacted]' });
    expect(JSON.stringify([scene.runner.status(id('s')), scene.logged])).not.toContain(secret);
  });

  it('[OBS19] a record that is not one is refused, and the listing is not complete', async () => {
    await scene.add('s', one([account('x'), { externalId: '' }]));
    expect(await scene.run('s')).toMatchObject({ outcome: 'partial', counts: { added: 1 }, problems: [{ code: 'malformed' }] });
  });
});

describe('a source that misbehaves', () => {
  const cases = [
    ['crash', 'crashed'],
    ['hang', 'timed out'],
    ['spin', 'timed out'],
    ['explode', 'crashed'],
    ['throw late', 'crashed'],
  ] as const;

  it.each(cases)('[OBS22] %s is the problem "%s" of that source alone', async (behaviour, code) => {
    await scene.add('good', one(accounts(3)));
    await scene.add('bad', one(accounts(3)), { timeout: code === 'timed out' ? '2s' : '60s' });
    await scene.run('bad');
    scene.script('bad', one([], { behaviour }));
    const [bad, good] = await Promise.all([scene.run('bad'), scene.run('good')]);
    expect(bad.problems[0]?.code).toBe(code);
    expect(bad.outcome).not.toBe('complete');
    expect(good).toMatchObject({ outcome: 'complete', counts: { added: 3 } });
    expect(scene.missing('bad')).toBe(0);
    expect(JSON.stringify(scene.runner.status(id('bad')))).not.toContain('must not be shown');
  });

  it('[OBS22] a flood of 60,000 records arrives whole, in acknowledged batches', async () => {
    await scene.add('s', { coverages: [{ id: 'production', records: [], flood: 60_000 }] });
    expect((await scene.run('s')).counts.added).toBe(60_000);
  });

  it('[OBS28] a run that cannot be kept is said so, and the next one repeats it', async () => {
    await scene.add('s', one(accounts(2)));
    scene.store.broken = true;
    expect(failure(await scene.runner.run(id('s'), 'person'))).toMatchObject({ code: 'not kept', retry: true });
    scene.store.broken = false;
    expect((await scene.run('s')).counts.added).toBe(2);
  });
});

describe('the guard', () => {
  const admin = {
    externalId: 'new-key',
    type: 'credential',
    kind: 'key',
    fields: { name: 'admin key' },
    access: [{ level: 'full', on: '*', native: '*', certainty: 'exact' }],
  };

  async function eightyPercentGone(): Promise<string> {
    await scene.add('s', one(accounts(100)));
    await scene.run('s');
    scene.script('s', one([...accounts(20), admin]));
    const run = await scene.run('s');
    expect(run.counts).toMatchObject({ added: 1, missing: 0, held: 80 });
    return scene.runner.status(id('s'))?.held[0]?.digest ?? '';
  }

  it('[OBS11] [OBS15] 80 % fewer identities are held and explained, the new admin key is there at once', async () => {
    const digest = await eightyPercentGone();
    expect(scene.record('s', 'new-key')).toMatchObject({ type: 'credential', fields: { name: 'admin key' } });
    expect(scene.missing('s')).toBe(0);
    const held = scene.runner.status(id('s'))?.held;
    expect(held).toMatchObject([{ digest, rules: ['removals'], counts: { missing: 80 } }]);
    expect(held?.[0]?.explanation).toBe('80 of 100 records of production are gone from this listing (80 %, more than 10 %).');
    expect(scene.runner.plan(digest as never)?.items).toHaveLength(80);
    expect(failure(await scene.runner.apply(digest as never)).code).toBe('held');
  });

  it('[OBS17] [OBS18] the held part waits under one digest, also when a run fails, and is done when released', async () => {
    const digest = await eightyPercentGone();
    await scene.run('s');
    scene.script('s', { coverages: [{ id: 'production', outcome: 'failed', records: [] }] });
    await scene.run('s');
    expect(scene.runner.status(id('s'))?.held.map((part) => part.digest)).toEqual([digest]);
    await scene.runner.decide(digest as never, 'release');
    expect(scene.missing('s')).toBe(80);
    expect(scene.runner.status(id('s'))).toMatchObject({ held: [], coverage: [{ records: 21 }] });
  });

  it('[OBS18] it dissolves when the records are back', async () => {
    await eightyPercentGone();
    scene.script('s', one([...accounts(100), admin]));
    await scene.run('s');
    expect(scene.runner.status(id('s'))?.held).toEqual([]);
    expect(scene.missing('s')).toBe(0);
  });

  it('[OBS18] discarded, it is not asked again while the listing says the same', async () => {
    const digest = await eightyPercentGone();
    await scene.runner.decide(digest as never, 'discard');
    expect((await scene.run('s')).counts.missing).toBe(0);
    expect(scene.runner.status(id('s'))?.held).toEqual([]);
  });

  it('[OBS28] after a restart it is still held, and its release holds exactly that content', async () => {
    const digest = await eightyPercentGone();
    await scene.restart();
    expect(scene.runner.status(id('s'))?.held[0]?.digest).toBe(digest);
    await scene.runner.decide(digest as never, 'release');
    expect(scene.missing('s')).toBe(80);
  });

  it('[OBS10] another place holds everything, until that is released', async () => {
    await scene.add('s', one(accounts(3), { place: 'cluster-1' }));
    await scene.run('s');
    scene.script('s', one([account('other')], { place: 'cluster-2' }));
    expect((await scene.run('s')).counts).toMatchObject({ added: 0, missing: 0, held: 4 });
    const held = scene.runner.status(id('s'))?.held[0];
    expect(held).toMatchObject({ rules: ['wrong place'] });
    await scene.runner.decide(held?.digest as never, 'release');
    expect(scene.missing('s')).toBe(3);
    expect(scene.store.memory(id('s')).place).toBe('cluster-2');
  });
});

describe('plans', () => {
  it('[OBS24] a dry run writes nothing; applying it adds the source and exactly those records', async () => {
    scene.script('s', one(accounts(5)));
    const reply = value(await scene.runner.dryRun(scene.settings('s', { private: true })));
    expect(reply).toMatchObject({ outcome: 'complete', counts: { added: 5 }, more: 0 });
    expect(scene.runner.list()).toEqual([]);
    expect(scene.store.catalog(id('s'))).toBeUndefined();
    scene.script('s', one(accounts(9)));
    expect(value(await scene.runner.apply(reply.digest))).toMatchObject({ source: 's', run: 1, counts: { added: 5 } });
    expect([...scene.store.records(id('s'))]).toHaveLength(5);
    expect(scene.store.catalog(id('s'))?.visibility).toBe('private');
    expect(failure(await scene.runner.apply(reply.digest)).code).toBe('no such plan');
  });

  it('[OBS24] a plan is refused when the records changed since', async () => {
    await scene.add('s', one(accounts(2)));
    await scene.run('s');
    scene.script('s', one(accounts(3)));
    const reply = value(await scene.runner.dryRun(scene.settings('s')));
    await scene.run('s');
    expect(failure(await scene.runner.apply(reply.digest)).code).toBe('plan outdated');
  });

  it('[OBS24] what was not chosen is not added by the next run either', async () => {
    scene.script('s', one(accounts(3)));
    const reply = value(await scene.runner.dryRun(scene.settings('s')));
    value(await scene.runner.apply(reply.digest, [external('a1')]));
    await scene.run('s');
    expect([...scene.store.records(id('s'))].map(({ externalId }) => externalId)).toEqual(['a1']);
  });
});

describe('re-reading one record', () => {
  it('[OBS1] says unchanged, changed or gone, and goes through the same gate', async () => {
    await scene.add('s', one(accounts(2), { reread: { fields: { name: 'a0' } } }));
    await scene.run('s');
    expect(value(await scene.runner.reread(id('s'), external('a0')))).toBe('unchanged');
    scene.script('s', one([], { reread: { fields: { name: 'renamed', purpose: 'password=hunter22' } } }));
    expect(value(await scene.runner.reread(id('s'), external('a0')))).toBe('changed');
    expect(scene.record('s', 'a0')?.fields).toEqual({ name: 'renamed', purpose: 'password=[redacted]' });
    scene.script('s', one([], { reread: 'gone' }));
    expect(value(await scene.runner.reread(id('s'), external('a0')))).toBe('gone');
    scene.script('s', one([], { reread: 'nothing' }));
    expect(failure(await scene.runner.reread(id('s'), external('a1'))).code).toBe('not found');
    expect(scene.runner.status(id('s'))?.rereads.map(({ outcome }) => outcome)).toEqual(['gone', 'failed']);
  });
});

describe('settings', () => {
  it.each([
    [{ id: 'Bad Id' }, /^id: must be/],
    [{ kind: 'nothing' }, /^kind: there is no "nothing"/],
    [{ schedule: 'now and then' }, /^schedule: "now and then" is not a schedule/],
    [{ script: 7 }, /^script: /],
    [{ guard: { removals: { share: 7 } } }, /^guard\.removals/],
    [{ timeout: 'long' }, /^timeout: must be a duration/],
    [{ freshness: { reporting: 'soon' } }, /^freshness\.reporting: must be a duration/],
  ])('a mistake is one line with its path: %j', async (rest, message) => {
    const error = failure(await scene.runner.add(scene.settings('s', rest)));
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('\n');
  });

  it('[OBS25] a level that cannot be met is refused with the sum', async () => {
    const rest = { schedule: 'every 2h', freshness: { control: '1h' } };
    const error = failure(await scene.runner.add(scene.settings('s', rest)));
    expect(error.message).toBe('freshness.control: 1h cannot be met: cadence 2h + run time 0s + lag 0s = 2h');
  });

  it('[OBS28] settings are kept for their user alone and survive a restart', async () => {
    await scene.add('s', one(accounts(2)), { password: { env: 'PGPASSWORD' } });
    expect(statSync(join(scene.folder, 'sources.json')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(scene.folder, 'sources.json'), 'utf8')).toContain('"env": "PGPASSWORD"');
    await scene.run('s');
    await scene.restart();
    await until(() => scene.runner.status(id('s'))?.runs.length === 2);
    expect(scene.runner.status(id('s'))?.runs.map(({ id: run, trigger }) => [run, trigger])).toEqual([
      [1, 'person'],
      [2, 'start'],
    ]);
    value(await scene.runner.remove(id('s')));
    expect(scene.runner.list()).toEqual([]);
    expect(scene.record('s', 'a0')).toBeDefined();
  });
});

describe('watching', () => {
  it('[OBS26] a file that is replaced by rename starts a run, twice', async () => {
    await scene.add('s', one(accounts(1)), { watch: true });
    scene.script('s', one(accounts(2)));
    await until(() => scene.record('s', 'a1') !== undefined);
    scene.script('s', one(accounts(3)));
    await until(() => scene.record('s', 'a2') !== undefined);
    expect(scene.runner.status(id('s'))?.runs.every(({ trigger }) => trigger === 'watch')).toBe(true);
  });
});
