import type { WebSocket } from 'ws';
import * as Y from 'yjs';
import { unreachable } from '../../shared/base/result.ts';
import { CLOSE, type CloseCode } from '../../shared/wire/closeCodes.ts';
import type { Metrics, RefusalKind } from '../core/metrics.ts';
import type { Principal } from '../core/principal.ts';
import type { Outbox } from '../documents/outbox.ts';
import type { DocumentReader, ServedDocument } from '../documents/sharedDocument.ts';
import type { DeviceAccount } from './deviceAccount.ts';
import { type Frame, HEARTBEAT_FRAME, readFrame, type SharedFrames, step1Frame } from './frames.ts';
import { LIMITS } from './limits.ts';
import type { Presence, PresentConnection } from './presence.ts';

export interface ConnectionOptions {
  readonly socket: WebSocket;
  readonly principal: Principal;
  readonly document: ServedDocument;
  /** Set where the one writer of this document is on the other end. No other document is ever written through a socket. */
  readonly outbox: Outbox | undefined;
  /** Set on `catalog` alone. */
  readonly presence: Presence | undefined;
  readonly frames: SharedFrames;
  readonly account: DeviceAccount;
  readonly metrics: Pick<Metrics, 'dropped' | 'refusal'>;
}

/** The state vector of a document that holds nothing. */
const NOTHING = Uint8Array.of(0);

/** One websocket, one document, one principal. */
export class Connection implements DocumentReader, PresentConnection {
  readonly principal: Principal;
  readonly writes: boolean;
  readonly device: string | undefined;
  readonly person: Principal['person'];
  readonly personName: string;
  private readonly options: ConnectionOptions;
  private readonly leaveDocument: () => void;
  private readerBytes = 0;
  private unfinished = 0;
  private answers = 0;
  private isClosing = false;
  private resuming: NodeJS.Timeout | undefined;
  private alive = true;

  constructor(options: ConnectionOptions) {
    this.options = options;
    this.principal = options.principal;
    this.device = options.principal.device;
    this.person = options.principal.person;
    this.personName = options.principal.personName;
    this.writes = options.outbox !== undefined;
    this.leaveDocument = options.document.join(this);
    this.listen(options.socket);
    options.presence?.join(this);
    if (this.writes) this.send(step1Frame(NOTHING));
  }

  update(update: Uint8Array): void {
    this.send(this.options.frames.update(update));
  }

