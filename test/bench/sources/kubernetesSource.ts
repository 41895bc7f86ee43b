import { connector } from '../../../sync-server/connectors/kubernetes/connector.ts';
import { startKubernetes } from '../../servers/kubernetes.ts';
import { Cluster } from '../../servers/kubernetesObjects.ts';
import { eachOf, type RealSource } from './realSource.ts';

export const kubernetesSource: RealSource = {
  name: 'Kubernetes',
  async start(identities) {
    const server = await startKubernetes();
    if ('unavailable' in server) return server;
    const cluster = new Cluster(server);
    await cluster.grantReader(connector.grant?.({}) ?? '');
    await cluster.namespace('bench');
    await eachOf(identities, (n) => cluster.account('bench', `bench-${n}`));
    let counted = server.requests().length;
    return {
      // Listed and not followed: it is the cost of a pass that is measured.
      settings: { kind: 'kubernetes', server: server.url, authority: server.authority, token: { env: 'BENCH_TOKEN' }, mechanism: 'poll' },
      environment: { BENCH_TOKEN: server.reader },
      records: identities,
      calls: () => {
        const before = counted;
        counted = server.requests().length;
        return counted - before;
      },
      stop: () => server.dispose(),
    };
  },
};
