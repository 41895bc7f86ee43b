import type { ReactNode } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import type { SnapshotStatus } from '../../shared/bridge/snapshot.ts';
import style from './snapshot.module.css';
import { useEvidence } from './useEvidence.ts';
import { places } from './words.ts';

/** The gap report: an inventory is worth what it says about what it does not know. */
export function GapsTab({ snapshot }: { snapshot: SnapshotStatus }): ReactNode {
  const evidence = useEvidence(snapshot);
  if (!evidence) return <p role="status">Reading…</p>;
  const { population, gaps } = evidence;
  const asked = population.text === '' ? 'The file holds everything that was in the register' : `Asked for: ${population.text}`;
  return (
    <>
      <p>What could not be evaluated, what was covered only in part or too long ago, and which entries do not count.</p>
      <section aria-label="Population">
        <h3>What was asked for</h3>
        <p>
          {visibleText(asked, 400)}: <strong>{places(population.matches)}</strong> {population.matches === 1 ? 'row' : 'rows'}.
        </p>
        <ul className={style.sentences}>
          {population.exclusions.map((sentence) => (
            <li key={sentence}>{visibleText(sentence, 400)}</li>
          ))}
        </ul>
      </section>
      {gaps.map(({ title, items }) => (
        <section key={title} aria-label={title}>
          <h3>
            {title} <span className={style.count}>{places(items.reduce((sum, { count }) => sum + count, 0))}</span>
          </h3>
          {items.length === 0 ? (
            <p className="mu-none">None.</p>
          ) : (
            <ul className={style.gaps}>
              {items.map((gap, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: two gaps may read the same
                <li key={index}>
                  <bdi>{visibleText(gap.what, 160)}</bdi>
                  <span>{visibleText(gap.sentence, 600)}</span>
                </li>
              ))}
            </ul>
          )}
        </section>
      ))}
    </>
  );
}
