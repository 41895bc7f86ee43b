/** A worker that is just ending lets go at once; somebody else does not. */
const PATIENCE = 2_000;

/**
 * Held for as long as an engine lives: two engines that sign with one device key would fork its chain of entries. The browser
 * lets go of it when the worker ends, however it ends.
 * @param onWait called when somebody else holds it for longer than a reload takes. It is still waited for.
 * @returns what lets it go.
 */
export function holdLock(locks: LockManager, name: string, onWait: () => void): Promise<() => void> {
  return new Promise((resolve) => {
    const waiting = setTimeout(onWait, PATIENCE);
    void locks.request(name, () => {
      clearTimeout(waiting);
      return new Promise<void>((release) => resolve(release));
    });
  });
}
