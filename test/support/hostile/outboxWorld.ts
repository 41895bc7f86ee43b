import * as Y from 'yjs';
import { putOutboxEntries, removeOutboxEntries } from '../../../shared/documents/outboxDocument.ts';
import { bodyOf, type EntryBytes, entryIdOf } from '../../../shared/model/entry.ts';
import type { EntryId } from '../../../shared/model/ids.ts';
import type { Random } from '../../fuzz/ledger/random.ts';

/** Sessions of one device, as stock clients write them: each is a Yjs client that puts, takes back, puts again, and hears of the others. */
export class OutboxWorld {
  readonly sessions: Y.Doc[] = [];
  /** Every update that a session sent, in order. */
  readonly updates: Uint8Array[] = [];
  readonly everPut = new Map<string, EntryBytes>();
  private readonly random: Random;

  constructor(random: Random) {
    this.random = random;
    for (let count = 1 + random.below(4); count > 0; count--) this.open();
  }

  play(steps: number): void {
    for (let step = 0; step < steps; step++) this.step();
  }

  /** An update as a client might send it: everything, what another lacks, or some of the updates in one. */
  someUpdate(): Uint8Array {
    const session = this.random.pick(this.sessions);
    switch (this.random.below(4)) {
      case 0:
        return Y.encodeStateAsUpdate(session);
      case 1:
        return Y.encodeStateAsUpdate(session, Y.encodeStateVector(this.random.pick(this.sessions)));
      case 2:
        return Y.mergeUpdates(this.random.shuffled(this.updates).slice(0, 1 + this.random.below(12)));
      default:
        return this.random.pick(this.updates);
    }
  }

  private open(): void {
    const doc = new Y.Doc();
    doc.clientID = this.random.below(2 ** 32);
    doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin !== 'heard') this.updates.push(update);
    });
    this.sessions.push(doc);
    this.put(doc);
  }

  private step(): void {
    const session = this.random.pick(this.sessions);
    const known = [...this.everPut.keys()] as EntryId[];
    const act = this.random.next();
    if (act < 0.5) this.put(session);
    else if (act < 0.7) removeOutboxEntries(session, this.random.shuffled(known).slice(0, 3));
    else if (act < 0.8) this.putAgain(session, this.random.pick(known));
    else if (act < 0.82) this.open();
    else Y.applyUpdate(session, Y.encodeStateAsUpdate(this.random.pick(this.sessions)), 'heard');
  }

  private put(session: Y.Doc): void {
    const entries = Array.from({ length: 1 + this.random.below(3) }, () => this.entry());
    putOutboxEntries(session, entries);
  }

  private putAgain(session: Y.Doc, id: EntryId): void {
    putOutboxEntries(session, [{ id, bytes: this.everPut.get(id) as EntryBytes }]);
  }

  private entry(): { id: EntryId; bytes: EntryBytes } {
    const bytes = Uint8Array.from({ length: 66 + this.random.below(60) }, () => this.random.below(256)) as EntryBytes;
    const id = entryIdOf(bodyOf(bytes));
    this.everPut.set(id, bytes);
    return { id, bytes };
  }
}
