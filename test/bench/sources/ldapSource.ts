import { SUFFIX, startSlapd } from '../../servers/slapd.ts';
import { LDAP_CALLS, startCountingProxy } from '../../support/countingProxy.ts';
import { eachOf, type RealSource } from './realSource.ts';

const PASSWORD = 'a-bench-password';

export const ldapSource: RealSource = {
  name: 'OpenLDAP',
  async start(identities) {
    const server = await startSlapd(PASSWORD);
    if ('unavailable' in server) return server;
    // An error of one entry ends it: a bench over fewer would be another bench.
    await eachOf(identities, (n) => server.add(`uid=bench-${n},ou=services,${SUFFIX}`, { objectClass: 'account', uid: `bench-${n}` }), 1);
    const proxy = await startCountingProxy(server.port, LDAP_CALLS);
    return {
      settings: {
        kind: 'ldap',
        url: `ldap://127.0.0.1:${proxy.port}`,
        bindDn: `cn=admin,${SUFFIX}`,
        password: { env: 'BENCH_PASSWORD' },
      },
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
