import type { Act } from '../../shared/model/act.ts';
import type { PartyView } from '../../shared/register/view.ts';

/** Several records of one person or team become one; the other names stay findable as aliases of the first. */
export function mergeActs(into: PartyView, others: readonly PartyView[]): readonly Act[] {
  if (others.length === 0) return [];
  const names = others.filter((other) => other.name !== into.name).map((other) => other.name);
  return [
    { kind: 'merge', anchors: [into.id, ...others.map((other) => other.id)] },
    ...names.map((element): Act => ({ kind: 'add', anchors: [into.id], field: 'aliases', element })),
  ];
}

/** The steward vouches for what a source calls a party: kind and name become their own entries. */
export const confirmActs = (party: PartyView): readonly Act[] => [
  { kind: 'accept', anchors: [party.id] },
  { kind: 'set', anchors: [party.id], field: 'partyKind', value: party.kind },
];
