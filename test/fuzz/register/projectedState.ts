import * as Y from 'yjs';
import { onRecords, recordBytes } from '../../../shared/documents/sourceDocument.ts';
import type { LedgerChange } from '../../../shared/ledger/ledgerReader.ts';
import { LedgerState, type LedgerValue, type Restore, type RestoreChange } from '../../../shared/ledger/ledgerState.ts';
import type { Entry } from '../../../shared/model/entry.ts';
import type { Place, SourceId, SpaceId } from '../../../shared/model/ids.ts';
import { Register } from '../../../shared/register/register.ts';
import type { Estate } from './estate.ts';

/** A replica as it is in the engine: the real fold, the real source documents, and a register that is told of every change. */
export class ProjectedState extends LedgerState {
  readonly register: Register;
  private readonly estate: Estate;
  private readonly documents = new Map<SourceId, Y.Doc>();
  private readonly received = new Set<number>();

  constructor(space: SpaceId, estate: Estate) {
    super({ space });
    this.estate = estate;
    this.register = new Register({ ledger: this, now: estate.now });
  }

  override append(values: readonly LedgerValue[]): LedgerChange {
    return this.told(super.append(values));
  }
  override setOutbox(entries: readonly Entry[]): LedgerChange {
    return this.told(super.setOutbox(entries));
  }
  override setRestores(restores: readonly Restore[]): RestoreChange {
    const restored = super.setRestores(restores);
    this.told(restored.change);
    return restored;
  }
  override distrust(places: Iterable<Place>): LedgerChange {
    return this.told(super.distrust(places));
  }
  private told(change: LedgerChange): LedgerChange {
    this.register.ledgerChanged(change);
    return change;
  }

  /** Some of the updates of the source documents arrive, in any order; Yjs keeps what came too early. */
  receive(share: number): void {
    const { random, updates } = this.estate;
    const missing = updates.map((_, index) => index).filter((index) => !this.received.has(index) && random.chance(share));
    for (const index of random.shuffled(missing)) {
      this.received.add(index);
      const { source, update } = updates[index] as (typeof updates)[number];
      Y.applyUpdate(this.document(source), update);
    }
  }

  /** As a peer that was given everything at once, merged. */
  receiveMerged(): void {
    for (const source of this.estate.sources) {
      const updates = this.estate.updates.filter((one) => one.source === source).map(({ update }) => update);
      if (updates.length > 0) Y.applyUpdate(this.document(source), Y.mergeUpdates(this.estate.random.shuffled(updates)));
    }
    for (const index of this.estate.updates.keys()) this.received.add(index);
  }

  learnStatuses(): void {
    for (const status of this.estate.random.shuffled([...this.estate.statuses.values()])) this.register.applyStatus(status);
    this.register.setNow(this.estate.now);
  }

  private document(source: SourceId): Y.Doc {
    const held = this.documents.get(source);
    if (held) return held;
    const doc = new Y.Doc();
    this.documents.set(source, doc);
    onRecords(doc, (ids) =>
      this.register.applyRecords(
        source,
        ids.map((externalId) => ({ externalId, bytes: recordBytes(doc, externalId) })),
      ),
    );
    return doc;
  }
}
