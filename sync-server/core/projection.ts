import { type Millis, SECOND } from '../../shared/base/time.ts';
import type { LedgerChange, PersonView } from '../../shared/ledger/ledgerReader.ts';
import type { LedgerState } from '../../shared/ledger/ledgerState.ts';
import type { ActOf } from '../../shared/model/act.ts';
import type { Anchor, ExternalId, PersonId, SourceId } from '../../shared/model/ids.ts';
import type { SourceStatus } from '../../shared/model/status.ts';
import { Register } from '../../shared/register/register.ts';
import { isWithinRemit } from '../../shared/register/remit.ts';

/** How long changes of the ledger may wait for each other before they are projected, in milliseconds. */
const COLLECT = 50;

const union = <T>(a: ReadonlySet<T>, b: ReadonlySet<T>): ReadonlySet<T> => (a.size === 0 ? b : new Set([...a, ...b]));

function joined(a: LedgerChange | undefined, b: LedgerChange): LedgerChange {
  if (!a) return b;
  return {
    anchors: union(a.anchors, b.anchors),
    structure: a.structure || b.structure,
    policy: a.policy || b.policy,
    people: a.people || b.people,
    decisions: a.decisions || b.decisions,
  };
}

/**
 * The register as the server projects it: for remits, and for the command line. Under load, changes of the ledger are collected; whoever reads
 * gets all of them.
 */
export class Projection {
  private readonly register: Register;
  private readonly clock: () => Millis;
  private waiting: LedgerChange | undefined;
  private timer: NodeJS.Timeout | undefined;

  /** @param me whose inbox the command line shows. */
  constructor(ledger: LedgerState, clock: () => Millis, me: PersonId) {
    this.clock = clock;
    this.register = new Register({ ledger, now: clock(), me });
  }

  /** Up to date with everything that was told. */
  get current(): Register {
    this.flush();
    this.tick();
    return this.register;
  }

  ledgerChanged(change: LedgerChange): void {
    this.waiting = joined(this.waiting, change);
    this.timer ??= setTimeout(() => this.flush(), COLLECT).unref();
  }

  records(source: SourceId, records: readonly { externalId: ExternalId; bytes: Uint8Array }[]): void {
    this.flush();
    this.register.applyRecords(source, records);
  }

  status(status: SourceStatus): void {
    this.register.applyStatus(status);
  }

  remove(source: SourceId): void {
    this.register.removeSource(source);
  }

  /** May this person edit these anchors? An owner's identities must also be their own. */
  isWithinRemit(person: Pick<PersonView, 'role' | 'name'>, condition: string, anchors: readonly Anchor[]): boolean {
    this.flush();
    this.tick();
    return isWithinRemit(this.register, person, condition, anchors);
  }

  isRegistered(proposal: ActOf<'propose'>): boolean {
    this.flush();
    return this.register.isRegistered(proposal);
  }

  /** @returns what is wrong with a condition. One that is none would let its holder edit nothing, without a word. */
  conditionProblem(condition: string): string | undefined {
    return this.register.window({ text: '', where: condition, sort: [] }, 0, 0).problem?.message;
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  /** Freshness is a matter of seconds: the clock of the projection moves at most once in one. */
  private tick(): void {
    const now = this.clock();
    if (Math.abs(now - this.register.now) >= SECOND) this.register.setNow(now);
  }

  private flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const change = this.waiting;
    this.waiting = undefined;
    if (change) this.register.ledgerChanged(change);
  }
}
