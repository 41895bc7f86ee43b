import { Textarea, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import style from '../inbox/list.module.css';
import { commonFields, type FormField, type FormValues, type SourceKind } from './kinds.ts';
import { SecretInput } from './SecretInput.tsx';

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
          sourceId={form.id ?? kind.kind}
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
  readonly sourceId: string;
  readonly error: string | undefined;
  readonly onChange: (value: string) => void;
}

function FormInput({ field, value, error, onChange, sourceId }: InputProps): ReactNode {
  const common = {
    label: field.label,
    description: field.hint,
    error,
    value,
    withAsterisk: field.required === true,
    ...(field.placeholder === undefined ? {} : { placeholder: field.placeholder }),
  };
  if (field.type === 'secret') return <SecretInput field={field} value={value} error={error} onChange={onChange} sourceId={sourceId} />;
  if (field.type === 'lines') {
    return <Textarea {...common} autosize minRows={2} maxRows={8} onChange={(event) => onChange(event.currentTarget.value)} />;
  }
  return <TextInput {...common} spellCheck={false} autoComplete="off" onChange={(event) => onChange(event.currentTarget.value)} />;
}
