import { type ReactNode, useState } from 'react';
import type { DeviceId } from '../../shared/model/ids.ts';
import type { TeamView } from '../../shared/register/teamView.ts';
import { useLive } from '../app/engine.tsx';
import { useKeys } from '../app/keys.ts';
import { useScreenReady } from '../app/useScreenReady.ts';
import { lineKeys } from '../inbox/lineKeys.ts';
import style from '../inbox/list.module.css';
import { ActionButton } from '../parts/ActionButton.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { AddDevicePane } from './AddDevicePane.tsx';
import { InvitationDetail } from './InvitationDetail.tsx';
import { InvitePane } from './InvitePane.tsx';
import { PersonDetail } from './PersonDetail.tsx';
import { Proposals } from './Proposals.tsx';
import { ServerKeyPane } from './ServerKeyPane.tsx';
import { SignInPane } from './SignInPane.tsx';
import { linesOf, type TeamLine, TeamList } from './TeamList.tsx';
import { useTeamRights } from './useTeamRights.ts';
import { type Seen, useTeamSeen } from './useTeamSeen.ts';

/** Who may do what here, and with which devices: people and invitations at the left, the marked one at the right. */
export function TeamScreen(): ReactNode {
  const team = useLive((api) => api.team(), []);
  const seen = useTeamSeen();
  const { may } = useTeamRights();
  const [doing, setDoing] = useState<'invite' | 'device'>();
  // Asked for again, a form begins anew.
  const [asked, setAsked] = useState(0);
  const [mark, setMark] = useState<string>();
  const lines = team ? linesOf(team) : [];
  const at = Math.max(
    0,
    lines.findIndex(({ id }) => id === mark),
  );
  const line = lines[at];
  const show = (id: string | undefined): void => {
    setDoing(undefined);
    setMark(id);
  };
  const begin = (what: 'invite' | 'device', reason: string | undefined): void => {
    if (reason !== undefined) return;
    setDoing(what);
    setAsked((times) => times + 1);
  };
  const leave = (): void => setDoing(undefined);
  useKeys({
    ...lineKeys(lines.length, (change) => show(lines[change(at)]?.id)),
    n: () => begin('invite', may('invite')),
    d: () => begin('device', may('enrol')),
    Escape: leave,
  });
  useScreenReady(team !== undefined);
  if (!team) return <div className={style.screen} aria-busy="true" />;
  return (
    <div className={style.screen}>
      <header className={style.head}>
        <h1 className={style.title}>Team</h1>
        <span className={style.figures}>{team.persons.length === 1 ? '1 person' : `${team.persons.length} people`}</span>
        <span className={style.spacer} />
        <ActionButton keys="d" disabledReason={may('enrol')} onClick={() => begin('device', may('enrol'))}>
          Add a device of mine
        </ActionButton>
        <ActionButton icon="plus" keys="n" disabledReason={may('invite')} onClick={() => begin('invite', may('invite'))}>
          Invite
        </ActionButton>
      </header>
      <Proposals team={team} />
      {line === undefined ? (
        <EmptyState title="Nobody yet.">People appear here once the register has a server.</EmptyState>
      ) : (
        <div className={style.split}>
          <TeamList team={team} lines={lines} marked={doing ? undefined : line.id} seen={seen} onMark={show} />
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
          <section className={style.pane} aria-label="Marked line" tabIndex={0}>
            <Pane key={asked} team={team} line={line} doing={doing} seen={seen} onClose={() => setDoing(undefined)} />
          </section>
        </div>
      )}
    </div>
  );
}

interface PaneProps {
  readonly team: TeamView;
  readonly line: TeamLine;
  readonly doing: 'invite' | 'device' | undefined;
  readonly seen: ReadonlyMap<DeviceId, Seen> | undefined;
  readonly onClose: () => void;
}

function Pane({ team, line, doing, seen, onClose }: PaneProps): ReactNode {
  if (doing === 'invite') return <InvitePane onClose={onClose} />;
  if (doing === 'device') return <AddDevicePane team={team} onClose={onClose} />;
  switch (line.kind) {
    case 'person':
      return <PersonDetail key={line.id} person={line.person} seen={seen} />;
    case 'invitation':
      return <InvitationDetail key={line.id} invitation={line.invitation} />;
    case 'sign-in':
      return <SignInPane team={team} />;
    case 'server key':
      return <ServerKeyPane team={team} />;
  }
}
