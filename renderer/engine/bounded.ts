/** At most so many pieces of work at a time; the others wait in the order in which they came. */
export function bounded(limit: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  const turn = (): Promise<void> => {
    if (running < limit) {
      running++;
      return Promise.resolve();
    }
    return new Promise((resolve) => waiting.push(resolve));
  };
  const done = (): void => {
    const next = waiting.shift();
    // Whoever waits takes over this place: the count stays.
    if (next) next();
    else running--;
  };
  return async (work) => {
    await turn();
    try {
      return await work();
    } finally {
      done();
    }
  };
}
