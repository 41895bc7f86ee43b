import type { GridApi, IDatasource, IGetRowsParams } from 'ag-grid-community';
import type { EngineApi, Incomplete } from '../../shared/bridge/engine.ts';
import type { Query, Row, RowWindow } from '../../shared/register/view.ts';

/** At most one refresh in this many milliseconds while data streams in. */
const REFRESH = 200;

export interface RowSource extends IDatasource {
  /** Asks anew with this query; what is on screen stays until the answer is here. */
  readonly ask: (query: Query) => void;
  /** Something changed in the register: the windows that are held are asked again. */
  readonly refresh: () => void;
  /** Resolves when the first window of the latest query is on screen. */
  readonly settled: () => Promise<void>;
  readonly attach: (grid: GridApi<Row> | undefined) => void;
}

/** Brings windows of rows from the engine into the grid: never more than what is near the screen. */
export function makeRowSource(api: EngineApi, first: Query, onWindow: (window: RowWindow & Incomplete, query: Query) => void): RowSource {
  let query = first;
  let grid: GridApi<Row> | undefined;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  let shown: Query | undefined;
  const watchers: (() => void)[] = [];

  const showing = (): void => {
    shown = query;
    for (const tell of watchers.splice(0)) tell();
  };
  /** A grid that was taken off the page complains when it is asked; its owner may tell us only after that. */
  const onPage = (): GridApi<Row> | undefined => (grid?.isDestroyed() ? undefined : grid);

  /** An answer to a former query is thrown away and asked again: rows of two queries never mix. */
  const windowOf = async (from: number, count: number): Promise<RowWindow & Incomplete> => {
    for (;;) {
      const asked = query;
      const answer = await api.window(asked, from, count);
      if (asked !== query) continue;
      if (from === 0) onWindow(answer, asked);
      return answer;
    }
  };
  const getRows = ({ startRow, endRow, successCallback, failCallback }: IGetRowsParams<Row>): void => {
    windowOf(startRow, endRow - startRow).then(
      (answer) => {
        successCallback([...answer.rows], answer.total);
        if (startRow === 0) showing();
      },
      () => failCallback(),
    );
  };
  return {
    getRows,
    attach: (next) => {
      grid = next;
      if (next === undefined) clearTimeout(waiting);
    },
    settled: () => (shown === query ? Promise.resolve() : new Promise((tell) => watchers.push(tell))),
    ask: (next) => {
      query = next;
      const asking = onPage();
      asking?.refreshInfiniteCache();
      if (asking && asking.getDisplayedRowCount() > 0) asking.ensureIndexVisible(0, 'top');
    },
    refresh: () => {
      if (waiting !== undefined) return;
      waiting = setTimeout(() => {
        waiting = undefined;
        onPage()?.refreshInfiniteCache();
      }, REFRESH);
    },
  };
}
