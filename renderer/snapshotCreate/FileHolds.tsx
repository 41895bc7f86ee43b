import type { ReactNode } from 'react';
import { plural } from '../../shared/register/age.ts';
import { useStatus } from '../app/engine.tsx';
import { useCreateSnapshot } from './createStore.ts';
import classes from './snapshotCreate.module.css';
import { sampleSize } from './snapshotWish.ts';
import { usePrivateSources, useSharedSources } from './usePrivateSources.ts';
import { useRows } from './WhatChoice.tsx';

/** In numbers, before it is made: what is listed, and what the file holds either way. */
export function FileHolds(): ReactNode {
  const status = useStatus();
  const wish = useCreateSnapshot((state) => state.wish);
  const listed = useRows(wish.what === 'view' ? wish.query : '') ?? 0;
  const shared = useSharedSources();
  const mine = usePrivateSources();
  const records = shared.records + (wish.withPrivate ? mine.records : 0);
  const sources = shared.sources + (wish.withPrivate ? mine.sources : 0);
  const changes = wish.asOf === 'place' ? wish.place : (status?.place ?? 0);
  const size = sampleSize(wish);
  const figures: readonly (readonly [number, string])[] = [
    [listed, 'listed'],
    ...(size === undefined || !(size > 0) ? [] : ([[Math.min(size, listed), 'drawn at random']] as const)),
    [changes, changes === 1 ? 'change of the ledger' : 'changes of the ledger'],
    [records, records === 1 ? 'record, with every version' : 'records, with every version'],
    [sources, sources === 1 ? 'source' : 'sources'],
  ];
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
