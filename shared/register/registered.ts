import { type Json, sameJson } from '../base/json.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { ActOf } from '../model/act.ts';
import { fieldByName } from '../model/fields.ts';
import type { Anchor } from '../model/ids.ts';
import type { Projection } from './projection.ts';

/** What is registered of a field, as the register holds it and as a source can hold it. */
export interface Registered {
  /** Null: blank. */
  readonly value: Json;
  /** A party by a spelling that is its alone, so that the source's next word resolves to the same party. */
  readonly sent: Json;
}

/** Why nothing of a field can be sent. */
export type RegisteredProblem =
  /** The anchors are of no identity, or of several. */
  | 'not one identity'
  | 'no such field'
  /** Which of several values is registered is for a person to say first. */
  | 'in conflict'
  /** A party that is gone, or has no name that is its alone. */
  | 'no name to send';

const REFERENCE = /^party:[0-9a-f]{32}$/;

/** What write-back may send of a field, or why nothing. Sets and structured values have no form that every source could hold. */
export function registeredFor(anchors: readonly Anchor[], field: string, projection: Projection): Result<Registered, RegisteredProblem> {
  const ids = new Set(anchors.map((anchor) => projection.classes.id(anchor)));
  const [id] = ids;
  const subject = id !== undefined && ids.size === 1 ? projection.projector.subject(id) : undefined;
  if (!subject) return err('not one identity');
  const definition = fieldByName.get(field);
  if (definition?.plane !== 'governance' || definition.type === 'set' || definition.type === 'fact') return err('no such field');
  const decision = projection.projector.decide(subject, field);
  if (decision.state === 'conflict') return err('in conflict');
  const value = decision.value ?? null;
  const sent = definition.type === 'party' && typeof value === 'string' ? partyName(value, projection) : value;
  return sent === undefined ? err('no name to send') : ok({ value, sent });
}

function partyName(value: string, { parties }: Projection): string | undefined {
  const party = parties.resolve(value);
  if (!REFERENCE.test(value)) return value;
  const spellings = party ? [party.name, ...(party.email === undefined ? [] : [party.email]), ...party.aliases] : [];
  return spellings.find((spelling) => parties.resolve(spelling)?.id === party?.id);
}

/** Is what this was made from still what is registered, and still said so? */
export function isRegistered({ anchors, registered, sent, write }: ActOf<'propose'>, projection: Projection): boolean {
  const now = registeredFor(anchors, write.field, projection);
  return now.ok && sameJson(now.value.value, registered) && sameJson(now.value.sent, sent);
}
