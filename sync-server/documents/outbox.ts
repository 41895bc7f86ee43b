import { ok, type Result } from '../../shared/base/result.ts';
import type { DeviceId } from '../../shared/model/ids.ts';
import { type OutboxItem, type OutboxProblem, readOutboxUpdate } from './outboxUpdate.ts';
import type { ServedDocument } from './sharedDocument.ts';

export type OutboxListener = (device: DeviceId, added: readonly OutboxItem[]) => void;

/** No structs, no deletes: what Yjs encodes of a new document. */
const EMPTY_UPDATE = Uint8Array.of(0, 0);

/**
 * `outbox/<device>` as the server has it: a letter box. It speaks the sync protocol, takes the entries out of what its device sends, and
 * holds nothing. The device keeps what waits, and is asked for all of it at every connection.
 */
export class Outbox implements ServedDocument {
  private readonly device: DeviceId;
  private readonly listener: OutboxListener;

  constructor(device: DeviceId, listener: OutboxListener) {
    this.device = device;
    this.listener = listener;
  }

  /** Nobody hears anything of an outbox but the acknowledgement, which is the ledger's. */
  join(): () => void {
    return () => undefined;
  }

  whenSettled(callback: () => void): void {
    callback();
  }

  missingIn(): Uint8Array {
    return EMPTY_UPDATE;
  }

  receive(update: Uint8Array): Result<void, OutboxProblem> {
    const read = readOutboxUpdate(update);
    if (!read.ok) return read;
    if (read.value.length > 0) this.listener(this.device, read.value);
    return ok(undefined);
  }
}
