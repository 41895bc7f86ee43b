import * as z from 'zod';
import { err, ok, type Result } from '../base/result.ts';

const share = z.number().min(0).max(1);
const least = z.number().int().min(1);

/** DOMAIN J. A share is of what was there before; `false` switches a rule off for the source. */
const overrides = z
  .object({
    'wrong place': z.literal(false),
    empty: z.union([z.literal(false), z.object({ least }).strict()]),
    removals: z.union([
      z.literal(false),
      z
        .object({ share, least, small: z.number().int().min(0), leastSmall: least })
        .partial()
        .strict(),
    ]),
    'slow bleed': z.union([z.literal(false), z.object({ share }).strict()]),
    'owner wipe': z.union([z.literal(false), z.object({ share, least }).partial().strict()]),
    'mass change': z.union([z.literal(false), z.object({ share, least }).partial().strict()]),
    flood: z.union([
      z.literal(false),
      z
        .object({ times: z.number().min(1), least })
        .partial()
        .strict(),
    ]),
    blinded: z.union([z.literal(false), z.object({ share }).strict()]),
    /** What this source lists comes and goes: half of it may go at once. */
    ephemeral: z.boolean(),
  })
  .partial()
  .strict();

export interface Thresholds {
  readonly wrongPlace: boolean;
  readonly empty: { readonly least: number } | false;
  readonly removals: { readonly share: number; readonly least: number; readonly small: number; readonly leastSmall: number } | false;
  readonly slowBleed: { readonly share: number } | false;
  readonly ownerWipe: { readonly share: number; readonly least: number } | false;
  readonly massChange: { readonly share: number; readonly least: number } | false;
  readonly flood: { readonly times: number; readonly least: number } | false;
  readonly blinded: { readonly share: number } | false;
}

export const DEFAULT_THRESHOLDS: Thresholds = {
  wrongPlace: true,
  empty: { least: 3 },
  removals: { share: 0.1, least: 5, small: 20, leastSmall: 3 },
  slowBleed: { share: 0.2 },
  ownerWipe: { share: 0.05, least: 5 },
  massChange: { share: 0.3, least: 20 },
  flood: { times: 3, least: 100 },
  blinded: { share: 0.05 },
};

type Defined<T> = { [K in keyof T]?: T[K] | undefined };
/** `false` switches off, an object replaces what it names. */
function merge<T extends object>(standard: T | false, override: Defined<T> | false | undefined): T | false {
  if (override === undefined) return standard;
  if (override === false || standard === false) return false;
  return { ...standard, ...override } as T;
}

/** @returns one line that names the path, for settings that are not understood. */
export function parseThresholds(guard: unknown): Result<Thresholds, string> {
  const parsed = overrides.safeParse(guard ?? {});
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return err(`guard${issue?.path.map((part) => `.${String(part)}`).join('') ?? ''}: ${issue?.message ?? 'not understood'}`);
  }
  const given = parsed.data;
  const standard = DEFAULT_THRESHOLDS;
  const removals = standard.removals && given.ephemeral ? { ...standard.removals, share: 0.5 } : standard.removals;
  return ok({
    wrongPlace: given['wrong place'] !== false,
    empty: merge(standard.empty, given.empty),
    removals: merge(removals, given.removals),
    slowBleed: merge(given.ephemeral ? { share: 0.5 } : standard.slowBleed, given['slow bleed']),
    ownerWipe: merge(standard.ownerWipe, given['owner wipe']),
    massChange: merge(standard.massChange, given['mass change']),
    flood: merge(standard.flood, given.flood),
    blinded: merge(standard.blinded, given.blinded),
  });
}
