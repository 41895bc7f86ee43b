import type { ReactNode } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import type { EngineStatus } from '../../shared/bridge/engine.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import { Icon } from '../parts/Icon.tsx';
import { pickSnapshot, useOpenSnapshot } from './openSnapshot.ts';
import style from './snapshot.module.css';

/** A file that is refused shows nothing of what is in it: only why, and a way out. */
export function RefusedSnapshot({ name, problem }: { name: string; problem: EngineStatus['problem'] }): ReactNode {
  const close = useOpenSnapshot((state) => state.close);
  return (
    <main className={style.whole} aria-label="Refused snapshot">
      <div className={style.refused} role="alert">
        <span className={style.refusedMark}>
          <Icon name="found" size={22} />
        </span>
        <h1>This file is refused</h1>
        <p className={style.fileName}>
          <bdi>{visibleText(name, 200)}</bdi>
        </p>
        <p className={style.reason}>{problem?.message ?? 'It could not be read.'}</p>
        {problem?.wayOut !== undefined && <p>{problem.wayOut}</p>}
        <p className={style.quietly}>Nothing that is in it is shown, and nothing in it was run.</p>
        <div className={style.actions}>
          <ActionButton tone="primary" onClick={() => pickSnapshot()}>
            Open another snapshot…
          </ActionButton>
          <ActionButton onClick={close}>Close</ActionButton>
        </div>
      </div>
    </main>
  );
}
