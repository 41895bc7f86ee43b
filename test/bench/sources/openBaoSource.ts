import { startOpenBao } from '../../servers/openbao.ts';
import { HTTP_CALLS, startCountingProxy } from '../../support/countingProxy.ts';
import { eachOf, type RealSource } from './realSource.ts';

export const openBaoSource: RealSource = {
  name: 'OpenBao',
  async start(identities) {
    const server = await startOpenBao();
    if ('unavailable' in server) return server;
    await server.call('POST', 'sys/auth/approle', { type: 'approle' });
    await eachOf(identities, (n) => server.call('POST', `auth/approle/role/bench-${n}`, { token_policies: ['default'] }));
    const proxy = await startCountingProxy(Number(new URL(server.url).port), HTTP_CALLS);
    return {
      settings: { kind: 'openbao', url: `http://127.0.0.1:${proxy.port}`, token: { env: 'BENCH_TOKEN' } },
      environment: { BENCH_TOKEN: server.rootToken },
      records: identities,
      calls: proxy.taken,
      stop: async () => {
        await proxy.close();
        await server.dispose();
      },
    };
  },
};
