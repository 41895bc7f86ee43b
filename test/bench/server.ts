import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import * as Y from 'yjs';
import { putOutboxEntries } from '../../shared/documents/outboxDocument.ts';
import type { SignedEntry } from '../../shared/ledger/author.ts';
import type { Anchor } from '../../shared/model/ids.ts';
import { type AppServer, startAppServer } from '../support/appServer.ts';
import { TestDevice } from '../support/testClient.ts';
import { type Figure, figure, quantile } from './measure.ts';
import { connect, connectMany, isStepTwo, musterProtocols, type Peer, roundTrips, stepOneFrame, updateFrame } from './peers.ts';
import { REFERENCES, type Reference } from './references/reference.ts';
import { referenceJoiners, referenceLatency, referenceThroughput } from './references/referenceBench.ts';

const EDITS = 150;
const ANCHOR = 'a'.repeat(32) as Anchor;

/** The server's budgets, beside a bare relay in the same run: latency with peers, acknowledged edits, joiners. */
export async function benchServer(): Promise<Figure[]> {
  const server = await startAppServer();
  try {
    return await benchServerParts(server);
  } finally {
    await server.dispose();
  }
}

export async function benchServerParts(server: AppServer): Promise<Figure[]> {
  const device = await TestDevice.enrol(server.launchLink());
  return [...(await latency(server, device)), ...(await throughput(server)), ...(await joiners(server, device))];
}

const socketUrl = (server: AppServer, document: string): string => `${server.address.replace('http', 'ws')}/sync/${document}`;

/** A chain of one-act entries, signed beforehand. */
async function chain(device: TestDevice, count: number): Promise<SignedEntry[]> {
  const signed: SignedEntry[] = [];
  for (let index = 0; index < count; index++)
    signed.push(...(await device.sign([{ kind: 'comment', anchors: [ANCHOR], text: `edit ${index}` }])));
  return signed;
}

function outboxFrames(entries: readonly SignedEntry[]): Uint8Array[] {
  const doc = new Y.Doc();
  const frames: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => frames.push(updateFrame(update)));
  for (const entry of entries) putOutboxEntries(doc, [entry]);
  return frames;
}

async function latency(server: AppServer, device: TestDevice): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const peers of [50, 200]) {
    const muster = await musterLatency(server, device, peers);
    const relay = await relayLatency(peers);
    const note = `p95 ${muster.toFixed(1)} ms; the relay ${relay.toFixed(1)} ms`;
    figures.push(
      figure(`edit → all of ${peers} peers, verified and on disk first, beyond the relay`, muster - relay, 'ms', { most: 4 }, note),
    );
    for (const reference of REFERENCES) {
      const theirs = await referenceLatency(reference, peers, EDITS);
      figures.push(beside(`edit → all of ${peers} peers`, muster, theirs, reference, 'ms'));
    }
  }
  return figures;
}

/** A reference verifies nothing and has nothing on disk: what the ratio compares is said with it. */
function beside(what: string, muster: number, theirs: number, { name }: Reference, unit: string): Figure {
  const note = `${muster.toFixed(1)} ${unit} verified and on disk; ${theirs.toFixed(1)} ${unit} neither`;
  return figure(`… ${what} ÷ ${name}`, muster / theirs, '×', undefined, note);
}

async function musterLatency(server: AppServer, device: TestDevice, count: number): Promise<number> {
  const ticket = await device.ticket();
  const protocols = (): string[] => musterProtocols(ticket);
  const segment = `ledger/${device.seen().epoch}/0`;
  const peers = await connectMany(count, socketUrl(server, segment), protocols);
  const writer = await connect(socketUrl(server, `outbox/${device.device}`), protocols());
  const entries = await chain(device, EDITS);
  const p95 = await percentile(writer, peers, outboxFrames(entries));
  return close([writer, ...peers], p95);
}

