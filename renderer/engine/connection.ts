import { Awareness } from 'y-protocols/awareness';
import { WebsocketProvider } from 'y-websocket';
import type * as Y from 'yjs';
import { CLOSE, SUBPROTOCOL } from '../../shared/wire/closeCodes.ts';
import type { ApiError } from '../../shared/wire/http.ts';
import type { EngineHost } from './host.ts';
import type { Tickets } from './tickets.ts';

const FIRST_RETRY = 500;
const LAST_RETRY = 5_000;

export interface ConnectionEvents {
  /** The server's state has arrived. */
  readonly onSynced?: () => void;
  readonly onOpen?: () => void;
  readonly onLost?: () => void;
  /** The server said no for good (44xx), other than for an old ticket. */
  readonly onRefused: (code: number, reason: string) => void;
  /** No ticket: the network, or this device is not enrolled. */
  readonly onNoTicket?: (problem: ApiError) => void;
}

/**
 * One document's socket. y-websocket reconnects by itself with the ticket it has; a ticket that ended is a 4401, which is
 * final for y-websocket and answered here with a new ticket.
 */
export class Connection {
  readonly awareness: Awareness;
  readonly #provider: WebsocketProvider;
  readonly #tickets: Tickets;
  readonly #events: ConnectionEvents;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #closed = false;

  constructor(host: EngineHost, server: string, tickets: Tickets, name: string, doc: Y.Doc, events: ConnectionEvents) {
    this.#tickets = tickets;
    this.#events = events;
    this.awareness = new Awareness(doc);
    this.awareness.setLocalState(null);
    this.#provider = new WebsocketProvider(`${server.replace(/^http/, 'ws')}/sync`, name, doc, {
      connect: false,
      disableBc: true,
      awareness: this.awareness,
      WebSocketPolyfill: host.WebSocket,
      maxBackoffTime: LAST_RETRY,
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
    provider.on('connection-close', () => {
      this.#events.onLost?.();
      void this.#renew();
    });
    provider.on('closed', ({ code, reason }) => this.#refused(code, reason));
  }

  #refused(code: number, reason: string): void {
    if (this.#closed) return;
    if (code === CLOSE.ticketExpired) {
      this.#tickets.drop(this.#provider.protocols[1]);
      this.reconnectLater();
    } else this.#events.onRefused(code, reason);
  }

  /** y-websocket tries again by itself after a while: give it a ticket that will still hold then. */
  async #renew(): Promise<void> {
    const ticket = await this.#tickets.get();
    if (ticket.ok) this.#provider.protocols = [SUBPROTOCOL, ticket.value.ticket];
  }

  async connect(): Promise<void> {
    clearTimeout(this.#retry);
    const ticket = await this.#tickets.get();
    if (this.#closed) return;
    if (!ticket.ok) {
      this.#events.onNoTicket?.(ticket.error);
      if (ticket.error.retry) this.reconnectLater();
      return;
    }
    this.#provider.protocols = [SUBPROTOCOL, ticket.value.ticket];
    this.#provider.connect();
  }

  /** With growing pauses, so that a refusal that repeats itself does not become a storm. */
  reconnectLater(): void {
    const wait = Math.min(LAST_RETRY, FIRST_RETRY * 2 ** this.#failures++);
    this.#retry = setTimeout(() => void this.connect(), wait);
  }

  /** The network may be back: do not wait for the next attempt. */
  hurry(): void {
    if (this.#provider.wsconnected || this.#closed) return;
    this.#failures = 0;
    void this.connect();
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
