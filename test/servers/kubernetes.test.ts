import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ExternalId, SourceId } from '../../shared/model/ids.ts';
import { decodeRecord, type Observation, type SourceRecord } from '../../shared/model/record.ts';
import { connector } from '../../sync-server/connectors/kubernetes/connector.ts';
import { Runner } from '../../sync-server/runner/runner.ts';
import { collect, contextFor, reread } from '../support/collect.ts';
import { MemorySourceStore } from '../support/memorySourceStore.ts';
import { type KubernetesServer, startKubernetes } from './kubernetes.ts';
import { Cluster } from './kubernetesObjects.ts';

let server: KubernetesServer;
let cluster: Cluster;
let unavailable: string | undefined;
const CANARIES = Array.from({ length: 50 }, () => `canary-${randomBytes(18).toString('hex')}`);
const encodings = CANARIES.flatMap((canary) => [canary, Buffer.from(canary).toString('base64'), Buffer.from(canary).toString('hex')]);
const TOKEN = 'MUSTER_TEST_KUBERNETES_TOKEN';

beforeAll(async () => {
  const started = await startKubernetes();
  if ('unavailable' in started) {
    unavailable = started.unavailable;
    process.stdout.write(`${unavailable}\n`);
    return;
  }
  server = started;
  cluster = new Cluster(server);
  await cluster.grantReader(connector.grant?.({}, { writing: true }) ?? '');
  await cluster.namespace('payments');
  await cluster.namespace('billing');
}, 3_600_000);
afterAll(async () => server?.dispose());
beforeEach((context) => {
  if (unavailable !== undefined) context.skip(unavailable);
});

const settings = (rest: object = {}) => ({
  server: server.url,
  authority: server.authority,
  token: { env: TOKEN },
  cluster: 'east',
  ...rest,
});
const environment = (): Record<string, string> => ({ [TOKEN]: server.reader });
const list = (rest: object = {}) => collect(connector, settings(rest), { environment: environment() });
const named = (records: readonly Observation[], name: string, subtype?: string): Observation | undefined =>
  records.find((record) => record.fields.name === name && (subtype === undefined || record.subtype === subtype));
const accounts = '/api/v1/namespaces/payments/serviceaccounts';
const secrets = '/api/v1/namespaces/payments/secrets';

