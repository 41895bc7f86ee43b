import { type ReactNode, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import type { ColumnId, Query } from '../../shared/register/view.ts';
import { Icon } from '../parts/Icon.tsx';
import { COUNT_FILTERS } from '../register/defaultViews.ts';
import { hasToken, toggleToken } from '../register/terms.ts';
import { Cell, REPORT_COLUMNS } from './Cell.tsx';
import { Detail } from './Detail.tsx';
import { DownloadButtons } from './DownloadButtons.tsx';
import { ColumnHead, GridCell, HeaderRow } from './grid.tsx';
import { Empty, Text, useReport } from './parts.tsx';
import { go, type ReportPlace } from './place.ts';
import { QueryLine } from './QueryLine.tsx';
import type { Answer } from './report.ts';
import { inventoryTable } from './tables.ts';
import { VirtualList } from './VirtualList.tsx';
import { counted, number } from './words.ts';

const ROW_HEIGHT = 32;
type Sort = Query['sort'];

export function sortOf(text: string): Sort {
  const [column, direction] = text.split('.');
  const known = REPORT_COLUMNS.find(({ id }) => id === column);
  return known ? [{ column: known.id, direction: direction === 'descending' ? 'descending' : 'ascending' }] : [];
}

/** What the report's own query is about stays so: filters narrow the population, they do not widen it. */
function useAnswer(place: ReportPlace): Answer {
  const report = useReport();
  const { query, where, sort } = useDeferredValue(place);
  return useMemo(
    () => report.rows.answer({ text: query, sort: sortOf(sort), ...(where === '' ? {} : { where }) }),
    [report, query, where, sort],
  );
}

export function Inventory({ place }: { place: ReportPlace }): ReactNode {
  const report = useReport();
  const answer = useAnswer(place);
  const selected = useMemo(() => (place.id === '' ? -1 : answer.ids.indexOf(place.id as Answer['ids'][number])), [answer, place.id]);
  const [cursor, setCursor] = useState(-1);
  useEffect(() => setCursor(selected), [selected]);
  const open = (index: number): void => {
    const id = answer.ids[index];
    if (id !== undefined) go({ id }, place.id !== '');
  };
  return (
    <div className="split">
      <div className="main">
        <h1 className="mu-visually-hidden">Inventory</h1>
        <div className="bar">
          <QueryLine label="Filter the inventory" query={place.query} problem={answer.problem} />
          <DownloadButtons table={() => inventoryTable(report, answer.ids)} query={place.query || 'all rows'} />
        </div>
        <Counts place={place} answer={answer} />
        <VirtualList
          count={answer.ids.length}
          rowHeight={ROW_HEIGHT}
          label="Inventory"
          columns={REPORT_COLUMNS.length}
          selected={cursor}
          onMove={(index) => {
            setCursor(index);
            if (place.id !== '') open(index);
          }}
          onOpen={open}
          head={<Head sort={place.sort} />}
          row={(index) => <Line id={answer.ids[index]} />}
          empty={<NoRows place={place} answer={answer} />}
        />
      </div>
      {place.id !== '' && <Detail id={place.id} />}
    </div>
  );
}

function Line({ id }: { id: Answer['ids'][number] | undefined }): ReactNode {
  const { rows } = useReport();
  const row = id === undefined ? undefined : rows.row(id);
  if (!row) return null;
  return REPORT_COLUMNS.map(({ id: column, right }) => (
    <GridCell key={column} column={column} right={right}>
      <Cell row={row} column={column} />
    </GridCell>
  ));
}

function Head({ sort }: { sort: string }): ReactNode {
  const [now] = sortOf(sort);
  const next = (column: ColumnId): string => {
    if (now?.column !== column) return `${column}.ascending`;
    return now.direction === 'ascending' ? `${column}.descending` : '';
  };
  return (
    <HeaderRow>
      {REPORT_COLUMNS.map(({ id, label, right }) => (
        <ColumnHead key={id} column={id} right={right} {...(now?.column === id ? { sorted: now.direction } : {})}>
          <button type="button" onClick={() => go({ sort: next(id) }, true)} title={`Sort by ${label.toLowerCase()}`}>
            {label}
            {now?.column === id && <Icon name={now.direction === 'ascending' ? 'arrowUp' : 'arrowDown'} size={11} />}
          </button>
        </ColumnHead>
      ))}
    </HeaderRow>
  );
}

/** Five counts that are filters, over the whole population, and how many are in sight. */
function Counts({ place, answer }: { place: ReportPlace; answer: Answer }): ReactNode {
  const { head, rows } = useReport();
  return (
    <div className="counts">
      <fieldset aria-label="Counts that filter">
        {COUNT_FILTERS.map(({ label, token, count }) => (
          <button
            key={token}
            type="button"
            aria-pressed={hasToken(place.query, token)}
            onClick={() => go({ query: toggleToken(place.query, token), id: '' })}
          >
            {label} <b>{number(head.counts[count])}</b>
          </button>
        ))}
      </fieldset>
      <p role="status">
        {place.query === '' && place.where === '' ? (
          counted(rows.total, 'row')
        ) : (
          <>
            <strong>{number(answer.ids.length)}</strong> of {counted(rows.total, 'row')}
          </>
        )}
      </p>
    </div>
  );
}

function NoRows({ place, answer }: { place: ReportPlace; answer: Answer }): ReactNode {
  const clear = useRef<HTMLButtonElement>(null);
  if (answer.problem) return <Empty icon="found">This filter could not be read.</Empty>;
  if (place.query === '') return <Empty icon="register">The population of this report is empty.</Empty>;
  return (
    <Empty icon="filter">
      No row matches.{' '}
      {answer.hint && (
        <>
          {number(answer.hint.matches)} match without{' '}
          <code>
            <Text text={answer.hint.without} limit={60} />
          </code>
          .{' '}
        </>
      )}
      <button ref={clear} type="button" className="link" onClick={() => go({ query: '', where: '' })}>
        Clear the filter
      </button>
    </Empty>
  );
}
