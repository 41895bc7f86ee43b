import { TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { SnapshotStatus } from '../../shared/bridge/snapshot.ts';
import { Icon } from '../parts/Icon.tsx';
import style from './snapshot.module.css';
import { useSnapshotApi } from './snapshotEngine.ts';
import { groupsOfFour } from './words.ts';

/** The one thing that only a person can say: whether this is the key that they expect. */
export function KeySection({ snapshot }: { snapshot: SnapshotStatus }): ReactNode {
  const api = useSnapshotApi();
  const [text, setText] = useState('');
  const compare = (next: string): void => {
    setText(next);
    void api.expectKey(next);
  };
  return (
    <section aria-label="The key">
      <h3>Against which key</h3>
      <p>
        This is the fingerprint of the server’s key that signed the file. Compare it with one that reached you another way: from the
        register’s own settings, on paper, by telephone.
      </p>
      <p className={style.fingerprint}>
        {groupsOfFour(snapshot.fingerprint)
          .split(' ')
          .map((group, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a group may occur twice
            <span key={index}>{group}</span>
          ))}
      </p>
      <TextInput
        label="Expected fingerprint"
        placeholder="Paste it here, at least its first 32 digits"
        spellCheck={false}
        autoComplete="off"
        maxLength={200}
        value={text}
        onChange={(event) => compare(event.currentTarget.value)}
      />
      <Comparison text={text} state={snapshot.key} />
    </section>
  );
}

function Comparison({ text, state }: { text: string; state: SnapshotStatus['key'] }): ReactNode {
  if (text.trim() === '') return null;
  if (state === 'matches') {
    return (
      <p className={style.answer} data-tone="good" role="status">
        <Icon name="check" size={14} /> Matches: the file was signed with the key that you expect.
      </p>
    );
  }
  if (state === 'differs') {
    return (
      <p className={style.answer} data-tone="bad" role="alert">
        <Icon name="found" size={14} /> Differs: this file was signed with another key. Do not rely on it before you know why.
      </p>
    );
  }
  return (
    <p className={style.answer} role="status">
      A fingerprint has 64 digits of 0 to 9 and a to f; at least the first 32 are needed.
    </p>
  );
}
