import { startKeycloak } from './keycloak.ts';
import { startKubernetes } from './kubernetes.ts';
import { startMoto } from './moto.ts';
import { startOpenBao } from './openbao.ts';
import type { Unavailable } from './postgres.ts';

/** Tests that need a server which takes minutes to build or start: only `npm run test:servers` runs them. */
export interface Suite {
  readonly name: string;
  readonly files: readonly string[];
  /** Starts the server once, so that it is built and known to be there before the tests that use it. */
  start(): Promise<{ dispose(): Promise<void> } | Unavailable>;
}

export const SUITES: readonly Suite[] = [
  { name: 'Kubernetes', files: ['test/servers/kubernetes.test.ts', 'test/servers/kubernetesWhole.test.ts'], start: startKubernetes },
  { name: 'OpenBao', files: ['test/servers/openbao.test.ts'], start: startOpenBao },
  { name: 'Keycloak', files: ['test/servers/keycloak.test.ts'], start: startKeycloak },
  { name: 'AWS', files: ['test/servers/aws.test.ts'], start: startMoto },
];
