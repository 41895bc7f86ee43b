/** One measured figure beside its budget. A ratio has no unit: both sides were measured in this run, on this machine. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: '×' | 'ms' | '/s' | 'bytes' | 's' | 'records';
  readonly budget?: { readonly least?: number; readonly most?: number };
  readonly note?: string;
}

export const figure = (what: string, value: number, unit: Figure['unit'], budget?: Figure['budget'], note?: string): Figure => ({
  what,
  value,
  unit,
  ...(budget ? { budget } : {}),
  ...(note === undefined ? {} : { note }),
});

export const within = ({ value, budget }: Figure): boolean | undefined =>
  budget === undefined
    ? undefined
    : value <= (budget.most ?? Number.POSITIVE_INFINITY) && value >= (budget.least ?? Number.NEGATIVE_INFINITY);

/** Milliseconds of one call. */
export async function timed<T>(act: () => T | Promise<T>): Promise<{ millis: number; value: T }> {
  const started = performance.now();
  const value = await act();
  return { millis: performance.now() - started, value };
}

/** The middle of several runs: one slow run, by a neighbour or a collection, does not decide. */
export async function median(runs: number, act: () => unknown): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < runs; run++) times.push((await timed(act)).millis);
  return quantile(times, 0.5);
}

export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

/** Live bytes on the heap and outside it, after a collection. Needs `--expose-gc`. */
export function liveBytes(): number {
  const collect = (globalThis as { gc?: () => void }).gc;
  if (!collect) throw new Error('run with --expose-gc');
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
