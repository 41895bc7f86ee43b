import * as Y from 'yjs';
import { quantile } from '../measure.ts';
import { type Peer, roundTrips } from '../peers.ts';
import type { Reference } from './reference.ts';

const EDIT_BYTES = 500;

/** Updates of a map of bytes, each as large as an entry. */
export function edits(count: number, bytes = EDIT_BYTES): Uint8Array[] {
  const doc = new Y.Doc();
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(update));
  const entries = doc.getMap('entries');
  for (let index = 0; index < count; index++) entries.set(String(index), new Uint8Array(bytes).fill(index));
  return updates;
}

async function withReference<T>(reference: Reference, act: (url: string) => Promise<T>): Promise<T> {
  const { url, stop } = await reference.start();
  try {
    return await act(url);
  } finally {
    stop();
  }
}

async function joinMany(reference: Reference, url: string, document: string, count: number): Promise<Peer[]> {
  const peers: Peer[] = [];
  while (peers.length < count) {
    const next = Array.from({ length: Math.min(20, count - peers.length) }, () => reference.join(url, document));
    peers.push(...(await Promise.all(next)));
  }
  return peers;
}

const close = (peers: readonly Peer[]): void => {
  for (const { socket } of peers) socket.terminate();
};

/** @returns the 95th percentile from sending an edit until the last peer has it, in milliseconds. */
export const referenceLatency = (reference: Reference, count: number, rounds: number): Promise<number> =>
  withReference(reference, async (url) => {
    const document = 'room';
    const peers = await joinMany(reference, url, document, count);
    const writer = await reference.join(url, document);
    const frames = edits(rounds).map((update) => reference.update(document, update));
    const times = await roundTrips(writer, peers, frames, reference.isUpdate);
    close([writer, ...peers]);
    return quantile(times.slice(10), 0.95);
  });

/** Each client writes a document of its own as fast as it can. @returns updates that were taken for each second. */
export const referenceThroughput = (reference: Reference, clients: number, each: number): Promise<number> =>
  withReference(reference, async (url) => {
    const writers = await Promise.all(Array.from({ length: clients }, (_, index) => reference.join(url, `document-${index}`)));
    const updates = edits(each);
    const started = performance.now();
    await Promise.all(writers.map((writer, index) => allTaken(reference, writer, `document-${index}`, updates)));
    const seconds = (performance.now() - started) / 1_000;
    close(writers);
    return (clients * each) / seconds;
  });

function allTaken(reference: Reference, writer: Peer, document: string, updates: readonly Uint8Array[]): Promise<void> {
  return new Promise((resolve) => {
    let left = updates.length;
    writer.onFrame = (frame) => {
      if (reference.isTaken(frame) && --left === 0) resolve();
    };
    for (const update of updates) writer.socket.send(reference.update(document, update));
  });
}

/** Ten peers ask for a document of that many bytes at once while somebody edits it. */
export const referenceJoiners = (reference: Reference, bytes: number): Promise<{ seconds: number; p95: number }> =>
  withReference(reference, async (url) => {
    const document = 'large';
    const writer = await reference.join(url, document);
    const updates = edits(Math.ceil(bytes / EDIT_BYTES) + 60);
    await allTaken(reference, writer, document, updates.slice(0, -60));
    const reader = await reference.join(url, document);
    const peers = await joinMany(reference, url, document, 10);
    const started = performance.now();
    const synced = peers.map(
      (peer) =>
        new Promise<void>((resolve) => {
          peer.onFrame = (frame) => {
            if (reference.isStepTwo(frame) && frame.length > bytes / 2) resolve();
          };
          peer.socket.send(reference.stepOne(document));
        }),
    );
    const frames = updates.slice(-60).map((update) => reference.update(document, update));
    const times = roundTrips(writer, [reader], frames, reference.isUpdate);
    await Promise.all(synced);
    const seconds = (performance.now() - started) / 1_000;
    const p95 = quantile((await times).slice(10), 0.95);
    close([writer, reader, ...peers]);
    return { seconds, p95 };
  });
