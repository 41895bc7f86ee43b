import { Select, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { SpreadsheetReport } from '../../shared/wire/http.ts';
import style from './firstRun.module.css';
import type { SheetChoices } from './spreadsheet.ts';

interface Props {
  readonly report: SpreadsheetReport;
  readonly system: SheetChoices['system'];
  readonly onChange: (system: SheetChoices['system']) => void;
}

const ONE = '\u0000one';

/** An account is its system, its name and its environment: without the system, two of the same name are one. */
export function SystemChoice({ report, system, onChange }: Props): ReactNode {
  const understood = report.columns.find((column) => column.field === 'system')?.column;
  const value = system.kind === 'column' ? system.column : (understood ?? ONE);
  const [typed, setTyped] = useState(system.kind === 'value' ? system.value : '');
  const data = [
    { value: ONE, label: 'One value for all rows' },
    ...report.columns.map((column) => ({ value: column.column, label: `Column "${column.column}"` })),
  ];
  const picked = system.kind === 'value' && system.value !== '' ? ONE : value;
  return (
    <div className={style.actions} style={{ alignItems: 'flex-end' }}>
      <Select
        label="Which system the accounts live in"
        data={data}
        value={picked}
        allowDeselect={false}
        w={300}
        onChange={(next) => onChange(next === null || next === ONE ? { kind: 'value', value: typed } : { kind: 'column', column: next })}
      />
      {picked === ONE && (
        <TextInput
          aria-label="Name of the system"
          placeholder="Active Directory corp.example"
          w={300}
          value={typed}
          maxLength={200}
          onChange={(event) => setTyped(event.currentTarget.value)}
          onBlur={() => onChange({ kind: 'value', value: typed })}
        />
      )}
    </div>
  );
}
