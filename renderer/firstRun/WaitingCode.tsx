import type { ReactNode } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import { parseTime } from '../../shared/base/time.ts';
import { fingerprintOf, groupedFingerprint } from '../../shared/snapshot/fingerprint.ts';
import { useStatus } from '../app/engine.tsx';
import { ActionButton } from '../parts/ActionButton.tsx';
import { ageText } from '../parts/age.ts';
import { Hostile } from '../parts/Hostile.tsx';
import { useNow } from '../parts/useNow.ts';
import { deviceLabel } from './enrolmentToken.ts';
import style from './firstRun.module.css';
import type { Waiting } from './JoinScreen.tsx';

/** Digits of the key that people compare here: with the code, they are enough. */
const DIGITS = 16;

/** The code to be typed on an enrolled device. The register opens by itself once that has happened. */
export function WaitingCode({ waiting, onEnd }: { waiting: Waiting; onEnd: () => void }): ReactNode {
  const now = useNow();
  const status = useStatus();
  const space = status?.space?.name;
  const device = status?.device;
  const left = (parseTime(waiting.expires) ?? 0) - now;
  if (left <= 0) return <Over onEnd={onEnd} />;
  return (
    <section aria-label="Code of this device" className={style.waiting}>
      <h1 className={style.title}>Type this code on your other device</h1>
      <p className={style.code}>
        {[...visibleText(waiting.code, 40)].map((character, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a character is its place
          <span key={index}>{character}</span>
        ))}
      </p>
      <ol className={style.steps}>
        <li>Open {space === undefined ? 'Muster' : <Hostile text={space} limit={60} />} on the device that you use already.</li>
        <li>Go to Team (g then t) and choose “Add a device of mine”.</li>
        <li>Type the code, and compare what it shows with this screen.</li>
      </ol>
      {device !== undefined && (
        <p>
          This device: {deviceLabel(navigator.userAgent)}, key <code>{groupedFingerprint(fingerprintOf(device), DIGITS)}</code>
        </p>
      )}
      <p role="status" className={style.dim}>
        {waiting.personName !== undefined && (
          <>
            You signed in as <Hostile text={waiting.personName} limit={60} />, who is here already.{' '}
          </>
        )}
        Waiting. The code holds for {ageText(left) === 'just now' ? 'less than a minute' : ageText(left)}, once. An administrator can
        confirm it as well.
      </p>
      <div className={style.actions}>
        <ActionButton onClick={onEnd}>Another way</ActionButton>
      </div>
    </section>
  );
}

function Over({ onEnd }: { onEnd: () => void }): ReactNode {
  return (
    <section aria-label="Code of this device" className={style.waiting}>
      <h1 className={style.title}>The code has run out</h1>
      <p className={style.lead}>Nobody confirmed this device in time. Nothing was changed.</p>
      <div className={style.actions}>
        <ActionButton tone="primary" onClick={onEnd}>
          Begin again
        </ActionButton>
      </div>
    </section>
  );
}
