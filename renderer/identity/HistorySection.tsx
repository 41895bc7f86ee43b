import { type ReactNode, useEffect, useRef } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import type { ActivityLine, IdentityView } from '../../shared/register/view.ts';
import { useKeys } from '../app/keys.ts';
import { useNavigation } from '../app/navigation.ts';
import { Age } from '../parts/Age.tsx';
import style from './identity.module.css';
import { RecordVersions } from './RecordVersions.tsx';

/** What people did, newest first, and under it what each source's record said before. */
export function HistorySection({ view, wide }: { view: IdentityView; wide: boolean }): ReactNode {
  const head = useRef<HTMLHeadingElement>(null);
  const wanted = useNavigation((place) => wide && place.section === 'history');
  const show = (): void => {
    head.current?.scrollIntoView({ block: 'start' });
    head.current?.focus();
  };
  useKeys({ h: show }, wide);
  useEffect(() => {
    if (!wanted) return;
    head.current?.scrollIntoView({ block: 'start' });
    head.current?.focus();
  }, [wanted]);
  return (
    <section className={style.section} aria-label="History">
      <h2 className={style.sectionHead} ref={head} tabIndex={-1}>
        History
      </h2>
      {view.history.length === 0 && <p className={style.dim}>Nobody has changed it yet.</p>}
      <ul className={style.plain} style={{ gap: 4 }}>
        {view.history.map((line) => (
          <li key={line.id}>
            <HistoryLine line={line} />
          </li>
        ))}
      </ul>
      {view.records.map((record) => (
        <RecordVersions key={record.anchor} record={record} />
      ))}
    </section>
  );
}

function HistoryLine({ line }: { line: ActivityLine }): ReactNode {
  return (
    <>
      <span>{visibleText(line.who, 80)}</span> {visibleText(line.what, 300)}
      {line.why !== undefined && <span className={style.dim}> “{visibleText(line.why, 300)}”</span>}
      <span className={`${style.dim} ${style.small}`}>
        {' · '}
        <Age at={line.at} />
        {' · '}
        {line.state}
        {line.reason !== undefined && `: ${visibleText(line.reason, 200)}`}
      </span>
    </>
  );
}
