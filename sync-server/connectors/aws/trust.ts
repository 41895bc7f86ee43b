import { subjectName } from '../../../shared/model/globalName.ts';
import type { ObservedLink } from '../../../shared/model/record.ts';
import { type Condition, type Principals, parsePolicy, type Statement } from './policyDocument.ts';
import type { Account } from './session.ts';

/** Links into a role, from everybody whom its trust policy names; and what of the policy could not be looked into. */
export interface Trust {
  readonly links: readonly ObservedLink[];
  readonly unread: boolean;
}

type Named = Principals['named'][number];
type Target = ObservedLink['to'];

const ASSUMES = /^(sts:assumerole(withwebidentity|withsaml)?|sts:assumerole\*|sts:\*|\*)$/;
const OIDC_PROVIDER = /^arn:[a-z0-9-]+:iam::\d{12}:oidc-provider\/(.+)$/;
const ACCOUNT = /^(\d{12})$/;
/** What IAM puts in the place of a principal that was deleted: its unique id (AWS, "Principal: IAM user principals"). */
const FORMER = /^A(IDA|ROA)[A-Z0-9]{12,}$/;
const MOST_LINKS = 1_000;

/**
 * Who may assume a role, by its trust policy (AWS, "AWS JSON policy elements: Principal"). An OIDC subject is named as issuer and subject,
 * which a cluster or a code host names its own accounts by too.
 * @param account the role's own: where a principal is said without a partition.
 */
export function trustOf(document: string | undefined, account: Account): Trust {
  const parsed = document === undefined ? undefined : parsePolicy(document);
  if (!parsed?.ok) return { links: [], unread: true };
  const denied = parsed.value.some(({ effect }) => effect === 'Deny');
  const links = parsed.value.filter(isTrust).flatMap((statement) => linksOf(statement, account, denied));
  const unique = new Map(links.map((link) => [JSON.stringify([link.to, link.note]), link]));
  return { links: [...unique.values()].slice(0, MOST_LINKS), unread: false };
}

const isTrust = ({ effect, actions }: Statement): boolean =>
  effect === 'Allow' && (actions.not || actions.patterns.some((action) => ASSUMES.test(action)));

function linksOf(statement: Statement, account: Account, denied: boolean): ObservedLink[] {
  const { principals, conditions } = statement;
  if (principals === undefined) return [];
  if (principals.not) return [link({ alias: 'anyone in AWS' }, 'inferred', ['all but those that NotPrincipal names'])];
  return principals.named.flatMap((named) => {
    const ends = endsOf(named, conditions, account);
    const others = conditions.filter(({ key }) => !ends.used.has(key));
    const certainty = denied || others.length > 0 ? ('inferred' as const) : ('exact' as const);
    const notes = [...ends.notes, ...noteOf(others), ...(denied ? ['the policy also denies'] : [])];
    return ends.to.map((to) => link(to, certainty, notes));
  });
}

function link(to: Target, certainty: ObservedLink['certainty'], notes: readonly string[]): ObservedLink {
  const note = notes.join('; ').slice(0, 1_000);
  return { relation: 'can-assume', to, certainty, inward: true, ...(note === '' ? {} : { note }) };
}

/** Names of what is asked for; never the values, some of which only two parties know. */
const noteOf = (conditions: readonly Condition[]): string[] =>
  conditions.length === 0
    ? []
    : [`only under conditions on ${[...new Set(conditions.map(({ key }) => keyName(key)))].slice(0, 10).join(', ')}`];
const keyName = (key: string): string => (key === 'sts:externalid' ? 'an external id' : key.slice(0, 120));

interface Ends {
  readonly to: readonly Target[];
  readonly notes: readonly string[];
  /** Conditions that the ends say already. */
  readonly used: ReadonlySet<string>;
}
const NONE: ReadonlySet<string> = new Set();

function endsOf({ type, name }: Named, conditions: readonly Condition[], account: Account): Ends {
  const provider = OIDC_PROVIDER.exec(name)?.[1];
  if (type === 'Federated' && provider !== undefined) return subjectsOf(provider, name, conditions);
  if (type === 'any') return { to: [{ alias: 'anyone in AWS' }], notes: [], used: NONE };
  if (type !== 'AWS') return { to: [{ alias: name.slice(0, 1_024) }], notes: [], used: NONE };
  if (FORMER.test(name)) return { to: [{ alias: name }], notes: ['a principal that was deleted'], used: NONE };
  const id = ACCOUNT.exec(name)?.[1];
  const arn = id === undefined ? name : `arn:${account.partition}:iam::${id}:root`;
  const whole = /^arn:[a-z0-9-]+:iam::(\d{12}):root$/.exec(arn)?.[1];
  const notes =
    whole === undefined
      ? []
      : [
          whole === account.id
            ? 'everybody in this account whose own policies allow it'
            : `everybody in account ${whole} whose own policies allow it`,
        ];
  return { to: [{ alias: arn.slice(0, 1_024) }], notes, used: NONE };
}

/** Operators that compare the whole text; `ForAnyValue:` and the like say no single subject. */
const EQUAL = new Set(['stringequals']);
const LIKE = new Set(['stringlike']);

/** Tokens of an OIDC provider carry `sub`; a condition on it says whose (AWS, "Available keys for AWS OIDC federation"). */
function subjectsOf(issuer: string, provider: string, conditions: readonly Condition[]): Ends {
  const key = `${issuer}:sub`.toLowerCase();
  const audience = `${issuer}:aud`.toLowerCase();
  const about = conditions.filter((one) => one.key === key && (EQUAL.has(one.operator) || LIKE.has(one.operator)));
  const audiences = conditions.filter((one) => one.key === audience && (EQUAL.has(one.operator) || LIKE.has(one.operator)));
  const notes = audiences.map(({ values }) => `aud is ${values.slice(0, 5).join(' or ').slice(0, 300)}`);
  const [first, ...more] = about;
  const used = new Set(audiences.length > 0 ? [audience] : []);
  // Two conditions on the subject both have to hold: which subjects that leaves is not worked out.
  if (first === undefined || more.length > 0) {
    const whom = first === undefined ? [`anybody for whom ${issuer} issues a token`] : [];
    return { to: [{ alias: provider.slice(0, 1_024) }], notes: [...whom, ...notes], used };
  }
  used.add(key);
  const to = first.values.slice(0, MOST_LINKS).map((subject): Target => {
    const name = subjectName(issuer, subject).slice(0, 2_000);
    return LIKE.has(first.operator) && /[*?]/.test(subject) ? { pattern: name } : { alias: name };
  });
  return { to, notes, used };
}
