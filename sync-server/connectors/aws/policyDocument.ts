import * as z from 'zod';
import { err, ok, type Result } from '../../../shared/base/result.ts';
import type { GlobSet } from './globs.ts';

/**
 * A policy as IAM keeps it (AWS, "Grammar of the IAM JSON policy language"): identity policies, permissions boundaries and the trust
 * policies of roles alike.
 */
export interface Statement {
  readonly effect: 'Allow' | 'Deny';
  /** In lower case: actions are compared without case. */
  readonly actions: GlobSet;
  /** Absent in trust policies. Policy variables are open: `${aws:username}` may be anything. */
  readonly resources: GlobSet;
  /** Whether a resource is told by a variable, so that the pattern is wider than what is meant. */
  readonly variable: boolean;
  readonly principals: Principals | undefined;
  readonly conditions: readonly Condition[];
  /** The statement in its own words, as JSON in one line. */
  readonly native: string;
}

export interface Principals {
  /** `NotPrincipal`: everybody but these. */
  readonly not: boolean;
  readonly named: readonly { readonly type: 'any' | 'AWS' | 'Service' | 'Federated' | 'CanonicalUser' | 'other'; readonly name: string }[];
}

export interface Condition {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

/** The largest that IAM keeps is 10,240 characters, white space not counted (AWS, "IAM and AWS STS quotas"). */
const LONGEST = 65_536;
/** As many as those characters have room for. */
const MOST_PATTERNS = 1_500;
const MOST_NATIVE = 2_048;

const oneOrMore = z.union([z.string(), z.array(z.string())]).transform((value) => (typeof value === 'string' ? [value] : value));
const conditionValue = z.union([z.string(), z.boolean(), z.number()]).transform(String);
const conditions = z.record(
  z.string(),
  z.record(
    z.string(),
    z.union([conditionValue, z.array(conditionValue)]).transform((value) => (typeof value === 'string' ? [value] : value)),
  ),
);
const principal = z.union([z.literal('*'), z.record(z.string(), oneOrMore)]);
const statement = z.object({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Action: oneOrMore.optional(),
  NotAction: oneOrMore.optional(),
  Resource: oneOrMore.optional(),
  NotResource: oneOrMore.optional(),
  Principal: principal.optional(),
  NotPrincipal: principal.optional(),
  Condition: conditions.optional(),
});
type RawStatement = z.infer<typeof statement>;
const policy = z.object({
  Statement: z.union([statement, z.array(statement)]).transform((value) => (Array.isArray(value) ? value : [value])),
});

/** IAM's API returns documents percent-encoded (RFC 3986). */
function decoded(text: string): string {
  if (!text.startsWith('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** @returns why a document is not looked into, without any of its text. */
export function parsePolicy(text: string): Result<readonly Statement[], string> {
  if (text.length > 3 * LONGEST) return err('larger than any policy that IAM keeps');
  const document = decoded(text);
  if (document.length > LONGEST) return err('larger than any policy that IAM keeps');
  const parsed = policy.safeParse(jsonOf(document));
  if (!parsed.success) return err('not a policy document');
  const statements = parsed.data.Statement;
  const patterns = statements.reduce((sum, one) => sum + patternsOf(one), 0);
  return patterns > MOST_PATTERNS ? err('more actions and resources than any policy that IAM keeps') : ok(statements.map(statementOf));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const patternsOf = ({ Action, NotAction, Resource, NotResource }: RawStatement): number =>
  [Action, NotAction, Resource, NotResource].reduce((sum, list) => sum + (list?.length ?? 0), 0);

const VARIABLE = /\$\{[^}]*\}/g;

function statementOf(raw: RawStatement): Statement {
  const named = raw.Resource ?? raw.NotResource ?? ['*'];
  return {
    effect: raw.Effect,
    actions: { not: raw.NotAction !== undefined, patterns: (raw.Action ?? raw.NotAction ?? []).map((action) => action.toLowerCase()) },
    resources: { not: raw.NotResource !== undefined, patterns: named.map((name) => name.replace(VARIABLE, '*')) },
    variable: named.some((name) => name.includes('${')),
    principals: principalsOf(raw),
    conditions: Object.entries(raw.Condition ?? {}).flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, values]) => ({ operator: operator.toLowerCase(), key: key.toLowerCase(), values })),
    ),
    native: nativeOf(raw),
  };
}

const TYPES = ['AWS', 'Service', 'Federated', 'CanonicalUser'] as const;

function principalsOf({ Principal, NotPrincipal }: RawStatement): Principals | undefined {
  const said = Principal ?? NotPrincipal;
  if (said === undefined) return undefined;
  const not = Principal === undefined;
  if (said === '*') return { not, named: [{ type: 'any', name: '*' }] };
  const named = Object.entries(said).flatMap(([type, names]) =>
    names.map((name) => {
      const known = TYPES.find((one) => one === type);
      return { type: name === '*' && known === 'AWS' ? ('any' as const) : (known ?? ('other' as const)), name };
    }),
  );
  return { not, named };
}

/** Values that callers and policies agree on, so that others do not know them: they are as good as passwords, and stay in IAM. */
const AGREED = /^(sts:externalid|aws:referer|aws:useragent|aws:(request|principal|resource)tag\/.*(secret|token|password).*)$/i;

function nativeOf(raw: RawStatement): string {
  const { Condition, Sid: _label, ...rest } = raw;
  const shown = Object.entries(Condition ?? {}).map(([operator, keys]) => [
    operator,
    Object.fromEntries(Object.entries(keys).map(([key, values]) => [key, AGREED.test(key) ? ['…'] : values])),
  ]);
  const all = { ...rest, ...(shown.length > 0 ? { Condition: Object.fromEntries(shown) } : {}) };
  const text = JSON.stringify(all, (_key, value: unknown) =>
    Array.isArray(value) && value.length === 1 ? value[0] : value,
  ).toWellFormed();
  return text.length <= MOST_NATIVE ? text : `${text.slice(0, MOST_NATIVE - 1)}…`;
}
