import type { ReactNode } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import type { TeamInvitation } from '../../shared/register/teamView.ts';
import { useEngine } from '../app/engine.tsx';
import { notify, notifyProblem } from '../app/notify.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import { Hostile } from '../parts/Hostile.tsx';
import { Moment } from '../parts/Moment.tsx';
import { MayList } from './RoleFields.tsx';
import { hasRemit, isEverything, roleName } from './roleWords.ts';
import style from './team.module.css';
import { useTeamRights } from './useTeamRights.ts';

export function InvitationDetail({ invitation }: { invitation: TeamInvitation }): ReactNode {
  const { api } = useEngine();
  const { may } = useTeamRights();
  const { label, role, remit, expires, by, ref, waiting } = invitation;
  const close = async (): Promise<void> => {
    const reply = await api.withdraw([ref]);
    if (reply.ok) notify(`The invitation for ${visibleText(label, 60)} is closed.`);
    else notifyProblem(reply.error);
  };
  return (
    <div className={style.block}>
      <h2 className={style.heading}>
        Invitation for <Hostile text={label} limit={120} />
      </h2>
      <dl className={style.facts}>
        <Fact name="Role">{roleName(role)}</Fact>
        {hasRemit(role) && <Fact name="May edit">{isEverything(remit) ? 'Everything' : <Hostile text={remit} limit={300} />}</Fact>}
        <Fact name="Made by">
          <Hostile text={by} limit={80} />
        </Fact>
        <Fact name="Works until">
          <Moment at={expires} />
        </Fact>
        {waiting && <Fact name="Where">Saved on this device; the link works once it is on the server</Fact>}
      </dl>
      <MayList role={role} />
      <div className={style.actions}>
        <ActionButton tone="danger" disabledReason={may('withdraw') ?? may('invite')} onClick={() => void close()}>
          Close the invitation
        </ActionButton>
        <span className={style.sub}>Its link then lets nobody in.</span>
      </div>
    </div>
  );
}

const Fact = ({ name, children }: { name: string; children: ReactNode }): ReactNode => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);
