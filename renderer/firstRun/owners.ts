import { normalName } from '../../shared/base/text.ts';
import type { SpreadsheetReport } from '../../shared/wire/http.ts';

export type PartyKind = 'person' | 'team' | 'vendor';

/** A person or team as the sheet seems to mean it, for a steward to confirm. */
export interface OwnerDraft {
  readonly name: string;
  readonly kind: PartyKind;
  readonly spellings: readonly string[];
  readonly rows: number;
  /** Left out: the spelling stays as the sheet wrote it and resolves to nobody. */
  readonly confirmed: boolean;
}

export const ownerDrafts = (report: Pick<SpreadsheetReport, 'owners'>): readonly OwnerDraft[] =>
  report.owners.map((owner) => ({ ...owner, confirmed: true }));

const replaced = (drafts: readonly OwnerDraft[], index: number, draft: OwnerDraft): readonly OwnerDraft[] =>
  drafts.map((known, position) => (position === index ? draft : known));

export function changeOwner(
  drafts: readonly OwnerDraft[],
  index: number,
  change: Partial<Pick<OwnerDraft, 'name' | 'kind' | 'confirmed'>>,
): readonly OwnerDraft[] {
  const draft = drafts[index];
  return draft ? replaced(drafts, index, { ...draft, ...change }) : drafts;
}

/** One party instead of two: the spellings and rows of `from` go to `into`. */
export function mergeOwners(drafts: readonly OwnerDraft[], from: number, into: number): readonly OwnerDraft[] {
  const source = drafts[from];
  const target = drafts[into];
  if (!source || !target || from === into) return drafts;
  const spellings = [...new Set([...target.spellings, ...source.spellings])];
  const merged = { ...target, spellings, rows: target.rows + source.rows };
  return replaced(drafts, into, merged).filter((_, index) => index !== from);
}

/**
 * A spelling that is somebody else becomes a party of its own. The report counts rows per party, not per spelling, so the
 * new party starts without a figure.
 */
export function splitOwner(drafts: readonly OwnerDraft[], index: number, spelling: string): readonly OwnerDraft[] {
  const draft = drafts[index];
  if (!draft || draft.spellings.length < 2 || !draft.spellings.includes(spelling)) return drafts;
  const rest = { ...draft, spellings: draft.spellings.filter((known) => known !== spelling) };
  const own: OwnerDraft = { name: spelling, kind: draft.kind, spellings: [spelling], rows: 0, confirmed: true };
  return [...replaced(drafts, index, rest).slice(0, index + 1), own, ...drafts.slice(index + 1)];
}

/** Two confirmed parties of one name would be two records that nobody can tell apart. */
export function sameNames(drafts: readonly OwnerDraft[]): readonly string[] {
  const confirmed = drafts.filter((draft) => draft.confirmed);
  const byName = Map.groupBy(confirmed, (draft) => normalName(draft.name));
  return [...byName.values()].flatMap((same) => (same.length > 1 && same[0] ? [same[0].name] : []));
}
