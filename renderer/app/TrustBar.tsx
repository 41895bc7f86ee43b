import type { ReactNode } from 'react';
import { useState } from 'react';
import type { EngineStatus, ServerDistrust } from '../../shared/bridge/engine.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import { Icon } from '../parts/Icon.tsx';
import { Fingerprint } from '../snapshotCreate/Fingerprint.tsx';
import { distrustWords } from './distrustWords.ts';
import { useStatus } from './engine.tsx';
import { SignInAgain } from './SignInAgain.tsx';
import { StartAnew } from './StartAnew.tsx';
import { TrustOtherKey } from './TrustOtherKey.tsx';
import classes from './trustBar.module.css';

/** What keeps this device from syncing or from being changed, whoever looks at it: said at the top until it is over. */
export function TrustBar(): ReactNode {
  const status = useStatus();
  if (!status || status.snapshot !== undefined) return null;
  if (status.distrust) return <Distrusted distrust={status.distrust} savedHere={status.savedHere} />;
  if (status.revoked) return <TakenOut status={status} />;
  return (
    <>
      {status.readOnlyBecause && (
        <Band label="Read only">
          <p>
            <strong>{status.readOnlyBecause.message}</strong> {status.readOnlyBecause.wayOut}
          </p>
        </Band>
      )}
      {status.signInAgain && (
        <Band label="Sign in again" calm>
          <p>
            <strong>Sign in again to sync.</strong> Everything here can be used meanwhile. {kept(status.savedHere)}
          </p>
          <SignInAgain />
        </Band>
      )}
      {status.forkedAt !== undefined && <Copied at={status.forkedAt} />}
      {status.problem && !status.signInAgain && !status.readOnlyBecause && (
        <Band label="The server refuses">
          <p>
            <strong>{status.problem.message}</strong> {status.problem.wayOut} {kept(status.savedHere)}
          </p>
        </Band>
      )}
    </>
  );
}

const kept = (savedHere: number): string =>
  savedHere === 0 ? 'Edits are saved here.' : `${savedHere.toLocaleString()} ${savedHere === 1 ? 'change is' : 'changes are'} saved here.`;

function Band({ label, calm = false, children }: { label: string; calm?: boolean; children: ReactNode }): ReactNode {
  return (
    <section className={classes.band} data-calm={calm} aria-label={label} role={calm ? 'status' : 'alert'}>
      <Icon name={calm ? 'info' : 'found'} size={14} />
      <div className={classes.words}>{children}</div>
    </section>
  );
}

function Distrusted({ distrust, savedHere }: { distrust: ServerDistrust; savedHere: number }): ReactNode {
  const { what, means, wayOut } = distrustWords(distrust);
  const otherKey = distrust.kind === 'another key';
  const [asking, setAsking] = useState(false);
  return (
    <Band label="Not syncing">
      <p>
        <strong>Not syncing. {what}</strong> {means} {wayOut}
      </p>
      <p>Everything here stays readable. {kept(savedHere)} Nothing is sent to that server.</p>
      <dl className={classes.keys}>
        <div>
          <dt>{otherKey ? 'Known key' : 'Key'}</dt>
          <dd>
            <Fingerprint serverKey={distrust.pinnedKey} label={otherKey ? 'Fingerprint of the known key' : undefined} />
          </dd>
        </div>
        {otherKey && (
          <div>
            <dt>Key there now</dt>
            <dd>
              <Fingerprint serverKey={distrust.shownKey} label="Fingerprint of the key that is there now" />
            </dd>
          </div>
        )}
      </dl>
      {otherKey && (
        <div>
          <ActionButton onClick={() => setAsking(true)}>Trust this server…</ActionButton>
        </div>
      )}
      {asking && <TrustOtherKey onClose={() => setAsking(false)} />}
    </Band>
  );
}

function TakenOut({ status }: { status: EngineStatus }): ReactNode {
  return (
    <Band label="Taken out of use">
      <p>
        <strong>This device was taken out of use.</strong> What it said before stays; nothing that it says from now on counts.{' '}
        {status.savedHere > 0 &&
          `${status.savedHere.toLocaleString()} ${status.savedHere === 1 ? 'change was' : 'changes were'} not on the server yet: Activity shows them, so that they can be made again elsewhere.`}
      </p>
      <StartAnew savedHere={status.savedHere} />
    </Band>
  );
}

const SEEN = 'muster.forks';

/** Told until somebody has read it; a further fork is told again. */
function Copied({ at }: { at: number }): ReactNode {
  const status = useStatus();
  // A place is one of this register: a desktop window has several.
  const key = `${SEEN}.${status?.space?.id ?? ''}`;
  const [seen, setSeen] = useState(() => Number(localStorage.getItem(key) ?? '0'));
  const savedHere = status?.savedHere ?? 0;
  if (at <= seen) return null;
  const read = (): void => {
    localStorage.setItem(key, String(at));
    setSeen(at);
  };
  return (
    <Band label="Copied profile">
      <p>
        <strong>This browser profile was copied, and both copies are in use with one key.</strong> No change was lost: those of both are in
        the register, and where they differ they are in conflict. Start anew on one of the two, so that each has a key of its own.
      </p>
      <div className={classes.actions}>
        <StartAnew savedHere={savedHere} />
        <ActionButton tone="quiet" onClick={read}>
          The other copy starts anew
        </ActionButton>
      </div>
    </Band>
  );
}
