import type { ColDef, ICellRendererParams, IHeaderParams, SuppressKeyboardEventParams } from 'ag-grid-community';
import type { ReactNode } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import type { Row } from '../../shared/register/view.ts';
import { PendingValue } from '../editing/PendingValue.tsx';
import { usePendingEdit } from '../editing/pendingEdits.ts';
import { StateMark } from '../parts/StateMark.tsx';
import { CellContent } from './cells.tsx';
import { type ColumnFact, columnById } from './columnList.ts';
import type { Arrangement } from './columnStore.ts';
import classes from './grid.module.css';
import { useSelection } from './selection.ts';

type CellParams = ICellRendererParams<Row>;

const OURS: ReadonlySet<string> = new Set([' ', 'Enter', 'Escape', 'a', 'c', 'Delete', 'Backspace']);
/** Keys that mean something in the register; the grid keeps the arrows, Home, End and the page keys. */
const leaveToUs = ({ event }: SuppressKeyboardEventParams<Row>): boolean => OURS.has(event.key);

function SelectCell({ data, node }: CellParams): ReactNode {
  const selected = useSelection((state) => data !== undefined && state.ids.has(data.id));
  const toggle = useSelection((state) => state.toggle);
  if (!data) return null;
  return (
    <input
      type="checkbox"
      tabIndex={-1}
      className={classes.check}
      checked={selected}
      data-selected={selected}
      aria-label={`Select ${visibleText(data.name, 80)}`}
      onChange={() => toggle(data.id, node.rowIndex ?? 0)}
      onClick={(event) => event.stopPropagation()}
    />
  );
}

/** A value that people or sources disagree about says so in its own cell. */
function Disagreement({ row, field }: { row: Row; field: string | undefined }): ReactNode {
  if (field === undefined) return null;
  if (row.conflicts.includes(field)) return <StateMark state="conflict" compact />;
  return row.drifts.includes(field) ? <StateMark state="drift" compact /> : null;
}

interface FactParams extends CellParams {
  readonly fact: ColumnFact;
}

// Lines that are on their way keep their height; nothing jumps when they arrive.
const Cell = ({ data, fact }: FactParams): ReactNode => (data ? <Value data={data} fact={fact} /> : <span className={classes.coming} />);

function Value({ data, fact }: { data: Row; fact: ColumnFact }): ReactNode {
  const pending = usePendingEdit(data.id, fact.field);
  return (
    <span className={classes.cell} data-right={fact.right === true} data-field={fact.field}>
      <Disagreement row={data} field={fact.field} />
      {pending ? <PendingValue edit={pending} /> : <CellContent row={data} column={fact.id} />}
    </span>
  );
}

const SORT = { ascending: 'asc', descending: 'desc' } as const;
const NOT_SORTED: ReadonlySet<string> = new Set(['tags', 'findings', 'sources']);

function columnDef(fact: ColumnFact, arrangement: Arrangement): ColDef<Row> {
  const sort = arrangement.sort.find((one) => one.column === fact.id);
  const width = arrangement.widths[fact.id];
  const fill = fact.id === 'name' && width === undefined;
  return {
    colId: fact.id,
    headerName: fact.label,
    ...(fill ? { flex: 1, minWidth: 180 } : { width: width ?? fact.width, minWidth: 48 }),
    sortable: !NOT_SORTED.has(fact.id),
    sort: sort ? SORT[sort.direction] : null,
    cellRenderer: Cell,
    cellRendererParams: { fact },
    ...(fact.right === true ? { headerClass: classes.headerRight ?? '' } : {}),
  };
}

const SELECT_COLUMN: ColDef<Row> = {
  colId: 'select',
  headerName: '',
  headerComponent: SelectAll,
  width: 36,
  minWidth: 36,
  maxWidth: 36,
  pinned: 'left',
  lockPosition: true,
  resizable: false,
  sortable: false,
  suppressMovable: true,
  cellRenderer: SelectCell,
};

function SelectAll({ context }: IHeaderParams<Row, { selectAll: () => void }>): ReactNode {
  const count = useSelection((state) => state.ids.size);
  const clear = useSelection((state) => state.clear);
  return (
    <input
      type="checkbox"
      tabIndex={-1}
      className={classes.check}
      checked={count > 0}
      aria-label={count > 0 ? 'Unselect all' : 'Select all that match'}
      title={count > 0 ? 'Unselect all' : 'Select all that match'}
      onChange={() => (count > 0 ? clear() : context.selectAll())}
    />
  );
}

export const columnDefs = (arrangement: Arrangement): ColDef<Row>[] => [
  SELECT_COLUMN,
  ...arrangement.shown.flatMap((id) => {
    const fact = columnById.get(id);
    return fact ? [columnDef(fact, arrangement)] : [];
  }),
];

export const DEFAULT_COLUMN: ColDef<Row> = { resizable: true, suppressKeyboardEvent: leaveToUs, suppressHeaderMenuButton: true };
