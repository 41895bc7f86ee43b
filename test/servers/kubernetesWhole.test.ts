import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { IdentityView, Row, SourceView } from '../../shared/register/view.ts';
import { connector } from '../../sync-server/connectors/kubernetes/connector.ts';
import { type AppServer, startAppServer } from '../support/appServer.ts';
import { type KubernetesServer, startKubernetes } from './kubernetes.ts';
import { Cluster } from './kubernetesObjects.ts';

/** Two real clusters, and the whole of Muster over them. */
let servers: readonly KubernetesServer[] = [];
let east: Cluster;
let west: Cluster;
let app: AppServer;
let folder: string;
let unavailable: string | undefined;

const sourceOf = (id: string, { url, authority }: KubernetesServer) => ({
  id,
  kind: 'kubernetes',
  cluster: id,
  server: url,
  authority,
  token: { env: 'CLUSTER_TOKEN' },
});

beforeAll(async () => {
  const started = [await startKubernetes(), await startKubernetes()];
  servers = started.flatMap((one) => ('unavailable' in one ? [] : [one]));
  const [first, second] = servers;
  if (!first || !second) {
    unavailable = started.map((one) => ('unavailable' in one ? one.unavailable : '')).join('');
    process.stdout.write(`${unavailable}\n`);
    return;
  }
  east = new Cluster(first);
  west = new Cluster(second);
  for (const cluster of [east, west]) {
    await cluster.grantReader(connector.grant?.({}) ?? '');
    await cluster.namespace('payments');
  }
  folder = mkdtempSync(join(tmpdir(), 'muster-kubernetes-whole-'));
  const sources = join(folder, 'sources.json');
  writeFileSync(sources, JSON.stringify({ sources: [sourceOf('east', first), sourceOf('west', second)] }));
  app = await startAppServer({ args: ['--sources', sources], environment: { CLUSTER_TOKEN: first.reader } });
}, 3_600_000);
afterAll(async () => {
  await app?.dispose();
  for (const server of servers) await server.dispose();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});
beforeEach((context) => {
  if (unavailable !== undefined) context.skip(unavailable);
});

const json = async <T>(...command: string[]): Promise<T> => {
  const { stdout, stderr } = await app.muster(...command, '--format', 'json');
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as T;
};
const rowOf = async (boundary: string, name: string): Promise<Row | undefined> =>
  (await json<Row[]>('list')).find((row) => row.name === name && row.boundary === boundary);
const show = (id: string | undefined): Promise<IdentityView> => json<IdentityView>('show', id ?? '');
const SECONDS = { timeout: 60_000 };

describe('from a real cluster to the register', () => {
  it('[STR1] [OBS15] privilege that is gained is there by itself', async () => {
    await expect
      .poll(async () => (await json<SourceView[]>('sources')).map(({ status }) => status.follow !== undefined), SECONDS)
      .toEqual([true, true]);
    await east.account('payments', 'climber');
    await expect.poll(() => rowOf('east/payments', 'climber'), SECONDS).toMatchObject({ privileged: false });
    await east.bindCluster('cluster-admin', { kind: 'ServiceAccount', name: 'climber', namespace: 'payments' }, 'climb');
    await expect.poll(() => rowOf('east/payments', 'climber'), SECONDS).toMatchObject({ privileged: true, access: 'full' });
    const [source] = await json<SourceView[]>('sources');
    expect(source?.status).toMatchObject({ mechanism: 'stream', runs: [{ outcome: 'complete' }] });
  });

  it('[KUB6] a rotation is seen as one', async () => {
    await east.account('payments', 'rotated');
    const annotations = { 'kubernetes.io/service-account.name': 'rotated' };
    const type = 'kubernetes.io/service-account-token';
    await east.secret('payments', 'rotated-token', { token: 'one' }, { type, metadata: { name: 'rotated-token', annotations } });
    const rotatedAt = async (): Promise<string | undefined> => {
      const row = await rowOf('east/payments', 'rotated');
      return row && (await show(row.id)).credentials[0]?.rotated;
    };
    await expect.poll(rotatedAt, SECONDS).toBeDefined();
    const before = (await rotatedAt()) as string;
    await east.patch('/api/v1/namespaces/payments/secrets/rotated-token', { stringData: { token: 'two' } });
    await east.remove('/api/v1/namespaces/payments/secrets/rotated-token');
    await east.secret('payments', 'rotated-token', { token: 'three' }, { type, metadata: { name: 'rotated-token', annotations } });
    await expect.poll(async () => ((await rotatedAt()) ?? '') > before, SECONDS).toBe(true);
    const row = await rowOf('east/payments', 'rotated');
    expect((await show(row?.id)).findings.find(({ rule }) => rule === 'over-age')?.verdict).toBe('found');
  });

  it('[REC20] a workload moves to the other cluster, and its account is offered the owner that it had', async () => {
    const labels = { 'app.kubernetes.io/part-of': 'Checkout' };
    await east.account('payments', 'mover');
    await east.deployment('payments', 'api', 'mover', { image: 'registry.example.org/api:2' }, labels);
    await expect.poll(() => rowOf('east/payments', 'mover'), SECONDS).toBeDefined();
    const former = await rowOf('east/payments', 'mover');
    await app.muster('set', former?.id ?? '', 'owner=Payments', '--why', 'they run it');

    await west.account('payments', 'mover');
    await west.deployment('payments', 'api', 'mover', { image: 'registry.example.org/api:2' }, labels);
    await east.remove('/apis/apps/v1/namespaces/payments/deployments/api');
    await east.remove('/api/v1/namespaces/payments/serviceaccounts/mover');
    await expect.poll(async () => (await show((await rowOf('west/payments', 'mover'))?.id)).succeeds, SECONDS).toEqual([former?.id]);
    const view = await show((await rowOf('west/payments', 'mover'))?.id);
    expect(view.needs.flatMap(({ choices }) => choices.map(({ label }) => label))).toContain('Carry over owner Payments');
    await expect
      .poll(
        async () => (await show((await rowOf('west/payments', 'mover'))?.id)).links.map(({ relation, text }) => [relation, text]),
        SECONDS,
      )
      .toContainEqual(['runs-as', 'api']);
  });
});
