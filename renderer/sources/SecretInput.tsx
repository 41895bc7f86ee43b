import { SegmentedControl, TextInput } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import type { SecretOutcome } from '../../shared/bridge/bridge.ts';
import { useBridge } from '../app/useBridge.ts';
import style from '../inbox/list.module.css';
import { KeychainInput } from './KeychainInput.tsx';
import type { FormField } from './kinds.ts';

interface Props {
  readonly field: FormField;
  /** `env:NAME`, `file:/path`, `keychain:name` or nothing. Never the secret. */
  readonly value: string;
  readonly error: string | undefined;
  readonly onChange: (value: string) => void;
  /** Of the source: what a secret in the keychain is named after. */
  readonly sourceId: string;
}

const PLACES = [
  { value: 'none', label: 'None' },
  { value: 'env', label: 'Environment variable' },
  { value: 'file', label: 'File' },
];
const KEYCHAIN = { value: 'keychain', label: 'Keychain' };

/** The place of a secret. Only on a desktop there is a box that takes the secret itself, and it goes from there to the keychain. */
export function SecretInput({ field, value, error, onChange, sourceId }: Props): ReactNode {
  const keychain = useKeychain();
  const [, place = 'none', name = ''] = /^(env|file|keychain):(.*)$/s.exec(value) ?? [];
  const hasKeychain = keychain?.done === true || place === 'keychain';
  const common = { label: field.label, value, error, onChange };
  return (
    <fieldset className={style.fieldset}>
      <legend>{field.label}</legend>
      <p className={`${style.dim} ${style.small}`}>{hasKeychain ? 'Where the server reads it.' : field.hint}</p>
      <SegmentedControl
        size="xs"
        data={hasKeychain ? [...PLACES, KEYCHAIN] : PLACES}
        value={place}
        aria-label={`Where the ${field.label.toLowerCase()} is read`}
        onChange={(next) => onChange(next === 'none' ? '' : `${next}:`)}
      />
      {keychain?.done === false && <Trouble outcome={keychain} />}
      {place === 'keychain' && <KeychainInput {...common} name={name} wanted={`${sourceId}.${field.name}`} />}
      {(place === 'env' || place === 'file') && (
        <TextInput
          mt={8}
          aria-label={place === 'env' ? 'Name of the environment variable' : 'Path of the file'}
          placeholder={place === 'env' ? 'PGPASSWORD' : '/run/secrets/postgres'}
          spellCheck={false}
          autoComplete="off"
          value={name}
          error={error}
          onChange={(event) => onChange(`${place}:${event.currentTarget.value}`)}
        />
      )}
    </fieldset>
  );
}

/** Undefined in a browser, where nobody asks for a keychain, and until the desktop has answered. */
function useKeychain(): SecretOutcome | undefined {
  const bridge = useBridge();
  const [outcome, setOutcome] = useState<SecretOutcome>();
  useEffect(() => {
    let isThere = true;
    void bridge.info().then(async ({ host }) => {
      const answer = host === 'electron' ? await bridge.secretsAvailable() : undefined;
      if (isThere) setOutcome(answer);
    });
    return () => {
      isThere = false;
    };
  }, [bridge]);
  return outcome;
}

function Trouble({ outcome }: { outcome: SecretOutcome & { done: false } }): ReactNode {
  return (
    <p className={`${style.dim} ${style.small}`}>
      {visibleText(outcome.trouble.message, 300)}. {visibleText(outcome.trouble.wayOut, 300)}
    </p>
  );
}
