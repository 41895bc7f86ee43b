import type { ConnectorProblem } from '../../../shared/model/status.ts';
import { problem } from '../connector.ts';
import { endsTheRun } from './problems.ts';

/** Refused so often without a single answer, an action is refused for everything. */
const HOPELESS = 5;
const AT_ONCE = 8;

/**
 * Calls about single things that a run may still make. Each kind of call counts what it asked and what it did not get to, so that a run
 * says exactly how much is unread.
 */
export class Budget {
  #left: number;
  readonly #actions = new Map<string, { answered: number; refused: number; skipped: number }>();
  readonly problems: ConnectorProblem[] = [];
  /** Why nothing more is asked at all. */
  ended: ConnectorProblem | undefined;

  constructor(most: number) {
    this.#left = most;
  }

  get left(): number {
    return this.#left;
  }

  #of(action: string): { answered: number; refused: number; skipped: number } {
    const known = this.#actions.get(action);
    if (known) return known;
    const fresh = { answered: 0, refused: 0, skipped: 0 };
    this.#actions.set(action, fresh);
    return fresh;
  }

  /** @returns false when the budget is used up or the action is refused for everything: the thing stays unread. */
  take(action: string): boolean {
    const counts = this.#of(action);
    const hopeless = counts.answered === 0 && counts.refused >= HOPELESS;
    if (this.ended === undefined && !hopeless && this.#left > 0) {
      this.#left--;
      return true;
    }
    if (hopeless) counts.refused++;
    else counts.skipped++;
    return false;
  }

  answered(action: string): void {
    this.#of(action).answered++;
  }
  failed(action: string, error: ConnectorProblem): void {
    this.#of(action).refused++;
    if (endsTheRun(error)) this.ended ??= error;
    if (this.#of(action).refused <= HOPELESS) this.problems.push(error);
  }

  /** What was refused, and what the budget did not reach, with exact counts. */
  *said(): Generator<ConnectorProblem> {
    yield* this.#refusals();
    if (this.ended !== undefined) return;
    for (const [action, { skipped, answered, refused }] of this.#actions)
      if (skipped > 0)
        yield problem(
          'rate limited',
          `${action}: ${skipped} of ${skipped + answered + refused} not asked, the budget of calls is used up`,
          false,
          'Raise maxCalls in the settings of this source.',
        );
  }

  *#refusals(): Generator<ConnectorProblem> {
    const shown = new Set<string>();
    for (const one of this.problems) {
      const action = one.code === 'forbidden' ? (one.message.split(' ')[0] ?? '') : one.message;
      if (shown.has(action)) continue;
      shown.add(action);
      const count = this.#actions.get(action)?.refused ?? 1;
      yield count > 1 ? { ...one, message: `${one.message} (and the same for ${count - 1} more)` } : one;
    }
  }
}

/** Runs `work` on all, a few at once, in order of their start. Stops starting when `isOver` says so. */
export async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<void>, isOver: () => boolean): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length && !isOver()) {
      const item = items[next++];
      if (item !== undefined) await work(item);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
