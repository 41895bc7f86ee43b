import { type ReactNode, useEffect, useState } from 'react';
import type { ChangeAt } from '../../shared/bridge/engine.ts';
import { useEngine, useStatus } from '../app/engine.tsx';
import { exactText } from '../parts/age.ts';
import { Hostile } from '../parts/Hostile.tsx';
import { Choice, Radio } from './Choice.tsx';
import { useCreateSnapshot } from './createStore.ts';
import classes from './snapshotCreate.module.css';

export function AsOfChoice(): ReactNode {
  const { asOf } = useCreateSnapshot((state) => state.wish);
  const change = useCreateSnapshot((state) => state.change);
  const last = useStatus()?.place ?? 0;
  return (
    <Choice label="As of">
      <Radio name="as-of" checked={asOf === 'now'} onPick={() => change({ asOf: 'now' })}>
        Now, after change <b>{last.toLocaleString()}</b>
      </Radio>
      <Radio
        name="as-of"
        checked={asOf === 'place'}
        disabled={last < 2}
        onPick={() => change({ asOf: 'place', place: Math.max(1, last - 1) })}
      >
        An earlier moment
      </Radio>
      {asOf === 'place' && <PlaceChoice last={last} />}
    </Choice>
  );
}

/** A place of the ledger: by hand for those who know its number, by slider for those who look for its day. */
function PlaceChoice({ last }: { last: number }): ReactNode {
  const { place } = useCreateSnapshot((state) => state.wish);
  const change = useCreateSnapshot((state) => state.change);
  const pick = (value: string): void => change({ place: Math.round(Number(value)) });
  return (
    <div className={classes.place}>
      <input
        type="range"
        aria-label="Change"
        min={1}
        max={Math.max(1, last)}
        value={place}
        onChange={(event) => pick(event.target.value)}
      />
      <input
        type="number"
        aria-label="Number of the change"
        min={1}
        max={Math.max(1, last)}
        value={Number.isNaN(place) ? '' : place}
        onChange={(event) => pick(event.target.value)}
      />
      <WhatHappened place={place} />
    </div>
  );
}

function WhatHappened({ place }: { place: number }): ReactNode {
  const { api } = useEngine();
  const [found, setFound] = useState<ChangeAt>();
  useEffect(() => {
    let live = true;
    void api.changeAt(place).then((answer) => live && setFound(answer));
    return () => {
      live = false;
    };
  }, [api, place]);
  if (found === undefined) return <p className={classes.hint}>No change of that number is here.</p>;
  return (
    <p className={classes.hint}>
      <time dateTime={found.at}>{exactText(Date.parse(found.at))}</time> · <Hostile text={found.who} limit={40} />{' '}
      <Hostile text={found.what} limit={90} />
    </p>
  );
}
