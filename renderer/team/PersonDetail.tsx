import { type ReactNode, useCallback, useState } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import type { DeviceId } from '../../shared/model/ids.ts';
import type { TeamPerson } from '../../shared/register/teamView.ts';
import { useKeys } from '../app/keys.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import { Hostile } from '../parts/Hostile.tsx';
import { DeviceLine } from './DeviceLine.tsx';
import { MayList, RoleFields, type RoleValue, signedRemit, useReach } from './RoleFields.tsx';
import { hasRemit, isEverything, roleName } from './roleWords.ts';
import style from './team.module.css';
import { useTeamActs } from './useTeamActs.ts';
import { useTeamRights } from './useTeamRights.ts';
import type { Seen } from './useTeamSeen.ts';

export function PersonDetail({ person, seen }: { person: TeamPerson; seen: ReadonlyMap<DeviceId, Seen> | undefined }): ReactNode {
  const { may } = useTeamRights();
  const [changing, setChanging] = useState(false);
  const reason = may('role');
  useKeys({ e: () => reason === undefined && setChanging(true) }, !changing);
  return (
    <div className={style.block}>
      <h2 className={style.heading}>
        <Hostile text={person.name} limit={120} />
        {person.me && ' (you)'}
      </h2>
      {changing ? (
        <ChangeRole person={person} onClose={() => setChanging(false)} />
      ) : (
        <>
          <dl className={style.facts}>
            <div>
              <dt>Role</dt>
              <dd>{roleName(person.role)}</dd>
            </div>
            {hasRemit(person.role) && (
              <div>
                <dt>May edit</dt>
                <dd>
                  <Remit remit={person.remit} />
                </dd>
              </div>
            )}
            {person.issuer !== undefined && (
              <div>
                <dt>Vouched for by</dt>
                <dd>{visibleText(person.issuer, 120)}</dd>
              </div>
            )}
          </dl>
          <MayList role={person.role} />
          <div className={style.actions}>
            <ActionButton keys="e" disabledReason={reason} onClick={() => setChanging(true)}>
              Change role or remit
            </ActionButton>
          </div>
        </>
      )}
      <section aria-label="Devices">
        <h3 className={style.sub}>Devices</h3>
        <ul>
          {person.devices.map((device) => (
            <DeviceLine
              key={device.device}
              person={person}
              device={device}
              seen={seen?.get(device.device)}
              seenKnown={seen !== undefined}
            />
          ))}
        </ul>
      </section>
    </div>
  );
}

/** The condition itself, and what it comes to. */
function Remit({ remit }: { remit: string }): ReactNode {
  const reach = useReach(remit);
  const covers = reach && `${reach.covers.toLocaleString()} ${reach.covers === 1 ? 'identity' : 'identities'} now`;
  if (isEverything(remit)) return <>Everything{covers && `: ${covers}`}</>;
  return (
    <>
      <span className={style.code}>
        <Hostile text={remit} limit={300} />
      </span>{' '}
      <span className={style.sub}>{reach?.problem ?? covers}</span>
    </>
  );
}

const LAST = 'The last administrator stays one: make somebody else an administrator first.';

function ChangeRole({ person, onClose }: { person: TeamPerson; onClose: () => void }): ReactNode {
  const sign = useTeamActs();
  const [value, setValue] = useState<RoleValue>({ role: person.role === 'connector' ? 'reader' : person.role, remit: person.remit });
  const [valid, setValid] = useState(true);
  const onValid = useCallback((now: boolean) => setValid(now), []);
  const remit = signedRemit(value);
  const same = value.role === person.role && remit === (isEverything(person.remit) ? 'true' : person.remit);
  const reason = problemOf(same, valid, person.lastToAdminister && value.role !== 'admin');
  const change = async (): Promise<void> => {
    if (reason !== undefined) return;
    const label = `${visibleText(person.name, 60)} becomes ${roleName(value.role).toLowerCase()}`;
    const act = { kind: 'role', person: person.person, role: value.role, remit, previous: person.last } as const;
    if (await sign([act], label)) onClose();
  };
  return (
    <form
      className={style.form}
      aria-label="Change role or remit"
      onSubmit={(event) => {
        event.preventDefault();
        void change();
      }}
      onKeyDown={(event) => event.key === 'Escape' && onClose()}
    >
      <RoleFields value={value} onChange={setValue} onValid={onValid} />
      <p className={style.note}>What was said before stays. It holds for what comes after it, on every device.</p>
      <div className={style.actions}>
        <ActionButton type="submit" tone="primary" keys="Enter" disabledReason={reason}>
          Sign the change
        </ActionButton>
        <ActionButton onClick={onClose}>Cancel</ActionButton>
        {reason === LAST && <span className={style.sub}>{LAST}</span>}
      </div>
    </form>
  );
}

function problemOf(same: boolean, valid: boolean, last: boolean): string | undefined {
  if (last) return LAST;
  if (!valid) return 'Correct the condition first';
  return same ? 'Nothing is changed yet' : undefined;
}
