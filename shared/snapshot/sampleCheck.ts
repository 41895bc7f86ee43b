import * as z from 'zod';
import { canonicalJson } from '../base/json.ts';
import { ok, type Result } from '../base/result.ts';
import { parseCanonical } from './canonicalParse.ts';
import type { SnapshotRefusal } from './contracts.ts';
import type { Manifest } from './format.ts';
import { refuse } from './refusal.ts';
import { drawSample } from './sample.ts';

export const POPULATION = 'population.json';

/** What a sample is drawn from, and the sample; the other members are judged by computing them again. */
const drawn = z.looseObject({ ids: z.array(z.string()), sample: z.unknown().optional() });

/** Draws the sample again from the ids of the population. @returns how many were drawn, undefined where none was asked for. */
export function checkSample(bytes: Uint8Array, draw: Manifest['draw']): Result<number | undefined, SnapshotRefusal> {
  const population = drawn.safeParse(parseCanonical(bytes)?.value);
  if (!population.success) return refuse('sample', 'The population is not what the format says.', { part: POPULATION });
  const { ids, sample } = population.data;
  const expected = draw && { ids: drawSample(ids, draw), method: 'sha256-order', seed: draw.seed, size: draw.size };
  if (!isSame(sample, expected))
    return refuse('sample', 'The sample is not the one that this seed draws from this population.', { part: POPULATION });
  return ok(expected?.ids.length);
}

const isSame = (a: unknown, b: unknown): boolean => (a === undefined || b === undefined ? a === b : canonicalJson(a) === canonicalJson(b));
