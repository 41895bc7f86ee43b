import { normalName } from '../../shared/base/text.ts';
import type { EngineApi } from '../../shared/bridge/engine.ts';
import type { Act } from '../../shared/model/act.ts';
import { anchor, type IdentityId, type SourceId } from '../../shared/model/ids.ts';
import type { AuthorValue, FieldView, IdentityView, PartyView } from '../../shared/register/view.ts';
import type { OwnerDraft } from './owners.ts';

/** What the confirmed people and teams of a sheet become. */
export interface ConfirmedParties {
  readonly acts: readonly Act[];
  /** Compare with `normalName(spelling)`. */
  readonly referenceBySpelling: ReadonlyMap<string, string>;
}

const REFERENCE = 'party:';

function aliasActs(reference: string, name: string, spellings: readonly string[], known: readonly string[]): readonly Act[] {
  const party = anchor.safeParse(reference.slice(REFERENCE.length));
  if (!party.success) return [];
  const has = new Set([name, ...known].map(normalName));
  return spellings
    .filter((spelling) => !has.has(normalName(spelling)) && has.add(normalName(spelling)))
    .map((element) => ({ kind: 'add', anchors: [party.data], field: 'aliases', element }));
}

const namesOf = (party: PartyView): readonly string[] => [party.name, ...party.aliases].map(normalName);

/** New parties first, then their other spellings as aliases: the acts that use them follow. A party that is known is not made twice. */
export async function confirmedParties(
  api: Pick<EngineApi, 'newParty'>,
  drafts: readonly OwnerDraft[],
  known: readonly PartyView[],
): Promise<ConfirmedParties> {
  const acts: Act[] = [];
  const referenceBySpelling = new Map<string, string>();
  for (const draft of drafts.filter((each) => each.confirmed)) {
    const existing = known.find((party) => namesOf(party).includes(normalName(draft.name)));
    const made = existing ? { acts: [], reference: `${REFERENCE}${existing.id}` } : await api.newParty(draft.name, draft.kind);
    acts.push(...made.acts, ...aliasActs(made.reference, draft.name, draft.spellings, existing ? namesOf(existing) : []));
    for (const spelling of [draft.name, ...draft.spellings]) referenceBySpelling.set(normalName(spelling), made.reference);
  }
  return { acts, referenceBySpelling };
}

const bySource = (source: SourceId, value: AuthorValue): boolean => value.author.kind === 'source' && value.author.source === source;
const bySteward = (value: AuthorValue): boolean => value.author.kind === 'steward';

function fieldActs(view: IdentityView, field: FieldView, source: SourceId, parties: ConfirmedParties, why: string): readonly Act[] {
  const said = field.values.find((value) => bySource(source, value) && !value.unread)?.value;
  // What a steward decided before stands: the sheet's differing value shows as drift instead of replacing it.
  if (said === undefined || said === null || said === '' || field.values.some(bySteward)) return [];
  const anchors = [...view.anchors];
  if (field.type === 'set') {
    const elements = Array.isArray(said) ? said.filter((element) => typeof element === 'string') : [];
    return elements.map((element) => ({ kind: 'add', anchors, field: field.field, element, why }));
  }
  const value = field.type === 'party' && typeof said === 'string' ? (parties.referenceBySpelling.get(normalName(said)) ?? said) : said;
  return [{ kind: 'set', anchors, field: field.field, value, why }];
}

/** "Take it over once": what the sheet says of governed fields becomes the steward's own entries, with the file as the reason. */
export const takeOverActs = (views: readonly IdentityView[], source: SourceId, parties: ConfirmedParties, why: string): readonly Act[] =>
  views.flatMap((view) =>
    view.fields
      .filter((field) => field.plane === 'governance' && field.editable && field.field !== 'lifecycle' && field.field !== 'name')
      .flatMap((field) => fieldActs(view, field, source, parties, why)),
  );

const BATCH = 50;

/** The identities as the register shows them now, a batch at a time so that the engine answers others in between. */
export async function identityViews(
  api: Pick<EngineApi, 'identity'>,
  ids: readonly IdentityId[],
  onProgress: (done: number) => void,
): Promise<readonly IdentityView[]> {
  const views: IdentityView[] = [];
  for (let start = 0; start < ids.length; start += BATCH) {
    const batch = await Promise.all(ids.slice(start, start + BATCH).map((id) => api.identity(id)));
    views.push(...batch.filter((view) => view !== undefined));
    onProgress(Math.min(ids.length, start + BATCH));
  }
  return views;
}
