import { type KeyboardEvent, type ReactNode, type UIEvent, useEffect, useLayoutEffect, useRef, useState } from 'react';

/** Browsers stop placing elements beyond some ten million pixels; rows further down are reached by scaling. */
const TALLEST = 8_000_000;
const AROUND = 8;

interface VirtualListProps {
  readonly count: number;
  readonly rowHeight: number;
  readonly label: string;
  /** Of the whole table, for screen readers. */
  readonly columns: number;
  readonly head: ReactNode;
  readonly row: (index: number) => ReactNode;
  readonly selected: number;
  readonly onMove: (index: number) => void;
  /** A click, or Enter. */
  readonly onOpen: (index: number) => void;
  readonly empty?: ReactNode;
}

/** Rows are walked by `aria-activedescendant`: the table itself has the focus and takes the keys. */
const rowRole = (index: number, selected: boolean, open: (index: number) => void): object => ({
  id: `row-${index}`,
  role: 'row',
  'aria-rowindex': index + 2,
  'aria-selected': selected,
  onClick: () => open(index),
});
const gridRole = (label: string, count: number, columns: number, active: number | undefined): object => ({
  role: 'grid',
  tabIndex: 0,
  'aria-label': label,
  'aria-rowcount': count + 1,
  'aria-colcount': columns,
  ...(active === undefined ? {} : { 'aria-activedescendant': `row-${active}` }),
});
const GROUP = { role: 'rowgroup' } as const;

/** A table of rows of one height, of which only those in sight exist. Arrows, Page, Home and End walk; Enter opens. */
export function VirtualList(props: VirtualListProps): ReactNode {
  const { count, rowHeight, label, columns, head, row, selected, onMove, onOpen, empty } = props;
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600 });
  const whole = count * rowHeight;
  const tall = Math.min(whole, TALLEST);
  const scale = whole > tall && tall > view.height ? (whole - view.height) / (tall - view.height) : 1;
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setView((now) => ({ ...now, height: element.clientHeight })));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    const element = box.current;
    if (!element || selected < 0) return;
    const top = selected * rowHeight;
    const seen = element.scrollTop * scale;
    const bottom = seen + element.clientHeight - 2 * rowHeight;
    if (top < seen) element.scrollTop = top / scale;
    else if (top > bottom) element.scrollTop = (top - element.clientHeight + 2 * rowHeight) / scale;
  }, [selected, rowHeight, scale]);
  const offset = view.top * scale;
  const first = Math.max(0, Math.floor(offset / rowHeight) - AROUND);
  const last = Math.min(count, Math.ceil((offset + view.height) / rowHeight) + AROUND);
  const onKey = (event: KeyboardEvent): void => {
    if (event.target instanceof HTMLButtonElement) return;
    const page = Math.max(1, Math.floor(view.height / rowHeight) - 2);
    const step: Record<string, number> = {
      ArrowDown: selected + 1,
      j: selected + 1,
      ArrowUp: selected - 1,
      k: selected - 1,
      PageDown: selected + page,
      PageUp: selected - page,
      Home: 0,
      End: count - 1,
    };
    const to = event.ctrlKey || event.metaKey || event.altKey ? undefined : step[event.key];
    if (to !== undefined) onMove(Math.max(0, Math.min(count - 1, to)));
    else if (event.key === 'Enter' && selected >= 0) onOpen(selected);
    else return;
    event.preventDefault();
  };
  const onScroll = ({ currentTarget }: UIEvent<HTMLElement>): void =>
    setView({ top: currentTarget.scrollTop, height: currentTarget.clientHeight });
  const rows: ReactNode[] = [];
  for (let index = first; index < last; index++)
    rows.push(
      <div
        key={index}
        className="row"
        style={{ top: index * rowHeight - offset + view.top, height: rowHeight }}
        {...rowRole(index, index === selected, onOpen)}
      >
        {row(index)}
      </div>,
    );
  return (
    <div
      ref={box}
      className="list"
      {...gridRole(label, count, columns, selected >= first && selected < last ? selected : undefined)}
      {...{ onKeyDown: onKey, onScroll }}
    >
      {head !== null && (
        <div className="heads" {...GROUP}>
          {head}
        </div>
      )}
      {count === 0 ? (
        empty
      ) : (
        <div className="rows" style={{ height: tall }} {...GROUP}>
          {rows}
        </div>
      )}
    </div>
  );
}
