import * as z from 'zod';
import { isEngineMethod } from '../../../shared/bridge/engineMessages.ts';
import { isSnapshotMethod } from '../../../shared/bridge/snapshot.ts';
import { type PagePort, servePage } from '../../engine/rpc.ts';
import { SnapshotEngine } from './snapshotEngine.ts';

/** A worker of its own for one file: a hostile file can cost this worker its memory, and nothing else. */
declare const self: DedicatedWorkerGlobalScope & typeof globalThis;

// The content security policy forbids eval, with which zod would compile its parsers.
z.config({ jitless: true });

interface Start {
  readonly file: Blob;
}

servePage<Start>(self as unknown as PagePort, {
  isStart: (start): start is Start => typeof start === 'object' && start !== null && 'file' in start && start.file instanceof Blob,
  isMethod: (name) => isEngineMethod(name) || isSnapshotMethod(name),
  engineFor: ({ file }) => {
    const engine = new SnapshotEngine(file, self.crypto.subtle);
    void engine.start();
    return engine;
  },
});
