import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import * as encoding from 'lib0/encoding';
import { connect, isStepTwo, isUpdate, type Peer, stepOneFrame, updateFrame } from '../peers.ts';

/** A server that others use, in its own process, with what its clients say on the wire. */
export interface Reference {
  readonly name: string;
  start(): Promise<{ url: string; stop(): void }>;
  /** A client on a document, admitted. */
  join(url: string, document: string): Promise<Peer>;
  update(document: string, update: Uint8Array): Uint8Array;
  stepOne(document: string): Uint8Array;
  isUpdate(frame: Buffer): boolean;
  isStepTwo(frame: Buffer): boolean;
  /** What tells a writer that its update was taken. Neither server has it on disk then. */
  isTaken(frame: Buffer): boolean;
}

async function started(script: string): Promise<{ url: string; stop(): void }> {
  const child = fork(fileURLToPath(new URL(script, import.meta.url)), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return { url: `ws://127.0.0.1:${port}`, stop: () => void child.kill() };
}

const yWebsocketServer: Reference = {
  name: '@y/websocket-server@0.1.1',
  start: () => started('./yWebsocketServer.ts'),
  join: (url, document) => connect(`${url}/${document}`),
  update: (_document, update) => updateFrame(update),
  stepOne: () => stepOneFrame(),
  isUpdate,
  isStepTwo,
  // It sends each update to everybody, its writer included.
  isTaken: isUpdate,
};

const AUTHENTICATION = 2;
const SYNC_STATUS = 8;

/** Its frames begin with the name of the document (docs.hocuspocus, "Protocol"). */
function named(document: string, rest: Uint8Array): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarString(encoder, document);
  encoding.writeUint8Array(encoder, rest);
  return encoding.toUint8Array(encoder);
}
/** Names here are shorter than 128 bytes: one byte of length. */
const afterName = (frame: Buffer): Buffer => frame.subarray(1 + (frame[0] ?? 0));

async function joinHocuspocus(url: string, document: string): Promise<Peer> {
  const peer = await connect(url);
  const admitted = new Promise<void>((resolve) => {
    peer.onFrame = (frame) => {
      if (afterName(frame)[0] === AUTHENTICATION) resolve();
    };
  });
  peer.socket.send(named(document, Uint8Array.of(AUTHENTICATION, 0, 0)));
  await admitted;
  peer.onFrame = () => undefined;
  return peer;
}

const hocuspocus: Reference = {
  name: '@hocuspocus/server@4.7.0',
  start: () => started('./hocuspocusServer.ts'),
  join: joinHocuspocus,
  update: (document, update) => named(document, updateFrame(update)),
  stepOne: (document) => named(document, stepOneFrame()),
  isUpdate: (frame) => isUpdate(afterName(frame)),
  isStepTwo: (frame) => isStepTwo(afterName(frame)),
  isTaken: (frame) => afterName(frame)[0] === SYNC_STATUS,
};

export const REFERENCES: readonly Reference[] = [yWebsocketServer, hocuspocus];
