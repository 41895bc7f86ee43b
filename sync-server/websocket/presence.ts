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
  /** Whether its device may tell the others something now. */
  mayBePresent(): boolean;
}

/** `no`: the bytes are no presence. */
export type Heard = 'yes' | 'no' | 'too frequent';

/** Whose a client is, for as long as it is remembered, and how far its clock was told. */
interface Client {
  readonly device: string | undefined;
  told: number;
}

/**
 * Who is here: awareness on `catalog`. Stock clients repeat what they heard of others, so a connection speaks for exactly one
 * client, the first that nobody else's device speaks for or spoke for, and its state is stamped with the person of its ticket. The clock
 * that others are told only ever grows: they would not believe a page that came back with the clock that it left with.
 */
export class Presence {
  private readonly states = new Map<PresentConnection, State | undefined>();
  private readonly clients = new Map<number, Client>();

  join(connection: PresentConnection): void {
    this.states.set(connection, undefined);
    this.answer(connection);
  }

  leave(connection: PresentConnection): void {
    const state = this.states.get(connection);
    this.states.delete(connection);
    if (state) this.relay({ ...state, clock: this.nextClock(state, connection), text: 'null' }, undefined);
  }

  /** What a stock client repeats of others is heard too, and changes nothing. */
  receive(connection: PresentConnection, update: Uint8Array): Heard {
    const states = decodeStates(update);
    if (!states) return 'no';
    const own = states.find((state) => this.maySpeakFor(connection, state.client));
    const known = this.states.get(connection);
    if (!own || (known && own.clock <= known.clock)) return 'yes';
    if (!connection.mayBePresent()) return 'too frequent';
    const stamped = stamp(own, connection);
    if (!stamped) return 'no';
    this.states.set(connection, stamped);
    this.relay({ ...stamped, clock: this.nextClock(stamped, connection) }, connection);
    return 'yes';
  }

  /** Everybody else who is here, for a client that joins or asks. */
  answer(connection: PresentConnection): void {
    const present = [...this.states].flatMap(([other, state]) => (state && other !== connection ? [this.toldState(state)] : []));
    if (present.length > 0) connection.send(awarenessFrame(encodeStates(present)));
  }

  private toldState(state: State): State {
    return { ...state, clock: this.clients.get(state.client)?.told ?? state.clock };
  }

  private nextClock({ client, clock }: State, { device }: PresentConnection): number {
    const known = this.clients.get(client) ?? { device, told: 0 };
    known.told = Math.max(clock, known.told + 1);
    // Set anew, so that the first one is always the one that was quiet for longest.
    this.clients.delete(client);
    this.clients.set(client, known);
    const [oldest] = this.clients.keys();
    if (this.clients.size > LIMITS.awarenessClients && oldest !== undefined) this.clients.delete(oldest);
    return known.told;
  }

  private maySpeakFor(connection: PresentConnection, client: number): boolean {
    const own = this.states.get(connection);
    if (own) return own.client === client;
    const known = this.clients.get(client);
    if (known && known.device !== connection.device) return false;
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
    const count = decoding.readVarUint(decoder);
    if (count > LIMITS.awarenessStates) return undefined;
    const states: State[] = [];
    for (let index = 0; index < count; index++) {
      states.push({ client: decoding.readVarUint(decoder), clock: decoding.readVarUint(decoder), text: decoding.readVarString(decoder) });
    }
    const isSound = ({ client, clock }: State): boolean => client <= LIMITS.awarenessClient && clock <= LIMITS.awarenessClock;
    return states.every(isSound) ? states : undefined;
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
