import { Modal, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useEffect, useState } from 'react';
import { ActionButton } from '../parts/ActionButton.tsx';
import { invitationOf } from './invitationLink.ts';
import { useJoinDoor } from './joinDoor.ts';
import { notifyTrouble } from './notify.ts';
import classes from './settings.module.css';
import { useBridge } from './useBridge.ts';

/** Takes the link of an invitation that somebody sent in a way that does not open it here. */
export function JoinDoor(): ReactNode {
  const bridge = useBridge();
  const { opened, open, close } = useJoinDoor();
  useEffect(() => bridge.onMenu((command) => command === 'joinSpace' && open()), [bridge, open]);
  return (
    <Modal opened={opened} onClose={close} title="Join another register" closeButtonProps={{ 'aria-label': 'Close' }} centered size="lg">
      <Link onDone={close} />
    </Modal>
  );
}

function Link({ onDone }: { onDone: () => void }): ReactNode {
  const bridge = useBridge();
  const [text, setText] = useState('');
  const link = invitationOf(text);
  const join = (event: FormEvent): void => {
    event.preventDefault();
    if (!link) return;
    bridge.joinSpace(link).catch((error: unknown) => notifyTrouble(error));
    onDone();
  };
  return (
    <form className={classes.dialog} onSubmit={join}>
      <p>Paste the link that an administrator of that register made. It opens in this window, with a key of its own; this one stays.</p>
      <TextInput
        label="Invitation link"
        placeholder="https://muster.example.org/#join=…&key=…"
        data-autofocus
        spellCheck={false}
        autoComplete="off"
        maxLength={2_048}
        value={text}
        error={text !== '' && !link ? 'That is not an invitation to a register: https, or http on this computer, with its key' : undefined}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <div className={classes.dialogActions}>
        <ActionButton onClick={onDone}>Not now</ActionButton>
        <ActionButton type="submit" tone="primary" disabledReason={link ? undefined : 'Paste the whole link'}>
          Join
        </ActionButton>
      </div>
    </form>
  );
}
