import type { Json } from '../base/json.ts';
import { normalName, visibleText } from '../base/text.ts';
import type { Act } from '../model/act.ts';
import { MAX_ACTS } from '../model/entry.ts';
import { fieldByName, fieldProblem, isSetField } from '../model/fields.ts';
import type { Anchor, IdentityId } from '../model/ids.ts';
import { exclusionReason, lifecycle } from '../model/vocabulary.ts';
import type { RegisterReader } from '../register/view.ts';
import type { CopiedRecord, CopiedValue, RegisterCopy } from './registerCopy.ts';

/** `here`: it was taken over before. `same name`: one of that name is in use at the same place, and may be the same. */
export type CopyState = 'new' | 'here' | 'same name';

export interface PlannedRecord {
  readonly id: IdentityId;
  readonly name: string;
  readonly state: CopyState;
  /** Values that come with it. */
  readonly values: number;
  /** What does not come, in words. */
  readonly left: readonly string[];
}

export interface CopyPlan {
  readonly from: RegisterCopy['from'];
  readonly records: readonly PlannedRecord[];
  /** People and teams that are made because nobody of that name is here. */
  readonly parties: number;
  /** Whole records each: what is signed in one go. */
  readonly portions: readonly { readonly ids: readonly IdentityId[]; readonly acts: readonly Act[] }[];
}

const MOST_ACTS = MAX_ACTS - 100;
/** Of a set: a record with all of its values is signed in one entry. */
const MOST_ELEMENTS = 100;

/** What a copy would do to this register, before anything is signed. @param namesakes take in those too of which one of that name is here. */
export function planCopy(register: RegisterReader, copy: RegisterCopy, namesakes: boolean): CopyPlan {
  const why = `moved from ${visibleText(copy.from.name, 80)} (${copy.from.space.slice(0, 8)})`;
  const names = namesHere(register);
  const parties = partiesHere(register, copy, why);
  const seen = new Set<string>();
  const records: PlannedRecord[] = [];
  const taken: { id: IdentityId; acts: Act[] }[] = [];
  for (const record of copy.records) {
    if (seen.has(record.id)) continue;
    seen.add(record.id);
    const state: CopyState = register.resolve(record.id) !== undefined ? 'here' : names.has(nameKey(record)) ? 'same name' : 'new';
    const { acts, values, left } = actsOf(record, why, parties.of);
    const id = record.id as IdentityId;
    records.push({ id, name: record.name, state, values, left });
    if (state === 'new' || (state === 'same name' && namesakes)) taken.push({ id, acts });
  }
  const made = parties.made(taken.flatMap(({ acts }) => acts));
  return { from: copy.from, records, parties: made.length, portions: portioned(made, taken) };
}

const nameKey = ({ name, boundary = '' }: Pick<CopiedRecord, 'name' | 'boundary'>): string =>
  `${normalName(name)}\u0000${normalName(boundary)}`;

function namesHere(register: RegisterReader): Set<string> {
  const keys = new Set<string>();
  for (const id of register.ids({ text: '', sort: [] })) {
    const row = register.row(id);
    if (row?.type === 'identity') keys.add(nameKey({ name: row.name, boundary: row.boundary ?? row.environment }));
  }
  return keys;
}

/** A party of the same name and kind here is meant; else one is made, with the id that it had. */
function partiesHere(register: RegisterReader, copy: RegisterCopy, why: string) {
  const here = new Map(register.parties().map(({ id, name, kind }) => [`${kind} ${normalName(name)}`, `party:${id}`]));
  const named = new Map(copy.parties.map((party) => [party.reference, party]));
  const of = (reference: string): string | undefined => {
    const party = named.get(reference);
    return party && (here.get(`${party.kind} ${normalName(party.name)}`) ?? reference);
  };
  const made = (acts: readonly Act[]): Act[][] => {
    const used = new Set(acts.flatMap((act) => (act.kind === 'set' ? [act.value] : act.kind === 'add' ? [act.element] : [])));
    return copy.parties
      .filter(({ reference }) => used.has(reference) && of(reference) === reference && register.resolve(reference.slice(6)) === undefined)
      .map(({ reference, name, kind }) => {
        const anchor = reference.slice(6) as Anchor;
        return [
          { kind: 'create', anchor, type: 'party', recordKind: kind, name, why },
          { kind: 'set', anchors: [anchor], field: 'partyKind', value: kind, why },
        ];
      });
  };
  return { of, made };
}

