import { NativeSelect, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import type { TeamPerson, TeamView } from '../../shared/register/teamView.ts';
import { fingerprintOf, groupedFingerprint } from '../../shared/snapshot/fingerprint.ts';
import type { WaitingDevice } from '../../shared/wire/team.ts';
import { useEngine } from '../app/engine.tsx';
import { notify } from '../app/notify.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import { Age } from '../parts/Age.tsx';
import { Hostile } from '../parts/Hostile.tsx';
import { roleName } from './roleWords.ts';
import style from './team.module.css';
import { useTeamRights } from './useTeamRights.ts';

/** A new device shows a code; typed here it becomes a device of this person, or of whom an administrator chooses. */
export function AddDevicePane({ team, onClose }: { team: TeamView; onClose: () => void }): ReactNode {
  const [found, setFound] = useState<WaitingDevice>();
  return (
    <div className={style.block}>
      <h2 className={style.heading}>Add a device</h2>
      {found ? (
        <Confirm waiting={found} team={team} onClose={onClose} onBack={() => setFound(undefined)} />
      ) : (
        <Code onFound={setFound} onClose={onClose} />
      )}
    </div>
  );
}

function Code({ onFound, onClose }: { onFound: (waiting: WaitingDevice) => void; onClose: () => void }): ReactNode {
  const { api } = useEngine();
  const { may } = useTeamRights();
  const [code, setCode] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const reason = may('enrol') ?? (code.trim() === '' ? 'Type the code first' : undefined);
  const find = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (reason !== undefined || busy) return;
    setBusy(true);
    const reply = await api.waitingDevice(code);
    setBusy(false);
    if (reply.ok) return onFound(reply.value);
    setProblem([reply.error.message, reply.error.wayOut].filter((text) => text !== undefined).join(' '));
  };
  return (
    <form className={style.form} onSubmit={(event) => void find(event)}>
      <p>On the new device open this address and choose “I use Muster already on another device”. It shows a code.</p>
      <TextInput
        label="Code"
        placeholder="XXXXX-XXXXX"
        autoFocus
        autoComplete="off"
        spellCheck={false}
        maxLength={40}
        value={code}
        error={problem}
        onChange={(event) => {
          setCode(event.currentTarget.value);
          setProblem(undefined);
        }}
      />
      <div className={style.actions}>
        <ActionButton type="submit" tone="primary" keys="Enter" busy={busy} disabledReason={reason}>
          Show the device
        </ActionButton>
        <ActionButton onClick={onClose}>Cancel</ActionButton>
      </div>
    </form>
  );
}

interface ConfirmProps {
  readonly waiting: WaitingDevice;
  readonly team: TeamView;
  readonly onClose: () => void;
  readonly onBack: () => void;
}

const DIGITS = 16;

/** Whoever confirms says with their signature that they compared both screens. */
function Confirm({ waiting, team, onClose, onBack }: ConfirmProps): ReactNode {
  const { api } = useEngine();
  const { confirmsOthers } = useTeamRights();
  const [whose, setWhose] = useState(waiting.person ?? team.persons.find(({ me }) => me)?.person);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const person = team.persons.find((one) => one.person === whose);
  const confirm = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (!person || busy) return;
    setBusy(true);
    const reply = await api.confirmDevice(waiting, person.person);
    setBusy(false);
    if (!reply.ok) return setProblem([reply.error.message, reply.error.wayOut].filter((text) => text !== undefined).join(' '));
    notify(`${visibleText(waiting.label, 60)} is a device of ${visibleText(person.name, 60)} now.`);
    onClose();
  };
  return (
    <form className={style.form} onSubmit={(event) => void confirm(event)}>
      <dl className={style.facts}>
        <div>
          <dt>Device</dt>
          <dd>
            <Hostile text={waiting.label} limit={80} />, asked <Age at={waiting.asked} />
          </dd>
        </div>
        <div>
          <dt>Its key</dt>
          <dd className={style.code}>{groupedFingerprint(fingerprintOf(waiting.device), DIGITS)}</dd>
        </div>
      </dl>
      <p>Compare both with what the new device shows. If they differ, do not confirm.</p>
      {confirmsOthers && waiting.person === undefined ? (
        <NativeSelect
          label="Whose device it becomes"
          data={team.persons.map((one) => ({ value: one.person, label: nameOf(one) }))}
          value={whose ?? ''}
          onChange={(event) => setWhose(event.currentTarget.value as TeamPerson['person'])}
        />
      ) : (
        <p>
          It becomes a device of <Hostile text={person?.name ?? 'somebody who is not here'} limit={60} />.
        </p>
      )}
      {person && (
        <p className={style.note}>
          It may then do what {person.me ? 'you' : visibleText(person.name, 60)} may: {roleName(person.role).toLowerCase()}.
        </p>
      )}
      {problem !== undefined && (
        <p role="alert" className={style.error}>
          {problem}
        </p>
      )}
      <div className={style.actions}>
        <ActionButton type="submit" tone="primary" keys="Enter" busy={busy} disabledReason={person ? undefined : 'That person is not here'}>
          They are the same: confirm
        </ActionButton>
        <ActionButton onClick={onBack}>Another code</ActionButton>
        <ActionButton onClick={onClose}>Cancel</ActionButton>
      </div>
    </form>
  );
}

const nameOf = (person: TeamPerson): string =>
  `${visibleText(person.name, 60)}${person.me ? ' (you)' : ''}, ${roleName(person.role).toLowerCase()}`;
