import type { ReactNode } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import type { WriteBackView } from '../../shared/register/view.ts';
import { useNavigation } from '../app/navigation.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import { WriteFacts } from '../writeBack/WriteFacts.tsx';
import { WriteState } from '../writeBack/WriteState.tsx';
import style from '../writeBack/writeBack.module.css';

const SHOWN = 5;

/** Exactly what somebody approves: every one of the first few in full, all of them in the view of writes. */
export function ItemWrites({ writes, count }: { writes: readonly WriteBackView[]; count: number }): ReactNode {
  const go = useNavigation((place) => place.go);
  return (
    <section aria-label="What would be sent">
      <ul className={style.writes}>
        {writes.slice(0, SHOWN).map((write) => (
          <li key={write.digest}>
            <h3 className={style.writeHead}>
              <bdi>{visibleText(write.name, 80)}</bdi>
              <WriteState state={write.state} />
            </h3>
            <WriteFacts write={write.write} />
            {write.proposed.why !== undefined && <p className={style.dim}>“{visibleText(write.proposed.why, 300)}”</p>}
          </li>
        ))}
      </ul>
      <div style={{ marginTop: 8 }}>
        <ActionButton tone="quiet" onClick={() => go({ screen: 'writes', query: '' })}>
          {count > SHOWN ? `All ${count} under Write-back` : 'Show under Write-back'}
        </ActionButton>
      </div>
    </section>
  );
}
