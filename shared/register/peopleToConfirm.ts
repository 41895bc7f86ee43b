import { hashText } from '../base/hash.ts';
import { compareCodeUnits } from '../base/json.ts';
import { normalName, visibleText } from '../base/text.ts';
import type { Act } from '../model/act.ts';
import type { Anchor } from '../model/ids.ts';
import { plural } from './age.ts';
import { namedRows } from './inboxNames.ts';
import type { Projected } from './projected.ts';
import type { Projection } from './projection.ts';
import type { InboxItem } from './view.ts';

interface Spelling {
  readonly value: string;
  readonly normal: string;
  readonly rows: Projected[];
  team: boolean;
}

/** Spellings in use that no party has, grouped by likely the same; confirming makes the party with all of them as aliases. */
export function peopleToConfirm(rows: readonly Projected[], projection: Projection): InboxItem[] {
  const spellings = unresolved(rows, projection);
  return clusters(spellings).map((cluster) => item(cluster));
}

function unresolved(rows: readonly Projected[], projection: Projection): Spelling[] {
  const found = new Map<string, Spelling>();
  for (const row of rows) {
    if (!row.registered) continue;
    for (const [value, team] of [
      [row.ownerValue, false],
      [row.teamValue, true],
    ] as const) {
      // One that several parties have is no new party: which of them is meant is asked elsewhere.
      if (value === undefined || value.startsWith('party:') || projection.parties.meantBy(value).length > 0) continue;
      const held = found.get(value) ?? { value, normal: normalName(value), rows: [], team: false };
      if (held.rows.at(-1) !== row) held.rows.push(row);
      held.team ||= team;
      found.set(value, held);
    }
  }
  return [...found.values()].sort((a, b) => b.rows.length - a.rows.length || compareCodeUnits(a.value, b.value));
}

const COMPARED = 2_000;

/** The most used spelling leads; others join the first leader that they resemble. */
function clusters(spellings: readonly Spelling[]): Spelling[][] {
  const found: Spelling[][] = [];
  const byNormal = new Map<string, Spelling[]>();
  for (const spelling of spellings) {
    const key = spelling.normal.replace(/[^\p{L}\p{N}]/gu, '') || spelling.normal;
    let cluster = byNormal.get(key);
    if (!cluster && found.length < COMPARED)
      cluster = found.find(([leader]) => leader !== undefined && resembles(leader.normal, spelling.normal));
    const grown = cluster ?? [];
    grown.push(spelling);
    if (!cluster) found.push(grown);
    byNormal.set(key, grown);
  }
  return found;
}

/** One slip in up to 7 characters, two in more; short names must be equal. */
function resembles(a: string, b: string): boolean {
  const longest = Math.max(a.length, b.length);
  const allowed = longest < 5 ? 0 : longest < 8 ? 1 : 2;
  if (/\d/.test(a + b) && a.replace(/\D/g, '') !== b.replace(/\D/g, '')) return false;
  return longest <= 60 && Math.abs(a.length - b.length) <= allowed && distance(a, b) <= allowed;
}

function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min((previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1, swap));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}

const PERSON = /^[\p{Lu}][\p{L}'-]+ [\p{Lu}][\p{L}'-]+$|@/u;

function item(cluster: readonly Spelling[]): InboxItem {
  const leader = cluster[0] as Spelling;
  const rows = [...new Set(cluster.flatMap((spelling) => spelling.rows))];
  const others = cluster.slice(1).map(({ value }) => value);
  const team = cluster.some((spelling) => spelling.team) || !PERSON.test(leader.value);
  const kinds = team ? (['team', 'person'] as const) : (['person', 'team'] as const);
  return {
    id: `party/${leader.value}`,
    what: [leader.value, ...others].map((value) => `"${visibleText(value, 60)}"`).join(', '),
    count: rows.length,
    whyNow: `${plural(cluster.length, 'spelling')} used as owner or team, and nobody known has that name`,
    severity: 'low',
    records: namedRows(rows),
    query: `owner:"${leader.value.replaceAll('"', '')}"`,
    choices: kinds.map((kind, index) => ({ label: `Confirm as ${kind}`, acts: partyActs(leader.value, others, kind), safe: index === 0 })),
  };
}

/** The anchor follows from the name: two people who confirm the same spelling at once make one party, not two. */
function partyActs(name: string, aliases: readonly string[], kind: 'person' | 'team'): Act[] {
  const anchor = hashText(`party\u0000${normalName(name)}`).slice(0, 32) as Anchor;
  const create: Act = { kind: 'create', anchor, type: 'party', recordKind: kind, name };
  return [create, ...aliases.map((element): Act => ({ kind: 'add', anchors: [anchor], field: 'aliases', element }))];
}
