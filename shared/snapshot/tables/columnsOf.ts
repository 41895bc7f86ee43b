import type { Cell, Column, TableRow } from './table.ts';

/** A column and what stands in it. */
export interface ColumnOf<T> extends Column {
  readonly of: (item: T) => Cell;
}

export const column = <T>(id: string, label: string, type: Column['type'], of: (item: T) => Cell): ColumnOf<T> => ({ id, label, type, of });

export const headerOf = <T>(columns: readonly ColumnOf<T>[]): Column[] => columns.map(({ id, label, type }) => ({ id, label, type }));
export const rowOf = <T>(columns: readonly ColumnOf<T>[], item: T): TableRow => columns.map(({ of }) => of(item));
