/** CPU seconds of this process that a call takes: what other processes do meanwhile does not count. The best of a few, without the collector's moods. */
function cpuOf(act: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let time = 0; time < 3; time++) {
    const before = process.cpuUsage();
    act();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, user + system);
  }
  return best;
}

/**
 * How much longer the same takes with four times as much: about 4 where it is linear, about 16 where it is quadratic.
 * @param act does it with this share of everything: a quarter, or the whole.
 */
export function growthOfFourfold(act: (share: number) => void): number {
  act(0.25);
  const small = cpuOf(() => act(0.25));
  return cpuOf(() => act(1)) / small;
}
