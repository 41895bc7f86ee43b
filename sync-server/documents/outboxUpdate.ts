import { hash } from 'node:crypto';
import * as decoding from 'lib0/decoding';
import { concatBytes, utf8 } from '../../shared/base/bytes.ts';
import { err, ok, type Result } from '../../shared/base/result.ts';
import { SIGNATURE_BYTES, signedMessage } from '../../shared/base/signature.ts';
import { OUTBOX_ROOT } from '../../shared/documents/outboxDocument.ts';
import type { EntryBytes } from '../../shared/model/entry.ts';
import { LIMITS } from '../websocket/limits.ts';

export interface OutboxItem {
  /** What the sender calls the entry. Whether the bytes are that entry is not known yet. */
  readonly key: string;
  readonly bytes: EntryBytes;
}

/** Why an update is not read. A closed list: it is the label of a metric. */
export type OutboxProblem = 'not an update' | 'too many structs' | 'clock out of bounds' | 'not an entry of the outbox';

const KEY = /^[0-9a-f]{64}$/;
/** Struct kinds of a Yjs update, version 1, that a map of bytes consists of. */
const STRUCT = { gc: 0, deleted: 1, binary: 3, skip: 10 } as const;
const HAS_ORIGIN = 0x80;
const HAS_RIGHT_ORIGIN = 0x40;
const HAS_KEY = 0x20;
const KIND = 0x1f;

class NotReadable extends Error {
  readonly problem: OutboxProblem;

  constructor(problem: OutboxProblem) {
    super(problem);
    this.problem = problem;
  }
}

/**
 * Takes the entries out of an update of an outbox, without Yjs. Integrating foreign structs can cost the square of their number, pending
 * ones are kept for ever, and none of it is needed: an entry is known by its own hash and signature, wherever in a map it lay. So this reads
 * each byte once, builds nothing but the list of entries, and refuses what Y.Map would never have written: other roots, nested types, names
 * that are no entry id, anything but bytes. Entries that the same update deletes are left out. (Yjs 13.6 INTERNALS.md; UpdateDecoderV1.)
 */
export function readOutboxUpdate(update: Uint8Array): Result<OutboxItem[], OutboxProblem> {
  try {
    return ok(new OutboxUpdateReader(update).read());
  } catch (error) {
    return err(error instanceof NotReadable ? error.problem : 'not an update');
  }
}

interface FoundItem extends OutboxItem {
  readonly client: number;
  readonly clock: number;
}

class OutboxUpdateReader {
  private readonly decoder: decoding.Decoder;
  private readonly found: FoundItem[] = [];
  private structs = 0;

  constructor(update: Uint8Array) {
    this.decoder = decoding.createDecoder(update);
  }

  read(): OutboxItem[] {
    const clients = new Set<number>();
    for (let left = this.count(); left > 0; left--) this.readClient(clients);
    const deleted = this.readDeletes();
    // Whatever follows is not Yjs version 1: a version 2 update ends like this.
    if (decoding.hasContent(this.decoder)) throw new NotReadable('not an update');
    return this.found.filter(({ client, clock }) => !deleted(client, clock)).map(({ key, bytes }) => ({ key, bytes }));
  }

  private readClient(clients: Set<number>): void {
    const structs = this.count();
    const client = this.client();
    if (clients.has(client)) throw new NotReadable('not an update');
    clients.add(client);
    let clock = this.clock();
    for (let left = structs; left > 0; left--) clock = this.bounded(clock + this.readStruct(client, clock));
  }

  /** @returns how many clocks it takes. */
  private readStruct(client: number, clock: number): number {
    const info = decoding.readUint8(this.decoder);
    switch (info & KIND) {
      case STRUCT.gc:
      case STRUCT.skip:
        return this.length();
      case STRUCT.deleted:
        this.readPosition(info, client, clock);
        return this.length();
      case STRUCT.binary: {
        const key = this.readPosition(info, client, clock);
        const bytes = decoding.readVarUint8Array(this.decoder).slice() as EntryBytes;
        if (this.found.length >= LIMITS.waitingEntries) throw new NotReadable('too many structs');
        this.found.push({ client, clock, key: key ?? idOf(bytes), bytes });
        return 1;
      }
      default:
        throw new NotReadable('not an entry of the outbox');
    }
  }

