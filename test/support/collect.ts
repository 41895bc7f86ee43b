import { err, ok } from '../../shared/base/result.ts';
import type { CoverageId, ExternalId } from '../../shared/model/ids.ts';
import { type Observation, observation } from '../../shared/model/record.ts';
import { connectorProblem } from '../../shared/model/status.ts';
import { type Connector, type ConnectorContext, type ConnectorMessage, problem } from '../../sync-server/connectors/connector.ts';
import { Network } from '../../sync-server/network/network.ts';
import { NoProxy } from '../../sync-server/network/noProxy.ts';

export interface Collected {
  readonly messages: readonly ConnectorMessage[];
  readonly records: readonly Observation[];
  readonly done: ReadonlyMap<CoverageId, Extract<ConnectorMessage, { kind: 'coverageDone' }>>;
  readonly report: unknown;
  readonly place: string | undefined;
}

export interface RunOptions {
  readonly network?: Network;
  readonly mode?: ConnectorContext<unknown>['mode'];
  readonly now?: number;
  readonly uploads?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly cursor?: string;
}

/** Neither proxy nor private authority, whatever this machine's environment says. */
export const DIRECT = new Network({ proxy: undefined, noProxy: new NoProxy([]), authorities: undefined });

export function contextFor<S>(connector: Connector<S>, settings: unknown, options: RunOptions = {}): ConnectorContext<S> {
  return {
    settings: connector.settings.parse(settings),
    cursor: options.cursor,
    signal: new AbortController().signal,
    secret: async (reference) => {
      const value = options.environment?.[(reference as { env?: string }).env ?? ''];
      return value === undefined ? err(problem('misconfigured', 'the variable is not set', false)) : ok(value);
    },
    network: options.network ?? DIRECT,
    clock: () => options.now ?? Date.now(),
    uploads: options.uploads ?? '/nonexistent',
    mode: options.mode ?? 'read',
  };
}

/** Runs a listing as the runner would: every record and problem must be what the contract says. */
export async function collect<S>(connector: Connector<S>, settings: unknown, options: RunOptions = {}): Promise<Collected> {
  return gather(connector.list(contextFor(connector, settings, options)));
}

export async function reread<S>(connector: Connector<S>, settings: unknown, id: ExternalId, options: RunOptions = {}): Promise<Collected> {
  if (!connector.reread) throw new Error(`${connector.kind} cannot re-read`);
  return gather(connector.reread(contextFor(connector, settings, options), id));
}

async function gather(stream: AsyncIterable<ConnectorMessage>): Promise<Collected> {
  const messages: ConnectorMessage[] = [];
  for await (const message of stream) messages.push(message);
  const records = messages.flatMap((message) => (message.kind === 'record' ? [observation.parse(message.record)] : []));
  const finished = messages.filter((message) => message.kind === 'coverageDone');
  for (const { problems } of finished) for (const one of problems) connectorProblem.parse(one);
  return {
    messages,
    records,
    done: new Map(finished.map((message) => [message.coverage, message])),
    report: messages.find((message) => message.kind === 'report')?.report,
    place: messages.find((message) => message.kind === 'place')?.place,
  };
}
