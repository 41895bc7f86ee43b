import type { PlanItem } from '../../shared/model/status.ts';

export interface PlaceGroup {
  readonly place: string;
  readonly items: readonly PlanItem[];
}

const fieldOf = (item: PlanItem, name: string): string | undefined => item.fields?.find((field) => field.field === name)?.to;

/** What says no place. */
export const ELSEWHERE = 'Elsewhere';

/** The folder of a file, or the file itself where it lies at the top. */
function placeOf(item: PlanItem): string {
  const location = fieldOf(item, 'location');
  if (location === undefined) return ELSEWHERE;
  const cut = Math.max(location.lastIndexOf('/'), location.lastIndexOf('\\'));
  return cut > 0 ? location.slice(0, cut) : location;
}

/** What was found, by place, in the order of the plan. */
export const itemsByPlace = (items: readonly PlanItem[]): readonly PlaceGroup[] =>
  [...Map.groupBy(items, placeOf)].map(([place, members]) => ({ place, items: members }));

/** `machine (suggested)`: a guess from the evidence, said to be one. */
export const usedByWords = (item: PlanItem): string => {
  const said = fieldOf(item, 'usedBy');
  return said === undefined || said === 'unknown' ? 'machine or person unknown' : `${said} (suggested)`;
};
