import { startPostgres } from '../../servers/postgres.ts';
import { POSTGRES_CALLS } from '../../support/countingProxy.ts';
import type { RealSource } from './realSource.ts';

const PASSWORD = 'a-bench-password';

export const postgresSource: RealSource = {
  name: 'PostgreSQL',
  async start(identities) {
    const server = await startPostgres(PASSWORD);
    if ('unavailable' in server) return server;
    await server.run(`do $$ begin for n in 1..${identities} loop execute format('create role bench_%s login', n); end loop; end $$`);
    return {
      port: server.port,
      calls: POSTGRES_CALLS,
      settings: (port) => ({ kind: 'postgres', url: `postgres://admin@127.0.0.1:${port}/postgres`, password: { env: 'BENCH_PASSWORD' } }),
      environment: { BENCH_PASSWORD: PASSWORD },
      records: identities,
      stop: () => server.dispose(),
    };
  },
};
