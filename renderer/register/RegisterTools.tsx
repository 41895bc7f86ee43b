import { Menu, Popover, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { toDay } from '../../shared/base/time.ts';
import type { Query } from '../../shared/register/view.ts';
import { useEngine, useStatus } from '../app/engine.tsx';
import { notify } from '../app/notify.ts';
import { useShell } from '../app/shellStore.ts';
import { useBridge } from '../app/useBridge.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import { useNow } from '../parts/useNow.ts';
import { useCreateSnapshot } from '../snapshotCreate/createStore.ts';
import { pickCopy } from '../transfer/pickCopy.ts';
import { COLUMNS } from './columnList.ts';
import { useColumns } from './columnStore.ts';
import classes from './register.module.css';
import { useSavedViews } from './savedViews.ts';

export function RegisterTools({ query }: { query: Query }): ReactNode {
  return (
    <div className={classes.tools}>
      <SaveView query={query.text} />
      <ColumnsMenu />
      <ExportMenu query={query} />
    </div>
  );
}

function SaveView({ query }: { query: string }): ReactNode {
  const [opened, setOpened] = useState(false);
  const [name, setName] = useState('');
  const save = useSavedViews((state) => state.save);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (name.trim() === '') return;
    save(name.trim().slice(0, 80), query);
    setOpened(false);
    setName('');
    notify(`Saved the view “${name.trim().slice(0, 80)}”. It is in the sidebar.`);
  };
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" trapFocus returnFocus>
      <Popover.Target>
        <ActionButton tone="quiet" icon="plus" label="Save as a view" onClick={() => setOpened((now) => !now)}>
          View
        </ActionButton>
      </Popover.Target>
      <Popover.Dropdown aria-label="Save as a view">
        <form onSubmit={submit} className={classes.saveView}>
          <TextInput
            data-autofocus
            label="Save filter, columns and order as"
            value={name}
            maxLength={80}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <ActionButton type="submit" tone="primary">
            Save
          </ActionButton>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}

function ColumnsMenu(): ReactNode {
  const shown = useColumns((columns) => columns.shown);
  const toggle = useColumns((columns) => columns.toggle);
  const reset = useColumns((columns) => columns.reset);
  const [opened, setOpened] = useState(false);
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" trapFocus returnFocus>
      <Popover.Target>
        <ActionButton tone="quiet" icon="columns" label="Columns" onClick={() => setOpened((now) => !now)}>
          Columns
        </ActionButton>
      </Popover.Target>
      <Popover.Dropdown aria-label="Columns" p={8}>
        <div className={classes.columnMenu}>
          {COLUMNS.map((column) => (
            <label key={column.id}>
              <input type="checkbox" checked={shown.includes(column.id)} onChange={() => toggle(column.id)} />
              {column.label}
            </label>
          ))}
        </div>
        <ActionButton tone="quiet" onClick={reset}>
          Back to the default columns
        </ActionButton>
      </Popover.Dropdown>
    </Popover>
  );
}

const FORMATS = [
  { format: 'csv', label: 'CSV' },
  { format: 'xlsx', label: 'Excel (XLSX)' },
  { format: 'json', label: 'JSON' },
] as const;

function ExportMenu({ query }: { query: Query }): ReactNode {
  const { api } = useEngine();
  const bridge = useBridge();
  const now = useNow();
  const shown = useColumns((columns) => columns.shown);
  const sample = useStatus()?.space?.sample === true;
  const isLive = useStatus()?.snapshot === undefined;
  const createSnapshot = useCreateSnapshot((state) => state.open);
  const target = useRef<HTMLButtonElement>(null);
  const wish = useShell((shell) => shell.exportWish);
  const granted = useShell((shell) => shell.granted);
  useEffect(() => {
    if (!wish) return;
    granted('exportWish');
    target.current?.click();
  }, [wish, granted]);
  const save = async (format: (typeof FORMATS)[number]['format']): Promise<void> => {
    const bytes = await api.exportRows(query, shown, format);
    const name = `muster${sample ? '-sample' : ''}-${toDay(now)}.${format}`;
    if (await bridge.saveFile({ name, bytes })) notify(`Saved ${name}`);
  };
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionButton ref={target} tone="quiet" icon="download" label="Export">
          Export
        </ActionButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>This view, as</Menu.Label>
        {FORMATS.map(({ format, label }) => (
          <Menu.Item key={format} onClick={() => void save(format)}>
            {label}
          </Menu.Item>
        ))}
        {isLive && (
          <>
            <Menu.Divider />
            <Menu.Label>For an auditor</Menu.Label>
            <Menu.Item onClick={() => createSnapshot(query.text)}>Create snapshot…</Menu.Item>
            <Menu.Divider />
            <Menu.Label>From another register</Menu.Label>
            <Menu.Item onClick={pickCopy}>Import a copy of another register…</Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