describe('a listing', () => {
  it('[KUB7] what is printed is enough for a complete listing, and Secrets are asked for by their metadata alone', async () => {
    await cluster.secret('payments', 'listed', { password: CANARIES[0] });
    const run = await list();
    expect(Object.fromEntries([...run.done].map(([id, { outcome }]) => [id, outcome]))).toEqual({
      serviceaccounts: 'complete',
      rbac: 'complete',
      secrets: 'complete',
      workloads: 'complete',
    });
    expect(named(run.records, 'listed')).toMatchObject({ type: 'credential', kind: 'secret', subtype: 'k8s.secret' });
    const uid = (await server.call('GET', '/api/v1/namespaces/kube-system')).body.metadata?.uid;
    expect(run.place).toBe(`kubernetes:${uid}`);
  });

  it('[KUB1] one made again under its name is another', async () => {
    await cluster.account('payments', 'phoenix');
    const before = named((await list()).records, 'phoenix');
    await cluster.remove(`${accounts}/phoenix`);
    await cluster.account('payments', 'phoenix');
    const after = named((await list()).records, 'phoenix');
    expect(after?.aliases).toEqual(before?.aliases);
    expect(after?.externalId).not.toBe(before?.externalId);
    expect(after?.keys).not.toEqual(before?.keys);
    const gone = await reread(connector, settings(), before?.externalId as ExternalId, { environment: environment() });
    expect(gone.messages).toContainEqual(expect.objectContaining({ kind: 'deleted', evidence: 'tombstone' }));
    const there = await reread(connector, settings(), after?.externalId as ExternalId, { environment: environment() });
    expect(there.records).toMatchObject([{ externalId: after?.externalId }]);
  });

  it('[KUB2] the built-in roles, aggregation and groups come to the levels that they are', async () => {
    await cluster.account('payments', 'powerful');
    await cluster.bindCluster('cluster-admin', { kind: 'ServiceAccount', name: 'powerful', namespace: 'payments' }, 'powerful');
    await cluster.clusterRole('secret-reader', [{ verbs: ['get'], apiGroups: [''], resources: ['secrets'] }]);
    await cluster.bindCluster('secret-reader', {
      kind: 'Group',
      name: 'system:serviceaccounts:billing',
      apiGroup: 'rbac.authorization.k8s.io',
    });
    await cluster.account('billing', 'reader');
    const { records } = await list();
    expect(named(records, 'powerful')?.access?.filter(({ level }) => level === 'full')).toMatchObject([
      { on: '*', via: ['ClusterRoleBinding powerful', 'ClusterRole cluster-admin'] },
    ]);
    expect(named(records, 'reader')?.access?.filter(({ level }) => level === 'secrets')).toMatchObject([
      {
        on: 'secrets',
        via: ['group system:serviceaccounts:billing', 'ClusterRoleBinding secret-reader-binding', 'ClusterRole secret-reader'],
      },
    ]);
  });

  it('[KUB4] workloads are linked to whom they run as and what they are given', async () => {
    await cluster.account('payments', 'runner');
    await cluster.secret('payments', 'given', { password: CANARIES[1] });
    const env = [
      { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'given', key: 'password' } } },
      { name: 'PLAIN', value: CANARIES[2] },
    ];
    await cluster.deployment(
      'payments',
      'api',
      'runner',
      { image: 'registry.example.org/api:2', env },
      { 'app.kubernetes.io/part-of': 'Checkout' },
    );
    const { records } = await list();
    expect(named(records, 'api')).toMatchObject({
      type: 'workload',
      fields: { images: ['registry.example.org/api:2'], application: 'Checkout', boundary: 'east/payments' },
      links: [
        { relation: 'runs-as', to: { externalId: named(records, 'runner')?.externalId } },
        { relation: 'uses-credential', to: { externalId: named(records, 'given')?.externalId } },
        { relation: 'part-of' },
      ],
    });
  });

  it('[KUB3] a right that was taken away gives partial, and says which', async () => {
    const manifests = connector.grant?.({}, { writing: true }) ?? '';
    await cluster.grantReader(manifests, ['deployments']);
    const partial = await list();
    expect(partial.done.get('workloads' as never)).toMatchObject({
      outcome: 'partial',
      problems: [
        { code: 'forbidden', message: expect.stringContaining('the right to list deployments.apps in the whole cluster is missing') },
      ],
    });
    expect(partial.done.get('secrets' as never)?.outcome).toBe('complete');
    await cluster.grantReader(manifests, ['clusterroles']);
    const blind = await list();
    expect(named(blind.records, 'powerful')).toMatchObject({ unread: expect.arrayContaining(['access']) });
    expect(named(blind.records, 'powerful')?.access).toBeUndefined();
    await cluster.grantReader(manifests);
    expect((await list()).done.get('workloads' as never)?.outcome).toBe('complete');
  });

  it('[KUB8] ten times a page, page by page', async () => {
    await cluster.namespace('many');
    for (let index = 0; index < 50; index++) await cluster.account('many', `one-${index}`);
    const { records } = await list({ page: 5, exclude: ['payments', 'billing', 'muster', 'kube-*'] });
    expect(records.filter(({ subtype }) => subtype === 'k8s.serviceaccount')).toHaveLength(50);
  });

  it('[KUB4] certificates of cert-manager, where a cluster has it', async () => {
    const group = 'cert-manager.io';
    const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
    await server.make('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `certificates.${group}` },
      spec: {
        group,
        scope: 'Namespaced',
        names: { plural: 'certificates', singular: 'certificate', kind: 'Certificate' },
        versions: [{ name: 'v1', served: true, storage: true, schema }],
      },
    });
    const path = `/apis/${group}/v1/namespaces/payments/certificates`;
    await expect.poll(async () => (await server.call('GET', path)).status).toBe(200);
    const spec = { secretName: 'web-tls', dnsNames: ['pay.example.org'], issuerRef: { name: 'ca' } };
    const status = { notBefore: '2026-11-01T00:00:00Z', notAfter: '2027-01-30T00:00:00Z' };
    await server.make(path, { apiVersion: `${group}/v1`, kind: 'Certificate', metadata: { name: 'web' }, spec, status });
    await cluster.secret(
      'payments',
      'web-tls',
      { 'tls.crt': 'x', 'tls.key': 'y' },
      { type: 'kubernetes.io/tls', metadata: { name: 'web-tls' } },
    );
    const { records, done } = await list();
    expect(done.get('certificates' as never)?.outcome).toBe('complete');
    const tls = named(records, 'web-tls');
    expect(tls).toMatchObject({ kind: 'certificate', subtype: 'k8s.tls-secret', unread: expect.arrayContaining(['expires']) });
    expect(named(records, 'web')).toMatchObject({
      kind: 'certificate',
      aliases: ['Certificate payments/web', 'pay.example.org'],
      fields: { expires: '2027-01-30T00:00:00.000Z', issuer: 'Issuer ca' },
      links: [{ relation: 'stored-in', to: { externalId: tls?.externalId } }],
    });
  });

  it('[KUB7] by a kubeconfig as well; a program that it names is not started', async () => {
    const kubeconfig = join(mkdtempSync(join(tmpdir(), 'muster-kubeconfig-')), 'config');
    const write = (user: object): void =>
      writeFileSync(
        kubeconfig,
        JSON.stringify({
          clusters: [{ name: 'east', cluster: { server: server.url, 'certificate-authority': server.authority } }],
          users: [{ name: 'u', user }],
          contexts: [{ name: 'c', context: { cluster: 'east', user: 'u' } }],
          'current-context': 'c',
        }),
      );
    const read = (rest: object = {}) => collect(connector, { kubeconfig, ...rest }, { environment: environment() });
    write({ token: server.reader });
    const run = await read();
    expect(run.done.get('secrets' as never)?.outcome).toBe('complete');
    expect(named(run.records, 'phoenix')?.fields.boundary).toBe('east/payments');
    expect((await read({ context: 'other' })).done.get('secrets' as never)?.problems[0]?.code).toBe('misconfigured');
    write({ exec: { apiVersion: 'client.authentication.k8s.io/v1', command: join(tmpdir(), 'never') } });
    expect((await read()).done.get('secrets' as never)?.problems[0]?.message).toContain('signs in through a program');
    rmSync(dirname(kubeconfig), { recursive: true, force: true });
  });

  it('[KUB3] namespace by namespace it needs no right on the others', async () => {
    const run = await list({ namespaces: ['payments'] });
    expect([...run.done.keys()]).toContain('payments/secrets');
    expect(run.records.every(({ fields }) => fields.namespace === 'payments' || fields.namespace === undefined)).toBe(true);
  });
});

