import { PasswordInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import { SECRET_LENGTH } from '../../shared/wire/keychainMessages.ts';
import { useBridge } from '../app/useBridge.ts';
import style from '../inbox/list.module.css';
import { ActionButton } from '../parts/ActionButton.tsx';
import { keptName } from './keptName.ts';

interface Props {
  readonly label: string;
  /** The name of the kept secret; empty while none is kept. */
  readonly name: string;
  readonly wanted: string;
  readonly error: string | undefined;
  readonly onChange: (value: string) => void;
}

/** Takes a secret as far as the keychain: it is in this box until it is kept, and never in the form. */
export function KeychainInput({ label, name, wanted, error, onChange }: Props): ReactNode {
  const bridge = useBridge();
  const [typed, setTyped] = useState('');
  const [isReplacing, setReplacing] = useState(false);
  const [trouble, setTrouble] = useState<string>();
  const keep = async (): Promise<void> => {
    if (typed === '') return;
    const free = name === '' ? keptName(wanted, await bridge.secretNames()) : name;
    const outcome = await bridge.keepSecret({ name: free, value: typed });
    if (!outcome.done) return setTrouble(`${outcome.trouble.message}. ${outcome.trouble.wayOut}`);
    setTyped('');
    setTrouble(undefined);
    setReplacing(false);
    onChange(`keychain:${free}`);
  };
  const forget = async (): Promise<void> => {
    const outcome = await bridge.forgetSecret({ name });
    if (!outcome.done) return setTrouble(`${outcome.trouble.message}. ${outcome.trouble.wayOut}`);
    onChange('');
  };
  const failed = (failure: unknown): void => setTrouble(failure instanceof Error ? failure.message : String(failure));
  if (name !== '' && !isReplacing) {
    return (
      <div className={style.row} style={{ marginTop: 8 }}>
        <span role="status">
          Kept as <code>{visibleText(name, 64)}</code>
        </span>
        <ActionButton tone="quiet" onClick={() => setReplacing(true)}>
          Replace
        </ActionButton>
        <ActionButton tone="quiet" onClick={() => void forget().catch(failed)}>
          Forget
        </ActionButton>
        {trouble && <span role="alert">{visibleText(trouble, 600)}</span>}
      </div>
    );
  }
  return (
    <div className={style.row} style={{ marginTop: 8, alignItems: 'center' }}>
      <PasswordInput
        style={{ flex: 1 }}
        aria-label={label}
        placeholder="Goes straight to the keychain of this computer"
        autoComplete="off"
        spellCheck={false}
        maxLength={SECRET_LENGTH}
        value={typed}
        error={trouble === undefined ? error : visibleText(trouble, 600)}
        onChange={(event) => setTyped(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return;
          event.preventDefault();
          void keep().catch(failed);
        }}
      />
      <ActionButton onClick={() => void keep().catch(failed)}>Keep</ActionButton>
      {name !== '' && (
        <ActionButton
          tone="quiet"
          onClick={() => {
            setTyped('');
            setReplacing(false);
          }}
        >
          Cancel
        </ActionButton>
      )}
    </div>
  );
}
