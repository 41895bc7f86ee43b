import * as z from 'zod';
import { MAX_TEXT } from '../base/text.ts';
import { externalId } from './ids.ts';

/** Longest text of a place in a source, in UTF-16 units: a role's comment, an annotation. What is longer is not written to. */
export const MAX_WRITTEN = 16_384;

const held = z.string().max(MAX_WRITTEN).nullable();

/**
 * Exactly what would be sent to a source (DESIGN 11), as its connector planned it. It is part of the proposal that people approve, so that
 * the digest that they sign names every byte of it. No secret is ever part of it.
 */
export const plannedWrite = z
  .object({
    externalId,
    field: z.string().min(1).max(64),
    /** The place in the source's own words. */
    target: z.string().max(MAX_TEXT),
    /** What the place holds now, and what it would hold; null: nothing. */
    from: held,
    to: held,
    /** What the source's own concurrency control compares. */
    version: z.string().max(MAX_WRITTEN),
    /** The statement or request as it will be sent, for people to read. */
    statement: z.string().max(4 * MAX_WRITTEN),
  })
  .strict();
export type PlannedWriteText = z.infer<typeof plannedWrite>;
