import type { SnapshotStatus } from '../../../shared/bridge/snapshot.ts';
import type { Check, SnapshotBytes, Verdict } from '../../../shared/snapshot/contracts.ts';
import { CANNOT_KNOW } from '../../../shared/snapshot/verdict.ts';
import { type Recompute, verifySnapshot } from '../../../shared/snapshot/verifySnapshot.ts';
import { browserHost } from './browserHost.ts';

type State = SnapshotStatus['verification'];

/** How much of the whole each check takes, as far as one can say before. */
const SHARES: Partial<Readonly<Record<Check['id'], number>>> = { parts: 20, ledger: 5, entries: 45, records: 10, recomputed: 20 };
const WHOLE = Object.values(SHARES).reduce((sum, share) => sum + share, 0);

/** Verifies the file in the background. Questions are answered meanwhile; a person may stop it. */
export class Verification {
  readonly #bytes: SnapshotBytes;
  readonly #subtle: SubtleCrypto;
  readonly #recompute: Recompute;
  readonly #onChange: (moved: 'on' | 'over') => void;
  #state: State = { state: 'checking', done: 0 };
  #stop: AbortController | undefined;

  /** @param onChange `on`: it is further than before; `over`: it began, ended, or was stopped. */
  constructor(bytes: SnapshotBytes, subtle: SubtleCrypto, recompute: Recompute, onChange: (moved: 'on' | 'over') => void) {
    this.#bytes = bytes;
    this.#subtle = subtle;
    this.#recompute = recompute;
    this.#onChange = onChange;
  }

  get state(): State {
    return this.#state;
  }

  /** Starts anew; one that is under way ends. Never rejects. */
  async run(): Promise<void> {
    this.#stop?.abort();
    const stop = new AbortController();
    this.#stop = stop;
    this.#set({ state: 'checking', done: 0, verdict: verdictSoFar([]) });
    try {
      const verdict = await verifySnapshot(this.#bytes, browserHost(this.#subtle, stop.signal), {
        recompute: this.#recompute,
        onCheck: (checks) => {
          if (!stop.signal.aborted) this.#set({ state: 'checking', done: doneOf(checks), verdict: verdictSoFar(checks) });
        },
      });
      if (!stop.signal.aborted) this.#set({ state: verdict.ok ? 'verified' : 'refused', done: 1, verdict });
    } catch {
      if (this.#stop === stop) this.#set({ ...this.#state, state: 'cancelled', ...stopped(this.#state.verdict) });
    }
  }

  cancel(): void {
    this.#stop?.abort();
  }

  #set(state: State): void {
    const goesOn = state.state === 'checking' && state.done > 0;
    this.#state = state;
    this.#onChange(goesOn ? 'on' : 'over');
  }
}

const verdictSoFar = (checks: readonly Check[]): Verdict => ({ ok: false, checks, cannotKnow: CANNOT_KNOW });

/** What was running is no longer. */
function stopped(verdict: Verdict | undefined): { readonly verdict?: Verdict } {
  if (!verdict) return {};
  const checks = verdict.checks.map(({ id, state, sentence }): Check => ({ id, sentence, state: state === 'running' ? 'waiting' : state }));
  return { verdict: { ...verdict, checks } };
}

function doneOf(checks: readonly Check[]): number {
  let done = 0;
  for (const { id, state, done: part = 0, total = 1 } of checks) {
    const share = SHARES[id] ?? 0;
    if (state === 'passed' || state === 'not asked') done += share;
    else if (state === 'running') done += (share * part) / Math.max(1, total);
  }
  return Math.min(0.99, done / WHOLE);
}
