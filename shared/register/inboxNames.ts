import type { Projected } from './projected.ts';
import type { InboxItem } from './view.ts';

const NAMED = 50;

/** Up to 50 of the records of an item, by name. */
export const namedRows = (rows: readonly Projected[]): InboxItem['records'] =>
  rows.slice(0, NAMED).map(({ id, row }) => ({ id, name: row.name }));
