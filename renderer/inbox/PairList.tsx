import { Checkbox } from '@mantine/core';
import { type ReactNode, useEffect, useRef } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import type { ProposedEnd, ProposedPair } from '../../shared/register/view.ts';
import { useNavigation } from '../app/navigation.ts';
import { Age } from '../parts/Age.tsx';
import { Keys } from '../parts/Keys.tsx';
import style from './list.module.css';
import type { Picking } from './pairPicking.ts';

const pairName = ({ ends: [a, b] }: ProposedPair): string => `${visibleText(a.name, 60)} and ${visibleText(b.name, 60)}`;

/** Every pair with who says what for it. What is left out of the next decision stays for a later one. */
export function PairList({ pairs, picking }: { pairs: readonly ProposedPair[]; picking: Picking }): ReactNode {
  return (
    <section aria-label="Pairs">
      <h3 className={style.heading}>
        {picking.chosen.length} of {pairs.length} chosen{' '}
        <span className={style.dim} style={{ fontWeight: 400 }}>
          <Keys combo="n" /> next, <Keys combo="x" /> in or out
        </span>
      </h3>
      <ul className={style.plainList}>
        {pairs.map((pair, index) => (
          <PairLine
            key={pair.digest}
            pair={pair}
            marked={index === picking.marked}
            chosen={picking.chosen.includes(pair)}
            onToggle={() => picking.toggle(index)}
          />
        ))}
      </ul>
    </section>
  );
}

interface LineProps {
  readonly pair: ProposedPair;
  readonly marked: boolean;
  readonly chosen: boolean;
  readonly onToggle: () => void;
}

function PairLine({ pair, marked, chosen, onToggle }: LineProps): ReactNode {
  const line = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (marked) line.current?.scrollIntoView({ block: 'nearest' });
  }, [marked]);
  return (
    <li ref={line} className={style.pair} data-active={marked}>
      <Checkbox size="xs" mt={3} aria-label={pairName(pair)} checked={chosen} onChange={onToggle} />
      <div className={style.grow}>
        <div className={style.row} style={{ gap: 6 }}>
          <End end={pair.ends[0]} />
          <span className={style.dim}>and</span>
          <End end={pair.ends[1]} />
        </div>
        <ul className={style.plainList} aria-label={`Evidence for ${pairName(pair)}`}>
          {pair.evidence.map(({ label, says, asOf, freshness }) => (
            <li key={`${label} ${says}`} className={`${style.dim} ${style.small}`}>
              <bdi>{visibleText(label, 60)}</bdi> <bdi>{visibleText(says, 300)}</bdi>
              {asOf !== undefined && (
                <>
                  {' · '}
                  <Age at={asOf} />
                </>
              )}
              {freshness !== undefined && freshness !== 'fresh' && ` · ${freshness}`}
            </li>
          ))}
        </ul>
      </div>
    </li>
  );
}

/** Only what the register has a page for can be looked at. */
function End({ end }: { end: ProposedEnd }): ReactNode {
  const peekAt = useNavigation((place) => place.peekAt);
  const name = <bdi>{visibleText(end.name, 100)}</bdi>;
  return (
    <span>
      {end.type === 'identity' || end.type === 'credential' ? (
        <button type="button" className={style.name} style={{ fontWeight: 500 }} onClick={() => peekAt(end.id)}>
          {name}
        </button>
      ) : (
        <span style={{ fontWeight: 500 }}>{name}</span>
      )}{' '}
      <span className={`${style.dim} ${style.small}`}>{visibleText([end.what, ...end.sources].join(' · '), 120)}</span>
    </span>
  );
}
