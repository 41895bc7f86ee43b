import type { ColumnId } from '../../shared/register/view.ts';

export interface ColumnFact {
  readonly id: ColumnId;
  readonly label: string;
  readonly width: number;
  /** The field that `e` edits and `i` explains; absent: the column is computed from several. */
  readonly field?: string;
  /** Ages and days line up at the right. */
  readonly right?: boolean;
}

/** Every column there is, in the order in which the chooser lists them. */
export const COLUMNS: readonly ColumnFact[] = [
  { id: 'states', label: 'State', width: 62 },
  { id: 'name', label: 'Name', width: 280, field: 'name' },
  { id: 'kind', label: 'Kind', width: 116 },
  { id: 'owner', label: 'Owner', width: 132, field: 'owner' },
  { id: 'team', label: 'Team', width: 128, field: 'team' },
  { id: 'application', label: 'Application', width: 104, field: 'application' },
  { id: 'environment', label: 'Environment', width: 100, field: 'environment' },
  { id: 'access', label: 'Access', width: 76, field: 'access' },
  { id: 'credential', label: 'Credential', width: 120 },
  { id: 'lastUsed', label: 'Last used', width: 76, field: 'lastUsed', right: true },
  { id: 'asOf', label: 'As of', width: 76, right: true },
  { id: 'reviewDue', label: 'Review due', width: 92, right: true },
  { id: 'findings', label: 'Findings', width: 120 },
  { id: 'sources', label: 'Sources', width: 120 },
  { id: 'lifecycle', label: 'Lifecycle', width: 104, field: 'lifecycle' },
  { id: 'observed', label: 'Observed', width: 100, field: 'status' },
  { id: 'purpose', label: 'Purpose', width: 220, field: 'purpose' },
  { id: 'criticality', label: 'Criticality', width: 96, field: 'criticality' },
  { id: 'classification', label: 'Classification', width: 116, field: 'classification' },
  { id: 'vendor', label: 'Vendor', width: 116, field: 'vendor' },
  { id: 'usedBy', label: 'Used by', width: 88, field: 'usedBy' },
  { id: 'neededUntil', label: 'Needed until', width: 104, field: 'neededUntil', right: true },
  { id: 'created', label: 'Created', width: 96, field: 'created', right: true },
  { id: 'tags', label: 'Tags', width: 120, field: 'tags' },
  { id: 'boundary', label: 'Boundary', width: 150, field: 'boundary' },
];

export const columnById: ReadonlyMap<string, ColumnFact> = new Map(COLUMNS.map((column) => [column.id, column]));

/** At 1440 px (SCREENS, Register). */
export const DEFAULT_COLUMNS: readonly ColumnId[] = [
  'states',
  'name',
  'kind',
  'owner',
  'application',
  'environment',
  'access',
  'credential',
  'lastUsed',
  'asOf',
  'reviewDue',
];
