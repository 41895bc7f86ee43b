import { type ReactNode, useEffect, useState } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import type { SignInInfo } from '../../shared/wire/team.ts';
import { useEngine } from '../app/engine.tsx';
import { useSignIn } from '../app/useSignIn.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import style from './firstRun.module.css';
import type { Waiting } from './JoinScreen.tsx';

/** Only where the register has an identity provider. */
export function SignInWay({ onWaiting }: { onWaiting: (waiting: Waiting) => void }): ReactNode {
  const { api } = useEngine();
  const [info, setInfo] = useState<SignInInfo>();
  const { busy, address, problem, outcome, begin } = useSignIn();
  useEffect(() => {
    let live = true;
    void api.signInInfo().then((heard) => live && heard.ok && setInfo(heard.value));
    return () => {
      live = false;
    };
  }, [api]);
  useEffect(() => {
    if (outcome?.outcome !== 'confirm') return;
    const { code, expires, personName } = outcome;
    onWaiting({ code, expires, personName });
  }, [outcome, onWaiting]);
  if (info?.available !== true) return null;
  const name = visibleText(info.name ?? 'the identity provider', 64);
  return (
    <section className={style.way} aria-labelledby="sign-in-way">
      <h2 className={style.wayTitle} id="sign-in-way">
        With {name}
      </h2>
      <p className={style.dim}>
        Opens {visibleText(info.issuer ?? name, 120)} in another tab. Your groups there decide what you may do here.
      </p>
      <div className={style.actions}>
        <ActionButton tone="primary" onClick={() => void begin()}>
          {busy ? `Begin again with ${name}` : `Sign in with ${name}`}
        </ActionButton>
        {busy && <span role="status">Waiting for {name}…</span>}
        {busy && address !== undefined && (
          <a href={address} target="_blank" rel="noopener noreferrer">
            Open the sign-in page
          </a>
        )}
      </div>
      {problem && (
        <p role="alert" className={style.problem}>
          {visibleText(problem.message, 300)} {visibleText(problem.wayOut ?? '', 300)}
        </p>
      )}
    </section>
  );
}
