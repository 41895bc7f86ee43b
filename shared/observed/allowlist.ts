import type { Json } from '../base/json.ts';
import type { Result } from '../base/result.ts';
import { err, ok } from '../base/result.ts';
import { fieldByName, fieldProblem, isSetField } from '../model/fields.ts';
import { type Observation, observation } from '../model/record.ts';
import { type CleanTexts, redactJson, redactText } from './redact.ts';

export interface Admitted {
  readonly observation: Observation;
  /** Kinds of secrets that were replaced. */
  readonly redacted: readonly string[];
  /** Names of fields that were dropped: not on the connector's list, or not of the field's type. */
  readonly dropped: readonly string[];
}

/** Fields whose values are random by nature and public by purpose. */
const PUBLISHED_FIELDS: ReadonlySet<string> = new Set(['fingerprint', 'serial']);

/**
 * The one gate between a connector and everything that is kept (DESIGN 6): schema, then allowlist, then redaction.
 * @param clean texts that were found clean before, for as long as one source is read.
 * @returns an error that names paths, never values.
 */
export function admit(record: unknown, allowed: ReadonlySet<string>, clean?: CleanTexts): Result<Admitted, string> {
  const parsed = observation.safeParse(record);
  if (!parsed.success) return err(describeIssue(parsed.error.issues[0]));
  if (!isWellFormed(parsed.data)) return err('a text that is not well-formed Unicode');
  const fields = admitFields(parsed.data.fields, allowed);
  const unread = parsed.data.unread?.filter((name) => allowed.has(name) || name === 'access' || name === 'links');
  return redactObservation({ ...parsed.data, fields: fields.kept, ...(unread ? { unread } : {}) }, fields.dropped, clean);
}

function describeIssue(issue: { path: readonly PropertyKey[]; message: string } | undefined): string {
  return `${issue?.path.map(String).join('.').slice(0, 120) || 'record'}: ${issue?.message.slice(0, 200) ?? 'not a record'}`;
}

/** A lone surrogate has no canonical form, so it could not be hashed. */
function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (value === null || typeof value !== 'object') return true;
  if (Array.isArray(value)) return value.every(isWellFormed);
  const members = value as Readonly<Record<string, unknown>>;
  return Object.keys(members).every((name) => name.isWellFormed() && isWellFormed(members[name]));
}

function admitFields(fields: Record<string, Json>, allowed: ReadonlySet<string>): { kept: Record<string, Json>; dropped: string[] } {
  const kept: Record<string, Json> = {};
  const dropped: string[] = [];
  for (const [name, value] of Object.entries(fields)) {
    if (allowed.has(name) && (value === null || fitsField(name, value))) kept[name] = value;
    else dropped.push(name.slice(0, 64));
  }
  return { kept, dropped };
}

/** Set fields hold lists; their schema describes one element for those a steward edits, the whole list for observed ones. */
function fitsField(name: string, value: Json): boolean {
  const isOneOfMany = Array.isArray(value) && isSetField(name) && fieldByName.get(name)?.plane === 'governance';
  return isOneOfMany ? value.every((element: Json) => fieldProblem(name, element) === undefined) : fieldProblem(name, value) === undefined;
}

function redactObservation(record: Observation, dropped: readonly string[], clean: CleanTexts | undefined): Result<Admitted, string> {
  const kinds = new Set<string>();
  const id = redactText(record.externalId, 'id');
  if (id.kinds.length > 0) return err(`externalId: looks like a secret (${id.kinds[0]})`);
  const text = (value: string): string => redactJson(value, kinds, 'text', clean) as string;
  const fields = Object.fromEntries(
    Object.entries(record.fields).map(([name, value]) => [
      name,
      redactJson(value, kinds, PUBLISHED_FIELDS.has(name) ? 'id' : 'text', clean),
    ]),
  );
  const redacted: Observation = {
    ...record,
    kind: text(record.kind),
    coverage: redactJson(record.coverage, kinds, 'id', clean) as Observation['coverage'],
    keys: record.keys.map((key) => redactJson(key, kinds, 'id') as string),
    aliases: record.aliases.map(text),
    fields,
    ...(record.access
      ? { access: redactJson(record.access as unknown as Json, kinds, 'text', clean) as unknown as NonNullable<Observation['access']> }
      : {}),
    ...(record.links
      ? { links: redactJson(record.links as unknown as Json, kinds, 'id') as unknown as NonNullable<Observation['links']> }
      : {}),
  };
  return ok({ observation: redacted, redacted: [...kinds], dropped });
}
