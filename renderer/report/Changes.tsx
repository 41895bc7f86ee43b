import { type ReactNode, useDeferredValue, useMemo, useState } from 'react';
import type { ReportChange } from '../../shared/snapshot/report/reportData.ts';
import { Icon } from '../parts/Icon.tsx';
import { DownloadButtons } from './DownloadButtons.tsx';
import { ColumnHead, GridCell, HeaderRow } from './grid.tsx';
import { Age, Empty, Fact, Facts, Mark, Text, useReport } from './parts.tsx';
import { go, type ReportPlace } from './place.ts';
import { QueryLine } from './QueryLine.tsx';
import { changesTable } from './tables.ts';
import { useChanges } from './useChanges.ts';
import { VirtualList } from './VirtualList.tsx';
import { counted, momentText, number } from './words.ts';

const ROW_HEIGHT = 32;

const textOf = (change: ReportChange): string =>
  [change.who, change.device, change.what, change.why ?? '', change.state, change.received, ...change.records.map(({ name }) => name)]
    .join('\n')
    .toLowerCase();

/** `#12` is the entry at place 12; anything else must stand somewhere in the line. */
function useMatching(changes: readonly ReportChange[], query: string): readonly ReportChange[] {
  const texts = useMemo(() => changes.map(textOf), [changes]);
  return useMemo(() => {
    const place = /^#(\d+)$/.exec(query)?.[1];
    if (place !== undefined) return changes.filter((change) => change.place === Number(place));
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    return words.length === 0 ? changes : changes.filter((_, index) => words.every((word) => texts[index]?.includes(word)));
  }, [changes, texts, query]);
}

const NONE: readonly ReportChange[] = [];

/** The ledger: every signed entry, in order, also those that do not count. */
export function Changes({ place }: { place: ReportPlace }): ReactNode {
  const { head } = useReport();
  const { changes, problem } = useChanges();
  const query = useDeferredValue(place.query);
  const found = useMatching(changes ?? NONE, query);
  const [cursor, setCursor] = useState(-1);
  const show = (index: number): void => {
    setCursor(index);
    go({ id: found[index]?.id ?? '' }, true);
  };
  const open = found.find((change) => change.id === place.id) ?? (found.length === 1 ? found[0] : undefined);
  return (
    <div className="split">
      <div className="main">
        <h1 className="mu-visually-hidden">Changes</h1>
        <div className="bar">
          <QueryLine label="Search the changes" query={place.query} placeholder="Search: a person, owner, refused, #12" />
          <DownloadButtons table={() => changesTable(found)} query={place.query || 'all changes'} />
        </div>
        <div className="counts">
          <p role="status">
            {changes === undefined && problem === undefined && 'Reading …'}
            {changes !== undefined &&
              (query === ''
                ? counted(head.changes.total, 'change')
                : `${number(found.length)} of ${counted(head.changes.total, 'change')}`)}
            {head.changes.listed < head.changes.total && `; this file has room for the newest ${number(head.changes.listed)}`}
          </p>
        </div>
        <VirtualList
          count={found.length}
          rowHeight={ROW_HEIGHT}
          label="Changes"
          columns={6}
          selected={cursor}
          onMove={(index) => {
            setCursor(index);
            if (place.id !== '') show(index);
          }}
          onOpen={show}
          head={<Head />}
          row={(index) => <Line change={found[index]} />}
          empty={
            <Empty icon="activity">
              {problem ??
                (changes === undefined ? 'Reading the ledger …' : place.query === '' ? 'No change has been made.' : 'No change matches.')}
            </Empty>
          }
        />
      </div>
      {open && <ChangeDetail change={open} />}
    </div>
  );
}

const COLUMNS = ['Place', 'Received', 'Who', 'What', 'Records', 'State'] as const;

function Head(): ReactNode {
  return (
    <HeaderRow>
      {COLUMNS.map((label) => (
        <ColumnHead key={label} column={`change-${label.toLowerCase()}`}>
          {label}
        </ColumnHead>
      ))}
    </HeaderRow>
  );
}

function Line({ change }: { change: ReportChange | undefined }): ReactNode {
  if (!change) return null;
  return (
    <>
      <GridCell column="change-place">{change.place}</GridCell>
      <GridCell column="change-received">
        <time title={momentText(change.received)}>{momentText(change.received)}</time>
      </GridCell>
      <GridCell column="change-who">
        <Text text={change.who} limit={60} />
      </GridCell>
      <GridCell column="change-what">
        <Text text={change.what} limit={300} />
      </GridCell>
      <GridCell column="change-records">
        {change.count === 0 ? '' : change.count === 1 ? <Text text={change.records[0]?.name ?? ''} limit={80} /> : number(change.count)}
      </GridCell>
      <GridCell column="change-state">
        <State change={change} />
      </GridCell>
    </>
  );
}

function State({ change }: { change: ReportChange }): ReactNode {
  if (change.void !== undefined)
    return (
      <span className="mark" data-tone="amber">
        <Icon name="disabled" size={13} />
        does not count
      </span>
    );
  if (change.state === 'withdrawn')
    return (
      <span className="mark">
        <Icon name="undo" size={13} />
        taken back
      </span>
    );
  return (
    <span className="mark">
      <Icon name="check" size={13} />
      counts
    </span>
  );
}

function ChangeDetail({ change }: { change: ReportChange }): ReactNode {
  const report = useReport();
  return (
    <aside className="detail" aria-label="Change">
      <button type="button" className="close" aria-label="Close (Esc)" onClick={() => go({ id: '', query: '' })}>
        <Icon name="close" size={14} />
      </button>
      <header className="detail-head">
        <h1>Change {number(change.place)}</h1>
        <p className="sentence">
          <Text text={change.who} limit={80} /> <Text text={change.what} limit={1_000} />.
        </p>
      </header>
      <Facts>
        <Fact name="Received">
          {momentText(change.received)} (<Age at={change.received} />
          ), by the server’s clock
        </Fact>
        <Fact name="Said">{momentText(change.said)}, by the author’s clock</Fact>
        <Fact name="Device">
          <Text text={change.device || 'not enrolled'} limit={80} /> · <code>{change.key}…</code>
        </Fact>
        {change.why !== undefined && (
          <Fact name="Reason given">
            <Text text={change.why} limit={1_000} />
          </Fact>
        )}
        <Fact name="Had seen">the ledger up to place {number(change.seen)}, and signed its root</Fact>
        <Fact name="Id of the entry">
          <code>{change.id}</code>
        </Fact>
        {change.void?.map(({ act, reason }) => (
          <Fact key={act} name={`Act ${act + 1}`}>
            <Mark state="disabled" word="does not count" />: <Text text={reason} limit={200} />
          </Fact>
        ))}
      </Facts>
      {change.records.length > 0 && (
        <ul className="plain">
          {change.records.map((record) => (
            <li key={record.id}>
              {report.has(record.id) ? (
                <button type="button" className="link" onClick={() => go({ view: 'inventory', id: record.id })}>
                  <Text text={record.name} limit={160} />
                </button>
              ) : (
                <Text text={record.name} limit={160} />
              )}
            </li>
          ))}
          {change.count > change.records.length && <li className="dim">and {number(change.count - change.records.length)} more</li>}
        </ul>
      )}
    </aside>
  );
}
