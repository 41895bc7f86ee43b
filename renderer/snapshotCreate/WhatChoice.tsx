import type { ReactNode } from 'react';
import { useLive } from '../app/engine.tsx';
import { Hostile } from '../parts/Hostile.tsx';
import { Choice, Radio } from './Choice.tsx';
import { useCreateSnapshot } from './createStore.ts';
import classes from './snapshotCreate.module.css';

export function WhatChoice(): ReactNode {
  const { what, query } = useCreateSnapshot((state) => state.wish);
  const change = useCreateSnapshot((state) => state.change);
  const all = useRows('');
  const listed = useRows(query);
  return (
    <Choice label="What" hint="A view narrows what is listed, not what is proved.">
      <Radio name="what" first={what === 'register'} checked={what === 'register'} onPick={() => change({ what: 'register' })}>
        The whole register <b>{all?.toLocaleString()}</b>
      </Radio>
      <Radio name="what" first={what === 'view'} checked={what === 'view'} disabled={query === ''} onPick={() => change({ what: 'view' })}>
        {query === '' ? (
          'This view: no filter is set'
        ) : (
          <>
            This view{' '}
            <code className={classes.query}>
              <Hostile text={query} limit={80} />
            </code>{' '}
            <b>{listed?.toLocaleString()}</b>
          </>
        )}
      </Radio>
    </Choice>
  );
}

export const useRows = (query: string): number | undefined =>
  useLive((api) => api.window({ text: query, sort: [] }, 0, 0).then(({ total }) => total), [query]);
