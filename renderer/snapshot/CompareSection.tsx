import { type ReactNode, useState } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import type { SnapshotComparison } from '../../shared/bridge/snapshot.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import { Icon } from '../parts/Icon.tsx';
import { pickSnapshot } from './openSnapshot.ts';
import style from './snapshot.module.css';
import { useSnapshotApi } from './snapshotEngine.ts';

interface Compared {
  readonly name: string;
  readonly answer: SnapshotComparison | 'comparing';
}

/** Whether this file only adds to one that was kept: nothing that stood in the older one is gone. */
export function CompareSection(): ReactNode {
  const api = useSnapshotApi();
  const [compared, setCompared] = useState<Compared>();
  const compare = (file: File): void => {
    setCompared({ name: file.name, answer: 'comparing' });
    const failed: SnapshotComparison = { outcome: 'refused', sentence: 'The older file could not be read.' };
    void api
      .compareAfter(file)
      .catch(() => failed)
      .then((answer) => setCompared({ name: file.name, answer }));
  };
  return (
    <section aria-label="Compare with an older snapshot">
      <h3>Compare with an older snapshot</h3>
      <p>If you kept an earlier one, this shows whether the new one only adds to it: nothing was taken back out of the ledger.</p>
      <div className={style.row}>
        <ActionButton busy={compared?.answer === 'comparing'} onClick={() => pickSnapshot(compare)}>
          Choose the older file…
        </ActionButton>
        {compared && <bdi className="mu-none">{visibleText(compared.name, 80)}</bdi>}
      </div>
      {compared && <Answer answer={compared.answer} />}
    </section>
  );
}

function Answer({ answer }: { answer: Compared['answer'] }): ReactNode {
  if (answer === 'comparing') {
    return (
      <p className={style.answer} role="status">
        Verifying both…
      </p>
    );
  }
  const good = answer.outcome === 'only adds';
  return (
    <p className={style.answer} data-tone={good ? 'good' : 'bad'} role="status">
      <Icon name={good ? 'check' : 'found'} size={14} /> {answer.sentence}
    </p>
  );
}
