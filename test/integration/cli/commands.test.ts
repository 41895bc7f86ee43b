import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Act } from '../../../shared/model/act.ts';
import type { IdentityView, Row } from '../../../shared/register/view.ts';
import { type AppServer, runMuster, startAppServer } from '../../support/appServer.ts';
import { TestDevice } from '../../support/testClient.ts';

let folder: string;
let server: AppServer;
const write = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'muster-commands-'));
  server = await startAppServer();
});
afterAll(async () => {
  await server?.dispose();
  rmSync(folder, { recursive: true, force: true });
});

async function json<T>(...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await server.muster(...args, '--format', 'json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as T;
}
const show = (id: string): Promise<IdentityView> => json<IdentityView>('show', id);
const fieldOf = (view: IdentityView, name: string): unknown => view.fields.find(({ field }) => field === name)?.value;

describe('[CLI3] every command goes through the running server', () => {
  it('an empty register says so in words, as [] and as no line at all', async () => {
    for (const command of ['list', 'findings', 'conflicts', 'sources']) {
      const [text, asJson, asLines] = await Promise.all([
        server.muster(command),
        server.muster(command, '--format', 'json'),
        server.muster(command, '--format', 'ndjson'),
      ]);
      expect(text).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^(No |Nothing )/) });
      expect(JSON.parse(asJson.stdout)).toEqual([]);
      expect(asLines).toEqual({ code: 0, stderr: '', stdout: '' });
    }
  });

  it('import takes a list in, list and show find it by name, by id and by six digits of it', async () => {
    const accounts = write(
      'accounts.csv',
      'Account,System,Environment,Owner,Purpose\nsvc-pay,ad,prod,Payments,pays\nsvc-mail,ad,prod,,\ntwice,ad,prod,,\ntwice,db,prod,,\n',
    );
    const imported = await json<{ source: string; counts: { added: number } }>('import', accounts);
    expect(imported).toMatchObject({ source: 'accounts', counts: { added: 4 } });
    const rows = await json<Row[]>('list');
    const lines = (await server.muster('list', '--format', 'ndjson')).stdout.trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as Row).name).sort()).toEqual(['svc-mail', 'svc-pay', 'twice', 'twice']);
    const id = rows.find(({ name }) => name === 'svc-pay')?.id ?? '';
    for (const way of [id, id.slice(0, 6), 'svc-pay']) expect((await show(way)).id).toBe(id);
    expect((await server.muster('show', 'svc-pay')).stdout).toMatch(/^svc-pay {2}\(.*\).*\n.*owner Payments/);
  });

  it('a name that two share, and one that nobody has, are told apart', async () => {
    const twice = await server.muster('show', 'twice');
    expect(twice).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^muster: 2 are called "twice": \w{10}, \w{10}\. Use the id/),
    });
    for (const unknown of ['nobody', 'ffffffffffffffffffffffffffffffff', 'ffffff', '__proto__', ''])
      expect([unknown, await server.muster('show', unknown)]).toEqual([
        unknown,
        { code: 1, stdout: '', stderr: expect.stringMatching(/^muster: No identity is called .*\n$/) },
      ]);
  });

  it('filters by query and by condition', async () => {
    expect((await json<Row[]>('list', '--query', 'owner:none')).map(({ name }) => name)).toEqual(['svc-mail', 'twice', 'twice']);
    expect((await json<Row[]>('list', '--where', 'row.name == "svc-pay"')).map(({ name }) => name)).toEqual(['svc-pay']);
    const findings = await json<{ rule: string; name: string }[]>('findings', '--where', 'row.name == "svc-mail"');
    expect(findings.map(({ rule }) => rule)).toContain('no-owner');
    expect(await server.muster('findings', '--check')).toMatchObject({ code: 1, stderr: '' });
    expect(await server.muster('findings', '--check', '--where', 'row.name == "nobody"')).toMatchObject({ code: 0 });
  });

  it('set: fields, reasons, sets, lifecycle, clearing; what is so already is no change', async () => {
    const done = await server.muster(
      'set',
      'svc-mail',
      'owner=Mail Team',
      'purpose=a=b, "c"',
      'tags+=pci',
      'tags+=sox',
      '--why',
      'asked them',
    );
    expect(done).toMatchObject({ code: 0, stdout: 'Saved, signed and in the ledger: 4 fields.\n', stderr: '' });
    const view = await show('svc-mail');
    expect(['owner', 'purpose', 'tags'].map((name) => fieldOf(view, name))).toEqual(['Mail Team', 'a=b, "c"', ['pci', 'sox']]);
    expect(view.fields.find(({ field }) => field === 'owner')?.values).toMatchObject([
      { why: 'asked them', wins: true, author: { kind: 'steward' } },
    ]);
    await json('set', view.id.slice(0, 8), 'tags-=pci', 'lifecycle=active', 'purpose=');
    const after = await show(view.id);
    expect(['purpose', 'tags'].map((name) => fieldOf(after, name))).toEqual([undefined, ['sox']]);
    expect(after.row.lifecycle).toBe('active');
    expect(await json('set', 'svc-mail', 'purpose=', 'owner=Mail Team')).toMatchObject({ unchanged: true, entries: [] });
    await json('set', 'svc-mail', 'lifecycle=retired');
    expect((await show('svc-mail')).row.lifecycle).toBe('retired');
  });

  it.each([
    ['a state that does not exist', ['svc-pay', 'lifecycle=gone'], 2, /lifecycle takes/],
    ['a field that sources alone decide', ['svc-pay', 'created=2020-01-01T00:00:00Z'], 2, /created/],
    ['a day that is none', ['svc-pay', 'neededUntil=tomorrow'], 1, /YYYY-MM-DD/],
    ['a choice that does not exist', ['svc-pay', 'criticality=enormous'], 1, /Criticality|criticality/],
    ['a value that is too long', ['svc-pay', `purpose=${'x'.repeat(4_097)}`], 2, /4,?096|too/i],
    ['a field by a name of every object', ['svc-pay', '__proto__=x'], 2, /__proto__/],
    ['an identity that is not there', ['nobody', 'owner=x'], 1, /No identity/],
  ] as const)('set refuses %s', async (_name, args, code, says) => {
    const before = (await json<unknown[]>('changes')).length;
    const said = await server.muster('set', ...args);
    expect(said).toMatchObject({ code, stdout: '' });
    expect(said.stderr).toMatch(says);
    expect(said.stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(await json<unknown[]>('changes')).toHaveLength(before);
  });

  it('changes: who did what, in order, from a place on', async () => {
    const all = await json<{ place: number; person: string; acts: { kind: string }[] }[]>('changes');
    expect(all.map(({ place }) => place)).toEqual(all.map((_, index) => index + 1));
    expect(all[0]?.acts.map(({ kind }) => kind)).toEqual(['genesis', 'enrol']);
    expect((await json<{ place: number }[]>('changes', '--since', '2')).map(({ place }) => place)).toEqual(
      all.slice(2).map(({ place }) => place),
    );
    expect(await json<unknown[]>('changes', '--limit', '1')).toHaveLength(1);
    expect((await server.muster('changes')).stdout).toContain('set owner, set purpose, add tags ×2');
  });

  it('conflicts names both values and who said them; an act that does not count is told with its reason', async () => {
    const { link } = await json<{ link: string }>(
      'invite',
      '--role',
      'steward',
      '--remit',
      'row.name == "svc-mail"',
      '--label',
      'other steward',
    );
    expect(link).toMatch(new RegExp(`^${server.address}/#join=[\\w-]{32}&key=[0-9a-f]{64}$`));
    const device = await TestDevice.enrol(link, { personName: 'Mail desk' });
    try {
      await device.connect();
      const [mail, pay] = [await show('svc-mail'), await show('svc-pay')];
      const before = device.seen();
      await json('set', 'svc-mail', 'application=mail-relay');
      const set = (view: IdentityView, value: string): Act => ({ kind: 'set', anchors: [...view.anchors], field: 'application', value });
      await device.commit([set(mail, 'mail-gateway'), set(pay, 'payments')], before);
    } finally {
      device.close();
    }
    const [conflict] = await json<{ name: string; field: string; values: { text: string }[] }[]>('conflicts');
    expect(conflict).toMatchObject({ name: 'svc-mail', field: 'application' });
    expect(conflict?.values.map(({ text }) => text).sort()).toEqual(['mail-gateway', 'mail-relay']);
    expect((await server.muster('conflicts')).stdout).toMatch(
      /mail-relay \(.+\) \| mail-gateway \(Mail desk\)|mail-gateway \(Mail desk\) \| mail-relay/,
    );
    expect((await server.muster('changes')).stdout).toMatch(/Mail desk .*set application ×2 +outside the remit/);
    expect((await show('svc-pay')).row.application).toBeUndefined();
    expect(await json<{ role: string }[]>('devices')).toMatchObject([
      { role: 'admin', label: 'command line' },
      { role: 'steward', person: 'Mail desk' },
    ]);
  });

  it('a remit that does not compile invites nobody', async () => {
    const { code, stdout, stderr } = await server.muster('invite', '--role', 'steward', '--remit', 'row.name ==');
    expect({ code, stdout, lines: stderr.trimEnd().split('\n').length }).toEqual({ code: 2, stdout: '', lines: 1 });
    expect(stderr).toMatch(/remit/i);
  });

  it('discover adds what a file names, changes what it says otherwise, and tries without leaving a trace', async () => {
    const sheet = write('vendors.csv', 'Account,System\nsvc-a,v\nsvc-b,v\n');
    const sources = write('sources.yml', `sources: [{ id: vendors, kind: file, path: ${JSON.stringify(sheet)} }]`);
    expect(await json('discover', '--sources', sources, '--dry-run')).toMatchObject([
      { source: 'vendors', dryRun: true, counts: { added: 2 } },
    ]);
    expect(await json<{ status: { source: string } }[]>('sources')).toHaveLength(1);
    expect(await json('discover', '--sources', sources)).toMatchObject([{ source: 'vendors', outcome: 'complete', counts: { added: 2 } }]);
    write('sources.yml', `sources: [{ id: vendors, kind: file, path: ${JSON.stringify(sheet)}, label: "Vendors’ list" }]`);
    expect(await json('discover', '--sources', sources, '--source', 'vendors')).toMatchObject([
      { outcome: 'complete', counts: { added: 0 } },
    ]);
    const views = await json<{ status: { source: string; label: string } }[]>('sources');
    expect(views.find(({ status }) => status.source === 'vendors')?.status.label).toBe('Vendors’ list');
    expect(await server.muster('discover', '--source', 'nobody')).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('nobody'),
    });
    rmSync(sheet);
    expect(await server.muster('discover', '--source', 'vendors')).toMatchObject({
      code: 1,
      stderr: '',
      stdout: expect.stringContaining('failed'),
    });
  });
});

