import type { GridApi } from 'ag-grid-community';
import { useRef } from 'react';
import type { EngineApi } from '../../shared/bridge/engine.ts';
import type { IdentityId } from '../../shared/model/ids.ts';
import type { ColumnId, Query, Row } from '../../shared/register/view.ts';
import { useEngine } from '../app/engine.tsx';
import { holdingKeys } from '../app/heldKeys.ts';
import { type KeyActions, useKeys } from '../app/keys.ts';
import { type Place, useNavigation } from '../app/navigation.ts';
import { notify, notifyProblem } from '../app/notify.ts';
import { useShell } from '../app/shellStore.ts';
import { type Editing, useEditing } from '../editing/useEditing.ts';
import { columnById } from './columnList.ts';
import { actOn, useSelection } from './selection.ts';
import { useWhy } from './whyStore.ts';

interface Here {
  readonly grid: GridApi<Row> | undefined;
  readonly query: Query;
  readonly api: EngineApi;
  readonly editing: Editing;
}

/** The register's keys (SCREENS, Keys). `active`: no identity page lies over it. */
export function useRegisterKeys(grid: GridApi<Row> | undefined, query: Query, active: boolean): void {
  const { api } = useEngine();
  const editing = useEditing();
  const here = useRef<Here>({ grid, query, api, editing });
  here.current = { grid, query, api, editing };
  useKeys({ ...moves(here), ...selects(here), ...acts(here), ...opens(here) }, active);
}

type Ref = { readonly current: Here };

/** A row that the keys act on; the first one when nothing has the focus yet. */
export function cursorOf(grid: GridApi<Row> | undefined): { index: number; row: Row } | undefined {
  const index = grid?.getFocusedCell()?.rowIndex ?? useSelection.getState().cursor?.index ?? 0;
  const row = grid?.getDisplayedRowAtIndex(index)?.data;
  return row && { index, row };
}

export function moveCursor(grid: GridApi<Row> | undefined, to: number): void {
  if (!grid || grid.getDisplayedRowCount() === 0) return;
  const index = Math.max(0, Math.min(grid.getDisplayedRowCount() - 1, to));
  const column = grid.getFocusedCell()?.column ?? 'name';
  grid.ensureIndexVisible(index);
  grid.setFocusedCell(index, column);
}

function moves(here: Ref): KeyActions {
  const by = (step: number) => (): void => {
    const { grid } = here.current;
    const focused = grid?.getFocusedCell();
    moveCursor(grid, focused ? focused.rowIndex + step : (useSelection.getState().cursor?.index ?? 0));
  };
  return { j: by(1), k: by(-1), ArrowDown: by(1), ArrowUp: by(-1) };
}

function selects(here: Ref): KeyActions {
  const range = async (): Promise<void> => {
    const { grid, query, api } = here.current;
    const cursor = cursorOf(grid);
    if (!cursor) return;
    const { anchor, add, toggle } = useSelection.getState();
    if (anchor === undefined) {
      toggle(cursor.row.id, cursor.index);
      return;
    }
    const ids = await api.ids(query);
    add(ids.slice(Math.min(anchor, cursor.index), Math.max(anchor, cursor.index) + 1));
  };
  const extend = (step: number) => (): void => {
    const cursor = cursorOf(here.current.grid);
    if (!cursor) return;
    if (useSelection.getState().anchor === undefined) useSelection.getState().toggle(cursor.row.id, cursor.index);
    moveCursor(here.current.grid, cursor.index + step);
    void holdingKeys(range);
  };
  return {
    x: (event) => {
      const cursor = cursorOf(here.current.grid);
      if (event.shiftKey) void holdingKeys(range);
      else if (cursor) useSelection.getState().toggle(cursor.row.id, cursor.index);
    },
    'shift+ArrowDown': extend(1),
    'shift+ArrowUp': extend(-1),
    // What is pressed next means all of them, also before the answer is here.
    'mod+a': () => void holdingKeys(async () => useSelection.getState().replace(await here.current.api.ids(here.current.query))),
    Escape: stepBack,
  };
}

