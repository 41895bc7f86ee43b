import { Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { Keys } from '../parts/Keys.tsx';
import classes from './settings.module.css';
import { useShell } from './shellStore.ts';

type Group = readonly [title: string, keys: readonly (readonly [combo: string, does: string])[]];

export const KEY_GROUPS: readonly Group[] = [
  [
    'Anywhere',
    [
      ['mod+K', 'Find anything'],
      ['g i', 'Inbox'],
      ['g r', 'Register'],
      ['g s', 'Sources'],
      ['g a', 'Activity'],
      ['g p', 'People'],
      ['g w', 'Write-back'],
      ['g t', 'Team'],
      ['mod+Z', 'Undo'],
      ['?', 'These keys'],
    ],
  ],
  [
    'In the register',
    [
      ['/', 'Filter'],
      ['j k', 'Down, up (or the arrows)'],
      ['Space', 'Peek at it'],
      ['Enter', 'Open it'],
      ['[ ]', 'Previous, next while it is open'],
      ['x', 'Select'],
      ['shift+x', 'Select a range'],
      ['mod+A', 'Select all that match'],
      ['Escape', 'Close, unselect, clear the filter'],
    ],
  ],
  [
    'On an identity, or all that are selected',
    [
      ['o', 'Set the owner'],
      ['e', 'Edit the cell'],
      ['a', 'Accept'],
      ['c', 'Comment'],
      ['i', 'Why this value'],
      ['s', 'Send the field to its source'],
      ['1 … 9', 'Pick a value in conflict'],
      ['r', 'Re-read from its source now'],
      ['h', 'History'],
    ],
  ],
];

export function KeysHelp(): ReactNode {
  const opened = useShell((shell) => shell.layer === 'keys');
  const close = useShell((shell) => shell.close);
  return (
    <Modal opened={opened} onClose={close} title="Keys" closeButtonProps={{ 'aria-label': 'Close' }} size={760}>
      <div className={classes.keyGroups}>
        {KEY_GROUPS.map(([title, keys]) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>
              {keys.map(([combo, does]) => (
                <div key={combo}>
                  <dt>{does}</dt>
                  <dd>
                    <Keys combo={combo} />
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <p className={classes.hint}>Single keys are off while you type. Settings turns them off altogether.</p>
    </Modal>
  );
}
