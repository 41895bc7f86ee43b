import { Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { ActionButton } from '../parts/ActionButton.tsx';
import { Age } from '../parts/Age.tsx';
import { Hostile } from '../parts/Hostile.tsx';
import { useEngine, useStatus } from './engine.tsx';
import classes from './settings.module.css';
import { useShell } from './shellStore.ts';

/** Changes that the server refused: what they were, why, and the way to set them aside once read. */
export function Refused(): ReactNode {
  const opened = useShell((shell) => shell.layer === 'refused');
  const close = useShell((shell) => shell.close);
  const { api } = useEngine();
  const refused = useStatus()?.refused ?? [];
  return (
    <Modal opened={opened} onClose={close} title="Refused by the server" closeButtonProps={{ 'aria-label': 'Close' }} size="lg">
      {refused.length === 0 && <p>Nothing is refused any more.</p>}
      <ul className={classes.lines}>
        {refused.map((one) => (
          <li key={one.id}>
            <div>
              <Hostile text={one.label} />
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
