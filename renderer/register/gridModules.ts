import {
  CellApiModule,
  ColumnApiModule,
  EventApiModule,
  InfiniteRowModelModule,
  ModuleRegistry,
  RowApiModule,
  ScrollApiModule,
  ValidationModule,
} from 'ag-grid-community';

/** One by one: the whole grid is 80 kB more. Validation turns its bare error numbers into words while developing. */
export function registerGridModules(): void {
  ModuleRegistry.registerModules([InfiniteRowModelModule, ColumnApiModule, RowApiModule, CellApiModule, ScrollApiModule, EventApiModule]);
  if (import.meta.env.DEV) ModuleRegistry.registerModules([ValidationModule]);
}
