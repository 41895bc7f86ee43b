import type { AccessLevel, Entitlement } from '../../../shared/model/vocabulary.ts';
import { ActionLevels } from './actionLevels.ts';
import { common, Effort, type GlobSet, holds, isEmpty, meets, without } from './globs.ts';
import { parsePolicy, type Statement } from './policyDocument.ts';

/** One policy that a principal has, and how it came to it: `['group Readers', 'policy ReadOnlyAccess']`. */
export interface HeldPolicy {
  readonly via: readonly string[];
  /** Undefined: it was not among what was read. */
  readonly document: string | undefined;
}

export interface Rights {
  readonly access: readonly Entitlement[];
  /** Policies that were not looked into, and why. Access is then known in part. */
  readonly unread: readonly { readonly policy: string; readonly why: string }[];
  /** Some were left out: there are more than anyone reads. */
  readonly cut: boolean;
}

const MOST_RIGHTS = 1_000;
const MOST_COMPARISONS = 2_000_000;
const ORDER: readonly AccessLevel[] = ['full', 'grant', 'secrets', 'run', 'write', 'read'];

/** What one Allow statement still gives after boundary and denials. */
interface Given {
  readonly actions: GlobSet;
  readonly resources: GlobSet;
  readonly exact: boolean;
  readonly native: string;
  readonly via: readonly string[];
}

interface Read {
  readonly statement: Statement;
  readonly via: readonly string[];
}

/**
 * What the policies of a principal allow it within its account (AWS, "Policy evaluation logic"): the union of what identity policies allow,
 * within the permissions boundary, without what anything denies. Organizations' control policies, resource policies and session policies
 * are not known here. Everything that hangs on a condition, a variable or an exclusion is an upper bound, never less than the truth.
 */
export class AccessReader {
  readonly #boundary: string;
  readonly #levels = new ActionLevels();
  readonly #parsed = new Map<string, ReturnType<typeof parsePolicy>>();

  /** @param boundary the account, as shown: rights stop there. */
  constructor(boundary: string) {
    this.#boundary = boundary;
  }

  rightsOf(policies: readonly HeldPolicy[], permissionsBoundary: HeldPolicy | undefined): Rights {
    const effort = new Effort(MOST_COMPARISONS);
    const held = this.#read(policies);
    const bound = permissionsBoundary === undefined ? undefined : this.#read([permissionsBoundary]);
    const denials = [...held.statements, ...(bound?.statements ?? [])].filter(({ statement }) => statement.effect === 'Deny');
    const given = held.statements
      .filter(({ statement }) => statement.effect === 'Allow')
      .map(givenBy)
      .flatMap((one) => (bound === undefined ? [one] : withinBoundary(one, bound, effort)))
      .flatMap((one) => withoutDenied(one, denials, effort));
    const access = this.#entitlements(given, held.unread);
    return { access: access.slice(0, MOST_RIGHTS), unread: [...held.unread, ...(bound?.unread ?? [])], cut: access.length > MOST_RIGHTS };
  }

  #read(policies: readonly HeldPolicy[]): { readonly statements: readonly Read[]; readonly unread: Rights['unread'] } {
    const statements: Read[] = [];
    const unread: { policy: string; why: string }[] = [];
    for (const { document, via } of policies) {
      const parsed = document === undefined ? undefined : this.#parse(document);
      if (parsed?.ok) for (const statement of parsed.value) statements.push({ statement, via });
      else unread.push({ policy: via.at(-1) ?? 'policy', why: parsed === undefined ? 'its document was not read' : parsed.error });
    }
    return { statements, unread };
  }

  /** A managed policy is held by many, and parsed once. */
  #parse(document: string): ReturnType<typeof parsePolicy> {
    const known = this.#parsed.get(document);
    if (known) return known;
    const parsed = parsePolicy(document);
    this.#parsed.set(document, parsed);
    return parsed;
  }

  #entitlements(given: readonly Given[], unread: Rights['unread']): Entitlement[] {
    const found = new Map<string, Entitlement>();
    for (const one of given) {
      for (const level of this.#levelsOf(one)) {
        const right: Entitlement = {
          level,
          on: namesOf(one.resources),
          boundary: this.#boundary,
          ...(one.via.length > 0 ? { via: one.via.map((step) => step.slice(0, 512)).slice(0, 64) } : {}),
          native: one.native,
          certainty: one.exact ? 'exact' : 'upper bound',
        };
        const id = JSON.stringify([level, right.on, right.native, right.certainty]);
        if (!found.has(id)) found.set(id, right);
      }
    }
    const known = [...found.values()].sort((one, other) => ORDER.indexOf(one.level) - ORDER.indexOf(other.level));
    return [...unread.map(({ policy, why }) => this.#unknown(policy, why)), ...known];
  }

  /** A policy that was not looked into may allow anything: with this certainty the level says nothing, and is no privilege gained. */
  #unknown(policy: string, why: string): Entitlement {
    return {
      level: 'read',
      on: '*',
      boundary: this.#boundary,
      via: [policy.slice(0, 512)],
      native: `not looked into: ${why}`,
      certainty: 'unread',
    };
  }

  #levelsOf({ actions, resources }: Given): readonly AccessLevel[] {
    const everything = !actions.not && actions.patterns.some((pattern) => pattern === '*' || pattern === '*:*');
    const everywhere = resources.not || resources.patterns.includes('*');
    if (everything && everywhere) return ['full'];
    const within = everything && !everywhere ? { not: false, patterns: servicesOf(resources) } : actions;
    const levels = this.#levels.of(within);
    return ORDER.filter((level) => levels.has(level));
  }
}

