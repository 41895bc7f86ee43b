import type { People, PeopleDevice, PeoplePerson } from '../people.ts';
import { type ColumnOf, column, headerOf, rowOf } from './columnsOf.ts';
import type { Table, TableRow } from './table.ts';
import type { TableInput } from './tableInput.ts';

interface DeviceRow {
  readonly person: Pick<PeoplePerson, 'person' | 'name' | 'role' | 'remit' | 'by'> | undefined;
  /** Absent: a person without a device. */
  readonly device: Partial<PeopleDevice>;
  readonly server: boolean;
}

const COLUMNS: readonly ColumnOf<DeviceRow>[] = [
  column('name', 'Person', 'text', ({ person, server }) => person?.name ?? (server ? 'the server itself' : 'nobody')),
  column('person', 'Person id', 'text', ({ person }) => person?.person),
  column('role', 'Role', 'text', ({ person }) => person?.role),
  column('remit', 'May edit', 'text', ({ person }) => remitText(person)),
  column('roleBy', 'Role set by', 'text', ({ person }) => person?.by?.name),
  column('roleAt', 'Role set at', 'instant', ({ person }) => person?.by?.at),
  column('roleChange', 'Role set in change', 'number', ({ person }) => person?.by?.place),
  column('device', 'Device', 'text', ({ device }) => device.label),
  column('key', 'Key of the device', 'text', ({ device }) => device.device),
  column('enrolledAt', 'Enrolled at', 'instant', ({ device }) => device.enrolledAt),
  column('enrolledBy', 'Enrolled or revoked by', 'text', ({ device }) => device.by?.name),
  column('revoked', 'Revoked', 'yes or no', ({ device }) => device.revoked),
  column('entries', 'Changes', 'number', ({ device }) => device.entries),
  column('lastPlace', 'Last change', 'number', ({ device }) => device.lastPlace),
  column('witnessed', 'Witnesses the ledger up to change', 'number', ({ device }) => device.witnessed),
];

function remitText(person: DeviceRow['person']): string | undefined {
  if (person === undefined) return undefined;
  if (person.role === 'reader') return 'nothing';
  return person.remit === '' || person.remit === 'true' ? 'everything' : person.remit;
}

/** Who could say anything, a row for each device, and how much of the ledger that device confirms. */
export const peopleTable = ({ people }: TableInput): Table => ({
  name: 'people',
  title: 'People and devices',
  columns: headerOf(COLUMNS),
  rows: deviceRows(people),
});

function* deviceRows({ persons, others }: People): Generator<TableRow> {
  for (const person of persons) {
    if (person.devices.length === 0) yield rowOf(COLUMNS, { person, device: {}, server: false });
    for (const device of person.devices) yield rowOf(COLUMNS, { person, device, server: false });
  }
  for (const { server, ...device } of others) yield rowOf(COLUMNS, { person: undefined, device, server });
}
