import { type ReactNode, useMemo, useRef, useState } from 'react';
import { useLive } from '../app/engine.tsx';
import { useKeys } from '../app/keys.ts';
import { useNavigation } from '../app/navigation.ts';
import { useScreenReady } from '../app/useScreenReady.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { useNow } from '../parts/useNow.ts';
import { InboxDetail } from './InboxDetail.tsx';
import { InboxList } from './InboxList.tsx';
import { lineKeys } from './lineKeys.ts';
import style from './list.module.css';
import { nothingWords } from './nothingWords.ts';
import { readSnoozed, type Snoozed, snooze, splitBySnooze, writeSnoozed } from './snooze.ts';

/** What needs a person, in groups: the list at the left, the marked item with its records and choices at the right. */
export function InboxScreen(): ReactNode {
  const groups = useLive((api) => api.inbox(), []);
  const sources = useLive((api) => api.sources(), []);
  const now = useNow();
  const [snoozed, setSnoozed] = useState<Snoozed>(readSnoozed);
  const [showLater, setShowLater] = useState(false);
  const split = useMemo(() => splitBySnooze(groups ?? [], snoozed, now), [groups, snoozed, now]);
  const shown = showLater ? [...split.open, ...split.later] : split.open;
  const items = shown.flatMap((group) => group.items);
  const [marked, setMarked] = useMarked(items);
  const detail = useRef<HTMLElement>(null);
  const go = useNavigation((place) => place.go);
  const item = items[marked];

  useKeys({
    ...lineKeys(items.length, (change) => setMarked(change(marked))),
    o: () => item?.query !== undefined && go({ screen: 'register', query: item.query }),
  });

  useScreenReady(groups !== undefined);
  if (!groups) return <div className={style.screen} aria-busy="true" />;
  const later = split.later.reduce((sum, group) => sum + group.items.length, 0);
  const putOff = (id: string, days: number): void => {
    const next = snooze(snoozed, id, days, now);
    writeSnoozed(next);
    setSnoozed(next);
  };
  return (
    <div className={style.screen}>
      <header className={style.head}>
        <h1 className={style.title}>Inbox</h1>
        <span className={style.figures}>{items.length === 1 ? '1 item' : `${items.length} items`}</span>
        <span className={style.spacer} />
        {later > 0 && (
          <ActionButton tone="quiet" onClick={() => setShowLater(!showLater)}>
            {showLater ? 'Hide' : 'Show'} {later} put off
          </ActionButton>
        )}
      </header>
      {item === undefined ? (
        <EmptyState title="Nothing needs you.">{nothingWords(sources ?? [], now)}</EmptyState>
      ) : (
        <div className={style.split}>
          <InboxList groups={shown} marked={item.id} onMark={(id) => setMarked(items.findIndex((each) => each.id === id))} />
          <section className={style.pane} ref={detail} aria-label="Marked item">
            <InboxDetail key={item.id} item={item} onPutOff={(days) => putOff(item.id, days)} />
          </section>
        </div>
      )}
    </div>
  );
}

/** The marked line is remembered by item, so that settling one does not move the mark to a stranger; gone, it stays at the same height. */
function useMarked(items: readonly { readonly id: string }[]): [number, (line: number) => void] {
  const [mark, setMark] = useState<{ readonly id: string | undefined; readonly line: number }>({ id: undefined, line: 0 });
  const found = items.findIndex((item) => item.id === mark.id);
  const line = found >= 0 ? found : Math.max(0, Math.min(mark.line, items.length - 1));
  return [line, (next) => setMark({ id: items[next]?.id, line: next })];
}
