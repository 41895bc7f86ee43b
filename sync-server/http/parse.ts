import type * as z from 'zod';
import { err, ok, type Result } from '../../shared/base/result.ts';
import type { ApiError } from '../../shared/wire/http.ts';
import { apiFailure } from './errors.ts';

/** What came over the network, checked. The error names paths, never values: they may be secrets. */
export function parseWith<T>(schema: z.ZodType<T>, value: unknown): Result<T, ApiError> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return ok(parsed.data);
  const where = parsed.error.issues.slice(0, 5).map((issue) => `${issue.path.map(String).join('.') || 'body'}: ${issueText(issue)}`);
  return err(apiFailure('bad request', `The request is not understood (${where.join('; ')}).`));
}

/** zod's own texts for unknown keys quote them; the path is enough. */
const issueText = (issue: z.core.$ZodIssue): string => (issue.code === 'unrecognized_keys' ? 'has keys that are not known' : issue.message);
