import { type ReactNode, useState } from 'react';
import type { TeamProposal, TeamView } from '../../shared/register/teamView.ts';
import { readStored, writeStored } from '../app/preferences.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import { Age } from '../parts/Age.tsx';
import { Icon } from '../parts/Icon.tsx';
import { madeAgain, standsWords, wantedWords } from './proposalWords.ts';
import style from './team.module.css';
import { useTeamActs } from './useTeamActs.ts';

const KEY = 'muster.overtaken';
const keyOf = ({ ref }: TeamProposal): string => `${ref.entry}/${ref.act}`;
const readSeen = (): readonly string[] => {
  const stored = readStored(KEY);
  return Array.isArray(stored) ? stored.filter((one) => typeof one === 'string') : [];
};

/** What this device proposed and what came too late: acts that compare and set count only where nothing changed meanwhile. */
export function Proposals({ team }: { team: TeamView }): ReactNode {
  const [seen, setSeen] = useState(readSeen);
  const dismiss = (proposal: TeamProposal): void => {
    const next = [...seen, keyOf(proposal)].slice(-200);
    writeStored(KEY, next);
    setSeen(next);
  };
  const overtaken = team.overtaken.filter((proposal) => !seen.includes(keyOf(proposal)));
  if (team.proposed.length === 0 && overtaken.length === 0) return null;
  return (
    <section aria-label="Proposed by this device">
      {team.proposed.map((proposal) => (
        <div key={keyOf(proposal)} className={style.proposal}>
          <Icon name="stale" size={14} />
          <div>
            {wantedWords(proposal.act, team)}
            <div className={style.sub}>
              Proposed <Age at={proposal.at} />. It counts once the server has it, if nobody changed the same meanwhile.
            </div>
          </div>
        </div>
      ))}
      {overtaken.map((proposal) => (
        <Overtaken key={keyOf(proposal)} proposal={proposal} team={team} onDismiss={() => dismiss(proposal)} />
      ))}
    </section>
  );
}

function Overtaken(props: { proposal: TeamProposal; team: TeamView; onDismiss: () => void }): ReactNode {
  const { proposal, team, onDismiss } = props;
  const sign = useTeamActs();
  const again = madeAgain(proposal.act, team);
  return (
    <div className={style.proposal} role="status">
      <Icon name="found" size={14} />
      <div>
        Not made, it was changed meanwhile: {wantedWords(proposal.act, team)}
        <div className={style.sub}>
          Now: {standsWords(proposal.act, team)}. You proposed it <Age at={proposal.at} />.
        </div>
      </div>
      <ActionButton
        disabledReason={again ? undefined : 'There is nothing left to change'}
        onClick={() => again && void sign([again], wantedWords(again, team))}
      >
        Make it again
      </ActionButton>
      <ActionButton tone="quiet" onClick={onDismiss}>
        Leave it
      </ActionButton>
    </div>
  );
}