describe('writing back', () => {
  const context = () => contextFor(connector, settings(), { environment: environment() });
  const plan = async (externalId: string, value: string | null, field = 'owner') => {
    const planned = await connector.planWrite?.(context(), { externalId: externalId as ExternalId, field, value });
    if (!planned?.ok) throw new Error('not planned');
    return planned.value;
  };
  const write = async (planned: Awaited<ReturnType<typeof plan>>) => connector.write?.(context(), planned);
  const annotations = async (name: string) => (await server.call('GET', `${accounts}/${name}`)).body.metadata?.annotations;

  it('[KUB9] an approved owner becomes an annotation, under our name, and is read again', async () => {
    const { metadata } = await cluster.account('payments', 'owned', { 'example.org/kept': 'yes' });
    const id = `serviceaccount/${metadata?.uid}`;
    const planned = await plan(id, 'Payments');
    expect(planned).toMatchObject({ target: 'annotation muster.dev/owner of serviceaccounts payments/owned', from: null, to: 'Payments' });
    expect(await write(planned)).toMatchObject({ kind: 'applied' });
    expect(await write(planned)).toEqual({ kind: 'already' });
    expect(await write(await plan(id, 'Platform', 'team'))).toMatchObject({ kind: 'applied' });
    expect(await annotations('owned')).toEqual({
      'example.org/kept': 'yes',
      'muster.dev/owner': 'Payments',
      'muster.dev/team': 'Platform',
    });
    expect(named((await list()).records, 'owned')?.fields).toMatchObject({ owner: 'Payments', team: 'Platform' });
    expect(await write(await plan(id, null))).toMatchObject({ kind: 'applied' });
    expect(await annotations('owned')).toEqual({ 'example.org/kept': 'yes', 'muster.dev/team': 'Platform' });
  });

  it('[KUB9] what somebody changed meanwhile is not overwritten; a change elsewhere on the object is no reason to refuse', async () => {
    const { metadata } = await cluster.account('payments', 'contested', { 'muster.dev/owner': 'Ana' });
    const planned = await plan(`serviceaccount/${metadata?.uid}`, 'Payments');
    expect(planned.statement).toContain('taken over from');
    await cluster.patch(`${accounts}/contested`, { metadata: { labels: { touched: 'yes' } } });
    await cluster.patch(`${accounts}/contested`, { metadata: { annotations: { 'muster.dev/owner': 'Ben' } } });
    expect(await write(planned)).toMatchObject({ kind: 'changed', now: 'Ben' });
    await cluster.patch(`${accounts}/contested`, { metadata: { annotations: { 'muster.dev/owner': 'Ana' } } });
    expect(await write(planned)).toMatchObject({ kind: 'applied' });
    expect(await annotations('contested')).toEqual({ 'muster.dev/owner': 'Payments' });
  });

  it('[KUB9] the successor of an object under its name is not written to', async () => {
    const { metadata } = await cluster.account('payments', 'short-lived');
    const planned = await plan(`serviceaccount/${metadata?.uid}`, 'Payments');
    await cluster.remove(`${accounts}/short-lived`);
    await cluster.account('payments', 'short-lived');
    expect(await write(planned)).toMatchObject({ kind: 'refused', problem: { code: 'not found' } });
    expect(await annotations('short-lived')).toBeUndefined();
  });
});