  /** @returns the key, or undefined where the item replaces another one and so has that one's, which need not be in this update. */
  private readPosition(info: number, client: number, clock: number): string | undefined {
    if ((info & HAS_RIGHT_ORIGIN) !== 0) throw new NotReadable('not an entry of the outbox');
    if ((info & HAS_ORIGIN) !== 0) {
      const origin = { client: this.client(), clock: this.clock() };
      if (origin.client === client && origin.clock >= clock) throw new NotReadable('clock out of bounds');
      return undefined;
    }
    const isRoot = decoding.readVarUint(this.decoder) === 1;
    if (!isRoot || (info & HAS_KEY) === 0 || this.text(OUTBOX_ROOT.length) !== OUTBOX_ROOT)
      throw new NotReadable('not an entry of the outbox');
    const key = this.text(64);
    if (!KEY.test(key)) throw new NotReadable('not an entry of the outbox');
    return key;
  }

  /** @returns whether a clock of a client is deleted. */
  private readDeletes(): (client: number, clock: number) => boolean {
    const ranges = new Map<number, { from: number; to: number }[]>();
    for (let clients = this.count(); clients > 0; clients--) {
      const client = decoding.readVarUint(this.decoder);
      const list = ranges.get(client) ?? [];
      for (let left = this.count(); left > 0; left--) {
        const from = this.clock();
        list.push({ from, to: this.bounded(from + this.length()) });
      }
      ranges.set(client, list);
    }
    const merged = new Map([...ranges].map(([client, list]) => [client, mergedRanges(list)]));
    return (client, clock) => holds(merged.get(client) ?? [], clock);
  }

  /** A number of things that follow. Each takes at least a byte, so a number that is larger than what is left is a lie. */
  private count(): number {
    const count = decoding.readVarUint(this.decoder);
    if (count > this.decoder.arr.length - this.decoder.pos) throw new NotReadable('not an update');
    this.structs += count;
    if (this.structs > LIMITS.outboxStructs) throw new NotReadable('too many structs');
    return count;
  }

  private client(): number {
    const client = decoding.readVarUint(this.decoder);
    if (client > 0xffff_ffff) throw new NotReadable('not an update');
    return client;
  }

  private clock(): number {
    return this.bounded(decoding.readVarUint(this.decoder));
  }

  private bounded(clock: number): number {
    if (clock > LIMITS.outboxClock) throw new NotReadable('clock out of bounds');
    return clock;
  }

  private length(): number {
    const length = decoding.readVarUint(this.decoder);
    if (length === 0) throw new NotReadable('not an update');
    return length;
  }

  private text(most: number): string {
    const bytes = decoding.readVarUint8Array(this.decoder);
    if (bytes.length !== most) throw new NotReadable('not an entry of the outbox');
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  }
}

const TAG = signedMessage('muster/entry/1', utf8(''));

/** The id that these bytes have if they are an entry. */
const idOf = (bytes: EntryBytes): string => hash('sha256', concatBytes(TAG, bytes.subarray(SIGNATURE_BYTES)));

interface Range {
  readonly from: number;
  to: number;
}

function mergedRanges(list: Range[]): Range[] {
  const merged: Range[] = [];
  for (const range of list.sort((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last && range.from <= last.to) last.to = Math.max(last.to, range.to);
    else merged.push(range);
  }
  return merged;
}

/** Ranges are sorted and do not touch. */
function holds(ranges: readonly Range[], clock: number): boolean {
  let [low, high] = [0, ranges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ranges[middle]?.to ?? 0) > clock) high = middle;
    else low = middle + 1;
  }
  return (ranges[low]?.from ?? Number.POSITIVE_INFINITY) <= clock;
}
