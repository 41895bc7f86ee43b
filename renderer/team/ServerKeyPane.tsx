import { type ReactNode, useState } from 'react';
import type { Succession } from '../../shared/model/act.ts';
import type { TeamView } from '../../shared/register/teamView.ts';
import { fingerprintOf, groupedFingerprint } from '../../shared/snapshot/fingerprint.ts';
import { useEngine, useStatus } from '../app/engine.tsx';
import { notifyProblem } from '../app/notify.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import { Fingerprint } from '../snapshotCreate/Fingerprint.tsx';
import style from './team.module.css';
import { useTeamActs } from './useTeamActs.ts';
import { useTeamRights } from './useTeamRights.ts';

/** The key that every device pins: how it is compared, and how it is replaced. */
export function ServerKeyPane({ team }: { team: TeamView }): ReactNode {
  const serverKey = useStatus()?.space?.serverKey ?? team.serverKey;
  return (
    <div className={style.block}>
      <h2 className={style.heading}>The server’s key</h2>
      {serverKey !== undefined && <Fingerprint serverKey={serverKey} />}
      <p className={style.note}>
        Every device pins this key when it first comes here, and does not sync with a server that has another one. To compare: read the
        groups aloud to whoever runs the server, where <code>muster snapshot key</code> prints them, or to a colleague who sees the same
        screen.
      </p>
      {team.earlierKeys.length > 0 && (
        <p className={style.note}>
          Before it, the oldest first:{' '}
          <span className={style.code}>{team.earlierKeys.map((key) => groupedFingerprint(fingerprintOf(key), 16)).join(', ')}</span>
        </p>
      )}
      <Replace team={team} />
    </div>
  );
}

function Replace({ team }: { team: TeamView }): ReactNode {
  const { api } = useEngine();
  const { may } = useTeamRights();
  const sign = useTeamActs();
  const online = useStatus()?.connection === 'online';
  const [busy, setBusy] = useState(false);
  const [next, setNext] = useState<Succession>();
  const reason = may('rekey') ?? (online ? undefined : 'The server makes the new key: wait until it is there');
  const prepare = async (): Promise<void> => {
    setBusy(true);
    const reply = await api.prepareRekey();
    setBusy(false);
    if (reply.ok) setNext(reply.value);
    else notifyProblem(reply.error);
  };
  const replace = async (succession: Succession): Promise<void> => {
    const act = { kind: 'rekey', succession, previous: team.serverKeyLast } as const;
    if (await sign([act], 'The server’s key is replaced')) setNext(undefined);
  };
  if (!next) {
    return (
      <div className={style.actions}>
        <ActionButton disabledReason={reason} busy={busy} onClick={() => void prepare()}>
          Replace the key…
        </ActionButton>
      </div>
    );
  }
  return (
    <section className={style.form} aria-label="Replace the key">
      <dl className={style.facts}>
        <div>
          <dt>Key now</dt>
          <dd>
            <Fingerprint serverKey={next.from} label="Fingerprint of the key now" />
          </dd>
        </div>
        <div>
          <dt>New key</dt>
          <dd>
            <Fingerprint serverKey={next.to} label="Fingerprint of the new key" />
          </dd>
        </div>
      </dl>
      <p>
        The server made the new key, and both keys signed that one follows the other: devices go on by themselves. The old key never comes
        back. Auditors who compare snapshots need the new fingerprint.
      </p>
      <div className={style.actions}>
        <ActionButton tone="danger" disabledReason={may('rekey')} onClick={() => void replace(next)}>
          Replace the key
        </ActionButton>
        <ActionButton onClick={() => setNext(undefined)}>Keep the key</ActionButton>
      </div>
    </section>
  );
}
