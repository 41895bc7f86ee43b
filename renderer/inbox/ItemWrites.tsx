import type { ReactNode } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import type { WriteBackView } from '../../shared/register/view.ts';
import { useNavigation } from '../app/navigation.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import { WriteFacts } from '../writeBack/WriteFacts.tsx';
import { WriteState } from '../writeBack/WriteState.tsx';
import style from '../writeBack/writeBack.module.css';

const OPEN = 5;

/** Exactly what somebody approves: all of it, of which the first few are open. */
export function ItemWrites({ writes, count }: { writes: readonly WriteBackView[]; count: number }): ReactNode {
  const go = useNavigation((place) => place.go);
  return (
    <section aria-label="What would be sent">
      <ul className={style.writes}>
        {writes.map((write, index) => (
          <li key={write.digest}>
            <details open={index < OPEN}>
              <summary className={style.writeHead}>
                <bdi>{visibleText(write.name, 80)}</bdi>
                <WriteState state={write.state} />
              </summary>
              <WriteFacts write={write.write} past={write.state !== 'waits for approval'} />
              {write.proposed.why !== undefined && <p className={style.dim}>“{visibleText(write.proposed.why, 300)}”</p>}
            </details>
          </li>
        ))}
      </ul>
      <div style={{ marginTop: 8 }}>
        <ActionButton tone="quiet" onClick={() => go({ screen: 'writes', query: '' })}>
          {count > writes.length ? `All ${count} under Write-back` : 'Show under Write-back'}
        </ActionButton>
      </div>
    </section>
  );
}
