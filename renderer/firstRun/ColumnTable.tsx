import { Select } from '@mantine/core';
import type { ReactNode } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import { fieldByName } from '../../shared/model/fields.ts';
import type { SpreadsheetReport } from '../../shared/wire/http.ts';
import { MAPPABLE, type Mappable, PARTY_ONLY } from '../../shared/wire/sheetColumns.ts';
import list from '../inbox/list.module.css';
import type { SheetType } from './openFiles.ts';
import { type Mapping, remapped } from './spreadsheet.ts';

/** What a column can be besides a field of the register. */
const SHAPING: Readonly<Record<string, string>> = {
  externalId: 'Id in the sheet',
  system: 'System',
  kind: 'Kind',
  notes: 'Notes',
  asOf: 'As of (date of the row)',
};
const IDENTITY = MAPPABLE.filter((name) => !PARTY_ONLY.includes(name));
const PARTY: readonly Mappable[] = [
  'externalId',
  'name',
  'kind',
  'team',
  'email',
  'manager',
  'active',
  'leftOn',
  'aliases',
  'notes',
  'asOf',
];

const choicesFor = (type: SheetType): { value: string; label: string }[] =>
  (type === 'party' ? PARTY : IDENTITY).map((value) => ({
    value,
    label: SHAPING[value] ?? fieldByName.get(value)?.label ?? value,
  }));

const CONFIDENCE = { exact: 'by its heading', likely: 'likely, please check', none: 'not understood' } as const;

interface Props {
  readonly report: SpreadsheetReport;
  readonly mapping: Mapping;
  readonly type: SheetType;
  readonly onChange: (mapping: Mapping) => void;
}

export function ColumnTable({ report, mapping, type, onChange }: Props): ReactNode {
  const data = choicesFor(type);
  return (
    <table className={list.table}>
      <thead>
        <tr>
          <th scope="col">Column</th>
          <th scope="col">Is understood as</th>
          <th scope="col">How sure</th>
          <th scope="col">Examples</th>
        </tr>
      </thead>
      <tbody>
        {report.columns.map((column) => (
          <tr key={column.column}>
            <td>
              <bdi>{visibleText(column.column, 80)}</bdi>
            </td>
            <td>
              <Select
                size="xs"
                w={220}
                aria-label={`Column ${visibleText(column.column, 60)} is`}
                placeholder="Not read"
                data={data}
                value={mapping[column.column] ?? null}
                searchable
                clearable
                clearButtonProps={{ 'aria-label': `Do not read column ${visibleText(column.column, 60)}` }}
                onChange={(field) => onChange(remapped(mapping, column.column, field ?? undefined))}
              />
            </td>
            <td className={list.dim}>{CONFIDENCE[column.confidence]}</td>
            <td className={list.dim}>
              <bdi>{column.examples.map((example) => visibleText(example, 40)).join(' · ')}</bdi>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