async function relayLatency(count: number): Promise<number> {
  const relay = fork(fileURLToPath(new URL('./relay.ts', import.meta.url)), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  try {
    const [{ port }] = (await once(relay, 'message')) as [{ port: number }];
    const url = `ws://127.0.0.1:${port}/room`;
    const peers = await connectMany(count, url, () => []);
    const writer = await connect(url);
    const frames = Array.from({ length: EDITS }, () => updateFrame(new Uint8Array(500).fill(1)));
    return close([writer, ...peers], await percentile(writer, peers, frames));
  } finally {
    relay.kill();
  }
}

function close<T>(peers: readonly Peer[], value: T): T {
  for (const { socket } of peers) socket.terminate();
  return value;
}

/** @returns the 95th percentile in milliseconds, without the first ten. */
async function percentile(writer: Peer, peers: readonly Peer[], frames: readonly Uint8Array[]): Promise<number> {
  return quantile((await roundTrips(writer, peers, frames)).slice(10), 0.95);
}

/** Fifty devices that send as fast as they can: entries that are in the ledger for each second. */
async function throughput(server: AppServer): Promise<Figure[]> {
  const clients = 50;
  const each = 300;
  const devices = await enrolMany(server, clients);
  const writers = await Promise.all(
    devices.map(async (device) => ({
      socket: await connect(socketUrl(server, `outbox/${device.device}`), musterProtocols(await device.ticket())),
      frames: outboxFrames(await chain(device, each)),
    })),
  );
  const before = (await spaceOf(server)).place;
  const started = performance.now();
  for (const { socket, frames } of writers) for (const frame of frames) socket.socket.send(frame);
  const goal = before + clients * each;
  while ((await spaceOf(server)).place < goal) await new Promise((resolve) => setTimeout(resolve, 5));
  const seconds = (performance.now() - started) / 1_000;
  close(
    writers.map(({ socket }) => socket),
    undefined,
  );
  const rate = (clients * each) / seconds;
  const figures = [figure(`acknowledged edits, ${clients} clients, verified and fsynced`, rate, '/s', { least: 5_000 })];
  for (const reference of REFERENCES) {
    const theirs = await referenceThroughput(reference, clients, each);
    figures.push(beside(`edits taken, ${clients} clients`, rate, theirs, reference, '/s'));
  }
  return figures;
}

async function enrolMany(server: AppServer, count: number): Promise<TestDevice[]> {
  const devices: TestDevice[] = [];
  for (let index = 0; index < count; index++) {
    const { stdout } = await server.muster('invite', '--role', 'steward', '--label', `bench ${index}`, '--format', 'json');
    const { link } = JSON.parse(stdout) as { link: string };
    devices.push(await TestDevice.enrol(link, { personName: `bench ${index}` }));
  }
  return devices;
}

async function spaceOf(server: AppServer): Promise<{ place: number }> {
  return (await (await fetch(`${server.address}/api/space`)).json()) as { place: number };
}

/** Ten peers ask for the whole ledger at once while somebody else edits. */
async function joiners(server: AppServer, device: TestDevice): Promise<Figure[]> {
  const ticket = await device.ticket();
  const segment = `ledger/${device.seen().epoch}/0`;
  const reader = await connect(socketUrl(server, segment), musterProtocols(ticket));
  const writer = await connect(socketUrl(server, `outbox/${device.device}`), musterProtocols(ticket));
  const frames = outboxFrames(await chain(device, 60));
  const peers = await connectMany(10, socketUrl(server, segment), () => musterProtocols(ticket));
  const started = performance.now();
  let bytes = 0;
  const synced = peers.map(
    (peer) =>
      new Promise<void>((resolve) => {
        peer.onFrame = (frame) => {
          if (!isStepTwo(frame)) return;
          bytes = frame.length;
          resolve();
        };
        peer.socket.send(stepOneFrame());
      }),
  );
  const edits = percentile(writer, [reader], frames);
  await Promise.all(synced);
  const seconds = (performance.now() - started) / 1_000;
  const p95 = await edits;
  close([reader, writer, ...peers], undefined);
  const size = `${(bytes / 1_048_576).toFixed(1)} MB`;
  const figures = [
    figure(`ten new peers sync the ledger (${size}) at once`, seconds, 's', { most: 0.5 }),
    figure('others’ edits meanwhile, p95', p95, 'ms', { most: 100 }),
  ];
  for (const reference of REFERENCES) {
    const theirs = await referenceJoiners(reference, bytes);
    figures.push(beside('ten new peers sync as much', seconds, theirs.seconds, reference, 's'));
    figures.push(beside('others’ edits meanwhile', p95, theirs.p95, reference, 'ms'));
  }
  return figures;
}
