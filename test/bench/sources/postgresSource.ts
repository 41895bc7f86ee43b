import { startPostgres } from '../../servers/postgres.ts';
import { POSTGRES_CALLS, startCountingProxy } from '../../support/countingProxy.ts';
import type { RealSource } from './realSource.ts';

const PASSWORD = 'a-bench-password';

export const postgresSource: RealSource = {
  name: 'PostgreSQL',
  async start(identities) {
    const server = await startPostgres(PASSWORD);
    if ('unavailable' in server) return server;
    await server.run(`do $$ begin for n in 1..${identities} loop execute format('create role bench_%s login', n); end loop; end $$`);
    const proxy = await startCountingProxy(server.port, POSTGRES_CALLS);
    return {
      settings: { kind: 'postgres', url: `postgres://admin@127.0.0.1:${proxy.port}/postgres`, password: { env: 'BENCH_PASSWORD' } },
      environment: { BENCH_PASSWORD: PASSWORD },
      records: identities,
      calls: proxy.taken,
      stop: async () => {
        await proxy.close();
        await server.dispose();
      },
    };
  },
};
