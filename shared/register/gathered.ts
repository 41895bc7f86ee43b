import type { Json } from '../base/json.ts';
import { type Millis, parseTime } from '../base/time.ts';
import type { IdentityId } from '../model/ids.ts';
import type { ObservedState } from '../model/vocabulary.ts';
import type { AccessSummary } from './access.ts';
import type { Application } from './applicationDirectory.ts';
import type { CredentialFacts, CredentialVerdict } from './credential.ts';
import type { Decision } from './decide.ts';
import type { Projected } from './projected.ts';
import type { Subject } from './subject.ts';

/** What a row and its findings are made of, worked out once. */
export interface Gathered {
  readonly subject: Subject;
  /** Without the fields that nobody says anything of. */
  readonly values: ReadonlyMap<string, Decision>;
  readonly text: (field: string) => string | undefined;
  readonly parents: readonly IdentityId[];
  readonly above: Projected | undefined;
  readonly access: AccessSummary;
  readonly observed: ObservedState;
  readonly privileged: boolean | undefined;
  readonly facts: CredentialFacts | undefined;
  readonly verdict: CredentialVerdict | undefined;
  readonly verdicts: readonly JudgedCredential[];
  /** What it belongs to, and inherits an owner and a team from where it has none. */
  readonly application: Application | undefined;
}

export interface JudgedCredential {
  readonly id: IdentityId;
  readonly facts: CredentialFacts;
  readonly verdict: CredentialVerdict;
}

export const textOf = (value: Json | undefined): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value : undefined;

/** When a steward's last word on its lifecycle was said. */
export function acceptedAt({ values }: Gathered): Millis | undefined {
  const winner = values.get('lifecycle')?.winner;
  return winner?.by === 'steward' ? parseTime(winner.head.at) : undefined;
}

/** A credential's owner is that of what it proves; an identity's that of the application that it belongs to. */
export function inheritedFrom({ above, application }: Gathered): { readonly owner: string | undefined; readonly team: string | undefined } {
  return { owner: above?.ownerValue ?? application?.ownerValue, team: above?.teamValue ?? application?.teamValue };
}

/** When a credential of it may read differently. */
export function nextVerdict(verdict: CredentialVerdict | undefined, verdicts: readonly JudgedCredential[]): Millis {
  let next = verdict?.next ?? Number.POSITIVE_INFINITY;
  for (const one of verdicts) next = Math.min(next, one.verdict.next);
  return next;
}

const NO_MARKS: readonly string[] = [];
/** The fields in conflict and in drift. */
export function marksOf(values: ReadonlyMap<string, Decision>): { conflicts: readonly string[]; drifts: readonly string[] } {
  let conflicts = NO_MARKS;
  let drifts = NO_MARKS;
  for (const [field, { state }] of values) {
    if (state === 'conflict') conflicts = [...conflicts, field];
    if (state === 'drift') drifts = [...drifts, field];
  }
  return { conflicts, drifts };
}

/** Texts of the heads that do not show, by field. */
export function otherHeads(
  values: ReadonlyMap<string, Decision>,
  shown: (field: string, value: Json | undefined) => string,
): ReadonlyMap<string, readonly string[]> | undefined {
  let others: Map<string, readonly string[]> | undefined;
  for (const [field, { state, stewards }] of values)
    if (state === 'conflict') {
      others ??= new Map();
      others.set(
        field,
        stewards.slice(1).map((said) => shown(field, said.value).toLowerCase()),
      );
    }
  return others;
}
