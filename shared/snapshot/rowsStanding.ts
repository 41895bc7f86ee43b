import * as z from 'zod';
import type { Millis } from '../base/time.ts';
import type { RowsStanding } from '../register/rowsReader.ts';

const standingGaps = z.object({ directory: z.boolean(), sources: z.array(z.object({ source: z.string(), label: z.string() })) });
const standingPopulation = z.object({ counts: z.object({ parties: z.number() }) });

/**
 * What a `RowsReader` over the rows of a file must know besides, as `gaps.json` and `population.json` of the same file say it.
 * @returns undefined when they are not of the shape.
 */
export function rowsStandingOf(gaps: unknown, population: unknown, now: Millis): RowsStanding | undefined {
  const parsed = { gaps: standingGaps.safeParse(gaps), population: standingPopulation.safeParse(population) };
  if (!parsed.gaps.success || !parsed.population.success) return undefined;
  const { directory, sources } = parsed.gaps.data;
  const sourceLabels = new Map(sources.map(({ source, label }) => [source, label]));
  return { now, directory, parties: parsed.population.data.counts.parties, sourceLabels };
}
