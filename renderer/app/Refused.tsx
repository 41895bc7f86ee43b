import { Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { ActionButton } from '../parts/ActionButton.tsx';
import { Age } from '../parts/Age.tsx';
import { Hostile } from '../parts/Hostile.tsx';
import { useEngine, useStatus } from './engine.tsx';
import classes from './settings.module.css';
import { useShell } from './shellStore.ts';

/** Changes that the server refused, or that a given-up key can no longer send: what they said, why, and the way to set them aside once read. */
export function Refused(): ReactNode {
  const opened = useShell((shell) => shell.layer === 'refused');
  const close = useShell((shell) => shell.close);
  const { api } = useEngine();
  const refused = useStatus()?.refused ?? [];
  return (
    <Modal
      opened={opened}
      onClose={close}
      title="Changes that are not in the register"
      closeButtonProps={{ 'aria-label': 'Close' }}
      size="lg"
    >
      {refused.length === 0 && <p>Nothing is left here.</p>}
      <ul className={classes.lines}>
        {refused.map((one) => (
          <li key={one.id}>
            <div>
              <Hostile text={one.label} />
              {one.said.map((said) => (
                <p key={said} className={classes.said}>
                  {said}
                </p>
              ))}
              <small>
                {one.reason} · <Age at={one.at} />
              </small>
            </div>
            <ActionButton onClick={() => void api.dismissRefused(one.id)}>Set aside</ActionButton>
          </li>
        ))}
      </ul>
    </Modal>
  );
}
