import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { type DocumentName, parseDocumentName } from '../../shared/documents/names.ts';
import { mayUse } from '../../shared/ledger/permissions.ts';
import type { DeviceId } from '../../shared/model/ids.ts';
import { CLOSE, type CloseCode, SUBPROTOCOL } from '../../shared/wire/closeCodes.ts';
import type { Core } from '../core/core.ts';
import type { Outcome } from '../core/ingest.ts';
import type { Principal } from '../core/principal.ts';
import type { AllowedOrigins } from '../http/origin.ts';
import { Connection } from './connection.ts';
import { SharedFrames } from './frames.ts';
import { HEARTBEAT, LIMITS } from './limits.ts';
import { Presence } from './presence.ts';

interface Refused {
  readonly code: CloseCode;
  readonly reason: string;
}

/**
 * `ws://HOST:PORT/sync/<document>`, one websocket per document. Who may not come in is told so after the upgrade, with a
 * close code: an HTTP 401 makes y-websocket retry for ever.
 */
export class Gateway {
  private readonly core: Core;
  private readonly origins: AllowedOrigins;
  private readonly clock: () => number;
  private readonly sockets: WebSocketServer;
  private readonly connections = new Set<Connection>();
  private readonly perDevice = new Map<string, number>();
  private readonly presence = new Presence();
  private readonly frames = new SharedFrames();
  private readonly heartbeat: NodeJS.Timeout;
  private closing = false;

  constructor(core: Core, origins: AllowedOrigins, clock: () => number) {
    this.core = core;
    this.origins = origins;
    this.clock = clock;
    this.sockets = new WebSocketServer({
      noServer: true,
      maxPayload: LIMITS.readerBytes,
      perMessageDeflate: false,
      handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
    });
    this.heartbeat = setInterval(() => this.beat(), HEARTBEAT).unref();
  }

  attach(server: Server): void {
    server.on('upgrade', (request, socket, head) => this.upgrade(request, socket, head));
  }

  /** What became of an entry of this device's outbox. */
  outcome(device: DeviceId, outcome: Outcome): void {
    if (outcome.kind === 'placed') return;
    const [code, reason] =
      outcome.kind === 'refused'
        ? ([CLOSE.entryRefused, `${outcome.problem} ${outcome.entry}`] as const)
        : ([CLOSE.tooManyRequests, 'too much waits'] as const);
    for (const connection of this.connections) {
      if (connection.device === device && connection.writes) connection.close(code, reason);
    }
    // The refused bytes would come back to its device with the next sync.
    this.core.outboxes.drop(device);
  }

  revoke(device: DeviceId): void {
    for (const connection of this.connections) if (connection.device === device) connection.close(CLOSE.revoked, 'revoked');
  }

  signOut(device: DeviceId): void {
    for (const connection of this.connections) if (connection.device === device) connection.close(CLOSE.signInAgain, 'sign in again');
  }

  async close(): Promise<void> {
    clearInterval(this.heartbeat);
    this.closing = true;
    for (const connection of this.connections) connection.close(CLOSE.shuttingDown, 'the server stops');
    await new Promise((resolve) => setTimeout(resolve, this.sockets.clients.size > 0 ? 50 : 0));
    // All of them, also those that are just being admitted: the HTTP server does not end while one socket is open.
    for (const socket of this.sockets.clients) socket.terminate();
    this.sockets.close();
  }

  private beat(): void {
    for (const connection of this.connections) connection.heartbeat();
  }

