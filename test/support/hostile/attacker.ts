import { once } from 'node:events';
import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import { SUBPROTOCOL } from '../../../shared/wire/closeCodes.ts';

/** One hostile message: bytes, text, or whatever is written to the socket beside the websocket protocol. */
export type Shot = Uint8Array | string | ((socket: WebSocket, raw: Socket) => void);

const PATIENCE = 10_000;

/** Sends frames to one document with one ticket, and opens it again whenever it was closed. */
export class Attacker {
  readonly closes = new Map<number, number>();
  sent = 0;
  private readonly url: string;
  private readonly ticket: string;
  private socket: WebSocket | undefined;

  constructor(address: string, document: string, ticket: string) {
    this.url = `${address.replace('http', 'ws')}/sync/${document}`;
    this.ticket = ticket;
  }

  /** Resolves when the server has dealt with all of it: it answered a ping that came behind, or closed. */
  async shoot(shots: readonly Shot[]): Promise<void> {
    const socket = await this.open();
    for (const shot of shots) {
      this.sent++;
      // A document that may not be opened is closed at once; what is sent all the same goes the way of everything that comes late.
      if (socket.readyState !== WebSocket.OPEN) continue;
      if (typeof shot === 'function') shot(socket, (socket as unknown as { _socket: Socket })._socket);
      else socket.send(shot);
    }
    await this.settled(socket);
  }

  end(): void {
    this.socket?.terminate();
  }

  private async open(): Promise<WebSocket> {
    if (this.socket?.readyState === WebSocket.OPEN) return this.socket;
    const socket = new WebSocket(this.url, [SUBPROTOCOL, this.ticket], { perMessageDeflate: false });
    socket.on('error', () => undefined);
    socket.on('close', (code) => this.closes.set(code, (this.closes.get(code) ?? 0) + 1));
    this.socket = socket;
    await Promise.race([once(socket, 'open'), once(socket, 'close')]).catch(() => undefined);
    return socket;
  }

  private settled(socket: WebSocket): Promise<void> {
    return new Promise((resolve) => {
      if (socket.readyState === WebSocket.CLOSED) return resolve();
      const timer = setTimeout(() => socket.terminate(), PATIENCE);
      const done = (): void => {
        clearTimeout(timer);
        socket.off('pong', done);
        socket.off('close', done);
        resolve();
      };
      socket.once('pong', done);
      socket.once('close', done);
      if (socket.readyState === WebSocket.OPEN) socket.ping();
    });
  }
}
