import { Modal, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { ActionButton } from '../parts/ActionButton.tsx';
import { useEngine } from './engine.tsx';
import { notify } from './notify.ts';
import classes from './trustBar.module.css';

const DIGITS = 8;

/** Deliberately slow: the digits come from whoever runs the server, not from this screen. */
export function TrustOtherKey({ onClose }: { onClose: () => void }): ReactNode {
  const { api } = useEngine();
  const [typed, setTyped] = useState('');
  const [problem, setProblem] = useState<string>();
  const enough = typed.replace(/[^0-9a-f]/gi, '').length >= DIGITS;
  const trust = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (!enough) return;
    const reply = await api.trustServer(typed);
    if (!reply.ok) return setProblem(`${reply.error.message} ${reply.error.wayOut ?? ''}`);
    notify('The server’s new key is trusted on this device.');
    onClose();
  };
  return (
    <Modal opened onClose={onClose} title="Trust the key that is there now?" closeButtonProps={{ 'aria-label': 'Close' }} centered>
      <form className={classes.dialog} onSubmit={(event) => void trust(event)}>
        <p>
          Only do this when whoever runs the server has told you that its key was changed. Let them read the new fingerprint to you, by
          telephone or in person, and type its first eight digits. What this device knows of the history must hold all the same.
        </p>
        <TextInput
          label="First eight digits of the new fingerprint"
          autoComplete="off"
          spellCheck={false}
          data-autofocus
          maxLength={80}
          value={typed}
          error={problem}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <div className={classes.dialogActions}>
          <ActionButton onClick={onClose}>Do not trust it</ActionButton>
          <ActionButton type="submit" tone="danger" disabledReason={enough ? undefined : 'Type the first eight digits'}>
            Trust this key
          </ActionButton>
        </div>
      </form>
    </Modal>
  );
}
