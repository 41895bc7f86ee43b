import { hashText } from '../base/hash.ts';
import { compareCodeUnits } from '../base/json.ts';
import type { SampleSpec } from './format.ts';

/**
 * The random sample of FORMAT.md, section 6: the ids in the order of the SHA-256 of `<seed> ‖ "\n" ‖ <id>`, the first `size` of them.
 * Whoever has the ids and the seed draws the same; nobody can choose an id without choosing the seed.
 * @param ids none twice; their order does not matter.
 */
export function drawSample<Id extends string>(ids: readonly Id[], { seed, size }: SampleSpec): Id[] {
  const ranked = ids.map((id) => ({ id, rank: hashText(`${seed}\n${id}`) as string }));
  ranked.sort((a, b) => compareCodeUnits(a.rank, b.rank) || compareCodeUnits(a.id, b.id));
  return ranked.slice(0, size).map(({ id }) => id);
}
