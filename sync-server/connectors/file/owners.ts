import { compareCodeUnits } from '../../../shared/base/json.ts';
import type { SpreadsheetReport } from '../../../shared/wire/http.ts';
import { editDistance, plainWords } from './spelling.ts';

type Owner = SpreadsheetReport['owners'][number];

const BLANK = new Set(
  'tbd,tba,tbc,n/a,na,n.a.,none,null,nil,unknown,unbekannt,keine,keiner,kein,offen,leer,?,??,???,-,--,---,–,—,.,x,xx,xxx,todo,to do,to be defined,to be determined,not assigned,unassigned,nobody,no owner,not known,not applicable,entfällt,empty,#n/a,#ref!'.split(
    ',',
  ),
);
/** What people type into a cell that they must not leave empty. */
export const isPlaceholder = (text: string): boolean => text === '' || BLANK.has(text.trim().toLowerCase());

const TEAM_WORDS = new Set(
  'team,teams,squad,tribe,department,dept,group,gruppe,abteilung,abt,unit,division,guild,chapter,office,desk,ops,operations,engineering,platform,support,it'.split(
    ',',
  ),
);
/** Words that say "a team" and nothing about which one. */
const FILLER = new Set('the,team,teams,squad,tribe,department,dept,group,gruppe,abteilung,abt,das,die,der'.split(','));
const VENDOR_WORDS = new Set(
  'inc,ltd,llc,gmbh,ag,corp,corporation,bv,sarl,sas,plc,vendor,supplier,lieferant,dienstleister,extern,external,kg,se'.split(','),
);

const localPart = (text: string): string => (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text) ? text.slice(0, text.indexOf('@')) : text);
/** `Ana Ruiz <ana.ruiz@example.org>` and `Ruiz, Ana (Payments)` are Ana Ruiz. */
const bareName = (text: string): string => localPart(text.replace(/<[^>]*>|\([^)]*\)/g, ' ').trim() || text.trim());

/** The same for every spelling of one name: its words without filler, sorted. */
export function ownerKey(spelling: string): string {
  const words = plainWords(bareName(spelling));
  const telling = words.filter((word) => !FILLER.has(word));
  return (telling.length > 0 ? telling : words).sort(compareCodeUnits).join(' ');
}

const digitsOf = (text: string): string => text.replace(/\D+/g, ' ').trim();
/** A typing error, not another team: short names and names that differ in a number are never taken for each other. */
function nearlySame(a: string, b: string): boolean {
  const shorter = Math.min(a.length, b.length);
  const limit = shorter >= 12 ? 2 : shorter >= 5 ? 1 : 0;
  return limit > 0 && digitsOf(a) === digitsOf(b) && editDistance(a, b, limit) <= limit;
}

export function kindOfOwner(spelling: string): Owner['kind'] {
  const name = bareName(spelling);
  const words = plainWords(name);
  if (words.some((word) => VENDOR_WORDS.has(word))) return 'vendor';
  if (words.some((word) => TEAM_WORDS.has(word))) return 'team';
  if (spelling.includes('@')) return 'person';
  const named = /^\p{Lu}[\p{L}'’.-]+,? \p{Lu}[\p{L}'’.-]*( \p{Lu}[\p{L}'’.-]*)?$/u.test(name);
  return named || /^\p{Ll}+\.\p{Ll}+$/u.test(name) ? 'person' : 'team';
}

interface Group {
  readonly key: string;
  readonly spellings: Map<string, number>;
}

const rowsOf = (group: Group): number => [...group.spellings.values()].reduce((sum, count) => sum + count, 0);

/** More than this is a column that is not of owners; comparing each with each would take minutes. */
const MAX_FUZZY = 3_000;

function mergeTypingErrors(groups: readonly Group[]): Group[] {
  if (groups.length > MAX_FUZZY) return [...groups];
  const kept: Group[] = [];
  for (const group of [...groups].sort((a, b) => rowsOf(b) - rowsOf(a) || compareCodeUnits(a.key, b.key))) {
    const same = kept.find((other) => nearlySame(other.key, group.key));
    if (same) for (const [spelling, count] of group.spellings) same.spellings.set(spelling, count);
    else kept.push(group);
  }
  return kept;
}

/** The spelling that most rows use; of equals the one that reads like a name. */
function shownName(group: Group): string {
  const readable = (text: string): number => (/@/.test(text) ? 0 : /\p{Lu}\p{Ll}/u.test(text) && !/[_-]/.test(text) ? 2 : 1);
  const byUse = [...group.spellings].sort(
    ([a, countA], [b, countB]) => countB - countA || readable(b) - readable(a) || compareCodeUnits(a, b),
  );
  return byUse[0]?.[0] ?? group.key;
}

function kindOfGroup(group: Group): Owner['kind'] {
  const kinds = [...group.spellings.keys()].map(kindOfOwner);
  return kinds.includes('vendor') ? 'vendor' : kinds.every((kind) => kind === 'person') ? 'person' : 'team';
}

/** Spellings grouped to the people and teams that they most likely mean. A proposal: a person confirms it. */
export function groupOwners(spellings: ReadonlyMap<string, number>): Owner[] {
  const byKey = new Map<string, Group>();
  for (const [spelling, count] of spellings) {
    const key = ownerKey(spelling) || spelling;
    const group = byKey.get(key) ?? { key, spellings: new Map<string, number>() };
    group.spellings.set(spelling, count);
    byKey.set(key, group);
  }
  return mergeTypingErrors([...byKey.values()])
    .map((group) => ({
      name: shownName(group),
      kind: kindOfGroup(group),
      spellings: [...group.spellings.keys()].sort(compareCodeUnits),
      rows: rowsOf(group),
    }))
    .sort((a, b) => b.rows - a.rows || compareCodeUnits(a.name, b.name));
}
