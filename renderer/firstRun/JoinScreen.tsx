import { type ReactNode, useState } from 'react';
import { OpenSnapshotButton } from '../snapshot/OpenSnapshotButton.tsx';
import { EnrolByLink } from './EnrolByLink.tsx';
import { type EnrolmentToken, enrolmentTokenOf } from './enrolmentToken.ts';
import style from './firstRun.module.css';
import { OtherDeviceWay } from './OtherDeviceWay.tsx';
import { PasteLink } from './PasteLink.tsx';
import { SignInWay } from './SignInWay.tsx';
import { WaitingCode } from './WaitingCode.tsx';

/** A code that this device shows until an enrolled one has confirmed it. */
export interface Waiting {
  readonly code: string;
  readonly expires: string;
  /** Whose device it becomes, where a sign-in has said so. */
  readonly personName?: string;
}

/** A device that nobody knows here: a link, an identity provider, or another device of the same person makes it known. */
export function JoinScreen(): ReactNode {
  const [token, setToken] = useState<EnrolmentToken | undefined>(() => enrolmentTokenOf(location.hash));
  const [waiting, setWaiting] = useState<Waiting>();
  return (
    <div className={style.screen}>
      <div className={style.column}>
        {token ? (
          <EnrolByLink token={token} />
        ) : waiting ? (
          <WaitingCode waiting={waiting} onEnd={() => setWaiting(undefined)} />
        ) : (
          <Ways onToken={setToken} onWaiting={setWaiting} />
        )}
        <p className={style.dim}>A snapshot that somebody sent you needs no invitation and no server.</p>
        <div className={style.actions}>
          <OpenSnapshotButton />
        </div>
      </div>
    </div>
  );
}

function Ways(props: { onToken: (token: EnrolmentToken) => void; onWaiting: (waiting: Waiting) => void }): ReactNode {
  return (
    <>
      <div>
        <h1 className={style.title}>This device is not known here yet</h1>
        <p className={style.lead}>
          It makes a key of its own, which never leaves it. Everything you change is signed with it, so that everybody can see who changed
          what.
        </p>
      </div>
      <div className={style.ways}>
        <PasteLink onToken={props.onToken} />
        <SignInWay onWaiting={props.onWaiting} />
        <OtherDeviceWay onWaiting={props.onWaiting} />
      </div>
    </>
  );
}
