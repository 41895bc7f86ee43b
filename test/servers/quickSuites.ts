import { startGitHub } from './github.ts';
import { startNginx } from './nginx.ts';
import { freePort, startPostgres } from './postgres.ts';
import { startSlapd } from './slapd.ts';
import type { Suite } from './suites.ts';

/** Servers that are there in a moment: `npm test` runs these tests as well. */
export const QUICK_SUITES: readonly Suite[] = [
  {
    name: 'PostgreSQL',
    files: ['test/integration/postgresConnector.test.ts', 'test/integration/whole/postgres.test.ts'],
    start: () => startPostgres('once'),
  },
  {
    name: 'OpenLDAP',
    files: ['test/integration/ldapConnector.test.ts', 'test/integration/whole/ldap.test.ts'],
    start: () => startSlapd('once'),
  },
  // Not GitHub: what answers is held to its published description.
  {
    name: 'GitHub (contract)',
    files: ['test/integration/githubConnector.test.ts', 'test/integration/whole/github.test.ts'],
    start: () => startGitHub({ organization: { id: 1, login: 'octo-org' }, installations: [], tokens: [], secrets: [], repositories: [] }),
  },
  { name: 'nginx', files: ['test/integration/x509Connector.test.ts'], start: listeningNginx },
];

async function listeningNginx() {
  const port = await freePort();
  const nginx = await startNginx(`server { listen 127.0.0.1:${port}; }`, port);
  return 'unavailable' in nginx ? nginx : { dispose: () => nginx.stop() };
}
