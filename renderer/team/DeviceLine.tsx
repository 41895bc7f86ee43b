import { Modal, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import type { TeamDevice, TeamPerson } from '../../shared/register/teamView.ts';
import { fingerprintOf, groupedFingerprint } from '../../shared/snapshot/fingerprint.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import { Age } from '../parts/Age.tsx';
import { Hostile } from '../parts/Hostile.tsx';
import { LastSeen } from './LastSeen.tsx';
import style from './team.module.css';
import { useTeamActs } from './useTeamActs.ts';
import { useTeamRights } from './useTeamRights.ts';
import type { Seen } from './useTeamSeen.ts';

interface Props {
  readonly person: TeamPerson;
  readonly device: TeamDevice;
  readonly seen: Seen | undefined;
  readonly seenKnown: boolean;
}

const DIGITS = 16;
const LAST = 'The last administrator’s device stays: make somebody else an administrator first.';

export function DeviceLine({ person, device, seen, seenKnown }: Props): ReactNode {
  const { revoke } = useTeamRights();
  const [asking, setAsking] = useState(false);
  const notAllowed = revoke(person.me);
  const reason = device.lastToAdminister ? LAST : notAllowed;
  return (
    <li className={style.device} data-revoked={device.revoked}>
      <span>
        <Hostile text={device.label} limit={80} />
        {device.here && <strong> · this device</strong>}
        {device.copied && !device.revoked && <strong title="Two copies of this browser profile were used with one key"> · copied</strong>}
        {device.revoked && <strong> · out of use</strong>}
      </span>
      {device.revoked ? (
        <span />
      ) : (
        <ActionButton tone="danger" disabledReason={reason} onClick={() => setAsking(true)}>
          Take out of use…
        </ActionButton>
      )}
      <span className={style.deviceFacts}>
        enrolled <Age at={device.enrolledAt} /> · {!device.revoked && <LastSeen seen={seen} known={seenKnown} />}
        {!device.revoked && ' · '}
        {device.changes.toLocaleString()} {device.changes === 1 ? 'change' : 'changes'} · key{' '}
        <span className={style.code}>{groupedFingerprint(fingerprintOf(device.device), DIGITS)}</span>
      </span>
      {device.lastToAdminister && notAllowed === undefined && <span className={style.deviceFacts}>{LAST}</span>}
      {asking && <Revoke person={person} device={device} onClose={() => setAsking(false)} />}
    </li>
  );
}

function Revoke({ person, device, onClose }: { person: TeamPerson; device: TeamDevice; onClose: () => void }): ReactNode {
  const sign = useTeamActs();
  const [why, setWhy] = useState('');
  const left = person.devices.filter((one) => !one.revoked && one.device !== device.device).length;
  const revoke = async (): Promise<void> => {
    const label = `${visibleText(device.label, 60)} of ${visibleText(person.name, 60)} is out of use`;
    const reason = why.trim() === '' ? {} : { why: why.trim() };
    if (await sign([{ kind: 'revoke', device: device.device, previous: device.last, ...reason }], label)) onClose();
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={`Take ${visibleText(device.label, 60)} out of use?`}
      closeButtonProps={{ 'aria-label': 'Close' }}
      centered
    >
      <form
        className={style.form}
        onSubmit={(event) => {
          event.preventDefault();
          void revoke();
        }}
      >
        <p>
          It is cut off within seconds, and its key never comes back. Its later changes will count nowhere; its{' '}
          {device.changes.toLocaleString()} earlier {device.changes === 1 ? 'one stays' : 'ones stay'}.{' '}
          <Hostile text={person.name} limit={60} />{' '}
          {left === 0 ? 'then has no device left.' : `keeps ${left.toLocaleString()} other ${left === 1 ? 'device' : 'devices'}.`}
          {device.here && ' This is the device that you are using.'}
        </p>
        <TextInput
          label="Why"
          description="Stays in Activity"
          data-autofocus
          maxLength={500}
          value={why}
          onChange={(event) => setWhy(event.currentTarget.value)}
        />
        <div className={style.actions}>
          <ActionButton type="submit" tone="danger">
            Take out of use
          </ActionButton>
          <ActionButton onClick={onClose}>Keep it</ActionButton>
        </div>
      </form>
    </Modal>
  );
}
