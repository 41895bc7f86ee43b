import { Agent, type AgentOptions, type RequestOptions } from 'node:https';
import { connect as connectPlain, isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { ok, type Result } from '../../shared/base/result.ts';
import type { ConnectorProblem } from '../../shared/model/status.ts';
import type { ResolvedNetwork } from './networkSettings.ts';
import { openTunnel } from './tunnel.ts';

export interface Target {
  readonly host: string;
  readonly port: number;
}

/**
 * How a connector reaches its source: through the proxy that its settings name, or directly, and whom it trusts. One for each run.
 * A connector opens no connection in another way, or a network that lets out its proxy alone would keep it from its source.
 */
export class Network {
  private readonly resolved: ResolvedNetwork;

  constructor(resolved: ResolvedNetwork) {
    this.resolved = resolved;
  }

  /** For the TLS of a client that makes its own connections; undefined: what Node trusts. */
  get authorities(): readonly string[] | undefined {
    return this.resolved.authorities;
  }

  /** `HOST:PORT` of the proxy on the way there, for a message. */
  proxyTo({ host, port }: Target): string | undefined {
    const { proxy, noProxy } = this.resolved;
    return proxy && !noProxy.covers(host, port) ? `${proxy.host}:${proxy.port}` : undefined;
  }

  /**
   * A socket on which the target listens: a tunnel when a proxy is on the way. A direct one may still be connecting, so its errors come by
   * its events; what the proxy refuses comes as a problem.
   */
  async socketTo(target: Target, signal: AbortSignal): Promise<Result<Socket, ConnectorProblem>> {
    const { proxy, authorities } = this.resolved;
    if (!proxy || this.proxyTo(target) === undefined) return ok(connectPlain(target));
    return openTunnel(proxy, target, authorities, signal);
  }

  /** For clients over https (vendors' SDKs, `https.request`): they go the same way and trust the same authorities. */
  agent(options: AgentOptions = {}): Agent {
    const trust = this.authorities === undefined ? {} : { ca: [...this.authorities] };
    return new TunnelAgent((target) => this.socketTo(target, AbortSignal.timeout(CONNECT_TIMEOUT)), {
      keepAlive: true,
      ...trust,
      ...options,
    });
  }
}

const CONNECT_TIMEOUT = 20_000;

type Reach = (target: Target) => Promise<Result<Socket, ConnectorProblem>>;

class TunnelAgent extends Agent {
  private readonly reach: Reach;

  constructor(reach: Reach, options: AgentOptions) {
    super(options);
    this.reach = reach;
  }

  override createConnection(
    asked: RequestOptions & ConnectionOptions,
    done: (error: Error | null, stream: Duplex) => void = () => undefined,
  ): null {
    void this.connected(asked).then(
      (socket) => done(null, socket),
      // Node's types want a stream beside the error; there is none.
      (error: Error) => (done as (error: Error) => void)(error),
    );
    return null;
  }

  private async connected(asked: RequestOptions & ConnectionOptions): Promise<Socket> {
    const host = asked.host ?? 'localhost';
    const reached = await this.reach({ host, port: Number(asked.port ?? 443) });
    if (!reached.ok) throw new Error(reached.error.message);
    const servername = asked.servername ?? (isIP(host) === 0 ? host : undefined);
    return connectTls({ ...asked, host, socket: reached.value, ...(servername === undefined ? {} : { servername }) } as ConnectionOptions);
  }
}
