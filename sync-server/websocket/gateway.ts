import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket, WebSocketServer } from 'ws';
import { type DocumentName, parseDocumentName } from '../../shared/documents/names.ts';
import { mayUse } from '../../shared/ledger/permissions.ts';
import type { DeviceId } from '../../shared/model/ids.ts';
import { CLOSE, type CloseCode, SUBPROTOCOL } from '../../shared/wire/closeCodes.ts';
import type { Core } from '../core/core.ts';
import type { Outcome } from '../core/ingest.ts';
import type { RefusalKind } from '../core/metrics.ts';
import type { Principal } from '../core/principal.ts';
import { Turns } from '../core/turns.ts';
import { Outbox } from '../documents/outbox.ts';
import type { ServedDocument } from '../documents/sharedDocument.ts';
import type { AllowedOrigins } from '../http/origin.ts';
import type { Strangers } from '../http/strangers.ts';
import { Connection } from './connection.ts';
import { DeviceAccounts } from './deviceAccount.ts';
import { SharedFrames } from './frames.ts';
import { HEARTBEAT, LIMITS } from './limits.ts';
import { Presence } from './presence.ts';
import { socketServer } from './serverSocket.ts';

interface Refused {
  readonly code: CloseCode;
  readonly reason: string;
  readonly kind: RefusalKind;
}

/** Who asks for which document. */
interface Asked {
  readonly principal: Principal;
  readonly name: DocumentName;
  readonly text: string;
  /** Who it is now: the device may be revoked while its document is looked for. */
  readonly again: () => Principal | Refused;
}

/**
 * `ws://HOST:PORT/sync/<document>`, one websocket per document. Who may not come in is told so after the upgrade, with a
 * close code: an HTTP 401 makes y-websocket retry for ever.
 */
export class Gateway {
  private readonly core: Core;
  private readonly origins: AllowedOrigins;
  private readonly strangers: Strangers;
  /** One for each size of frame: an outbox's, a reader's, and that of somebody who may not come in. */
  private readonly sockets: Readonly<Record<'outbox' | 'reader' | 'stranger', WebSocketServer>>;
  private readonly connections = new Set<Connection>();
  private readonly accounts: DeviceAccounts;
  /** Sealed segments are built when they are asked for: one after the other for each device. */
  private readonly builds = new Turns({ tasks: 1, bytes: 1 });
  private readonly presence = new Presence();
  private readonly frames = new SharedFrames();
  private readonly heartbeat: NodeJS.Timeout;
  private closing = false;

  constructor(core: Core, origins: AllowedOrigins, strangers: Strangers, clock: () => number) {
    this.core = core;
    this.origins = origins;
    this.strangers = strangers;
    this.accounts = new DeviceAccounts(clock);
    this.sockets = {
      outbox: socketServer(LIMITS.outboxFrame),
      reader: socketServer(LIMITS.readerBytes),
      stranger: socketServer(LIMITS.strangerFrame),
    };
    this.heartbeat = setInterval(() => this.beat(), HEARTBEAT).unref();
  }

  attach(server: Server): void {
    server.on('upgrade', (request, socket, head) => this.upgrade(request, socket, head));
  }

  /** What became of an entry of this device's outbox. */
  outcome(device: DeviceId, outcome: Outcome): void {
    if (outcome.kind === 'placed' && outcome.receipt?.void) this.accounts.of(device).work(LIMITS.voidWork);
    if (outcome.kind === 'placed' || outcome.kind === 'given up') return;
    for (const connection of this.connections) {
      if (connection.device !== device || !connection.writes) continue;
      if (outcome.kind === 'busy') connection.refuse('too much waits', CLOSE.tooManyRequests);
      else connection.refuse('entry refused', CLOSE.entryRefused, `${outcome.problem} ${outcome.entry}`);
    }
  }

  revoke(device: DeviceId): void {
    for (const connection of this.connections) if (connection.device === device) connection.refuse('revoked', CLOSE.revoked);
  }

  shutOut(device: DeviceId): void {
    for (const connection of this.connections)
      if (connection.device === device) connection.refuse('not for this principal', CLOSE.forbidden, 'not for you');
  }

  signOut(device: DeviceId): void {
    for (const connection of this.connections) if (connection.device === device) connection.refuse('sign in again', CLOSE.signInAgain);
  }

  async close(): Promise<void> {
    clearInterval(this.heartbeat);
    this.closing = true;
    for (const connection of this.connections) connection.close(CLOSE.shuttingDown, 'the server stops');
    const servers = Object.values(this.sockets);
    await new Promise((resolve) => setTimeout(resolve, servers.some(({ clients }) => clients.size > 0) ? 50 : 0));
    // All of them, also those that are just being admitted: the HTTP server does not end while one socket is open.
    for (const server of servers) {
      for (const socket of server.clients) socket.terminate();
      server.close();
    }
  }

  private beat(): void {
    for (const connection of this.connections) connection.heartbeat();
    this.accounts.sweep();
  }

