import * as z from 'zod';
import { ok, type Result } from '../base/result.ts';
import { parseCanonical } from './canonicalParse.ts';
import type { SnapshotRefusal } from './contracts.ts';
import type { Manifest, SampleSpec } from './format.ts';
import { refuse } from './refusal.ts';
import { drawSample } from './sample.ts';

export const POPULATION = 'population.json';

/** What a sample is drawn from, and the sample; the other members are judged by computing them again. */
const population = z.looseObject({ ids: z.custom<readonly string[]>(isTexts), sample: z.unknown().optional() });
const sample = z.object({ ids: z.array(z.string()), method: z.literal('sha256-order'), seed: z.string(), size: z.number() }).strict();

/** By hand: a schema would make an object for each of a million ids. */
function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

/** Draws the sample again from the ids of the population. @returns how many were drawn, undefined where none was asked for. */
export function checkSample(bytes: Uint8Array, draw: Manifest['draw']): Result<number | undefined, SnapshotRefusal> {
  const parsed = population.safeParse(parseCanonical(bytes)?.value);
  if (!parsed.success) return refuse('sample', 'The population is not what the format says.', { part: POPULATION });
  const drawn = sample.safeParse(parsed.data.sample);
  if (draw === undefined && parsed.data.sample === undefined) return ok(undefined);
  if (draw && drawn.success && isDrawn(parsed.data.ids, draw, drawn.data)) return ok(drawn.data.ids.length);
  return refuse('sample', 'The sample is not the one that this seed draws from this population.', { part: POPULATION });
}

/** What is cheap to see comes first: drawing takes a hash for each id. */
function isDrawn(ids: readonly string[], draw: SampleSpec, said: z.infer<typeof sample>): boolean {
  if (said.seed !== draw.seed || said.size !== draw.size || said.ids.length !== Math.min(draw.size, ids.length)) return false;
  return drawSample(ids, draw).every((id, index) => id === said.ids[index]);
}
