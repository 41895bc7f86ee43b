import { SegmentedControl, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { MAX_TEXT } from '../../shared/base/text.ts';
import { useEngine } from '../app/engine.tsx';
import { useEditing } from '../editing/useEditing.ts';
import type { PartyKind } from '../firstRun/owners.ts';
import style from '../inbox/list.module.css';
import { ActionButton } from '../parts/ActionButton.tsx';

const KINDS = [
  { value: 'person', label: 'Person' },
  { value: 'team', label: 'Team' },
  { value: 'vendor', label: 'Vendor' },
];

export function AddParty({ onClose }: { onClose: () => void }): ReactNode {
  const { api } = useEngine();
  const { signActs } = useEditing();
  const [name, setName] = useState('');
  const [kind, setKind] = useState<PartyKind>('team');
  const add = async (): Promise<void> => {
    if (name.trim() === '') return;
    const made = await api.newParty(name.trim(), kind);
    if (await signActs(made.acts, `Added ${name.trim()}`)) onClose();
  };
  return (
    <form
      className={style.head}
      onSubmit={(event) => {
        event.preventDefault();
        void add();
      }}
      onKeyDown={(event) => event.key === 'Escape' && onClose()}
    >
      <TextInput
        size="xs"
        w={280}
        autoFocus
        aria-label="Name"
        placeholder="Name"
        maxLength={MAX_TEXT}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <SegmentedControl size="xs" data={KINDS} value={kind} aria-label="Kind" onChange={(value) => setKind(value as PartyKind)} />
      <ActionButton type="submit" tone="primary" keys="Enter">
        Add
      </ActionButton>
      <ActionButton onClick={onClose}>Cancel</ActionButton>
    </form>
  );
}
