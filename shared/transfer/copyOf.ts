import type { Instant } from '../base/time.ts';
import { FIELDS } from '../model/fields.ts';
import type { IdentityId, SpaceId } from '../model/ids.ts';
import { authorName } from '../register/saidView.ts';
import type { AuthorValue, FieldView, PartyView, RegisterReader } from '../register/view.ts';
import type { CopiedRecord, CopiedValue, RegisterCopy } from './registerCopy.ts';

const GOVERNED = FIELDS.filter(({ plane, on }) => plane === 'governance' && on.includes('identity')).map(({ name }) => name);

/** What is copied of the chosen records, and what is not and why. */
export interface CopyMade {
  readonly copy: RegisterCopy;
  /** Fields in conflict: they are settled here, or said anew there. */
  readonly conflicts: readonly { readonly name: string; readonly field: string }[];
  /** Chosen, and no identities. */
  readonly others: number;
}

/** The chosen identities with each governed value that holds now and who said it. Nothing is changed by it. */
export function copyOf(
  register: RegisterReader,
  ids: readonly IdentityId[],
  from: { readonly space: SpaceId; readonly name: string },
  at: Instant,
): CopyMade {
  const conflicts: { name: string; field: string }[] = [];
  const records: CopiedRecord[] = [];
  for (const id of new Set(ids)) {
    const row = register.row(id);
    if (row?.type !== 'identity') continue;
    const fields = GOVERNED.map((name) => register.field(id, name)).filter((field) => field !== undefined);
    for (const { state, label } of fields) if (state === 'conflict') conflicts.push({ name: row.name, field: label });
    const where = row.boundary ?? row.environment;
    records.push({
      ...{ id, name: row.name, kind: row.kind },
      ...(where === undefined ? {} : { boundary: where }),
      values: fields.flatMap(saidValue),
    });
  }
  const used = new Set(records.flatMap(({ values }) => values.flatMap(({ value }) => (Array.isArray(value) ? value : [value]))));
  const parties = register
    .parties()
    .map(({ id, name, kind }: PartyView) => ({ reference: `party:${id}`, name, kind }))
    .filter(({ reference }) => used.has(reference));
  return { copy: { format: 'muster-copy', v: 1, from, at, records, parties }, conflicts, others: new Set(ids).size - records.length };
}

/** The value that holds, if one does: what is inherited belongs to something else, and the name is the record's own. */
function saidValue({ field, value, state, inherited, values }: FieldView): CopiedValue[] {
  if (field === 'name' || value === undefined || value === null || value === '' || state === 'conflict' || inherited === true) return [];
  const said = values.find(({ wins }) => wins) ?? values[0];
  const at = said && whenSaid(said);
  return [{ field, value, by: said === undefined ? 'somebody' : bySomebody(said), ...(at === undefined ? {} : { at }) }];
}

const bySomebody = ({ author }: AuthorValue): string =>
  author.kind === 'source'
    ? `the source ${authorName(author)}`
    : author.kind === 'rule'
      ? `the rule ${authorName(author)}`
      : authorName(author);

const whenSaid = ({ author, asOf }: AuthorValue): Instant | undefined => (author.kind === 'steward' ? (author.at as Instant) : asOf);
