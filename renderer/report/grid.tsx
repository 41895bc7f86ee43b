import type { ReactNode } from 'react';

/** Roles of a table whose rows exist only while they are in sight; a `<table>` could not say so (ARIA 1.3, grid). */
const HEADER_ROW = { role: 'row', 'aria-rowindex': 1 } as const;
const HEADER = { role: 'columnheader' } as const;
const CELL = { role: 'gridcell' } as const;

export const HeaderRow = ({ children }: { children: ReactNode }): ReactNode => (
  <div className="row head" {...HEADER_ROW}>
    {children}
  </div>
);

interface ColumnProps {
  readonly column: string;
  readonly right?: boolean | undefined;
  readonly children: ReactNode;
}

export const ColumnHead = ({
  column,
  right,
  children,
  sorted,
}: ColumnProps & { readonly sorted?: 'ascending' | 'descending' }): ReactNode => (
  <span className="cell" data-column={column} data-right={right} {...HEADER} {...(sorted ? { 'aria-sort': sorted } : {})}>
    {children}
  </span>
);

export const GridCell = ({ column, right, children }: ColumnProps): ReactNode => (
  <span className="cell" data-column={column} data-right={right} {...CELL}>
    {children}
  </span>
);
