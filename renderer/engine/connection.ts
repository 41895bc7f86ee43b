import { Awareness } from 'y-protocols/awareness';
import { WebsocketProvider } from 'y-websocket';
import type * as Y from 'yjs';
import type { Result } from '../../shared/base/result.ts';
import { CLOSE, SUBPROTOCOL } from '../../shared/wire/closeCodes.ts';
import type { ApiError, TicketReply } from '../../shared/wire/http.ts';
import type { EngineHost } from './host.ts';

const FIRST_RETRY = 500;
const LAST_RETRY = 5_000;

export interface ConnectionEvents {
  /** The server's state has arrived. */
  readonly onSynced?: () => void;
  readonly onOpen?: () => void;
  readonly onLost?: () => void;
  /** The server said no for good (44xx), other than for an old ticket. */
  readonly onRefused: (code: number, reason: string) => void;
  /** No ticket: the network, this device is not enrolled, or the server is not the one that it trusts. */
  readonly onNoTicket?: (problem: ApiError) => void;
}

/** What lets a connection be made. */
export interface Admission {
  /** Asked before each connection: the server is the one that is trusted, and gives a ticket for this connection alone. */
  readonly admit: () => Promise<Result<TicketReply, ApiError>>;
  /** A connection ended: another server may be there when the next is made. */
  readonly ended: () => void;
}

/** One document's socket. y-websocket would reconnect with the ticket that it had: here each connection is admitted anew. */
export class Connection {
  readonly awareness: Awareness;
  readonly #provider: WebsocketProvider;
  readonly #admission: Admission;
  readonly #events: ConnectionEvents;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #attempting = false;
  #closed = false;

  constructor(host: EngineHost, server: string, admission: Admission, name: string, doc: Y.Doc, events: ConnectionEvents) {
    this.#admission = admission;
    this.#events = events;
    this.awareness = new Awareness(doc);
    this.awareness.setLocalState(null);
    this.#provider = new WebsocketProvider(`${server.replace(/^http/, 'ws')}/sync`, name, doc, {
      connect: false,
      disableBc: true,
      awareness: this.awareness,
      WebSocketPolyfill: host.WebSocket,
      shouldReconnect: () => false,
    });
    this.#listen();
  }

  #listen(): void {
    const provider = this.#provider;
    provider.on('status', ({ status }) => {
      if (status === 'connected') this.#events.onOpen?.();
    });
    provider.on('sync', (synced) => {
      if (!synced) return;
      this.#failures = 0;
      this.#events.onSynced?.();
    });
    provider.on('connection-close', (event) => {
      // A quiet network ends without an event; y-websocket would go on with the old ticket then.
      provider.shouldConnect = false;
      this.#admission.ended();
      if (this.#closed) return;
      this.#events.onLost?.();
      if (event === null) this.reconnectLater();
    });
    provider.on('closed', ({ code, reason }) => this.#ended(code, reason));
  }

  #ended(code: number, reason: string): void {
    if (this.#closed) return;
    const final = code >= 4400 && code < 4500 && code !== CLOSE.ticketExpired;
    if (final) this.#events.onRefused(code, reason);
    else this.reconnectLater();
  }

  /** One attempt at a time. */
  async connect(): Promise<void> {
    clearTimeout(this.#retry);
    if (this.#attempting || this.#closed) return;
    this.#attempting = true;
    const admitted = await this.#admission.admit();
    this.#attempting = false;
    if (this.#closed) return;
    if (admitted.ok) {
      this.#provider.protocols = [SUBPROTOCOL, admitted.value.ticket];
      this.#provider.connect();
      return;
    }
    this.#events.onNoTicket?.(admitted.error);
    if (admitted.error.retry) this.reconnectLater();
  }

  /** With growing pauses, so that a refusal that repeats itself does not become a storm. */
  reconnectLater(): void {
    clearTimeout(this.#retry);
    const wait = Math.min(LAST_RETRY, FIRST_RETRY * 2 ** this.#failures++);
    this.#retry = setTimeout(() => void this.connect(), wait);
  }

  /** The network may be back: do not wait for the next attempt. */
  hurry(): void {
    if (this.#provider.wsconnected || this.#closed) return;
    this.#failures = 0;
    void this.connect();
  }

  /** Ends this connection; the next one has to be admitted. */
  cut(): void {
    if (this.#provider.wsconnected || this.#provider.wsconnecting) this.#provider.disconnect();
  }

  get synced(): boolean {
    return this.#provider.synced;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#provider.destroy();
    this.awareness.destroy();
  }
}
