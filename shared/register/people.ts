import { compareCodeUnits } from '../base/json.ts';
import { normalName, visibleText } from '../base/text.ts';
import { fieldByName } from '../model/fields.ts';
import type { Projected } from './projected.ts';
import type { Projection } from './projection.ts';
import type { PartyView, RegisterReader, Row } from './view.ts';

/** Everybody who may own something, with how much they own. */
export function partiesOf(projection: Projection): PartyView[] {
  const rows = projection.byName();
  const owned = new Map<string, number>();
  for (const { row, registered } of rows)
    if (registered && row.owner?.party) owned.set(row.owner.party, (owned.get(row.owner.party) ?? 0) + 1);
  return projection.parties.all().map((party) => ({
    id: party.id,
    name: party.name,
    kind: party.kind,
    aliases: party.aliases,
    owns: owned.get(party.id) ?? 0,
    confirmed: party.confirmed,
    ...(party.email === undefined ? {} : { email: party.email }),
    ...(party.active === undefined ? {} : { active: party.active }),
  }));
}

type Suggestion = ReturnType<RegisterReader['suggestions']>[number];
const PARTY_OF_ROW = { owner: 'ownerValue', team: 'teamValue', vendor: 'vendorValue' } as const;
const COLUMNS: ReadonlySet<string> = new Set([
  'application',
  'environment',
  'purpose',
  'criticality',
  'classification',
  'usedBy',
  'kind',
  'boundary',
]);

/** Distinct values in use, most used first, then the closed choices, then the offer to create a party. */
export function suggest(field: string, text: string, limit: number, projection: Projection): Suggestion[] {
  const rows = projection.byName();
  const wanted = normalName(text);
  const party = fieldByName.get(field)?.type === 'party' || field === 'backup';
  const found = party ? partySuggestions(field, rows, projection) : valueSuggestions(field, rows, projection);
  const fitting = found
    .filter((one) => normalName(one.text).includes(wanted))
    .sort((a, b) => Number(starts(b, wanted)) - Number(starts(a, wanted)) || b.count - a.count || compareCodeUnits(a.text, b.text));
  const exact = fitting.some((one) => normalName(one.text) === wanted);
  const create: Suggestion[] =
    party && wanted !== '' && !exact ? [{ value: text.trim(), text: visibleText(text.trim()), count: 0, kind: 'create' }] : [];
  return [...fitting.slice(0, Math.max(0, limit - create.length)), ...create];
}

const starts = (one: Suggestion, wanted: string): boolean => normalName(one.text).startsWith(wanted);

function partySuggestions(field: string, rows: readonly Projected[], projection: Projection): Suggestion[] {
  const key = PARTY_OF_ROW[field as keyof typeof PARTY_OF_ROW] ?? 'ownerValue';
  const parties = new Map<string, number>();
  const spellings = new Map<string, number>();
  for (const row of rows) {
    const value = row[key];
    if (value === undefined) continue;
    const party = projection.parties.resolve(value);
    if (party) parties.set(party.id, (parties.get(party.id) ?? 0) + 1);
    else if (!value.startsWith('party:')) spellings.set(value, (spellings.get(value) ?? 0) + 1);
  }
  const known = projection.parties.all().map((party) => ({
    value: `party:${party.id}`,
    text: visibleText(party.name),
    count: parties.get(party.id) ?? 0,
    kind: 'party' as const,
  }));
  return [...known, ...[...spellings].map(([value, count]) => ({ value, text: visibleText(value), count, kind: 'value' as const }))];
}

function valueSuggestions(field: string, rows: readonly Projected[], projection: Projection): Suggestion[] {
  const counts = new Map<string, number>((fieldByName.get(field)?.choices ?? []).map((choice) => [choice, 0]));
  for (const { row } of rows) for (const value of valuesOf(field, row, projection)) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].map(([value, count]) => ({ value, text: visibleText(value), count, kind: 'value' as const }));
}

/** What a row does not carry is read from the ledger: what people typed before is what they will type again. */
function valuesOf(field: string, row: Row, { classes, ledger }: Projection): readonly string[] {
  if (field === 'tags') return row.tags;
  if (!COLUMNS.has(field)) {
    const heads = classes.anchors(row.id).flatMap((anchor) => ledger.cell(anchor, field)?.heads ?? []);
    return [...new Set(heads.flatMap(({ value }) => (typeof value === 'string' && value !== '' ? [value] : [])))];
  }
  const value = row[field as 'application'];
  return value === undefined ? [] : [value];
}

type Hit = ReturnType<RegisterReader['search']>[number];

/** Identities, parties and sources by name: whole name, start, word start, anywhere, then letters in order. */
export function searchAll(text: string, limit: number, projection: Projection): Hit[] {
  const wanted = normalName(text);
  if (wanted === '') return [];
  const hits: { hit: Hit; score: number }[] = [];
  const offer = (score: number, hit: () => Hit): void => {
    if (score > 0) hits.push({ hit: hit(), score });
  };
  for (const { row, registered, sortName } of projection.byName()) {
    if (row.type === 'party')
      offer(score(sortName, wanted), () => ({ id: row.id, kind: 'party', name: visibleText(row.name), detail: row.kind }));
    else if (registered) {
      const best = Math.max(score(sortName, wanted), row.alias ? score(row.alias.toLowerCase(), wanted) - 1 : 0);
      offer(best, () => ({
        id: row.id,
        kind: 'identity',
        name: visibleText(row.name),
        detail: [row.kind, row.owner?.text ?? 'no owner', row.boundary].filter(Boolean).join(' · '),
      }));
    }
  }
  for (const status of projection.evidence.all())
    offer(Math.max(score(status.label.toLowerCase(), wanted), score(status.source, wanted)), () => ({
      id: status.source,
      kind: 'source',
      name: visibleText(status.label || status.source),
      detail: status.kind,
    }));
  return hits
    .sort((a, b) => b.score - a.score || compareCodeUnits(a.hit.name, b.hit.name) || compareCodeUnits(a.hit.id, b.hit.id))
    .slice(0, limit)
    .map(({ hit }) => hit);
}

function score(name: string, wanted: string): number {
  const at = name.indexOf(wanted);
  if (at === 0) return name.length === wanted.length ? 100 : 80;
  if (at > 0) return /[a-z0-9]/.test(name[at - 1] ?? '') ? 40 : 60;
  return inOrder(name, wanted) ? 10 : 0;
}

function inOrder(name: string, wanted: string): boolean {
  if (wanted.length < 3) return false;
  let next = 0;
  for (let at = 0; at < name.length && next < wanted.length; at++) if (name[at] === wanted[next]) next++;
  return next === wanted.length;
}
