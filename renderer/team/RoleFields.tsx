import { NativeSelect, TextInput } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import { useEngine, useStatus } from '../app/engine.tsx';
import { hasRemit, isEverything, mayWords, PERSON_ROLES, type PersonRole, roleName } from './roleWords.ts';
import style from './team.module.css';

export interface RoleValue {
  readonly role: PersonRole;
  readonly remit: string;
}

interface Props {
  readonly value: RoleValue;
  readonly onChange: (value: RoleValue) => void;
  /** Whether the condition can be understood. */
  readonly onValid: (valid: boolean) => void;
}

/** The remit as it is signed: nothing typed means everything. */
export const signedRemit = ({ role, remit }: RoleValue): string => (hasRemit(role) && !isEverything(remit) ? remit.trim() : 'true');

/** A role and what it may edit, with how many identities that covers now. */
export function RoleFields({ value, onChange, onValid }: Props): ReactNode {
  const { role, remit } = value;
  const reach = useReach(hasRemit(role) ? remit : '');
  const problem = reach?.problem;
  useEffect(() => onValid(problem === undefined), [problem, onValid]);
  return (
    <>
      <NativeSelect
        label="Role"
        data={PERSON_ROLES.map((each) => ({ value: each, label: roleName(each) }))}
        value={role}
        onChange={(event) => onChange({ role: PERSON_ROLES.find((each) => each === event.currentTarget.value) ?? 'reader', remit })}
      />
      <MayList role={role} />
      {hasRemit(role) && (
        <TextInput
          label="May edit"
          description="A condition over the register; empty means everything"
          placeholder={'row.application == "checkout"'}
          spellCheck={false}
          autoComplete="off"
          maxLength={2_048}
          value={isEverything(remit) ? '' : remit}
          error={problem}
          onChange={(event) => onChange({ role, remit: event.currentTarget.value })}
        />
      )}
      {hasRemit(role) && problem === undefined && reach && (
        <p className={style.reach} role="status">
          {isEverything(remit) ? 'Everything: ' : 'Covers '}
          {reach.covers === 1 ? '1 identity' : `${reach.covers.toLocaleString()} identities`} now.
        </p>
      )}
    </>
  );
}

/** What a role may do and what not. */
export function MayList({ role }: { role: PersonRole | 'connector' }): ReactNode {
  const lines = mayWords(role);
  const may = lines.filter((line) => line.may).map(({ words }) => words);
  const not = lines.filter((line) => !line.may).map(({ words }) => words);
  return (
    <p className={style.may}>
      {roleName(role)}: {may.join('; ')}.{not.length > 0 && <span> Not: {not.join('; ')}.</span>}
    </p>
  );
}

/** Milliseconds after the last key. */
const PAUSE = 200;

/** Asked again when the register changes: what a condition covers is what it covers now. */
export function useReach(condition: string): { readonly covers: number; readonly problem?: string } | undefined {
  const { api } = useEngine();
  const version = useStatus()?.version;
  const [reach, setReach] = useState<{ covers: number; problem?: string }>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again when the register changes
  useEffect(() => {
    let live = true;
    const text = isEverything(condition) ? 'true' : condition;
    const timer = setTimeout(() => void api.remitReach(text).then((found) => live && setReach(found)), PAUSE);
    return () => {
      live = false;
      clearTimeout(timer);
    };
  }, [api, condition, version]);
  return reach;
}
