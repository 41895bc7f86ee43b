import { type ReactNode, useState } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import type { SourceView } from '../../shared/register/view.ts';
import { useKeys } from '../app/keys.ts';
import { useNavigation } from '../app/navigation.ts';
import { useScreenReady } from '../app/useScreenReady.ts';
import { lineKeys } from '../inbox/lineKeys.ts';
import style from '../inbox/list.module.css';
import { ActionButton } from '../parts/ActionButton.tsx';
import { Age } from '../parts/Age.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { useNow } from '../parts/useNow.ts';
import { EvidenceAge } from './EvidenceAge.tsx';
import { healthOf, heldFirst, nextRunWords, runFigures } from './evidence.ts';
import { HealthMark } from './HealthMark.tsx';
import { NEW_SOURCE } from './newSource.ts';
import { useSourceRights } from './useSourceRights.ts';

export function SourceList({ sources }: { sources: readonly SourceView[] }): ReactNode {
  const open = useNavigation((place) => place.open);
  const rows = heldFirst(sources);
  const [marked, setMarked] = useState(0);
  const { change } = useSourceRights();
  const add = (): void => {
    if (change === undefined) open(NEW_SOURCE);
  };
  const openMarked = (): void => {
    const row = rows[marked];
    if (row) open(row.status.source);
  };
  useKeys({
    ...lineKeys(rows.length, (change) => setMarked(change)),
    Enter: openMarked,
    n: add,
  });
  useScreenReady(true);
  return (
    <div className={style.screen}>
      <header className={style.head}>
        <h1 className={style.title}>Sources</h1>
        <span className={style.figures}>{rows.length}</span>
        <span className={style.spacer} />
        <ActionButton icon="plus" keys="n" disabledReason={change} onClick={add}>
          Add source
        </ActionButton>
      </header>
      {rows.length === 0 ? (
        <EmptyState
          title="No source yet."
          actions={
            <ActionButton icon="plus" tone="primary" disabledReason={change} onClick={add}>
              Add source
            </ActionButton>
          }
        >
          Until one is added, everything here is what people typed, and is shown as such.
        </EmptyState>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        <section className={style.body} tabIndex={0} aria-label="Sources">
          <table className={style.table}>
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">Mechanism</th>
                <th scope="col">Coverage</th>
                <th scope="col">Evidence age</th>
                <th scope="col">Last run</th>
                <th scope="col">Next run</th>
                <th scope="col">Health</th>
                <th scope="col" className={style.number}>
                  Records
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((source, index) => (
                <SourceRow key={source.status.source} source={source} active={index === marked} onMark={() => setMarked(index)} />
              ))}
            </tbody>
          </table>
        </section>
      )}
    </div>
  );
}

function SourceRow({ source, active, onMark }: { source: SourceView; active: boolean; onMark: () => void }): ReactNode {
  const open = useNavigation((place) => place.open);
  const now = useNow();
  const { status } = source;
  const last = status.runs[0];
  return (
    <tr className={style.tableRow} data-active={active} onMouseDown={onMark} onClick={() => open(status.source)}>
      <td style={{ minWidth: 'min(360px, 30vw)' }}>
        <button type="button" className={style.name} onClick={() => open(status.source)} aria-current={active}>
          <bdi>{visibleText(status.label, 80)}</bdi>
        </button>
        <div className={`${style.dim} ${style.small}`}>{visibleText(source.sentence, 200)}</div>
      </td>
      <td className={style.nowrap}>
        {visibleText(status.kind, 40)} · {status.mechanism}
      </td>
      <td className={style.nowrap}>{coverageWords(source)}</td>
      <td>
        <EvidenceAge source={source} />
      </td>
      <td className={style.nowrap}>
        {last === undefined ? (
          <span className={style.dim}>never</span>
        ) : (
          <>
            {runFigures(last.counts)}{' '}
            <span className={style.dim}>
              <Age at={last.ended} />
            </span>
          </>
        )}
      </td>
      <td className={style.nowrap}>{nextRunWords(status, now) ?? <span className={style.dim}>not planned</span>}</td>
      <td className={style.nowrap}>
        <HealthMark health={healthOf(status)} />
      </td>
      <td className={style.number}>{source.records}</td>
    </tr>
  );
}

/** `complete 14 of 15 scopes`. */
export function coverageWords({ coverageComplete, coverageTotal }: Pick<SourceView, 'coverageComplete' | 'coverageTotal'>): string {
  if (coverageTotal === 0) return 'nothing listed yet';
  return `complete ${coverageComplete} of ${coverageTotal} ${coverageTotal === 1 ? 'scope' : 'scopes'}`;
}
