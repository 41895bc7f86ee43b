import type { CellClickedEvent, CellDoubleClickedEvent, CellFocusedEvent, GridApi, SortChangedEvent } from 'ag-grid-community';
import { AgGridReact } from 'ag-grid-react';
import { memo, type ReactNode, useEffect, useMemo, useRef } from 'react';
import type { ColumnId, Query, Row } from '../../shared/register/view.ts';
import { useEngine } from '../app/engine.tsx';
import { useNavigation } from '../app/navigation.ts';
import { gridTheme } from '../theme/gridTheme.ts';
import { styleNonce } from '../theme/nonce.ts';
import { columnDefs, DEFAULT_COLUMN } from './columnDefs.tsx';
import { columnById } from './columnList.ts';
import { useColumns } from './columnStore.ts';
import classes from './grid.module.css';
import { registerGridModules } from './gridModules.ts';
import type { RowSource } from './rowSource.ts';
import { useSelection } from './selection.ts';

registerGridModules();

const BLOCK = 100;
const BLOCKS = 8;
/** Pixels, where the system draws it over the content too: the grid would lay it over the last column. */
const SCROLLBAR = 12;

interface RegisterGridProps {
  readonly source: RowSource;
  readonly onGrid: (api: GridApi<Row> | undefined) => void;
  readonly selectAll: () => void;
  readonly onEdit: (row: Row, column: ColumnId | undefined) => void;
}

/** The grid itself. It is built once: everything that changes reaches it through its api. */
export const RegisterGrid = memo(function RegisterGrid({ source, onGrid, selectAll, onEdit }: RegisterGridProps): ReactNode {
  const engine = useEngine();
  const built = useColumns((columns) => columns.built);
  // biome-ignore lint/correctness/useExhaustiveDependencies: built anew only when the columns themselves were changed, not when one is dragged
  const columns = useMemo(() => columnDefs(useColumns.getState()), [built]);
  const context = useRef({ selectAll });
  context.current = { selectAll };
  useEffect(() => {
    const stop = engine.subscribe((event) => {
      if (event.kind === 'changed') source.refresh();
    });
    return () => {
      stop();
      source.attach(undefined);
    };
  }, [engine, source]);
  return (
    <div className={classes.grid}>
      <AgGridReact<Row>
        theme={gridTheme}
        styleNonce={styleNonce()}
        rowModelType="infinite"
        datasource={source}
        cacheBlockSize={BLOCK}
        maxBlocksInCache={BLOCKS}
        infiniteInitialRowCount={1}
        getRowId={({ data }) => data.id}
        columnDefs={columns}
        defaultColDef={DEFAULT_COLUMN}
        context={{ selectAll: () => context.current.selectAll() }}
        // Its room is there from the start: a scrollbar that comes with the lines would cover the last column.
        alwaysShowVerticalScroll
        scrollbarWidth={SCROLLBAR}
        animateRows={false}
        suppressNoRowsOverlay
        suppressDragLeaveHidesColumns
        suppressRowHoverHighlight={false}
        tabToNextCell={() => false}
        onGridReady={({ api }) => {
          source.attach(api);
          onGrid(api);
        }}
        onGridPreDestroyed={() => onGrid(undefined)}
        onCellFocused={followFocus}
        onCellClicked={onClick}
        onCellDoubleClicked={(event) => onDoubleClick(event, onEdit)}
        onSortChanged={rememberSort}
        onColumnResized={({ api, finished, source: by }) => finished && by === 'uiColumnResized' && rememberColumns(api)}
        onColumnMoved={({ api, finished, source: by }) => finished && by === 'uiColumnMoved' && rememberColumns(api)}
      />
    </div>
  );
});

/** The keys follow the focus; an open peek panel does too. */
function followFocus({ api, rowIndex }: CellFocusedEvent<Row>): void {
  if (rowIndex === null || rowIndex === undefined) return;
  const row = api.getDisplayedRowAtIndex(rowIndex)?.data;
  if (!row) return;
  useSelection.getState().moveTo({ index: rowIndex, row });
  const { peek, page, peekAt } = useNavigation.getState();
  if (peek !== undefined && page === undefined) peekAt(row.id);
}

function onClick({ data, column, event, rowIndex }: CellClickedEvent<Row>): void {
  if (!data || column.getColId() === 'select') return;
  if (event instanceof MouseEvent && (event.ctrlKey || event.metaKey)) useSelection.getState().toggle(data.id, rowIndex ?? 0);
  else useNavigation.getState().peekAt(data.id);
}

function onDoubleClick({ data, column }: CellDoubleClickedEvent<Row>, onEdit: RegisterGridProps['onEdit']): void {
  if (!data) return;
  const fact = columnById.get(column.getColId());
  if (fact?.field === undefined || fact.id === 'name') useNavigation.getState().open(data.id);
  else onEdit(data, fact.id);
}

const DIRECTION = { asc: 'ascending', desc: 'descending' } as const;

function rememberSort({ api }: SortChangedEvent<Row>): void {
  const sorted = api
    .getColumnState()
    .filter((state) => state.sort)
    .toSorted((a, b) => (a.sortIndex ?? 0) - (b.sortIndex ?? 0));
  const sort: Query['sort'] = sorted.flatMap(({ colId, sort: by }) => {
    const fact = columnById.get(colId);
    return fact && by ? [{ column: fact.id, direction: DIRECTION[by] }] : [];
  });
  useColumns.getState().sortBy(sort);
}

function rememberColumns(api: GridApi<Row>): void {
  const states = api.getColumnState().filter((state) => columnById.has(state.colId) && state.hide !== true);
  const widths = states.flatMap(({ colId, width, flex }) => (width === undefined || flex ? [] : [[colId, width] as const]));
  useColumns.getState().remember(
    states.flatMap(({ colId }) => columnById.get(colId)?.id ?? []),
    Object.fromEntries(widths),
  );
}
