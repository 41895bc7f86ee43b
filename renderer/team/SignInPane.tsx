import { type ReactNode, useState } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import type { Grant, SignInPolicy } from '../../shared/model/policy.ts';
import type { TeamView } from '../../shared/register/teamView.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import { Hostile } from '../parts/Hostile.tsx';
import { isEverything, roleName } from './roleWords.ts';
import { SignInForm } from './SignInForm.tsx';
import style from './team.module.css';
import { useTeamActs } from './useTeamActs.ts';
import { useTeamRights } from './useTeamRights.ts';

/** With which identity provider people may come in, and what they become. */
export function SignInPane({ team }: { team: TeamView }): ReactNode {
  const { may } = useTeamRights();
  const sign = useTeamActs();
  const [editing, setEditing] = useState(false);
  const { signIn } = team;
  const reason = may('policy');
  const turnOff = (): Promise<boolean> =>
    sign([{ kind: 'policy', key: 'sign-in', previous: team.signInLast, value: { kind: 'absent' } }], 'Sign-in is turned off');
  if (editing) return <SignInForm team={team} onClose={() => setEditing(false)} />;
  return (
    <div className={style.block}>
      <h2 className={style.heading}>Sign-in</h2>
      {signIn ? (
        <Policy policy={signIn} />
      ) : (
        <p className={style.note}>
          Nobody comes in with an identity provider. Set one up (OpenID Connect) and people sign in with the account that they have; their
          groups decide what they may do.
        </p>
      )}
      <div className={style.actions}>
        <ActionButton disabledReason={reason} onClick={() => setEditing(true)}>
          {signIn ? 'Edit' : 'Set up sign-in'}
        </ActionButton>
        {signIn && (
          <ActionButton tone="danger" disabledReason={reason} onClick={() => void turnOff()}>
            Turn off
          </ActionButton>
        )}
        {signIn && <span className={style.sub}>Turned off, nobody new comes in; who is in stays until taken out of use.</span>}
      </div>
    </div>
  );
}

function Policy({ policy }: { policy: SignInPolicy }): ReactNode {
  const { issuer, clientId, name, groupsClaim, groups, others, renewHours } = policy;
  return (
    <>
      <dl className={style.facts}>
        <Fact name="Provider">{visibleText(name, 64)}</Fact>
        <Fact name="Issuer">{visibleText(issuer, 200)}</Fact>
        <Fact name="Client id">
          <Hostile text={clientId} limit={120} />
        </Fact>
        <Fact name="Client secret">On the server, where it has one: never in the app, never in the ledger</Fact>
        <Fact name="Groups from">{visibleText(groupsClaim, 120)}</Fact>
        <Fact name="Sign in again">after {renewHours.toLocaleString()} h</Fact>
        {groups.map(({ group, grant }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place: the first that fits counts
          <Fact key={index} name={visibleText(group, 40)}>
            <GrantWords grant={grant} />
          </Fact>
        ))}
        <Fact name="Everybody else">{others ? <GrantWords grant={others} /> : 'is not let in'}</Fact>
      </dl>
      <p className={style.note}>The first group that fits counts. A changed group counts at the next sign-in.</p>
    </>
  );
}

const GrantWords = ({ grant }: { grant: Grant }): ReactNode => (
  <>
    {roleName(grant.role)}
    {!isEverything(grant.remit) && (
      <>
        , edits <Hostile text={grant.remit} limit={200} />
      </>
    )}
  </>
);

const Fact = ({ name, children }: { name: string; children: ReactNode }): ReactNode => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);
