import { type ReactNode, useEffect, useRef } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import type { InboxGroup, InboxItem } from '../../shared/register/view.ts';
import { SeverityMark } from '../identity/SeverityMark.tsx';
import style from './list.module.css';

interface Props {
  readonly groups: readonly InboxGroup[];
  readonly marked: string;
  readonly onMark: (id: string) => void;
}

export function InboxList({ groups, marked, onMark }: Props): ReactNode {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <nav className={style.pane} aria-label="Inbox items" tabIndex={0}>
      {groups.map((group, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a kind appears twice when put-off items are shown
        <section key={`${group.kind} ${index}`} aria-label={group.kind}>
          <h2 className={style.groupHead}>
            {group.kind}
            <span className={style.dim}>{group.items.length}</span>
          </h2>
          {group.items.map((item) => (
            <InboxLine key={item.id} item={item} active={item.id === marked} onMark={onMark} />
          ))}
        </section>
      ))}
    </nav>
  );
}

function InboxLine({ item, active, onMark }: { item: InboxItem; active: boolean; onMark: (id: string) => void }): ReactNode {
  const line = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (active) line.current?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  return (
    <button
      ref={line}
      type="button"
      tabIndex={-1}
      className={style.line}
      data-active={active}
      aria-current={active}
      onClick={() => onMark(item.id)}
    >
      <SeverityMark severity={item.severity} />
      <span className={style.grow}>
        <span className={style.cut} style={{ display: 'block', fontWeight: 500 }}>
          {visibleText(item.what)}
        </span>
        <span className={`${style.cut} ${style.dim} ${style.small}`} style={{ display: 'block' }}>
          {visibleText(item.whyNow)}
        </span>
      </span>
      {item.count > 1 && <span className={`${style.number} ${style.dim}`}>{item.count}</span>}
    </button>
  );
}
