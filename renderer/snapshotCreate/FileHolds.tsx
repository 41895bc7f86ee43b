import type { ReactNode } from 'react';
import { plural } from '../../shared/register/age.ts';
import { useStatus } from '../app/engine.tsx';
import { useCreateSnapshot } from './createStore.ts';
import classes from './snapshotCreate.module.css';
import { sampleSize } from './snapshotWish.ts';
import { usePrivateSources, useSharedSources } from './usePrivateSources.ts';
import { useRows } from './WhatChoice.tsx';

type Figure = readonly [count: number, words: string];

/** What is listed, and what the file holds either way. A report holds only what it lists. */
function useFigures(): readonly Figure[] {
  const wish = useCreateSnapshot((state) => state.wish);
  const last = useStatus()?.place ?? 0;
  const query = wish.what === 'view' ? wish.query : '';
  const matching = useRows(query) ?? 0;
  const kept = useRows(`${query} is:private`.trim()) ?? 0;
  const [shared, mine] = [useSharedSources(), usePrivateSources()];
  const listed = matching - (wish.withPrivate ? 0 : kept);
  const records = shared.records + (wish.withPrivate ? mine.records : 0);
  const sources = shared.sources + (wish.withPrivate ? mine.sources : 0);
  const changes = wish.asOf === 'place' ? wish.place : last;
  const size = sampleSize(wish) ?? 0;
  const rows: readonly Figure[] = [[listed, 'listed'], ...(size > 0 ? [[Math.min(size, listed), 'drawn at random'] as const] : [])];
  if (wish.file === 'report') return rows;
  return [
    ...rows,
    [changes, changes === 1 ? 'change of the ledger' : 'changes of the ledger'],
    [records, records === 1 ? 'record, with every version' : 'records, with every version'],
    [sources, sources === 1 ? 'source' : 'sources'],
  ];
}

/** In numbers, before it is made. */
export function FileHolds(): ReactNode {
  const status = useStatus();
  const wish = useCreateSnapshot((state) => state.wish);
  const figures = useFigures();
  return (
    <section className={classes.holds} aria-label="What the file will hold">
      <dl>
        {figures.map(([count, words]) => (
          <div key={words}>
            <dd>{Number.isFinite(count) ? count.toLocaleString() : '–'}</dd>
            <dt>{words}</dt>
          </div>
        ))}
      </dl>
      <p className={classes.hint}>
        {wish.file === 'muster' ? (
          <WholeLedger narrowed={wish.what === 'view'} />
        ) : (
          'A report shows this; the ledger’s signatures and records stay here.'
        )}
        {wish.asOf === 'place' && ' The numbers here are those of now; the file counts as of then.'}
        {(status?.savedHere ?? 0) > 0 &&
          ` ${plural(status?.savedHere ?? 0, 'change')} saved here ${status?.savedHere === 1 ? 'is' : 'are'} not on the server yet, and so not in it.`}
      </p>
    </section>
  );
}

const WholeLedger = ({ narrowed }: { narrowed: boolean }): ReactNode => (
  <>
    The whole ledger and all records are in the file{narrowed ? ', also those that the view does not list' : ''}: without them nobody could
    verify it.
  </>
);
