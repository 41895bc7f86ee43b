import type { ColumnId, Row } from './view.ts';

/** Every column, in the order of the column menu. */
export const COLUMNS: readonly { readonly id: ColumnId; readonly label: string }[] = [
  { id: 'states', label: 'State' },
  { id: 'name', label: 'Name' },
  { id: 'kind', label: 'Kind' },
  { id: 'owner', label: 'Owner' },
  { id: 'team', label: 'Team' },
  { id: 'application', label: 'Application' },
  { id: 'environment', label: 'Environment' },
  { id: 'access', label: 'Access' },
  { id: 'credential', label: 'Credential' },
  { id: 'lastUsed', label: 'Last used' },
  { id: 'asOf', label: 'As of' },
  { id: 'reviewDue', label: 'Review due' },
  { id: 'sources', label: 'Sources' },
  { id: 'lifecycle', label: 'Lifecycle' },
  { id: 'observed', label: 'Observed' },
  { id: 'findings', label: 'Findings' },
  { id: 'purpose', label: 'Purpose' },
  { id: 'criticality', label: 'Criticality' },
  { id: 'classification', label: 'Classification' },
  { id: 'vendor', label: 'Vendor' },
  { id: 'usedBy', label: 'Used by' },
  { id: 'neededUntil', label: 'Needed until' },
  { id: 'created', label: 'Created' },
  { id: 'tags', label: 'Tags' },
  { id: 'boundary', label: 'Boundary' },
];

/** What a cell says, without its icon. */
export function cellText(row: Row, column: ColumnId): string {
  switch (column) {
    case 'owner':
    case 'team':
    case 'vendor':
      return row[column]?.text ?? '';
    case 'states':
    case 'sources':
    case 'tags':
      return row[column].join(', ');
    case 'credential':
      return row.credential?.text ?? '';
    case 'lastUsed':
      return row.lastUsed ?? (row.lastUsedUnread ? 'unread' : '');
    case 'access':
      return row.access ?? (row.privileged === undefined && row.type === 'identity' ? 'unread' : '');
    case 'findings':
      return row.findings.map(({ rule, verdict }) => (verdict === 'found' ? rule : `${rule}: ${verdict}`)).join(', ');
    default:
      return row[column] ?? '';
  }
}