function actsOf(record: CopiedRecord, why: string, partyOf: (reference: string) => string | undefined) {
  const anchor = record.id as Anchor;
  const acts: Act[] = [{ kind: 'create', anchor, type: 'identity', recordKind: record.kind, name: record.name, why }];
  const left: string[] = [];
  let values = 0;
  let state = false;
  const fields = new Set<string>();
  for (const said of record.values) {
    if (fields.has(said.field)) continue;
    fields.add(said.field);
    const made = valueActs(anchor, said, `${why}; there said by ${bySaid(said)}`, partyOf);
    if (typeof made === 'string') left.push(made);
    else {
      acts.push(...made);
      values++;
      state ||= said.field === 'lifecycle';
    }
  }
  // Who takes it over wants it registered, unless it was something else there.
  if (!state) acts.push({ kind: 'accept', anchors: [anchor], why });
  return { acts, values, left };
}

const bySaid = ({ by, at }: CopiedValue): string => `${visibleText(by, 120)}${at === undefined ? '' : `, ${at.slice(0, 10)}`}`;

/** @returns the acts, or why the value does not come. */
function valueActs(
  anchor: Anchor,
  { field, value }: CopiedValue,
  why: string,
  partyOf: (reference: string) => string | undefined,
): Act[] | string {
  const definition = fieldByName.get(field);
  if (definition?.plane !== 'governance' || !definition.on.includes('identity') || field === 'name')
    return `there is no field "${visibleText(field, 60)}"`;
  if (field === 'lifecycle') return lifecycleActs(anchor, value, why) ?? `${definition.label}: not a state`;
  const elements = isSetField(field) ? (Array.isArray(value) ? value : [undefined]) : [value];
  if (elements.length > MOST_ELEMENTS) return `${definition.label}: more than ${MOST_ELEMENTS} elements`;
  const acts: Act[] = [];
  for (const element of elements) {
    const there = typeof element === 'string' && element.startsWith('party:') ? partyOf(element) : element;
    if (there === undefined || there === '') return `${definition.label}: it names somebody who is not in the file`;
    const problem = fieldProblem(field, there as Json);
    if (problem !== undefined) return problem;
    acts.push(
      isSetField(field)
        ? { kind: 'add', anchors: [anchor], field, element: String(there), why }
        : { kind: 'set', anchors: [anchor], field, value: there as Json, why },
    );
  }
  return acts;
}

function lifecycleActs(anchor: Anchor, value: Json, why: string): Act[] | undefined {
  const { state, reason } = (typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}) as Record<string, unknown>;
  if (state === 'active') return [{ kind: 'accept', anchors: [anchor], why }];
  if (state === 'excluded') {
    const excluded = exclusionReason.safeParse(reason).data;
    return excluded && [{ kind: 'exclude', anchors: [anchor], reason: excluded, why }];
  }
  const said = lifecycle.exclude(['excluded', 'unregistered']).safeParse(state).data;
  return said && [{ kind: 'lifecycle', anchors: [anchor], state: said, why }];
}

function portioned(
  parties: readonly Act[][],
  taken: readonly { readonly id: IdentityId; readonly acts: readonly Act[] }[],
): CopyPlan['portions'] {
  const portions: { ids: IdentityId[]; acts: Act[] }[] = [];
  const add = (acts: readonly Act[], id?: IdentityId): void => {
    let last = portions.at(-1);
    if (!last || last.acts.length + acts.length > MOST_ACTS) {
      last = { ids: [], acts: [] };
      portions.push(last);
    }
    last.acts.push(...acts);
    if (id !== undefined) last.ids.push(id);
  };
  for (const acts of parties) add(acts);
  for (const { id, acts } of taken) add(acts, id);
  return portions;
}
