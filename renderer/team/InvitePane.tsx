import { NumberInput, TextInput } from '@mantine/core';
import { type ReactNode, useCallback, useState } from 'react';
import { useEngine, useStatus } from '../app/engine.tsx';
import { notify, notifyProblem } from '../app/notify.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import { exactText } from '../parts/age.ts';
import { RoleFields, type RoleValue, signedRemit } from './RoleFields.tsx';
import style from './team.module.css';
import { useTeamRights } from './useTeamRights.ts';

const HOURS = 72;
const MOST_HOURS = 24 * 30;

/** Mints a link that enrols one device of a new person, once. It is shown once, here. */
export function InvitePane({ onClose }: { onClose: () => void }): ReactNode {
  const { api } = useEngine();
  const { may } = useTeamRights();
  const [label, setLabel] = useState('');
  const [value, setValue] = useState<RoleValue>({ role: 'steward', remit: '' });
  const [hours, setHours] = useState<number | string>(HOURS);
  const [valid, setValid] = useState(true);
  const onValid = useCallback((now: boolean) => setValid(now), []);
  const [busy, setBusy] = useState(false);
  const [made, setMade] = useState<{ link: string; expires: string }>();
  const reason = may('invite') ?? problemOf(label, hours, valid);
  const submit = async (): Promise<void> => {
    if (reason !== undefined || busy) return;
    setBusy(true);
    const reply = await api.invite({ role: value.role, remit: signedRemit(value), label: label.trim(), hours: Number(hours) });
    setBusy(false);
    if (reply.ok) setMade(reply.value);
    else notifyProblem(reply.error);
  };
  if (made) return <Made {...made} onClose={onClose} />;
  return (
    <form
      className={style.block}
      aria-label="Invite a colleague"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
      onKeyDown={(event) => event.key === 'Escape' && onClose()}
    >
      <h2 className={style.heading}>Invite a colleague</h2>
      <div className={style.form}>
        <TextInput
          label="Who is it for"
          required
          autoFocus
          maxLength={200}
          value={label}
          onChange={(event) => setLabel(event.currentTarget.value)}
          placeholder="Name or team"
        />
        <RoleFields value={value} onChange={setValue} onValid={onValid} />
        <NumberInput label="Hours that the link works" value={hours} onChange={setHours} min={1} max={MOST_HOURS} allowDecimal={false} />
        <div className={style.actions}>
          <ActionButton type="submit" tone="primary" keys="Enter" busy={busy} disabledReason={reason}>
            Make a link
          </ActionButton>
          <ActionButton onClick={onClose}>Cancel</ActionButton>
        </div>
      </div>
    </form>
  );
}

function problemOf(label: string, hours: number | string, valid: boolean): string | undefined {
  if (label.trim() === '') return 'Say who it is for';
  if (!valid) return 'Correct the condition first';
  return Number(hours) >= 1 && Number(hours) <= MOST_HOURS ? undefined : `Between 1 and ${MOST_HOURS} hours`;
}

function Made({ link, expires, onClose }: { link: string; expires: string; onClose: () => void }): ReactNode {
  const status = useStatus();
  const waits = status?.connection !== 'online' || status.savedHere > 0;
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(link);
      notify('The link is copied.');
    } catch {
      notify('The browser did not let it be copied. Select the link instead.', 'warning');
    }
  };
  return (
    <div className={style.block}>
      <h2 className={style.heading}>The link</h2>
      <div className={style.made} role="status">
        {/* biome-ignore lint/a11y/noAutofocus: it is what was asked for, and is copied next */}
        <input readOnly autoFocus aria-label="Invitation link" value={link} onFocus={(event) => event.target.select()} />
        <ActionButton onClick={() => void copy()}>Copy</ActionButton>
        <p>
          Works once, until {exactText(Date.parse(expires))}. It is not shown again. It carries the fingerprint of the server’s key, so that
          it works with this server alone.
        </p>
        {waits && <p>Saved on this device. The link works once the change is on the server.</p>}
      </div>
      <div className={style.actions}>
        <ActionButton onClick={onClose}>Done</ActionButton>
      </div>
    </div>
  );
}