  private upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // Nobody else listens before the websocket does, and an unheard error ends the process.
    socket.on('error', () => socket.destroy());
    const kind = this.unwelcome(request);
    if (kind !== undefined) {
      this.core.metrics.refusal(kind);
      socket.end(`HTTP/1.1 ${UPGRADE_STATUS[kind]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy());
      return;
    }
    const asked = this.closing ? STOPPING : this.asked(request);
    if ('code' in asked) this.turnAway(request, socket, head, asked);
    else this.letIn(request, socket, head, asked);
  }

  /** What is answered before the upgrade: no page of ours, and no client of ours that a close code would stop. */
  private unwelcome(request: IncomingMessage): keyof typeof UPGRADE_STATUS | undefined {
    if (!this.origins.allowsHost(request.headers)) return 'wrong host';
    if (!this.origins.allowsOrigin(request.headers)) return 'wrong origin';
    if (request.url?.startsWith('/sync/') !== true) return 'no such path';
    return this.strangers.mayUpgrade(request.socket.remoteAddress) ? undefined : 'too many strangers of an address';
  }

  private turnAway(request: IncomingMessage, socket: Duplex, head: Buffer, { code, reason, kind }: Refused): void {
    this.core.metrics.refusal(kind);
    if (kind === 'ticket expired' || kind === 'revoked') this.strangers.refusedUpgrade(request.socket.remoteAddress);
    this.sockets.stranger.handleUpgrade(request, socket, head, (webSocket) => {
      webSocket.on('error', () => undefined);
      webSocket.close(code, reason);
    });
  }

  private letIn(request: IncomingMessage, socket: Duplex, head: Buffer, asked: Asked): void {
    this.strangers.forget(request.socket);
    const server = asked.name.kind === 'outbox' ? this.sockets.outbox : this.sockets.reader;
    server.handleUpgrade(request, socket, head, (webSocket) => {
      this.admit(webSocket, socket, asked).catch((error: unknown) => {
        this.core.log.error({ problem: error instanceof Error ? error.name : 'unknown' }, 'connection failed');
        webSocket.close(CLOSE.shuttingDown, 'failed');
      });
    });
  }

  private async admit(socket: WebSocket, raw: Duplex, asked: Asked): Promise<void> {
    // What arrives before the document is found would be lost: y-websocket sends its first step at once.
    socket.pause();
    const onError = (): void => undefined;
    socket.on('error', onError);
    const document = await this.document(asked);
    const refusal = this.refusalNow(asked, document);
    socket.resume();
    // It went away while its document was looked for: its close event is over, and nobody would ever leave the document again.
    if (socket.readyState !== socket.OPEN) return;
    if (refusal || !document) return this.refuse(socket, refusal ?? UNKNOWN);
    this.open(socket, raw, asked, document);
    socket.off('error', onError);
  }

  private refusalNow({ again }: Asked, document: ServedDocument | undefined): Refused | undefined {
    if (this.closing) return STOPPING;
    const principal = again();
    if ('code' in principal) return principal;
    return document ? undefined : UNKNOWN;
  }

  private refuse(socket: WebSocket, { code, reason, kind }: Refused): void {
    this.core.metrics.refusal(kind);
    socket.close(code, reason);
  }

  private async document({ principal, name, text }: Asked): Promise<ServedDocument | undefined> {
    if (name.kind !== 'ledger') return this.core.document(name, text);
    const lane = principal.device ?? '';
    await this.builds.enter(lane, 1);
    try {
      return await this.core.document(name, text);
    } finally {
      this.builds.leave(lane, 1);
    }
  }

  /** Everything that can be said without looking for the document. */
  private asked(request: IncomingMessage): Asked | Refused {
    const url = URL.parse(request.url ?? '/', 'http://server');
    if (!url) return UNKNOWN;
    const again = (): Principal | Refused => this.principal(request, url);
    const principal = again();
    if ('code' in principal) return principal;
    const text = documentText(url.pathname);
    const name = text === undefined ? undefined : parseDocumentName(text);
    if (text === undefined || !name) return UNKNOWN;
    if (!this.mayRead(principal, name)) return refused(CLOSE.forbidden, 'not for this principal', 'not for you');
    if (this.isCrowded(principal)) return refused(CLOSE.tooManyRequests, 'too many connections');
    if (this.accounts.of(principal.device).pause > 0) return refused(CLOSE.tooManyRequests, 'too much work');
    return { principal, name, text, again };
  }

  private open(socket: WebSocket, raw: Duplex, { principal, name }: Asked, document: ServedDocument): void {
    const account = this.accounts.of(principal.device);
    account.work(LIMITS.connectionWork);
    const connection = new Connection({
      socket,
      principal,
      document,
      account,
      outbox: document instanceof Outbox && name.kind === 'outbox' && name.device === principal.device ? document : undefined,
      presence: name.kind === 'catalog' ? this.presence : undefined,
      frames: this.frames,
      metrics: this.core.metrics,
    });
    // Before the websocket reads the chunk, so that the frames that it ends are not counted any more.
    raw.prependListener('data', (chunk: Buffer) => connection.arrived(chunk.length));
    account.connections++;
    this.count(() => this.connections.add(connection));
    if (principal.device !== undefined) this.core.lastSeen.opened(principal.device);
    socket.on('close', () => {
      account.connections--;
      this.count(() => this.connections.delete(connection));
      if (principal.device !== undefined) this.core.lastSeen.closed(principal.device);
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
    return this.connections.size >= LIMITS.connections || this.accounts.of(device).connections >= LIMITS.connectionsPerDevice;
  }

  private count(change: () => void): void {
    change();
    this.core.metrics.socketCount(this.connections.size);
  }
}

const UPGRADE_STATUS = {
  'wrong host': '403 Forbidden',
  'wrong origin': '403 Forbidden',
  'no such path': '404 Not Found',
  'too many strangers of an address': '429 Too Many Requests',
} as const;

const refused = (code: CloseCode, kind: RefusalKind, reason: string = kind): Refused => ({ code, reason, kind });
const STOPPING = refused(CLOSE.shuttingDown, 'stopping', 'the server stops');
const UNKNOWN = refused(CLOSE.unknownDocument, 'no such document');

function documentText(path: string): string | undefined {
  try {
    return decodeURIComponent(path.slice('/sync/'.length));
  } catch {
    return undefined;
  }
}
