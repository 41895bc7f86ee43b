import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { subjectName } from '../../../shared/model/globalName.ts';
import type { IdentityId, SourceId } from '../../../shared/model/ids.ts';
import type { IdentityView, InboxItem, PartyView, RegisterReader } from '../../../shared/register/view.ts';
import { CONNECTORS } from '../../../sync-server/connectors/registry.ts';
import { startTestServer, type TestServer } from '../../support/startTestServer.ts';
import { TestDevice } from '../../support/testClient.ts';

const module = new URL('../../support/connectors/scriptedConnector.ts', import.meta.url).href;
const connectors = [...CONNECTORS, { kind: 'scripted', module, load: () => import('../../support/connectors/scriptedConnector.ts') }];
const ISSUER = 'https://oidc.example.org/id/A1';
const SUBJECT = subjectName(ISSUER, 'system:serviceaccount:pay:deployer');

let folder: string;
let server: TestServer;
let device: TestDevice;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'muster-links-'));
  server = await startTestServer({ connectors });
  device = await TestDevice.enrol(server.launchLink());
  await device.connect();
});
afterAll(async () => {
  device?.close();
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A source that says exactly this, or says it anew. */
async function says(id: string, coverages: Readonly<Record<string, readonly object[]>>, failed: readonly string[] = []): Promise<void> {
  const script = join(folder, `${id}.json`);
  const listed = Object.entries(coverages).map(([name, records]) => ({
    id: name,
    records,
    outcome: failed.includes(name) ? 'failed' : 'complete',
  }));
  writeFileSync(script, JSON.stringify({ place: id, coverages: listed }));
  if (!server.runner.list().some((source) => source.id === id)) {
    const added = await server.runner.add({ id, kind: 'scripted', script, label: id }, { run: false });
    expect(added.ok).toBe(true);
  }
  expect((await server.runner.run(id as SourceId, 'person')).ok).toBe(true);
}

const register = (): RegisterReader => server.core.register;
function named(name: string): IdentityView {
  const id = register()
    .ids({ text: `"${name}"`, sort: [] })
    .find((one) => register().row(one)?.name === name);
  const view = id && register().identity(id);
  if (!view) throw new Error(`${name} is not in the register`);
  return view;
}
const proposals = (kind: 'Same identity?' | 'Linked?'): readonly InboxItem[] =>
  register()
    .inbox()
    .find((group) => group.kind === kind)?.items ?? [];
const choice = (item: InboxItem | undefined, decides: 'accept' | 'reject') =>
  item?.choices.find((one) => one.decides === decides)?.acts ?? [];

const account = (uid: string) => ({
  externalId: uid,
  subtype: 'k8s.serviceaccount',
  keys: [`k8s:c1/${uid}`],
  aliases: ['pay/deployer', SUBJECT],
  fields: { name: 'pay/deployer', boundary: 'cluster c1' },
});
const role = {
  externalId: 'AROA1',
  kind: 'assumable role',
  subtype: 'aws.role',
  keys: ['aws:1/AROA1'],
  aliases: ['arn:aws:iam::1:role/deploy', 'deploy'],
  fields: { name: 'deploy', boundary: 'AWS 1' },
  links: [{ relation: 'can-assume', to: { alias: SUBJECT }, certainty: 'exact', inward: true, note: 'aud is sts.amazonaws.com' }],
};

describe('[REC16, REC17, REC18] from what two systems say to the pages of both', () => {
  it('a cloud role and the service account that may assume it are linked, in whichever order they are read', async () => {
    await says('cloud', { iam: [role] });
    expect(named('deploy').links).toMatchObject([{ open: 'unknown', text: SUBJECT, source: 'cloud' }]);
    await says('cluster', { pay: [account('u1')], web: [] });
    expect(named('pay/deployer').links).toMatchObject([
      { relation: 'can-assume', direction: 'out', text: 'deploy', source: 'cloud', certainty: 'exact', note: 'aud is sts.amazonaws.com' },
    ]);
    expect(named('pay/deployer').links[0]?.asOf).toBeDefined();
    expect(named('deploy').links).toMatchObject([{ direction: 'in', text: 'pay/deployer' }]);
  });

  it('a part that could not be read is said on the pages that it may concern, and nothing goes missing', async () => {
    await says('cluster', { pay: [account('u1')], web: [] }, ['web']);
    expect(named('pay/deployer').linksUnread).toEqual(['cluster: 1 of 2 parts not read completely.']);
    expect(named('deploy').linksUnread).toEqual([]);
    await says('cluster', { pay: [account('u1')], web: [] });
    expect(named('pay/deployer').linksUnread).toEqual([]);
  });

  it('[REC3] recreated under the same name it is another, with a finding; the trust is told ambiguous while both are there', async () => {
    await says('cluster', { pay: [account('u1'), account('u2')], web: [] });
    expect(named('deploy').links).toMatchObject([{ open: 'ambiguous', text: SUBJECT }]);
    const ids = register().ids({ text: 'pay/deployer', sort: [] });
    const found = ids.map(
      (id) =>
        register()
          .identity(id)
          ?.findings.find(({ rule }) => rule === 'recreated')?.verdict,
    );
    expect(found.every((verdict) => verdict !== undefined)).toBe(true);
    await says('cluster', { pay: [account('u2')], web: [] });
  });

  it('[REC19] a certificate in a cluster and at an endpoint is one credential; its fingerprint elsewhere is a finding, not a merge', async () => {
    const certificate = {
      type: 'credential',
      kind: 'certificate',
      keys: ['x509:aa/01'],
      fields: { fingerprint: 'spki:sha256:aa', name: 'pay.example' },
    };
    await says('endpoints', { all: [{ ...certificate, externalId: 'pay.example:443#01' }] });
    const before = register().counts().credentials;
    await says('cluster', { pay: [account('u2'), { ...certificate, externalId: 'secret/u9' }], web: [] });
    expect(register().counts().credentials).toBe(before);
    const other = { ...certificate, keys: ['x509:aa/02'], fields: { ...certificate.fields, name: 'renewed' } };
    await says('files', { all: [{ ...other, externalId: '/etc/ssl/renewed.pem' }] });
    expect(register().counts().credentials).toBe(before + 1);
    expect(named('renewed').findings.find(({ rule }) => rule === 'shared-credential')?.verdict).toBe('found');
    expect(proposals('Linked?')).toMatchObject([{ id: 'pairs/same-key', count: 1 }]);
  });
});

describe('[INB7, INB8] proposals, from files of two systems to signed entries', () => {
  const file = async (id: string, rows: readonly object[], type = 'identity'): Promise<void> => {
    const path = join(folder, `${id}.ndjson`);
    writeFileSync(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    if (!server.runner.list().some((source) => source.id === id))
      expect((await server.runner.add({ id, kind: 'file', path, type, label: id }, { run: false })).ok).toBe(true);
    expect((await server.runner.run(id as SourceId, 'person')).ok).toBe(true);
  };
  const row = (id: string, name: string) => ({ id, name, system: 'erp' });

  it('some are merged, the others are refused for good, and both can be taken back', async () => {
    await file(
      'cmdb',
      ['one', 'two', 'three'].map((name) => row(`c-${name}`, name)),
    );
    await file(
      'sheet',
      ['one', 'two', 'three'].map((name) => row(`s-${name}`, name)),
    );
    const before = register().counts().identities;
    const [item] = proposals('Same identity?');
    expect(item).toMatchObject({ count: 3, id: 'pairs/same-name' });
    const [merged, ...refused] = item?.pairs ?? [];
    await device.commit(merged?.accept ?? []);
    const [no] = await device.commit(refused.flatMap((pair) => pair.reject));
    expect(register().counts().identities).toBe(before - 1);
    expect(proposals('Same identity?')).toEqual([]);
    await file(
      'sheet',
      ['one', 'two', 'three'].map((name) => ({ ...row(`s-${name}`, name), notes: 'read again' })),
    );
    expect(proposals('Same identity?')).toEqual([]);
    if (!no) throw new Error('nothing was placed');
    await device.commit([{ kind: 'withdraw', acts: [{ entry: no.id, act: 0 }] }]);
    expect(proposals('Same identity?')).toMatchObject([{ count: 1 }]);
    await device.commit(choice(proposals('Same identity?')[0], 'reject'));
    expect(proposals('Same identity?')).toEqual([]);
  });

  it('[INB9] a person of two directories is one party once a steward says so, and then owns what either address owned', async () => {
    await file('ldap', [{ id: 'uid=ana', name: 'Ana Ruiz', email: 'ana@example.org', active: 'yes' }], 'party');
    await file('keycloak', [{ id: 'u-1', name: 'A. Ruiz', email: 'Ana@example.org', active: 'yes' }], 'party');
    await file('owned', [{ id: 'batch', name: 'batch', owner: 'ana@example.org' }]);
    const batch = (): IdentityView => named('batch');
    expect(batch().row.owner).toEqual({ text: 'ana@example.org' });
    expect(proposals('Same identity?')).toMatchObject([{ id: 'pairs/same-email', count: 1 }]);
    await device.commit(choice(proposals('Same identity?')[0], 'accept'));
    const people = register()
      .parties()
      .filter(({ email }) => email?.toLowerCase() === 'ana@example.org') as readonly PartyView[];
    expect(people).toHaveLength(1);
    expect(batch().row.owner?.party).toBe(people[0]?.id as IdentityId);
  });
});
