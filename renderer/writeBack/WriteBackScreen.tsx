import { type ReactNode, useEffect, useRef, useState } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import type { WriteBackView } from '../../shared/register/view.ts';
import { useLive } from '../app/engine.tsx';
import { useKeys } from '../app/keys.ts';
import { useScreenReady } from '../app/useScreenReady.ts';
import { lineKeys } from '../inbox/lineKeys.ts';
import list from '../inbox/list.module.css';
import { Age } from '../parts/Age.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { WriteDetail } from './WriteDetail.tsx';
import { WriteState } from './WriteState.tsx';
import { type WriteGroup, writeGroups } from './writeGroups.ts';

/** What was proposed to be sent to sources, by whom it was approved, and what came back. */
export function WriteBackScreen(): ReactNode {
  const writes = useLive((api) => api.writeBacks(), []);
  const groups = writeGroups(writes ?? []);
  const lines = groups.flatMap((group) => group.writes);
  const [mark, setMark] = useState<string>();
  const found = lines.findIndex(({ digest }) => digest === mark);
  const marked = Math.max(0, found);
  const detail = useRef<HTMLElement>(null);
  const focusDetail = (): void => detail.current?.focus();
  useKeys({
    ...lineKeys(lines.length, (change) => setMark(lines[change(marked)]?.digest)),
    Enter: focusDetail,
  });
  useScreenReady(writes !== undefined);
  if (!writes) return <div className={list.screen} aria-busy="true" />;
  const shown = lines[marked];
  return (
    <div className={list.screen}>
      <header className={list.head}>
        <h1 className={list.title}>Write-back</h1>
        <span className={list.figures}>{lines.length === 1 ? '1 write' : `${lines.length} writes`}</span>
      </header>
      {shown === undefined ? (
        <EmptyState title="Nothing was sent to a source.">
          Where a source has a place for a field, “Send to …” is on the field of the identity. Nothing is sent before somebody approves
          exactly what is shown.
        </EmptyState>
      ) : (
        <div className={list.split}>
          <Lines groups={groups} marked={shown.digest} onMark={setMark} />
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
          <section className={list.pane} ref={detail} tabIndex={0} aria-label="Marked write">
            <WriteDetail key={shown.digest} write={shown} />
          </section>
        </div>
      )}
    </div>
  );
}

interface LinesProps {
  readonly groups: readonly WriteGroup[];
  readonly marked: string;
  readonly onMark: (digest: string) => void;
}

function Lines({ groups, marked, onMark }: LinesProps): ReactNode {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <nav className={list.pane} aria-label="Writes" tabIndex={0}>
      {groups.map(({ name, writes }) => (
        <section key={name} aria-label={name}>
          <h2 className={list.groupHead}>
            {name}
            <span className={list.dim}>{writes.length}</span>
          </h2>
          {writes.map((write) => (
            <Line key={write.digest} write={write} active={write.digest === marked} onMark={() => onMark(write.digest)} />
          ))}
        </section>
      ))}
    </nav>
  );
}

function Line({ write, active, onMark }: { write: WriteBackView; active: boolean; onMark: () => void }): ReactNode {
  const line = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (active) line.current?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  const value = write.sent === null ? 'nothing' : visibleText(write.text, 80);
  return (
    <button ref={line} type="button" tabIndex={-1} className={list.line} data-active={active} aria-current={active} onClick={onMark}>
      <span className={list.grow}>
        <span className={list.cut} style={{ display: 'block', fontWeight: 500 }}>
          <bdi>{visibleText(write.name, 80)}</bdi>: {write.fieldLabel.toLowerCase()} <bdi>{value}</bdi>
        </span>
        <span className={`${list.cut} ${list.dim} ${list.small}`} style={{ display: 'block' }}>
          to {visibleText(write.sourceLabel, 60)} · proposed by {visibleText(write.proposed.name, 40)} <Age at={write.proposed.at} />
          {write.decided && ` · ${write.decided.kind === 'approve' ? 'approved' : 'rejected'} by ${visibleText(write.decided.name, 40)}`}
        </span>
      </span>
      <span className={list.nowrap}>
        <WriteState state={write.state} />
      </span>
    </button>
  );
}
