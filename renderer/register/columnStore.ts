import * as z from 'zod';
import { create } from 'zustand';
import type { ColumnId, Query } from '../../shared/register/view.ts';
import { readStored, writeStored } from '../app/preferences.ts';
import { COLUMNS, DEFAULT_COLUMNS } from './columnList.ts';

const KEY = 'muster.columns';
const columnId = z.enum(COLUMNS.map((column) => column.id) as [ColumnId, ...ColumnId[]]);
const arrangement = z.object({
  shown: z.array(columnId).min(1),
  widths: z.partialRecord(columnId, z.number().min(32).max(2_000)),
  sort: z.array(z.object({ column: columnId, direction: z.enum(['ascending', 'descending']) })).max(4),
});
export type Arrangement = z.infer<typeof arrangement>;
/** `own`: what the person had arranged before a saved view brought its own columns. */
const kept = arrangement.extend({ own: arrangement.optional() });
type Kept = z.infer<typeof kept>;
export const arrangementSchema = arrangement;

const DEFAULT: Arrangement = { shown: [...DEFAULT_COLUMNS], widths: {}, sort: [] };

interface ColumnState extends Kept {
  /** Grows when the columns themselves were changed, so that the grid builds them anew. */
  readonly built: number;
  readonly toggle: (column: ColumnId) => void;
  /** What the person did in the grid: moved or resized. The grid shows it already. */
  readonly remember: (shown: readonly ColumnId[], widths: Arrangement['widths']) => void;
  readonly sortBy: (sort: Query['sort']) => void;
  /** A saved view brings its columns and order; without one, the person's own come back. */
  readonly arrange: (arrangement: Arrangement | undefined) => void;
  readonly reset: () => void;
}

function stored(): Kept {
  const parsed = kept.safeParse(readStored(KEY));
  return parsed.success ? parsed.data : DEFAULT;
}

export const useColumns = create<ColumnState>((set, get) => {
  const keep = (part: Partial<ColumnState>): void => {
    set(part);
    const { shown, widths, sort, own } = get();
    writeStored(KEY, { shown, widths, sort, own });
  };
  const build = (part: Partial<Kept>): void => keep({ ...part, built: get().built + 1 });
  return {
    ...stored(),
    built: 0,
    toggle: (column) => {
      const { shown } = get();
      if (!shown.includes(column)) return build({ shown: [...shown, column] });
      if (shown.length > 1) build({ shown: shown.filter((one) => one !== column) });
    },
    remember: (shown, widths) => keep({ shown: [...shown], widths }),
    sortBy: (sort) => keep({ sort: [...sort] }),
    arrange: (next) => {
      const { shown, widths, sort, own } = get();
      if (next) build({ ...next, own: own ?? { shown, widths, sort } });
      else if (own) build({ ...own, own: undefined });
    },
    reset: () => build(DEFAULT),
  };
});