describe('a cluster that is followed', () => {
  const ID = 'east' as SourceId;
  let folder: string;
  let store: MemorySourceStore;
  let runner: Runner;
  const logged: string[] = [];

  const make = (): Runner => {
    const note = (about: object, message: string): void => void logged.push(`${message} ${JSON.stringify(about)}`);
    const log = { info: note, warn: note, error: note };
    return new Runner({ store, settingsFile: join(folder, 'sources.json'), uploadsDir: join(folder, 'up'), clock: () => Date.now(), log });
  };
  const status = () => runner.status(ID);
  const all = (): SourceRecord[] => [...store.records(ID)].flatMap(({ bytes }) => decodeRecord(bytes) ?? []);
  const record = (name: string, live = true): SourceRecord | undefined =>
    all().find(({ fields, deleted }) => fields.name === name && (deleted === undefined) === live);
  /** Listed once, and followed since. */
  const following = async (): Promise<void> => {
    while (status()?.runs.length !== 1 || status()?.follow === undefined) await new Promise((resume) => setTimeout(resume, 50));
  };

  beforeAll(async () => {
    if (unavailable !== undefined) return;
    process.env[TOKEN] = server.reader;
    folder = mkdtempSync(join(tmpdir(), 'muster-kubernetes-runner-'));
    store = new MemorySourceStore();
    runner = make();
    await runner.add({ id: ID, kind: 'kubernetes', ...settings() });
    await following();
  });
  afterAll(async () => {
    await runner?.stop();
    delete process.env[TOKEN];
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  it('[STR1] [KUB4] created, changed, rotated, disabled, deleted, made again: each is seen as what it is, without a listing', async () => {
    await cluster.account('payments', 'stream');
    await cluster.secret('payments', 'rotating', { password: CANARIES[3] });
    await expect.poll(() => record('rotating')?.fields.rotated).toBeDefined();
    expect(record('stream')).toMatchObject({ type: 'identity', fields: { boundary: 'east/payments' } });
    await cluster.patch(`${accounts}/stream`, { metadata: { annotations: { 'muster.dev/owner': 'Payments' } } });
    await expect.poll(() => record('stream')?.fields.owner).toBe('Payments');

    const before = record('rotating')?.fields.rotated as string;
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    await cluster.patch(secrets.concat('/rotating'), { stringData: { password: CANARIES[4] } });
    await expect.poll(() => String(record('rotating')?.fields.rotated) > before).toBe(true);

    const spec = {
      schedule: '0 3 * * *',
      jobTemplate: {
        spec: { template: { spec: { restartPolicy: 'Never', serviceAccountName: 'stream', containers: [{ name: 'a', image: 'b' }] } } },
      },
    };
    await server.make('/apis/batch/v1/namespaces/payments/cronjobs', {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'nightly' },
      spec,
    });
    await expect.poll(() => record('nightly')?.fields.status).toBe('enabled');
    await cluster.patch('/apis/batch/v1/namespaces/payments/cronjobs/nightly', { spec: { suspend: true } });
    await expect.poll(() => record('nightly')?.fields.status).toBe('disabled');

    const first = record('stream')?.externalId;
    await cluster.remove(`${accounts}/stream`);
    await expect.poll(() => record('stream', false)?.deleted?.evidence).toBe('event');
    await cluster.account('payments', 'stream');
    await expect.poll(() => record('stream')?.externalId).toBeDefined();
    expect(record('stream')?.externalId).not.toBe(first);
    await expect.poll(() => record('nightly')?.links?.[0]?.to).toEqual({ externalId: record('stream')?.externalId });
    expect(status()?.runs).toHaveLength(1);
    await expect.poll(() => status()?.delays?.length ?? 0).toBeGreaterThan(5);
  });

  it('[STR8] [KUB2] privilege that is gained arrives by itself', async () => {
    await cluster.account('payments', 'climber');
    await expect.poll(() => record('climber')).toBeDefined();
    await cluster.bindCluster('cluster-admin', { kind: 'ServiceAccount', name: 'climber', namespace: 'payments' }, 'climb');
    await expect.poll(() => record('climber')?.access?.some(({ level }) => level === 'full')).toBe(true);
    expect(record('climber')?.gained).toBeDefined();
    await cluster.remove('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/climb');
    await expect.poll(() => record('climber')?.access?.some(({ level }) => level === 'full')).toBe(false);
  });

  it('[STR6] the bookmarks of the API server carry the listing on', async () => {
    const listed = status()?.coverage.find(({ id }) => id === 'secrets')?.completeAsOf ?? '';
    await expect
      .poll(() => (status()?.coverage.find(({ id }) => id === 'secrets')?.completeAsOf ?? '') > listed, { timeout: 110_000 })
      .toBe(true);
  });

  it('[STR3] a restart goes on from the cursor, and nothing is listed', async () => {
    await runner.stop();
    await cluster.account('payments', 'meanwhile');
    const lists = () => server.requests().filter((path) => /serviceaccounts\?limit/.test(path)).length;
    const before = lists();
    runner = make();
    await runner.start();
    await expect.poll(() => record('meanwhile')?.fields.name).toBe('meanwhile');
    expect(status()?.runs).toHaveLength(1);
    // The state that the first event needs is read once; no listing of the source was.
    expect(lists() - before).toBe(1);
  });

  it('[STR7] [KUB3] an API server that dies makes nothing missing; when it is back the stream goes on', async () => {
    await server.kill();
    await expect.poll(() => status()?.follow?.state).toBe('broken');
    expect(await runner.run(ID, 'person')).toMatchObject({ ok: true, value: { outcome: 'failed', counts: { missing: 0, deleted: 0 } } });
    expect(all().filter(({ missingSince }) => missingSince)).toEqual([]);
    await server.start();
    await cluster.account('payments', 'survivor');
    await expect.poll(() => record('survivor')?.fields.name, { timeout: 60_000 }).toBe('survivor');
  });

  it('[KUB8] [STR5] a cursor that the server forgot is a gap, and the cluster is listed again', async () => {
    const { durableRun, place, cursor } = store.memory(ID);
    await runner.stop();
    const old = JSON.parse(cursor ?? '{}') as { at: Record<string, string> };
    const at = Object.fromEntries(Object.keys(old.at).map((view) => [view, '1']));
    const kept = store.status(ID);
    if (!kept || place === undefined) throw new Error('nothing was kept');
    const run = Math.max(durableRun, store.memory(ID).durableRun) + 1;
    await store.commit(ID, [], kept, { run, place, cursor: JSON.stringify({ ...old, at }) });
    runner = make();
    await runner.start();
    await expect.poll(() => status()?.runs.at(-1)?.trigger, { timeout: 60_000 }).toBe('event');
    await expect.poll(() => status()?.runs.at(-1)?.outcome).toBe('complete');
    expect(all().filter(({ missingSince }) => missingSince)).toEqual([]);
  });

  it('[KUB5] [OBS35] fifty canaries, in Secrets, annotations and environments, are nowhere', async () => {
    for (const [index, canary] of CANARIES.slice(5).entries()) {
      const annotations = {
        'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ data: { password: Buffer.from(canary).toString('base64') } }),
      };
      await cluster.secret('billing', `canary-${index}`, { password: canary }, { metadata: { name: `canary-${index}`, annotations } });
    }
    await expect.poll(() => record(`canary-${CANARIES.length - 6}`)).toBeDefined();
    const run = await list();
    const everything = JSON.stringify([run.messages, all(), status(), store.memory(ID), logged]);
    expect(everything).toContain('canary-44');
    expect(encodings.filter((one) => everything.includes(one))).toEqual([]);
    expect(everything).not.toContain(server.reader);
  });
});