describe('[CLI4] a token of the command line', () => {
  const get = (path: string, headers: Record<string, string> = {}): Promise<number> =>
    fetch(server.address + path, { headers }).then(({ status }) => status);

  it('opens the HTTP interface as far as its role goes, in a header and in the address', async () => {
    const token = (await server.muster('token', '--role', 'reader')).stdout.trim();
    const bearer = { authorization: `Bearer ${token}` };
    expect(await get('/api/ledger/0/0', bearer)).toBe(200);
    expect(await get(`/api/ledger/0/0?token=${token}`)).toBe(200);
    expect(await get('/api/sources', bearer)).toBe(403);
    const steward = (await server.muster('token', '--role', 'steward')).stdout.trim();
    expect(await get(`/api/sources?token=${steward}`)).toBe(200);
    expect(await get('/api/ledger/0/0?token=wrong')).toBe(401);
    expect(await get('/api/ledger/0/0', { authorization: `bearer ${token.slice(1)}` })).toBe(401);
  });

  it('ends when it says so', async () => {
    const { ticket, expires } = await json<{ ticket: string; expires: string }>('token', '--role', 'reader', '--ttl', '1s');
    expect(await get('/api/ledger/0/0', { authorization: `Bearer ${ticket}` })).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, Date.parse(expires) - Date.now() + 20));
    expect(await get('/api/ledger/0/0', { authorization: `Bearer ${ticket}` })).toBe(401);
  });
});

