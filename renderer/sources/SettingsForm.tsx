import { SegmentedControl, Textarea, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import style from '../inbox/list.module.css';
import { commonFields, type FormField, type FormValues, type SourceKind } from './kinds.ts';

interface Props {
  readonly kind: SourceKind;
  readonly form: FormValues;
  readonly problems: Readonly<Record<string, string>>;
  readonly onChange: (form: FormValues) => void;
  /** A source that exists keeps its short name: records are found under it. */
  readonly fixedId?: boolean;
}

export function SettingsForm({ kind, form, problems, onChange, fixedId = false }: Props): ReactNode {
  const fields = [...kind.fields, ...commonFields.filter((field) => !(fixedId && field.name === 'id'))];
  return (
    <div className={style.form}>
      {fields.map((field) => (
        <FormInput
          key={field.name}
          field={field}
          value={form[field.name] ?? ''}
          error={problems[field.name]}
          onChange={(value) => onChange({ ...form, [field.name]: value })}
        />
      ))}
    </div>
  );
}

interface InputProps {
  readonly field: FormField;
  readonly value: string;
  readonly error: string | undefined;
  readonly onChange: (value: string) => void;
}

function FormInput({ field, value, error, onChange }: InputProps): ReactNode {
  const common = {
    label: field.label,
    description: field.hint,
    error,
    value,
    withAsterisk: field.required === true,
    ...(field.placeholder === undefined ? {} : { placeholder: field.placeholder }),
  };
  if (field.type === 'secret') return <SecretInput field={field} value={value} error={error} onChange={onChange} />;
  if (field.type === 'lines') {
    return <Textarea {...common} autosize minRows={2} maxRows={8} onChange={(event) => onChange(event.currentTarget.value)} />;
  }
  return <TextInput {...common} spellCheck={false} autoComplete="off" onChange={(event) => onChange(event.currentTarget.value)} />;
}

const PLACES = [
  { value: 'none', label: 'None' },
  { value: 'env', label: 'Environment variable' },
  { value: 'file', label: 'File' },
];

/** Only the place of a secret can be given: there is no box that takes the secret itself. */
function SecretInput({ field, value, error, onChange }: InputProps): ReactNode {
  const [, place = 'none', name = ''] = /^(env|file):(.*)$/s.exec(value) ?? [];
  return (
    <fieldset className={style.fieldset}>
      <legend>{field.label}</legend>
      <p className={`${style.dim} ${style.small}`}>{field.hint}</p>
      <SegmentedControl
        size="xs"
        data={PLACES}
        value={place}
        aria-label={`Where the ${field.label.toLowerCase()} is read`}
        onChange={(next) => onChange(next === 'none' ? '' : `${next}:`)}
      />
      {place !== 'none' && (
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
