import { type ReactNode, useState } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import type { ApiError } from '../../shared/wire/http.ts';
import { useEngine } from '../app/engine.tsx';
import { ActionButton } from '../parts/ActionButton.tsx';
import { deviceLabel } from './enrolmentToken.ts';
import style from './firstRun.module.css';
import type { Waiting } from './JoinScreen.tsx';

/** For who has Muster on another device already: that one says whose this is. */
export function OtherDeviceWay({ onWaiting }: { onWaiting: (waiting: Waiting) => void }): ReactNode {
  const { api } = useEngine();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiError>();
  const ask = async (): Promise<void> => {
    setBusy(true);
    const asked = await api.askToJoin(deviceLabel(navigator.userAgent));
    setBusy(false);
    if (asked.ok) onWaiting(asked.value);
    else setProblem(asked.error);
  };
  return (
    <section className={style.way} aria-labelledby="other-device-way">
      <h2 className={style.wayTitle} id="other-device-way">
        With another device of yours
      </h2>
      <p className={style.dim}>Shows a code here; you type it on a device that has this register already.</p>
      <div className={style.actions}>
        <ActionButton busy={busy} onClick={() => void ask()}>
          I use Muster already on another device
        </ActionButton>
      </div>
      {problem && (
        <p role="alert" className={style.problem}>
          {visibleText(problem.message, 300)} {visibleText(problem.wayOut ?? '', 300)}
        </p>
      )}
    </section>
  );
}
