import { type ReactNode, useMemo } from 'react';
import type { IdentityId } from '../../shared/model/ids.ts';
import { Cell, REPORT_COLUMNS } from './Cell.tsx';
import { Detail } from './Detail.tsx';
import { DownloadButtons } from './DownloadButtons.tsx';
import { ColumnHead, GridCell, HeaderRow } from './grid.tsx';
import { Empty, Text, useReport } from './parts.tsx';
import { go, type ReportPlace } from './place.ts';
import { sampleTable } from './tables.ts';
import { VirtualList } from './VirtualList.tsx';
import { counted } from './words.ts';

/** The drawn rows in the order in which they were drawn, and how anybody draws them again. */
export function Sample({ place }: { place: ReportPlace }): ReactNode {
  const report = useReport();
  const { sample, head } = report;
  const cursor = useMemo(() => sample.indexOf(place.id as IdentityId), [sample, place.id]);
  return (
    <div className="split">
      <div className="main">
        <div className="bar">
          <div className="rule-head">
            <h1>Random sample of {counted(sample.length, 'row')}</h1>
            <p className="dim">
              Drawn from {counted(head.rows.total, 'row')} with the seed{' '}
              <code>
                <Text text={head.draw?.seed ?? ''} limit={200} />
              </code>
              : the ids sorted by the SHA-256 of seed, line feed, id; the first {head.draw?.size ?? 0}. Whoever has the ids draws the same.
            </p>
          </div>
          <DownloadButtons table={() => sampleTable(report, sample)} query={`random sample, seed ${head.draw?.seed ?? ''}`} />
        </div>
        <VirtualList
          count={sample.length}
          rowHeight={32}
          label="Sample"
          columns={REPORT_COLUMNS.length}
          selected={cursor}
          onMove={(index) => go({ id: sample[index] ?? '' }, true)}
          onOpen={(index) => go({ id: sample[index] ?? '' }, true)}
          head={<Head />}
          row={(index) => <Line id={sample[index]} number={index + 1} />}
          empty={<Empty icon="filter">No sample was asked for.</Empty>}
        />
      </div>
      {place.id !== '' && <Detail id={place.id} />}
    </div>
  );
}

const SHOWN = REPORT_COLUMNS.filter(({ id }) => id !== 'states');

function Head(): ReactNode {
  return (
    <HeaderRow>
      <ColumnHead column="number">Drawn as</ColumnHead>
      {SHOWN.map(({ id, label, right }) => (
        <ColumnHead key={id} column={id} right={right}>
          {label}
        </ColumnHead>
      ))}
    </HeaderRow>
  );
}

function Line({ id, number }: { id: IdentityId | undefined; number: number }): ReactNode {
  const { rows } = useReport();
  const row = id === undefined ? undefined : rows.row(id);
  return (
    <>
      <GridCell column="number">{number}</GridCell>
      {row === undefined ? (
        <GridCell column="name">not among the rows that this file has room for: {id?.slice(0, 12)}</GridCell>
      ) : (
        SHOWN.map(({ id: column, right }) => (
          <GridCell key={column} column={column} right={right}>
            <Cell row={row} column={column} />
          </GridCell>
        ))
      )}
    </>
  );
}
