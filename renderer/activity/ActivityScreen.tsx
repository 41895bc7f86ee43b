import { type ReactNode, useState } from 'react';
import { useEngine, useLive } from '../app/engine.tsx';
import { useKeys } from '../app/keys.ts';
import { useScreenReady } from '../app/useScreenReady.ts';
import { lineKeys } from '../inbox/lineKeys.ts';
import style from '../inbox/list.module.css';
import { ActionButton } from '../parts/ActionButton.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { ActivityTable } from './ActivityTable.tsx';

const PAGE = 100;

/** Who did what, signed and in order, with the sources' runs between. */
export function ActivityScreen(): ReactNode {
  const { api } = useEngine();
  const [runs, setRuns] = useState(true);
  const [limit, setLimit] = useState(PAGE);
  const [marked, setMarked] = useState(0);
  const [open, setOpen] = useState<string>();
  const lines = useLive((each) => each.activity({ runs, limit }), [runs, limit]);
  const line = lines?.[marked];
  const toggle = (id: string): void => setOpen(open === id ? undefined : id);
  const openMarked = (): void => {
    if (line) toggle(line.id);
  };
  useKeys({
    ...lineKeys(lines?.length ?? 0, (change) => setMarked(change)),
    t: () => setRuns(!runs),
    Enter: openMarked,
    u: () => line && line.undoable.length > 0 && void api.withdraw(line.undoable),
  });
  useScreenReady(lines !== undefined);
  if (!lines) return <div aria-busy="true" />;
  return (
    <div className={style.screen}>
      <header className={style.head}>
        <h1 className={style.title}>Activity</h1>
        <span className={style.spacer} />
        <ActionButton keys="t" pressed={runs} onClick={() => setRuns(!runs)}>
          {runs ? 'Hide runs' : 'Show runs'}
        </ActionButton>
      </header>
      {lines.length === 0 ? (
        <EmptyState title="No changes yet.">Every change will be listed here, signed and in order.</EmptyState>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        <section className={style.body} tabIndex={0} aria-label="Activity">
          <ActivityTable lines={lines} marked={marked} open={open} onMark={setMarked} onToggle={toggle} />
          {lines.length >= limit && (
            <div style={{ padding: 16 }}>
              <ActionButton onClick={() => setLimit(limit + 5 * PAGE)}>Show older</ActionButton>
            </div>
          )}
        </section>
      )}
    </div>
  );
}
