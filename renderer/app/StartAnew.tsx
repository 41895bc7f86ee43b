import { Modal } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { ActionButton } from '../parts/ActionButton.tsx';
import { useEngine } from './engine.tsx';
import { notifyProblem } from './notify.ts';
import classes from './trustBar.module.css';

/** Another key for this device, said in numbers before. */
export function StartAnew({ savedHere }: { savedHere: number }): ReactNode {
  const { api } = useEngine();
  const [asking, setAsking] = useState(false);
  const start = async (): Promise<void> => {
    const reply = await api.startAnew();
    if (!reply.ok) notifyProblem(reply.error);
    setAsking(false);
  };
  return (
    <>
      <div>
        <ActionButton onClick={() => setAsking(true)}>Start anew on this device…</ActionButton>
      </div>
      <Modal
        opened={asking}
        onClose={() => setAsking(false)}
        title="Give this device another key?"
        closeButtonProps={{ 'aria-label': 'Close' }}
        centered
      >
        <div className={classes.dialog}>
          <p>
            The key that this device has is deleted and can never come back. It joins again with a link, by signing in, or confirmed by
            another device of yours. What it holds of the register stays.
          </p>
          <p>
            {savedHere === 0
              ? 'Nothing waits here: every change of this device is on the server.'
              : `${savedHere.toLocaleString()} ${savedHere === 1 ? 'change' : 'changes'} signed with this key can then not be sent any more. They stay here to be read, under “refused”.`}
          </p>
          <div className={classes.dialogActions}>
            <ActionButton onClick={() => setAsking(false)}>Keep the key</ActionButton>
            <ActionButton tone="danger" onClick={() => void start()}>
              {savedHere === 0 ? 'Start anew' : `Start anew, without ${savedHere.toLocaleString()}`}
            </ActionButton>
          </div>
        </div>
      </Modal>
    </>
  );
}
