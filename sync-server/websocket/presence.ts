import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import * as z from 'zod';
import type { PersonId } from '../../shared/model/ids.ts';
import { awarenessFrame } from './frames.ts';
import { LIMITS } from './limits.ts';

/** What a page may say of itself; who it is, the server says. */
const statement = z.object({ record: z.string().max(64).optional(), field: z.string().max(64).optional() });

interface State {
  readonly client: number;
  readonly clock: number;
  /** JSON; `null` once it left. */
  readonly text: string;
}

export interface PresentConnection {
  readonly device: string | undefined;
  readonly person: PersonId | undefined;
  readonly personName: string;
  send(frame: Uint8Array): void;
}

/**
 * Who is here: awareness on `catalog`. Stock clients repeat what they heard of others, so a connection speaks for exactly one
 * client, the first that nobody else's device speaks for, and its state is stamped with the person of its ticket.
 */
export class Presence {
  private readonly states = new Map<PresentConnection, State | undefined>();

  join(connection: PresentConnection): void {
    this.states.set(connection, undefined);
    const present = [...this.states.values()].filter((state) => state !== undefined);
    if (present.length > 0) connection.send(awarenessFrame(encodeStates(present)));
  }

  leave(connection: PresentConnection): void {
    const state = this.states.get(connection);
    this.states.delete(connection);
    if (state) this.relay({ ...state, clock: state.clock + 1, text: 'null' }, undefined);
  }

  /** @returns false when the bytes are no awareness update. */
  receive(connection: PresentConnection, update: Uint8Array): boolean {
    const states = decodeStates(update);
    if (!states) return false;
    const own = states.find((state) => this.maySpeakFor(connection, state.client));
    const known = this.states.get(connection);
    if (!own || (known && own.clock <= known.clock)) return true;
    const stamped = stamp(own, connection);
    if (!stamped) return false;
    this.states.set(connection, stamped);
    this.relay(stamped, connection);
    return true;
  }

  /** Everybody who is here, for a client that asks. */
  answer(connection: PresentConnection): void {
    connection.send(awarenessFrame(encodeStates([...this.states.values()].filter((state) => state !== undefined))));
  }

  private maySpeakFor(connection: PresentConnection, client: number): boolean {
    const own = this.states.get(connection);
    if (own) return own.client === client;
    for (const [other, state] of this.states) {
      if (state?.client !== client) continue;
      if (other.device !== connection.device) return false;
      // The same page came back before its old socket was seen to be dead.
      this.states.set(other, undefined);
    }
    return true;
  }

  private relay(state: State, except: PresentConnection | undefined): void {
    const frame = awarenessFrame(encodeStates([state]));
    for (const connection of this.states.keys()) if (connection !== except) connection.send(frame);
  }
}

function stamp(state: State, connection: PresentConnection): State | undefined {
  if (state.text === 'null') return state;
  try {
    const parsed = statement.safeParse(JSON.parse(state.text));
    if (!parsed.success) return undefined;
    const { record, field } = parsed.data;
    return { ...state, text: JSON.stringify({ person: connection.person, personName: connection.personName, record, field }) };
  } catch {
    return undefined;
  }
}

function decodeStates(update: Uint8Array): State[] | undefined {
  if (update.length > LIMITS.awareness) return undefined;
  try {
    const decoder = decoding.createDecoder(update);
    const count = Math.min(decoding.readVarUint(decoder), 256);
    const states: State[] = [];
    for (let index = 0; index < count; index++) {
      states.push({ client: decoding.readVarUint(decoder), clock: decoding.readVarUint(decoder), text: decoding.readVarString(decoder) });
    }
    return states;
  } catch {
    return undefined;
  }
}

function encodeStates(states: readonly State[]): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, states.length);
  for (const state of states) {
    encoding.writeVarUint(encoder, state.client);
    encoding.writeVarUint(encoder, state.clock);
    encoding.writeVarString(encoder, state.text);
  }
  return encoding.toUint8Array(encoder);
}
