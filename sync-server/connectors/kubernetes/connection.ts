import { readFileSync } from 'node:fs';
import { Agent as PlainAgent } from 'node:http';
import type { Agent, AgentOptions, RequestOptions } from 'node:https';
import { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import { err, ok, type Result } from '../../../shared/base/result.ts';
import type { ConnectorProblem } from '../../../shared/model/status.ts';
import { type ConnectorContext, problem } from '../connector.ts';
import { fileProblem } from '../fileProblem.ts';
import type { KubernetesSettings } from './settings.ts';

/** How the API server is reached. The credential is in `headers` or in the agent, and goes nowhere else. */
export interface Connection {
  readonly server: URL;
  /** What people call the cluster. */
  readonly cluster: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly agent: Agent | PlainAgent;
  readonly signal: AbortSignal;
}

export function connectionOf(context: ConnectorContext<KubernetesSettings>): Promise<Result<Connection, ConnectorProblem>> {
  return context.settings.kubeconfig === undefined ? byToken(context) : byKubeconfig(context, context.settings.kubeconfig);
}

async function byToken(context: ConnectorContext<KubernetesSettings>): Promise<Result<Connection, ConnectorProblem>> {
  const { server, token: reference, authority } = context.settings;
  const token = reference === undefined ? ok(undefined) : await context.secret(reference);
  if (!token.ok) return token;
  const headers = token.value === undefined ? {} : { authorization: `Bearer ${token.value.trim()}` };
  try {
    const trust = authority === undefined ? {} : { ca: readFileSync(authority, 'utf8') };
    return ok(connection(context, new URL(server ?? ''), undefined, headers, trust));
  } catch (error) {
    return err(fileProblem(error, authority ?? 'the authority'));
  }
}

async function byKubeconfig(context: ConnectorContext<KubernetesSettings>, file: string): Promise<Result<Connection, ConnectorProblem>> {
  const config = new KubeConfig();
  try {
    config.loadFromFile(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error) return err(fileProblem(error, file));
    return err(problem('malformed', `${file}: not a kubeconfig file`, false, 'Check the path.'));
  }
  if (context.settings.context !== undefined) config.setCurrentContext(context.settings.context);
  const cluster = config.getCurrentCluster();
  const user = config.getCurrentUser();
  if (!cluster) return err(problem('misconfigured', `${file}: there is no such context`, false, 'Name one of its contexts in `context`.'));
  // A program that a file names is not started because somebody named the file.
  if (user?.exec || user?.authProvider)
    return err(
      problem(
        'misconfigured',
        `${file}: the user of this context signs in through a program, which Muster does not start`,
        false,
        'Make a ServiceAccount for Muster, and use `server` and `token`.',
      ),
    );
  return read(context, config, new URL(cluster.server), cluster.name, file);
}

async function read(
  context: ConnectorContext<KubernetesSettings>,
  config: KubeConfig,
  server: URL,
  name: string,
  file: string,
): Promise<Result<Connection, ConnectorProblem>> {
  const options: RequestOptions = {};
  try {
    await config.applyToHTTPSOptions(options);
  } catch (error) {
    return err(fileProblem(error, `a file that ${file} names`));
  }
  const { ca, cert, key, passphrase, rejectUnauthorized, servername, headers = {}, auth } = options;
  const given = { ca, cert, key, passphrase, rejectUnauthorized, servername };
  const trust = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined && value !== null));
  const signed = Object.fromEntries(Object.entries(headers).map(([header, value]) => [header.toLowerCase(), String(value)]));
  const basic = typeof auth === 'string' ? { authorization: `Basic ${Buffer.from(auth).toString('base64')}` } : {};
  return ok(connection(context, server, name, { ...signed, ...basic }, trust));
}

function connection(
  { network, signal, settings }: ConnectorContext<KubernetesSettings>,
  server: URL,
  name: string | undefined,
  headers: Readonly<Record<string, string>>,
  trust: AgentOptions,
): Connection {
  const cluster = settings.cluster ?? name ?? server.host;
  // Each resource is watched over a connection of its own, for minutes.
  const agent =
    server.protocol === 'http:' ? new PlainAgent({ keepAlive: true }) : network.agent({ ...trust, maxSockets: Number.POSITIVE_INFINITY });
  return { server, cluster, headers, agent, signal };
}
