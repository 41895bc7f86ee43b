import type { GridApi } from 'ag-grid-community';
import { type ReactNode, useCallback, useEffect, useMemo, useState } from 'react';
import type { Incomplete } from '../../shared/bridge/engine.ts';
import type { ColumnId, Query, Row, RowWindow } from '../../shared/register/view.ts';
import { useEngine, useStatus } from '../app/engine.tsx';
import { holdingKeys } from '../app/heldKeys.ts';
import { useNavigation } from '../app/navigation.ts';
import { useScreenReady } from '../app/useScreenReady.ts';
import { useEditing } from '../editing/useEditing.ts';
import { Later } from '../parts/Later.tsx';
import { useOpenSnapshot } from '../snapshot/openSnapshot.ts';
import { CountFilters } from './CountFilters.tsx';
import { columnById } from './columnList.ts';
import { useColumns } from './columnStore.ts';
import { QueryLine } from './QueryLine.tsx';
import { RegisterEmpty } from './RegisterEmpty.tsx';
import { RegisterGrid } from './RegisterGrid.tsx';
import { RegisterTools } from './RegisterTools.tsx';
import classes from './register.module.css';
import { makeRowSource, type RowSource } from './rowSource.ts';
import { SelectionBar } from './SelectionBar.tsx';
import { useSavedViews } from './savedViews.ts';
import { useSelection } from './selection.ts';
import { cellPlace, moveCursor, useRegisterKeys } from './useRegisterKeys.ts';

type Answer = Pick<RowWindow & Incomplete, 'total' | 'hint' | 'problem' | 'incomplete'> & { readonly text: string };

export function RegisterScreen({ active }: { active: boolean }): ReactNode {
  const { api } = useEngine();
  const { editField } = useEditing();
  const [grid, setGrid] = useState<GridApi<Row>>();
  const [answer, setAnswer] = useState<Answer>();
  const query = useQuery();
  useOwnViews();
  useReturn(grid);
  const source = useMemo(
    () => makeRowSource(api, queryNow(), ({ rows: _rows, ...answered }, asked) => setAnswer({ ...answered, text: asked.text })),
    [api],
  );
  useAsking(source);
  // A selection that the filter hides would be edited unseen.
  useEffect(() => useNavigation.subscribe((now, before) => now.query !== before.query && useSelection.getState().clear()), []);
  // An empty register shows the ways to begin, and Enter and Escape are theirs.
  const nothing = answer?.total === 0 && !(answer.incomplete && answer.problem === undefined);
  const beginning = nothing && answer.text === '';
  useRegisterKeys(grid, query, active && !beginning);
  useScreenReady(active && answer !== undefined && answer.text === query.text);
  // The keys that follow Enter mean the lines that match, not those that were there before.
  const toGrid = useCallback(
    () =>
      void holdingKeys(async () => {
        await new Promise((next) => setTimeout(next, 0));
        await source.settled();
        moveCursor(grid, 0);
      }),
    [grid, source],
  );
  const selectAll = useCallback(() => void api.ids(queryNow()).then((ids) => useSelection.getState().replace(ids)), [api]);
  const edit = useCallback(
    (row: Row, column: ColumnId | undefined) => {
      const field = columnById.get(column ?? '')?.field;
      if (field !== undefined) void editField([row.id], field, cellPlace(grid));
    },
    [editField, grid],
  );
  return (
    <div className={classes.screen}>
      <header className={classes.head}>
        <h1 className="mu-visually-hidden">Register</h1>
        <div className={classes.line}>
          <QueryLine problem={answer?.problem} toGrid={toGrid} />
          <RegisterTools query={query} />
        </div>
        <CountFilters query={query} total={answer?.total} />
      </header>
      <div className={classes.body}>
        <Later>
          <RegisterGrid source={source} onGrid={setGrid} selectAll={selectAll} onEdit={edit} />
        </Later>
        {nothing && <RegisterEmpty query={answer.text} hint={answer.hint} problem={answer.problem !== undefined} />}
        <SelectionBar />
      </div>
    </div>
  );
}

/** Back from a snapshot the list stands where it stood. */
function useReturn(grid: GridApi<Row> | undefined): void {
  const row = useOpenSnapshot((state) => state.rowToShow);
  const shown = useOpenSnapshot((state) => state.rowShown);
  useEffect(() => {
    if (!grid || row === 0) return;
    const show = (): void => {
      if (grid.getDisplayedRowCount() <= row) return;
      grid.ensureIndexVisible(row, 'top');
      shown();
    };
    grid.addEventListener('modelUpdated', show);
    show();
    return () => {
      if (!grid.isDestroyed()) grid.removeEventListener('modelUpdated', show);
    };
  }, [grid, row, shown]);
}

const queryNow = (): Query => ({ text: useNavigation.getState().query, sort: useColumns.getState().sort });

/** The engine looks while the page still draws the letter that was typed: it is asked by the stores themselves, not after they were drawn. */
function useAsking(source: RowSource): void {
  useEffect(() => {
    let asked = '';
    const ask = (): void => {
      const query = queryNow();
      const said = JSON.stringify(query);
      if (said === asked) return;
      asked = said;
      source.ask(query);
    };
    ask();
    const stops = [useNavigation.subscribe(ask), useColumns.subscribe(ask)];
    return () => {
      for (const stop of stops) stop();
    };
  }, [source]);
}

function useQuery(): Query {
  const text = useNavigation((place) => place.query);
  const sort = useColumns((columns) => columns.sort);
  return useMemo(() => ({ text, sort }), [text, sort]);
}

function useOwnViews(): void {
  const space = useStatus()?.space?.id;
  const load = useSavedViews((state) => state.load);
  useEffect(() => {
    if (space !== undefined) load(space);
  }, [space, load]);
}
