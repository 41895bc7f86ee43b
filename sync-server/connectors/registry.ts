import type { Connector } from './connector.ts';

/** Where a connector lives. The runner loads it to parse settings; each run's worker loads it again from `module`. */
export interface RegisteredConnector {
  readonly kind: string;
  /** The `file:` URL of a module that exports `connector`. */
  readonly module: string;
  load(): Promise<{ readonly connector: Connector }>;
}

const module = (path: string): string => new URL(path, import.meta.url).href;

/** Every source that Muster can read, explicitly. A new one is one folder and one line here. */
export const CONNECTORS: readonly RegisteredConnector[] = [
  { kind: 'file', module: module('./file/connector.ts'), load: () => import('./file/connector.ts') },
  { kind: 'x509', module: module('./x509/connector.ts'), load: () => import('./x509/connector.ts') },
  { kind: 'workstation', module: module('./workstation/connector.ts'), load: () => import('./workstation/connector.ts') },
  { kind: 'kubernetes', module: module('./kubernetes/connector.ts'), load: () => import('./kubernetes/connector.ts') },
  { kind: 'github', module: module('./github/connector.ts'), load: () => import('./github/connector.ts') },
  { kind: 'postgres', module: module('./postgres/connector.ts'), load: () => import('./postgres/connector.ts') },
  { kind: 'ldap', module: module('./ldap/connector.ts'), load: () => import('./ldap/connector.ts') },
  { kind: 'openbao', module: module('./openbao/connector.ts'), load: () => import('./openbao/connector.ts') },
  { kind: 'aws', module: module('./aws/connector.ts'), load: () => import('./aws/connector.ts') },
  { kind: 'keycloak', module: module('./keycloak/connector.ts'), load: () => import('./keycloak/connector.ts') },
];
