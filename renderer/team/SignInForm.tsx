import { Checkbox, NativeSelect, NumberInput, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { TeamView } from '../../shared/register/teamView.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import { type RoleValue, useReach } from './RoleFields.tsx';
import { isEverything, PERSON_ROLES, roleName } from './roleWords.ts';
import { draftOf, type GroupLine, policyOf, type SignInDraft } from './signInDraft.ts';
import style from './team.module.css';
import { useTeamActs } from './useTeamActs.ts';

export function SignInForm({ team, onClose }: { team: TeamView; onClose: () => void }): ReactNode {
  const sign = useTeamActs();
  const [draft, setDraft] = useState<SignInDraft>(() => draftOf(team.signIn));
  // What it is compared with is what was there when it was opened.
  const [previous] = useState(team.signInLast);
  const change = (part: Partial<SignInDraft>): void => setDraft((now) => ({ ...now, ...part }));
  const result = policyOf(draft);
  const problem = 'problem' in result ? result.problem : undefined;
  const save = async (): Promise<void> => {
    if (!('policy' in result)) return;
    const value = { kind: 'signIn', policy: result.policy } as const;
    if (await sign([{ kind: 'policy', key: 'sign-in', previous, value }], `Sign-in with ${result.policy.name}`)) onClose();
  };
  return (
    <form
      className={style.block}
      aria-label="Set up sign-in"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
      onKeyDown={(event) => event.key === 'Escape' && onClose()}
    >
      <h2 className={style.heading}>Sign-in</h2>
      <div className={style.form}>
        <Provider draft={draft} onChange={change} />
        <Groups lines={draft.groups} onChange={(groups) => change({ groups })} />
        <Others value={draft.others} onChange={(others) => change({ others })} />
        <p className={style.note}>
          A client secret is not typed here. On the server: <code>muster sign-in --secret-file PATH</code> names where it reads it.
        </p>
        <div className={style.actions}>
          <ActionButton type="submit" tone="primary" disabledReason={problem}>
            Sign the change
          </ActionButton>
          <ActionButton onClick={onClose}>Cancel</ActionButton>
          {problem !== undefined && draft.issuer !== '' && <span className={style.sub}>{problem}</span>}
        </div>
      </div>
    </form>
  );
}

type Change = (part: Partial<SignInDraft>) => void;

function Provider({ draft, onChange }: { draft: SignInDraft; onChange: Change }): ReactNode {
  const field = (
    name: 'issuer' | 'clientId' | 'name' | 'scopes' | 'groupsClaim',
    label: string,
    description: string,
    autoFocus = false,
  ) => (
    <TextInput
      label={label}
      description={description}
      spellCheck={false}
      autoComplete="off"
      autoFocus={autoFocus}
      maxLength={512}
      value={draft[name]}
      onChange={(event) => onChange({ [name]: event.currentTarget.value })}
    />
  );
  return (
    <>
      {field('issuer', 'Issuer', 'The provider’s address, as its own configuration names it', true)}
      {field('clientId', 'Client id', 'What Muster is called there')}
      {field('name', 'Name', 'On the button: Sign in with …')}
      {field('scopes', 'Scopes', 'Besides openid, with spaces between')}
      {field('groupsClaim', 'Groups claim', 'Where the provider lists the groups of a person')}
      <NumberInput
        label="Hours until the next sign-in"
        description="Then a device signs in again before it syncs; its work goes on meanwhile"
        min={1}
        max={24 * 90}
        allowDecimal={false}
        value={draft.renewHours}
        onChange={(renewHours) => onChange({ renewHours })}
      />
    </>
  );
}

function Groups({ lines, onChange }: { lines: readonly GroupLine[]; onChange: (lines: readonly GroupLine[]) => void }): ReactNode {
  const put = (line: GroupLine): void => onChange(lines.map((each) => (each.id === line.id ? line : each)));
  const add = (): void =>
    onChange([...lines, { id: Math.max(0, ...lines.map(({ id }) => id)) + 1, group: '', role: 'steward', remit: '' }]);
  return (
    <fieldset className={style.groups}>
      <legend className={style.sub}>Groups: the first that fits counts</legend>
      {lines.map((line, index) => (
        <div key={line.id} className={style.group}>
          <TextInput
            aria-label={`Group ${index + 1}`}
            placeholder="Group"
            maxLength={256}
            value={line.group}
            onChange={(event) => put({ ...line, group: event.currentTarget.value })}
          />
          <RoleSelect label={`Role of group ${index + 1}`} value={line} onChange={(value) => put({ ...line, ...value })} />
          <RemitInput label={`Group ${index + 1} may edit`} value={line} onChange={(value) => put({ ...line, ...value })} />
          <ActionButton
            tone="quiet"
            icon="close"
            label={`Remove group ${index + 1}`}
            onClick={() => onChange(lines.filter(({ id }) => id !== line.id))}
          />
        </div>
      ))}
      <div>
        <ActionButton icon="plus" onClick={add}>
          Add a group
        </ActionButton>
      </div>
    </fieldset>
  );
}

function Others({ value, onChange }: { value: RoleValue | undefined; onChange: (value: RoleValue | undefined) => void }): ReactNode {
  return (
    <div className={style.groups}>
      <Checkbox
        label="Let in everybody else too"
        checked={value !== undefined}
        onChange={(event) => onChange(event.currentTarget.checked ? { role: 'reader', remit: 'true' } : undefined)}
      />
      {value && (
        <div className={style.group}>
          <span className={style.sub}>Everybody else</span>
          <RoleSelect label="Role of everybody else" value={value} onChange={onChange} />
          <RemitInput label="Everybody else may edit" value={value} onChange={onChange} />
          <span />
        </div>
      )}
    </div>
  );
}

interface LineProps {
  readonly label: string;
  readonly value: RoleValue;
  readonly onChange: (value: RoleValue) => void;
}

const RoleSelect = ({ label, value, onChange }: LineProps): ReactNode => (
  <NativeSelect
    aria-label={label}
    data={PERSON_ROLES.map((role) => ({ value: role, label: roleName(role) }))}
    value={value.role}
    onChange={(event) =>
      onChange({ remit: value.remit, role: PERSON_ROLES.find((role) => role === event.currentTarget.value) ?? 'reader' })
    }
  />
);

function RemitInput({ label, value, onChange }: LineProps): ReactNode {
  const reach = useReach(value.remit);
  return (
    <TextInput
      aria-label={label}
      placeholder="May edit everything"
      spellCheck={false}
      autoComplete="off"
      maxLength={2_048}
      value={isEverything(value.remit) ? '' : value.remit}
      error={reach?.problem}
      onChange={(event) => onChange({ role: value.role, remit: event.currentTarget.value })}
    />
  );
}
