import { Fragment, type ReactNode, useEffect, useRef } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import type { ActivityLine } from '../../shared/register/view.ts';
import style from '../inbox/list.module.css';
import { Age } from '../parts/Age.tsx';
import { Icon } from '../parts/Icon.tsx';
import { ActivityDetail } from './ActivityDetail.tsx';
import { LineState } from './LineState.tsx';

interface Props {
  readonly lines: readonly ActivityLine[];
  readonly marked: number;
  readonly open: string | undefined;
  readonly onMark: (index: number) => void;
  readonly onToggle: (id: string) => void;
}

export function ActivityTable({ lines, marked, open, onMark, onToggle }: Props): ReactNode {
  return (
    <table className={style.table}>
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">Who</th>
          <th scope="col">Did what</th>
          <th scope="col" className={style.number}>
            Records
          </th>
          <th scope="col">Why</th>
          <th scope="col">State</th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line, index) => (
          <Fragment key={line.id}>
            <Line
              line={line}
              active={index === marked}
              open={line.id === open}
              onToggle={() => {
                onMark(index);
                onToggle(line.id);
              }}
            />
            {line.id === open && (
              <tr>
                <td colSpan={6} style={{ paddingInline: 16 }}>
                  <ActivityDetail line={line} />
                </td>
              </tr>
            )}
          </Fragment>
        ))}
      </tbody>
    </table>
  );
}

interface LineProps {
  readonly line: ActivityLine;
  readonly active: boolean;
  readonly open: boolean;
  readonly onToggle: () => void;
}

function Line({ line, active, open, onToggle }: LineProps): ReactNode {
  const row = useRef<HTMLTableRowElement>(null);
  useEffect(() => {
    if (active) row.current?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  return (
    <tr ref={row} className={style.tableRow} data-active={active} onClick={onToggle}>
      <td className={style.nowrap}>
        <Age at={line.at} />
      </td>
      <td className={style.nowrap}>
        <span style={{ display: 'inline-flex', alignItems: 'center', gap: 6 }}>
          <span className={style.dim} style={{ display: 'inline-flex' }}>
            <Icon name={line.kind === 'run' ? 'sources' : 'person'} size={14} />
          </span>
          {visibleText(line.who, 60)}
          {line.device !== undefined && <span className={style.dim}>{visibleText(line.device, 40)}</span>}
        </span>
      </td>
      <td>
        <button
          type="button"
          className={style.name}
          style={{ fontWeight: 400 }}
          aria-expanded={open}
          onClick={(event) => {
            event.stopPropagation();
            onToggle();
          }}
        >
          {visibleText(line.what, 240)}
        </button>
      </td>
      <td className={style.number}>{line.count}</td>
      <td className={style.dim}>{line.why === undefined ? '' : visibleText(line.why, 160)}</td>
      <td className={style.nowrap}>
        <LineState state={line.state} reason={line.reason} />
      </td>
    </tr>
  );
}
