import { formatDocumentName } from '../../shared/documents/names.ts';
import { onOutboxEntries } from '../../shared/documents/outboxDocument.ts';
import type { DeviceId } from '../../shared/model/ids.ts';
import { SharedDocument } from './sharedDocument.ts';

export type OutboxListener = (device: DeviceId, added: readonly { key: string; bytes: unknown }[]) => void;

/** Outboxes are in memory only, and only as long as their device is here: it sends what waits again when it comes back. */
export class Outboxes {
  private readonly outboxes = new Map<DeviceId, { document: SharedDocument; dispose: () => void }>();
  private readonly listener: OutboxListener;

  constructor(listener: OutboxListener) {
    this.listener = listener;
  }

  get readerCount(): number {
    return [...this.outboxes.values()].reduce((sum, { document }) => sum + document.readerCount, 0);
  }

  document(device: DeviceId): SharedDocument {
    const known = this.outboxes.get(device);
    if (known) return known.document;
    const document = new SharedDocument(formatDocumentName({ kind: 'outbox', device }));
    const dispose = onOutboxEntries(document.doc, (added) => this.listener(device, added));
    this.outboxes.set(device, { document, dispose });
    return document;
  }

  dropIfIdle(device: DeviceId): void {
    const outbox = this.outboxes.get(device);
    if (outbox?.document.readerCount === 0) this.drop(device);
  }

  drop(device: DeviceId): void {
    const outbox = this.outboxes.get(device);
    this.outboxes.delete(device);
    outbox?.dispose();
    outbox?.document.destroy();
  }

  destroy(): void {
    for (const device of [...this.outboxes.keys()]) this.drop(device);
  }
}