/** Of every action on buckets only those of S3 do anything. */
const servicesOf = ({ patterns }: GlobSet): readonly string[] => [
  ...new Set(
    patterns.map((pattern) => {
      const service = /^arn:[^:]*:([a-z0-9-]+):/.exec(pattern)?.[1];
      return service === undefined ? '*' : `${service}:*`;
    }),
  ),
];

const givenBy = ({ statement, via }: Read): Given => ({
  actions: statement.actions,
  resources: statement.resources,
  exact: statement.conditions.length === 0 && !statement.variable && !statement.actions.not && !statement.resources.not,
  native: statement.native,
  via,
});

/** The parts of what is given that the boundary allows too. */
function withinBoundary(
  given: Given,
  bound: { readonly statements: readonly Read[]; readonly unread: Rights['unread'] },
  effort: Effort,
): Given[] {
  if (bound.unread.length > 0) return [{ ...given, exact: false }];
  const parts: Given[] = [];
  for (const { statement, via } of bound.statements) {
    if (statement.effect !== 'Allow') continue;
    if (!effort.spend(given.actions, statement.actions) || !effort.spend(given.resources, statement.resources))
      return [{ ...given, exact: false }];
    const plain = statement.conditions.length === 0 && !statement.variable;
    if (plain && holds(statement.actions, given.actions) && holds(statement.resources, given.resources)) return [given];
    const actions = common(given.actions, statement.actions);
    const resources = common(given.resources, statement.resources);
    if (isEmpty(actions.set) || isEmpty(resources.set)) continue;
    const exact = given.exact && plain && actions.exact && resources.exact && !statement.actions.not && !statement.resources.not;
    parts.push({ ...given, actions: actions.set, resources: resources.set, exact, via: [...given.via, ...via] });
  }
  return parts;
}

/** Nothing is left of what is surely denied; where it may be denied in part it is an upper bound. */
function withoutDenied(given: Given, denials: readonly Read[], effort: Effort): Given[] {
  let left = given;
  for (const { statement } of denials) {
    const { actions, resources } = statement;
    if (!effort.spend(left.actions, actions) || !effort.spend(left.resources, resources)) return [{ ...left, exact: false }];
    if (!meets(left.actions, actions) || !meets(left.resources, resources)) continue;
    const plain = statement.conditions.length === 0 && !statement.variable;
    if (plain && holds(resources, left.resources)) {
      const kept = without(left.actions, actions);
      left = { ...left, actions: kept.set, exact: left.exact && kept.exact };
    } else if (plain && holds(actions, left.actions)) {
      const kept = without(left.resources, resources);
      left = { ...left, resources: kept.set, exact: left.exact && kept.exact };
    } else left = { ...left, exact: false };
    if (isEmpty(left.actions) || isEmpty(left.resources)) return [];
  }
  return [left];
}

const MOST_NAMED = 1_000;

/** `*`, the resources, or `all but` the resources; cut where they are more than a line. */
function namesOf({ not, patterns }: GlobSet): string {
  const named = not ? patterns : patterns.includes('*') ? ['*'] : patterns;
  let text = not ? 'all but ' : '';
  for (const [index, name] of named.entries()) {
    const part = `${index === 0 ? '' : ', '}${name}`;
    if (text.length + part.length > MOST_NAMED) return `${text.slice(0, MOST_NAMED)} and ${named.length - index} more`;
    text += part;
  }
  return text;
}
