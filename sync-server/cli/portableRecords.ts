import * as z from 'zod';
import { type Json, sameJson } from '../../shared/base/json.ts';
import { visibleText } from '../../shared/base/text.ts';
import type { Act } from '../../shared/model/act.ts';
import { FIELDS, fieldByName, fieldProblem, isSetField } from '../../shared/model/fields.ts';
import { type Anchor, anchor, type IdentityId } from '../../shared/model/ids.ts';
import { json } from '../../shared/model/record.ts';
import { exclusionReason, lifecycle, recordType } from '../../shared/model/vocabulary.ts';
import type { Row } from '../../shared/register/view.ts';
import { CommandError } from './commandError.ts';
import type { LocalCore } from './localCore.ts';

/** One record of a file that `export` wrote: how `import` knows it again. */
export const portableRow = z
  .object({ id: anchor, type: recordType, kind: z.string().max(4_096), values: z.record(z.string(), json) })
  .strict();
export type PortableRow = z.infer<typeof portableRow>;

export interface ExportRecord {
  readonly row: Row;
  readonly values: Readonly<Record<string, Json>>;
}

/** What a person decides, and so what an export can bring back. */
export const GOVERNED: readonly string[] = FIELDS.filter(({ plane }) => plane === 'governance').map(({ name }) => name);

/** Everything a later import needs to find a record again: its id, and each governance value as it is stored. */
export const exportRecords = (core: LocalCore, rows: readonly Row[]): ExportRecord[] =>
  rows.map((row) => ({ row, values: governedValues(core, row.id) }));

function governedValues(core: LocalCore, id: IdentityId): Record<string, Json> {
  const values: Record<string, Json> = {};
  for (const name of GOVERNED) {
    const value = core.register.field(id, name)?.value;
    if (value !== undefined && value !== null) values[name] = value;
  }
  return values;
}

interface Applied {
  readonly rows: number;
  readonly created: number;
  readonly changes: number;
  readonly entries: number;
}

/** Rows of an earlier export. A known id gets what differs; an unknown one becomes a record of that very id. */
export async function applyRows(core: LocalCore, rows: readonly PortableRow[], why: string): Promise<Applied> {
  const seen = new Set<string>();
  const acts: Act[] = [];
  let created = 0;
  for (const [index, row] of rows.entries()) {
    if (seen.has(row.id)) throw new CommandError(`Record ${index + 1}: an earlier one has the same id.`);
    seen.add(row.id);
    refuseBadValues(row, index + 1);
    const known = core.register.resolve(row.id);
    if (known === undefined) created++;
    acts.push(...(known === undefined ? createActs(row, why) : differingActs(core, known, row, why)));
  }
  const entries = acts.length === 0 ? [] : await committed(core, acts);
  return { rows: rows.length, created, changes: acts.length, entries: entries.length };
}

async function committed(core: LocalCore, acts: readonly Act[]): Promise<readonly string[]> {
  const result = await core.commit(acts);
  if (result.ok) return result.value.entries;
  throw new CommandError(result.error.message, { exitCode: 1, wayOut: result.error.wayOut });
}

/** Before anything is signed: a file is taken in as a whole or not at all. The value is not repeated, only where it is. */
function refuseBadValues({ values }: PortableRow, number: number): void {
  for (const [field, value] of Object.entries(values)) {
    if (!GOVERNED.includes(field)) throw new CommandError(`Record ${number}: there is no field "${visibleText(field, 60)}".`);
    const problem = isBlank(value) ? undefined : valueProblem(field, value);
    if (problem !== undefined) throw new CommandError(`Record ${number}: ${problem}.`);
  }
}

function valueProblem(field: string, value: Json): string | undefined {
  if (!isSetField(field)) return fieldProblem(field, value);
  if (!Array.isArray(value)) return `${fieldByName.get(field)?.label ?? field}: must be a list`;
  return value.map((element) => (element === '' ? 'an element is blank' : fieldProblem(field, element))).find((one) => one !== undefined);
}

const isBlank = (value: Json | undefined): boolean => value === undefined || value === null || value === '';

function createActs(row: PortableRow, why: string): Act[] {
  const { name, ...rest } = row.values;
  const create: Act = {
    kind: 'create',
    anchor: row.id,
    type: row.type,
    recordKind: row.kind,
    name: String(isBlank(name) ? row.id : name),
    why,
  };
  const given = Object.entries(rest).filter(([, value]) => !isBlank(value));
  return [create, ...given.flatMap(([field, value]) => valueActs([row.id], field, value, [], why))];
}

function differingActs(core: LocalCore, id: IdentityId, row: PortableRow, why: string): Act[] {
  // Only where something differs: a view of an identity brings its whole history with it.
  const anchors = (): Anchor[] => [...(core.register.identity(id)?.anchors ?? [id])];
  return Object.entries(row.values).flatMap(([name, value]) => {
    const now = core.register.field(id, name)?.value ?? (name === 'name' ? core.register.row(id)?.name : undefined);
    if (isBlank(value) && isBlank(now)) return [];
    if (sameJson(now ?? (isSetField(name) ? [] : null), value)) return [];
    return valueActs(anchors(), name, value, Array.isArray(now) ? now.map(String) : [], why);
  });
}

function valueActs(anchors: Anchor[], field: string, value: Json, present: readonly string[], why: string): Act[] {
  if (field === 'lifecycle') return lifecycleActs(anchors, value, why);
  if (!isSetField(field)) return [isBlank(value) ? { kind: 'clear', anchors, field, why } : { kind: 'set', anchors, field, value, why }];
  const wanted = Array.isArray(value) ? value.map(String) : [];
  return [
    ...wanted.filter((element) => !present.includes(element)).map((element): Act => ({ kind: 'add', anchors, field, element, why })),
    ...present.filter((element) => !wanted.includes(element)).map((element): Act => ({ kind: 'remove', anchors, field, element, why })),
  ];
}

const states = lifecycle.exclude(['excluded', 'unregistered']);

/** A blank lifecycle cell says nothing: no act makes a registered identity unregistered again. */
function lifecycleActs(anchors: Anchor[], value: Json, why: string): Act[] {
  const { state, reason } = (value ?? {}) as { state?: unknown; reason?: unknown };
  const excluded = state === 'excluded' ? exclusionReason.safeParse(reason) : undefined;
  if (excluded?.success) return [{ kind: 'exclude', anchors, reason: excluded.data, why }];
  const governed = states.safeParse(state);
  return governed.success ? [{ kind: 'lifecycle', anchors, state: governed.data, why }] : [];
}
