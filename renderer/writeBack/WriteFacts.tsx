import type { ReactNode } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import type { PlannedWriteText } from '../../shared/model/plannedWrite.ts';
import style from './writeBack.module.css';

/** More than anybody reads; what is longer says so. The digest covers all of it. */
const LONGEST = 4_000;

/** Exactly what would be sent, or was: the place, what it holds, what it would hold, the condition, and the statement. */
export function WriteFacts({ write, past = false }: { write: PlannedWriteText; past?: boolean }): ReactNode {
  return (
    <dl className={style.facts}>
      <Fact term="To">
        <Foreign text={write.target} />
      </Fact>
      <Fact term={past ? 'Held' : 'Holds now'}>
        <Foreign text={write.from} />
      </Fact>
      <Fact term={past ? 'To hold' : 'Would hold'}>
        <Foreign text={write.to} strong />
      </Fact>
      <Fact term="Only if">
        it {past ? 'still held' : 'still holds'} that, in <Foreign text={write.version} />
      </Fact>
      <Fact term="Sent as">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
        <section className={style.statement} tabIndex={0} aria-label="Statement">
          <bdi>{lines(write.statement)}</bdi>
        </section>
      </Fact>
    </dl>
  );
}

function Fact({ term, children }: { term: string; children: ReactNode }): ReactNode {
  return (
    <div>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** What a source holds may be anything: hidden characters are shown, line by line. */
function Foreign({ text, strong = false }: { text: string | null; strong?: boolean }): ReactNode {
  if (text === null || text === '') return <span className={style.nothing}>nothing</span>;
  return <bdi className={strong ? style.strong : style.foreign}>{lines(text)}</bdi>;
}

const lines = (text: string): string =>
  text
    .slice(0, LONGEST)
    .split('\n')
    .map((line) => visibleText(line, LONGEST))
    .join('\n') + (text.length > LONGEST ? `\n… ${(text.length - LONGEST).toLocaleString()} more characters` : '');
