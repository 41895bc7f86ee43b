import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';

/** Message types of y-websocket, and of y-protocols/sync inside the first. */
const MESSAGE = { sync: 0, awareness: 1, queryAwareness: 3 } as const;
const SYNC = { step1: 0, step2: 1, update: 2 } as const;

export type Frame =
  | { readonly kind: 'step 1'; readonly stateVector: Uint8Array }
  /** Step 2 and update: bytes for a writer's document, noise from a reader. */
  | { readonly kind: 'update'; readonly update: Uint8Array }
  | { readonly kind: 'awareness'; readonly update: Uint8Array }
  | { readonly kind: 'query awareness' };

/** @returns undefined for bytes that are no message. Nothing of an update is decoded here. */
export function readFrame(bytes: Uint8Array): Frame | undefined {
  try {
    const decoder = decoding.createDecoder(bytes);
    const type = decoding.readVarUint(decoder);
    if (type === MESSAGE.awareness) return { kind: 'awareness', update: decoding.readVarUint8Array(decoder) };
    if (type === MESSAGE.queryAwareness) return { kind: 'query awareness' };
    return type === MESSAGE.sync ? readSync(decoder) : undefined;
  } catch {
    return undefined;
  }
}

function readSync(decoder: decoding.Decoder): Frame | undefined {
  const type = decoding.readVarUint(decoder);
  if (type === SYNC.step1) return { kind: 'step 1', stateVector: decoding.readVarUint8Array(decoder) };
  if (type !== SYNC.step2 && type !== SYNC.update) return undefined;
  return { kind: 'update', update: decoding.readVarUint8Array(decoder) };
}

function frame(types: readonly number[], payload: Uint8Array): Uint8Array {
  const encoder = encoding.createEncoder();
  for (const type of types) encoding.writeVarUint(encoder, type);
  encoding.writeVarUint8Array(encoder, payload);
  return encoding.toUint8Array(encoder);
}

export const step1Frame = (stateVector: Uint8Array): Uint8Array => frame([MESSAGE.sync, SYNC.step1], stateVector);
export const step2Frame = (update: Uint8Array): Uint8Array => frame([MESSAGE.sync, SYNC.step2], update);
export const updateFrame = (update: Uint8Array): Uint8Array => frame([MESSAGE.sync, SYNC.update], update);
export const awarenessFrame = (update: Uint8Array): Uint8Array => frame([MESSAGE.awareness], update);

/** An awareness message about nobody: keeps a quiet y-websocket client connected. */
export const HEARTBEAT_FRAME = awarenessFrame(Uint8Array.of(0));

class LastFrame {
  private readonly build: (payload: Uint8Array) => Uint8Array;
  private last: { readonly payload: WeakRef<Uint8Array>; readonly frame: Uint8Array } | undefined;

  constructor(build: (payload: Uint8Array) => Uint8Array) {
    this.build = build;
  }

  of(payload: Uint8Array): Uint8Array {
    if (this.last?.payload.deref() !== payload) this.last = { payload: new WeakRef(payload), frame: this.build(payload) };
    return this.last.frame;
  }
}

/**
 * The frame of the last update and of the last whole document: two hundred readers of one change, or ten joiners of one
 * document, are sent the same bytes instead of a copy each.
 */
export class SharedFrames {
  private readonly updates = new LastFrame(updateFrame);
  private readonly states = new LastFrame(step2Frame);

  update(update: Uint8Array): Uint8Array {
    return this.updates.of(update);
  }

  step2(state: Uint8Array): Uint8Array {
    return this.states.of(state);
  }
}