describe('[CLI5] without a server a command opens the register itself', () => {
  it('sees what the server left, changes it, and the server finds the change', async () => {
    await server.stop();
    expect((await show('svc-pay')).row.owner?.text).toBe('Payments');
    const offline = await json<{ entries: string[] }>('set', 'svc-pay', 'backup+=Ops');
    await server.start();
    expect(fieldOf(await show('svc-pay'), 'backup')).toEqual(['Ops']);
    const changes = await json<{ id: string }[]>('changes');
    expect(changes.at(-1)?.id).toBe(offline.entries[0]);
  });

  it('runs no source that it was not asked to run', async () => {
    const data = join(folder, 'quiet');
    const sheet = write('quiet.csv', 'Account,System\nsvc-q,v\n');
    const sources = write('quiet.yml', `sources: [{ id: quiet, kind: file, path: ${JSON.stringify(sheet)} }]`);
    await runMuster(['discover', '--data', data, '--sources', sources]);
    const runs = async (): Promise<number> => {
      const { stdout } = await runMuster(['sources', '--data', data, '--format', 'json']);
      return (JSON.parse(stdout) as { status: { runs: unknown[] } }[])[0]?.status.runs.length ?? 0;
    };
    const before = await runs();
    for (const command of ['list', 'findings']) await runMuster([command, '--data', data]);
    expect(await runs()).toBe(before);
  });
});
