import { once } from 'node:events';
import * as encoding from 'lib0/encoding';
import { WebSocket } from 'ws';
import { writeUpdate } from 'y-protocols/sync';
import { SUBPROTOCOL } from '../../shared/wire/closeCodes.ts';

/** Raw sockets for the benchmarks: what a client costs is the same for Muster and for the relay. */
export interface Peer {
  readonly socket: WebSocket;
  /** Frames received so far, and a callback for the next. */
  onFrame: (frame: Buffer) => void;
}

export async function connect(url: string, protocols: string[] = []): Promise<Peer> {
  const socket = new WebSocket(url, protocols, { perMessageDeflate: false });
  const peer: Peer = { socket, onFrame: () => undefined };
  socket.on('message', (data: Buffer) => peer.onFrame(data));
  await once(socket, 'open');
  return peer;
}

export const musterProtocols = (ticket: string): string[] => [SUBPROTOCOL, ticket];

/** Opens many, a few at a time: a burst of handshakes is not what is measured. */
export async function connectMany(count: number, url: string, protocols: () => string[]): Promise<Peer[]> {
  const peers: Peer[] = [];
  while (peers.length < count)
    peers.push(...(await Promise.all(Array.from({ length: Math.min(20, count - peers.length) }, () => connect(url, protocols())))));
  return peers;
}

const SYNC = 0;

/** A Yjs update as y-websocket frames it. */
export function updateFrame(update: Uint8Array): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, SYNC);
  writeUpdate(encoder, update);
  return encoding.toUint8Array(encoder);
}

/** The empty state vector: "send me everything". */
export function stepOneFrame(): Uint8Array {
  return Uint8Array.of(SYNC, 0, 1, 0);
}

/** Only sync frames that carry an update count: presence and keep-alives do not. */
export const isUpdate = (frame: Buffer): boolean => frame[0] === SYNC && frame[1] === 2;
export const isStepTwo = (frame: Buffer): boolean => frame[0] === SYNC && frame[1] === 1;

/** One frame at a time: from sending it until the last peer has it. @returns the milliseconds of each. */
export async function roundTrips(
  writer: Peer,
  peers: readonly Peer[],
  frames: readonly Uint8Array[],
  isArrival: (frame: Buffer) => boolean = isUpdate,
): Promise<number[]> {
  const times: number[] = [];
  for (const frame of frames) {
    const all = new Promise<void>((resolve) => {
      let left = peers.length;
      for (const peer of peers) {
        peer.onFrame = (received) => {
          if (!isArrival(received)) return;
          peer.onFrame = () => undefined;
          if (--left === 0) resolve();
        };
      }
    });
    const started = performance.now();
    writer.socket.send(frame);
    await all;
    times.push(performance.now() - started);
  }
  return times;
}
