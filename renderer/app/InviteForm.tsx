import { NativeSelect, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { Role } from '../../shared/model/vocabulary.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import { exactText } from '../parts/age.ts';
import { useEngine } from './engine.tsx';
import { notify, notifyProblem } from './notify.ts';
import classes from './settings.module.css';

const ROLES: readonly { readonly value: Role; readonly label: string }[] = [
  { value: 'steward', label: 'Steward: edits within a remit' },
  { value: 'reader', label: 'Reader: sees everything, changes nothing' },
  { value: 'owner', label: 'Owner: answers for their own identities' },
  { value: 'approver', label: 'Approver: approves what others propose' },
  { value: 'admin', label: 'Admin: sources, people and policy' },
];
const HOURS = 72;

/** Mints a link that enrols one device, once. It is shown once, here. */
export function InviteForm(): ReactNode {
  const { api } = useEngine();
  const [label, setLabel] = useState('');
  const [role, setRole] = useState<Role>('steward');
  const [remit, setRemit] = useState('');
  const [busy, setBusy] = useState(false);
  const [made, setMade] = useState<{ link: string; expires: string }>();
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    const reply = await api.invite({ role, remit: remit.trim() === '' ? 'true' : remit.trim(), label: label.trim(), hours: HOURS });
    setBusy(false);
    if (reply.ok) setMade(reply.value);
    else notifyProblem(reply.error);
  };
  return (
    <form className={classes.form} onSubmit={(event) => void submit(event)}>
      <TextInput
        label="Who is it for"
        required
        value={label}
        onChange={(event) => setLabel(event.currentTarget.value)}
        placeholder="Name or team"
      />
      <NativeSelect
        label="Role"
        data={[...ROLES]}
        value={role}
        onChange={(event) => setRole(ROLES.find((one) => one.value === event.currentTarget.value)?.value ?? 'steward')}
      />
      {role === 'steward' && (
        <TextInput
          label="May edit"
          description="A condition over the register; empty means everything"
          placeholder={'row.application == "checkout"'}
          value={remit}
          onChange={(event) => setRemit(event.currentTarget.value)}
        />
      )}
      <div>
        <ActionButton type="submit" tone="primary" busy={busy} disabledReason={label.trim() === '' ? 'Say who it is for' : undefined}>
          Make a link
        </ActionButton>
      </div>
      {made && <Made link={made.link} expires={made.expires} />}
    </form>
  );
}

function Made({ link, expires }: { link: string; expires: string }): ReactNode {
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(link);
    notify('The link is copied.');
  };
  return (
    <div className={classes.made} role="status">
      <input readOnly aria-label="Invitation link" value={link} onFocus={(event) => event.target.select()} />
      <ActionButton onClick={() => void copy()}>Copy</ActionButton>
      <small>Works once, until {exactText(Date.parse(expires))}. It is not shown again.</small>
    </div>
  );
}