  send(frame: Uint8Array): void {
    const { socket } = this.options;
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > LIMITS.backlog) this.refuse('does not read', CLOSE.tooManyRequests);
    else socket.send(frame);
  }

  mayBePresent(): boolean {
    return this.options.account.mayBePresent();
  }

  /** Counted by its kind. What still arrives is not looked at. */
  refuse(kind: RefusalKind, code: CloseCode, reason: string = kind): void {
    if (!this.isClosing) this.options.metrics.refusal(kind);
    this.close(code, reason);
  }

  close(code: CloseCode, reason: string): void {
    this.isClosing = true;
    this.options.outbox?.stop();
    this.options.socket.close(code, reason.slice(0, 120));
  }

  /** Every 15 s: keeps the peer's watchdog quiet, and ends a socket whose peer is gone. One that is not read now is not judged. */
  heartbeat(): void {
    if (!this.alive && !this.options.socket.isPaused) this.options.socket.terminate();
    this.alive = false;
    if (this.options.socket.readyState !== this.options.socket.OPEN) return;
    this.options.socket.ping();
    this.send(HEARTBEAT_FRAME);
  }

  /** Bytes from the network, before they are a frame: what is begun and never ended is held in memory. */
  arrived(bytes: number): void {
    const { account, socket } = this.options;
    this.unfinished += bytes;
    account.unfinished += bytes;
    if (account.unfinished <= LIMITS.unfinished || this.isClosing) return;
    this.refuse('too many unfinished bytes', CLOSE.tooManyRequests);
    socket.pause();
  }

  private listen(socket: WebSocket): void {
    socket.binaryType = 'nodebuffer';
    socket.on('message', (data: Buffer, binary: boolean) => this.receive(data, binary));
    socket.on('ping', () => this.work(LIMITS.frameWork));
    socket.on('pong', () => {
      this.alive = true;
      this.work(LIMITS.frameWork);
    });
    socket.on('close', () => {
      clearTimeout(this.resuming);
      this.finish();
      this.leaveDocument();
      this.options.presence?.leave(this);
    });
    // The socket closes itself, with a code of ours (`ServerSocket`); an unhandled error event would end the process.
    socket.on('error', (error: Error & { code?: string }) => {
      this.isClosing = true;
      this.options.metrics.refusal(error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH' ? 'frame too large' : 'not a frame');
    });
  }

  private receive(data: Buffer, binary: boolean): void {
    this.alive = true;
    this.finish();
    if (this.isClosing) return;
    this.work(LIMITS.frameWork + data.byteLength);
    const frame = binary ? readFrame(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)) : undefined;
    try {
      if (frame) this.handle(frame, data.byteLength);
      else this.refuse('not a message', CLOSE.malformed);
    } catch {
      // Bytes that are no state vector: that is this peer's doing, and costs this peer its connection.
      this.refuse('not a message', CLOSE.malformed);
    }
  }

  private finish(): void {
    this.options.account.unfinished -= this.unfinished;
    this.unfinished = 0;
  }

  /** A device that did too much is not read for a while: it loses time, never what it sent. */
  private work(cost: number): void {
    const { account, socket, metrics } = this.options;
    account.work(cost);
    if (account.pause === 0 || this.resuming || socket.readyState !== socket.OPEN) return;
    metrics.dropped('slowed down');
    socket.pause();
    this.resumeLater();
  }

  /** Once nothing keeps it from being read any more. */
  private resume(): void {
    const { socket, outbox } = this.options;
    if (!this.resuming && (outbox?.backlog ?? 0) === 0) socket.resume();
  }

  private resumeLater(): void {
    const { account } = this.options;
    this.resuming = setTimeout(() => {
      this.resuming = undefined;
      if (account.pause > 0) this.resumeLater();
      else this.resume();
    }, account.pause);
  }

  private handle(frame: Frame, size: number): void {
    switch (frame.kind) {
      case 'step 1':
        this.answerStep1(frame.stateVector);
        break;
      case 'update':
        if (this.options.outbox) this.receiveEntries(this.options.outbox, frame.update);
        else this.countReaderBytes(size);
        break;
      case 'awareness':
        this.receiveAwareness(frame.update, size);
        break;
      case 'query awareness':
        if (this.mayBePresent()) this.options.presence?.answer(this);
        else this.options.metrics.dropped('too frequent');
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
    this.options.document.whenSettled(() => this.answer(copy));
  }

  private answer(stateVector: Uint8Array): void {
    const { document, frames, socket } = this.options;
    if (socket.readyState !== socket.OPEN) return;
    const update = document.missingIn(stateVector);
    const isShared = stateVector.length === 1 && this.answers++ === 0;
    this.work(update.length * (isShared ? LIMITS.firstAnswer : 1));
    const frame = frames.step2(update);
    if (isShared) this.send(frame);
    else this.sendOwn(frame);
  }

  private sendOwn(frame: Uint8Array): void {
    const { account, socket } = this.options;
    account.ownBacklog += frame.length;
    if (account.ownBacklog > LIMITS.ownBacklog) this.refuse('does not read', CLOSE.tooManyRequests);
    socket.send(frame, () => {
      account.ownBacklog -= frame.length;
    });
  }

  private receiveEntries(outbox: Outbox, update: Uint8Array): void {
    const received = outbox.receive(update);
    if (!received.ok) this.refuse(received.error, CLOSE.malformed);
    if (outbox.backlog === 0) return;
    // The network holds what comes next; memory holds one frame.
    this.options.socket.pause();
    outbox.whenEmpty(() => this.resume());
  }

  private countReaderBytes(size: number): void {
    this.options.metrics.dropped('frame of a reader');
    this.readerBytes += size;
    if (this.readerBytes > LIMITS.readerBytes) this.refuse('reader wrote too much', CLOSE.forbidden, 'readers do not write');
  }

  private receiveAwareness(update: Uint8Array, size: number): void {
    const heard = this.options.presence?.receive(this, update) ?? 'no';
    if (heard === 'yes') return;
    this.options.metrics.dropped(heard === 'no' ? 'presence' : heard);
    this.countReaderBytes(size);
  }
}
