import { Menu } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useKeys } from '../app/keys.ts';
import { Keys } from '../parts/Keys.tsx';
import style from './list.module.css';

const LATER: readonly (readonly [words: string, days: number])[] = [
  ['Until tomorrow', 1],
  ['For 3 days', 3],
  ['For a week', 7],
  ['For a month', 30],
];

/** Only this device stops showing it: others still see the item, and nothing is signed. */
export function PutOff({ onPutOff }: { onPutOff: (days: number) => void }): ReactNode {
  const [open, setOpen] = useState(false);
  useKeys({ s: () => setOpen(true) });
  return (
    <Menu opened={open} onChange={setOpen} position="bottom-start">
      <Menu.Target>
        <button type="button" className={style.quiet}>
          Put off on this device <Keys combo="s" />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {LATER.map(([words, days]) => (
          <Menu.Item key={days} onClick={() => onPutOff(days)}>
            {words}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