/** Escape closes what is nearest: the panel, the selection, the filter. */
function stepBack(): void {
  const { peek, query, peekAt, go } = useNavigation.getState();
  if (peek !== undefined) peekAt(undefined);
  else if (useSelection.getState().ids.size > 0) useSelection.getState().clear();
  else if (query !== '') go({ screen: 'register', query: '' });
}

const focusedColumn = (grid: GridApi<Row> | undefined): ColumnId | undefined =>
  columnById.get(grid?.getFocusedCell()?.column.getColId() ?? '')?.id;

export const cellPlace = (grid: GridApi<Row> | undefined): DOMRect | undefined =>
  grid && document.activeElement?.closest('.ag-cell')?.getBoundingClientRect();

/** `o` opens at the owner's cell, wherever the focus is within the line. */
function fieldPlace(grid: GridApi<Row> | undefined, column: ColumnId): DOMRect | undefined {
  const line = document.activeElement?.closest('.ag-row') ?? document.querySelector(`.ag-row[row-index="${cursorOf(grid)?.index ?? 0}"]`);
  return line?.querySelector(`[col-id="${column}"]`)?.getBoundingClientRect() ?? cellPlace(grid);
}

function acts(here: Ref): KeyActions {
  const targets = (): readonly IdentityId[] => {
    const chosen = actOn();
    const cursor = cursorOf(here.current.grid);
    return chosen.length > 0 ? chosen : cursor ? [cursor.row.id] : [];
  };
  return {
    o: () => void here.current.editing.pickOwner(targets(), fieldPlace(here.current.grid, 'owner')),
    e: () => editCell(here.current, targets()),
    a: () => void here.current.editing.previewAndSign(targets(), { kind: 'accept' }),
    c: () => void here.current.editing.comment(targets(), cellPlace(here.current.grid)),
    r: () => void reread(here.current.api, targets()),
  };
}

function editCell({ grid, editing }: Here, ids: readonly IdentityId[]): void {
  const column = columnById.get(focusedColumn(grid) ?? '');
  if (column?.field === undefined) notify('Move to a cell that holds a value with the arrow keys, then press e.');
  else void editing.editField(ids, column.field, cellPlace(grid));
}

/** Asks the sources of these identities for them now; the result arrives as a change. */
export async function reread(api: EngineApi, ids: readonly IdentityId[]): Promise<void> {
  const views = await Promise.all(ids.slice(0, 20).map((id) => api.identity(id)));
  const records = views.flatMap((view) => view?.records.filter((record) => record.rereadable) ?? []);
  if (records.length === 0)
    return notify('Its source cannot be asked for one record. It is read again as a whole on its schedule.', 'warning');
  const asked = records.flatMap(({ source, externalId }) => (source && externalId ? [api.reread(source, externalId)] : []));
  const problem = (await Promise.all(asked)).find((reply) => !reply.ok);
  if (problem && !problem.ok) notifyProblem(problem.error);
  else notify(asked.length === 1 ? 'Reading it again now' : `Reading ${asked.length} records again now`);
}

function opens(here: Ref): KeyActions {
  const openAt = (section: Place['section']): void => {
    const cursor = cursorOf(here.current.grid);
    if (cursor) useNavigation.getState().open(cursor.row.id, section);
  };
  const open = (): void => openAt(undefined);
  return {
    '/': () => useShell.getState().wishFilter(),
    ' ': () => {
      const cursor = cursorOf(here.current.grid);
      const { peek, peekAt } = useNavigation.getState();
      if (cursor) peekAt(peek === cursor.row.id ? undefined : cursor.row.id);
    },
    Enter: open,
    h: () => openAt('history'),
    i: () => {
      const { grid } = here.current;
      const cursor = cursorOf(grid);
      const focused = columnById.get(focusedColumn(grid) ?? '');
      // On the name, and on columns that are computed from several values, the owner is what one wants to know.
      const column = focused?.field === undefined || focused.id === 'name' ? 'owner' : focused.id;
      const field = columnById.get(column)?.field ?? 'owner';
      if (cursor) useWhy.getState().show({ id: cursor.row.id, field, place: fieldPlace(grid, column) });
    },
  };
}
