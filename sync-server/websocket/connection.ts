import type { WebSocket } from 'ws';
import * as Y from 'yjs';
import { unreachable } from '../../shared/base/result.ts';
import { CLOSE, type CloseCode } from '../../shared/wire/closeCodes.ts';
import type { Principal } from '../core/principal.ts';
import type { DocumentReader, SharedDocument } from '../documents/sharedDocument.ts';
import { type Frame, HEARTBEAT_FRAME, readFrame, type SharedFrames, step1Frame } from './frames.ts';
import { LIMITS } from './limits.ts';
import type { Presence, PresentConnection } from './presence.ts';

export interface ConnectionOptions {
  readonly socket: WebSocket;
  readonly principal: Principal;
  readonly document: SharedDocument;
  /** The one writer of this document is on the other end. */
  readonly writes: boolean;
  /** Set on `catalog` alone. */
  readonly presence: Presence | undefined;
  readonly frames: SharedFrames;
  readonly counted: (what: 'frame of a reader' | 'bad frame') => void;
  readonly clock: () => number;
}

/** One websocket, one document, one principal. */
export class Connection implements DocumentReader, PresentConnection {
  readonly principal: Principal;
  readonly document: SharedDocument;
  readonly writes: boolean;
  readonly device: string | undefined;
  readonly person: Principal['person'];
  readonly personName: string;
  private readonly options: ConnectionOptions;
  private readonly leaveDocument: () => void;
  private readerBytes = 0;
  private awarenessWindow = { second: 0, count: 0 };
  private alive = true;

  constructor(options: ConnectionOptions) {
    this.options = options;
    this.principal = options.principal;
    this.device = options.principal.device;
    this.person = options.principal.person;
    this.personName = options.principal.personName;
    this.document = options.document;
    this.writes = options.writes;
    this.leaveDocument = options.document.join(this);
    this.listen(options.socket);
    options.presence?.join(this);
    if (options.writes) this.send(step1Frame(Y.encodeStateVector(options.document.doc)));
  }

  update(update: Uint8Array): void {
    this.send(this.options.frames.update(update));
  }

  send(frame: Uint8Array): void {
    const { socket } = this.options;
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > LIMITS.backlog) this.close(CLOSE.tooManyRequests, 'does not read');
    else socket.send(frame);
  }

  close(code: CloseCode, reason: string): void {
    this.options.socket.close(code, reason.slice(0, 120));
  }

  /** Every 15 s: keeps the peer's watchdog quiet, and ends a socket whose peer is gone. */
  heartbeat(): void {
    if (!this.alive) this.options.socket.terminate();
    this.alive = false;
    if (this.options.socket.readyState !== this.options.socket.OPEN) return;
    this.options.socket.ping();
    this.send(HEARTBEAT_FRAME);
  }

  private listen(socket: WebSocket): void {
    socket.binaryType = 'nodebuffer';
    socket.on('message', (data: Buffer, binary: boolean) => this.receive(data, binary));
    socket.on('pong', () => {
      this.alive = true;
    });
    socket.on('close', () => {
      this.leaveDocument();
      this.options.presence?.leave(this);
    });
    // ws closes the socket itself; an unhandled error event would end the process.
    socket.on('error', () => this.options.counted('bad frame'));
  }

  private receive(data: Buffer, binary: boolean): void {
    this.alive = true;
    const frame = binary ? readFrame(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)) : undefined;
    try {
      if (frame) this.handle(frame, data.byteLength);
      else this.refuse();
    } catch {
      // Yjs throws on bytes that are no update: that is this peer's doing, and costs this peer its connection.
      this.refuse();
    }
  }

  private refuse(): void {
    this.options.counted('bad frame');
    this.close(CLOSE.malformed, 'not a message');
  }

  private handle(frame: Frame, size: number): void {
    switch (frame.kind) {
      case 'step 1':
        this.answerStep1(frame.stateVector);
        break;
      case 'update':
        if (this.writes) this.applyUpdate(frame.update);
        else this.countReaderBytes(size);
        break;
      case 'awareness':
        this.receiveAwareness(frame.update, size);
        break;
      case 'query awareness':
        this.options.presence?.answer(this);
        break;
      default:
        unreachable(frame);
    }
  }

  private answerStep1(stateVector: Uint8Array): void {
    if (stateVector.length > LIMITS.stateVector) throw new RangeError('state vector');
    // Decoded now, so that bytes that are no state vector fail here and not in a later callback.
    Y.decodeStateVector(stateVector);
    const copy = stateVector.slice();
    const { document, frames } = this.options;
    document.whenSettled(() => this.send(frames.step2(document.missingIn(copy))));
  }

  private applyUpdate(update: Uint8Array): void {
    const { doc } = this.options.document;
    Y.applyUpdate(doc, update, this);
    if (structs(doc) > LIMITS.outboxStructs) this.close(CLOSE.tooManyRequests, 'outbox is too long; start it anew');
  }

  private countReaderBytes(size: number): void {
    this.options.counted('frame of a reader');
    this.readerBytes += size;
    if (this.readerBytes > LIMITS.readerBytes) this.close(CLOSE.forbidden, 'readers do not write');
  }

  private receiveAwareness(update: Uint8Array, size: number): void {
    const { presence } = this.options;
    const heard = presence !== undefined && this.withinAwarenessRate() && presence.receive(this, update);
    if (!heard) this.countReaderBytes(size);
  }

  private withinAwarenessRate(): boolean {
    const second = Math.floor(this.options.clock() / 1_000);
    if (this.awarenessWindow.second !== second) this.awarenessWindow = { second, count: 0 };
    this.awarenessWindow.count++;
    return this.awarenessWindow.count <= LIMITS.awarenessRate;
  }
}

function structs(doc: Y.Doc): number {
  let count = doc.store.pendingStructs ? doc.store.pendingStructs.update.length / 16 : 0;
  for (const list of doc.store.clients.values()) count += list.length;
  return count;
}
