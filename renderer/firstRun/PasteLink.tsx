import { TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { ActionButton } from '../parts/ActionButton.tsx';
import { type EnrolmentToken, enrolmentTokenOf } from './enrolmentToken.ts';
import style from './firstRun.module.css';

export function PasteLink({ onToken }: { onToken: (token: EnrolmentToken) => void }): ReactNode {
  const [text, setText] = useState('');
  const found = enrolmentTokenOf(text);
  return (
    <form
      className={style.way}
      onSubmit={(event) => {
        event.preventDefault();
        if (found) onToken(found);
      }}
    >
      <h2 className={style.wayTitle}>With a link</h2>
      <p className={style.dim}>From an administrator of this register, or the one that the server printed when it started.</p>
      <TextInput
        label="Link"
        placeholder="http://127.0.0.1:4747/#launch=…"
        spellCheck={false}
        autoComplete="off"
        value={text}
        error={text !== '' && !found ? 'That is not a launch link or an invitation' : undefined}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <div className={style.actions}>
        <ActionButton type="submit" tone="primary" keys="Enter" disabledReason={found ? undefined : 'Paste the whole link'}>
          Continue
        </ActionButton>
      </div>
    </form>
  );
}