  private upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const hostile = !this.origins.allowsHost(request.headers) || !this.origins.allowsOrigin(request.headers);
    if (hostile || !request.url?.startsWith('/sync/')) {
      socket.end(`HTTP/1.1 ${hostile ? '403 Forbidden' : '404 Not Found'}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    this.sockets.handleUpgrade(request, socket, head, (webSocket) => {
      this.admit(webSocket, request).catch((error: unknown) => {
        this.core.log.error({ problem: error instanceof Error ? error.name : 'unknown' }, 'connection failed');
        webSocket.close(CLOSE.shuttingDown, 'failed');
      });
    });
  }

  private async admit(socket: WebSocket, request: IncomingMessage): Promise<void> {
    // What arrives before the document is found would be lost: y-websocket sends its first step at once.
    socket.pause();
    const admitted = this.closing ? STOPPING : await this.admitted(request);
    socket.resume();
    if ('code' in admitted) {
      socket.on('error', () => undefined);
      return socket.close(admitted.code, admitted.reason);
    }
    if (this.closing) return socket.close(STOPPING.code, STOPPING.reason);
    this.open(socket, admitted);
  }

  private async admitted(request: IncomingMessage) {
    const url = new URL(request.url ?? '/', 'http://server');
    const principal = this.principal(request, url);
    if ('code' in principal) return principal;
    const text = documentText(url.pathname);
    const name = text === undefined ? undefined : parseDocumentName(text);
    if (text === undefined || !name) return refused(CLOSE.unknownDocument, 'no such document');
    if (!this.mayRead(principal, name)) return refused(CLOSE.forbidden, 'not for you');
    if (this.isCrowded(principal)) return refused(CLOSE.tooManyRequests, 'too many connections');
    const document = await this.core.document(name, text);
    return document ? { principal, name, document } : refused(CLOSE.unknownDocument, 'no such document');
  }

  private open(socket: WebSocket, admitted: { principal: Principal; name: DocumentName; document: Connection['document'] }): void {
    const { principal, name, document } = admitted;
    // It went away while its document was looked for: its close event is over, and nobody would ever leave the document again.
    if (socket.readyState !== socket.OPEN) return;
    const writes = name.kind === 'outbox';
    const connection = new Connection({
      socket,
      principal,
      document,
      writes,
      presence: name.kind === 'catalog' ? this.presence : undefined,
      frames: this.frames,
      counted: (what) => this.core.metrics.dropped(what),
      clock: this.clock,
    });
    this.count(connection, 1);
    socket.on('close', () => {
      this.count(connection, -1);
      if (writes && principal.device !== undefined) this.core.outboxes.dropIfIdle(principal.device);
    });
  }

  private principal(request: IncomingMessage, url: URL): Principal | Refused {
    const token = url.searchParams.get('token');
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((one) => one.trim());
    const ticket =
      offered.find((one) => one !== SUBPROTOCOL && one !== '') ?? (token !== null && this.core.tickets.isToken(token) ? token : '');
    const principal = this.core.tickets.principal(ticket);
    if (principal.ok) return principal.value;
    if (principal.error === 'sign in again') return refused(CLOSE.signInAgain, 'sign in again');
    return principal.error === 'revoked' ? refused(CLOSE.revoked, 'revoked') : refused(CLOSE.ticketExpired, 'ticket expired');
  }

  private mayRead(principal: Principal, name: DocumentName): boolean {
    if (mayUse(principal.role, name.kind) === 'none') return false;
    if (name.kind === 'outbox') return principal.device === name.device;
    return name.kind === 'source' || name.kind === 'status' ? this.core.mayReadSource(principal, name.source) : true;
  }

  private isCrowded({ device }: Principal): boolean {
    return this.connections.size >= LIMITS.connections || (this.perDevice.get(device ?? '') ?? 0) >= LIMITS.connectionsPerDevice;
  }

  private count(connection: Connection, by: 1 | -1): void {
    if (by === 1) this.connections.add(connection);
    else this.connections.delete(connection);
    if (connection.principal.device !== undefined) this.core.lastSeen[by === 1 ? 'opened' : 'closed'](connection.principal.device);
    const key = connection.device ?? '';
    const now = (this.perDevice.get(key) ?? 0) + by;
    if (now === 0) this.perDevice.delete(key);
    else this.perDevice.set(key, now);
    this.core.metrics.socketCount(this.connections.size);
  }
}

const refused = (code: CloseCode, reason: string): Refused => ({ code, reason });
const STOPPING = refused(CLOSE.shuttingDown, 'the server stops');

function documentText(path: string): string | undefined {
  try {
    return decodeURIComponent(path.slice('/sync/'.length));
  } catch {
    return undefined;
  }
}
