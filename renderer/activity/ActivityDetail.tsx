import { type ReactNode, useState } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import type { CommitProblem } from '../../shared/bridge/engine.ts';
import type { ActivityLine } from '../../shared/register/view.ts';
import { useEngine } from '../app/engine.tsx';
import { useNavigation } from '../app/navigation.ts';
import { useEditing } from '../editing/useEditing.ts';
import style from '../inbox/list.module.css';
import { ActionButton } from '../parts/ActionButton.tsx';
import { exactText } from '../parts/age.ts';
import { countsSentence } from '../sources/PlanDiff.tsx';
import { ProblemLine } from '../sources/SourceTables.tsx';

/** One line, opened: which records, the exact time and place, why it does not count, and taking it back. */
export function ActivityDetail({ line }: { line: ActivityLine }): ReactNode {
  const facts = [
    exactText(Date.parse(line.at)),
    ...(line.place === undefined ? [] : [`place ${line.place} in the ledger`]),
    ...(line.entry === undefined ? [] : [`entry ${String(line.entry).slice(0, 12)}`]),
    ...(line.run ? [`run ${line.run.id}, ${line.run.trigger}: ${countsSentence(line.run.counts)}`] : []),
  ];
  return (
    <div style={{ display: 'flex', flexDirection: 'column', gap: 8, padding: '4px 0 8px' }}>
      <div className={style.dim}>{facts.join(' · ')}</div>
      {line.kind === 'entry' && <Steps line={line} />}
      {line.why !== undefined && <div>“{visibleText(line.why, 1_000)}”</div>}
      {line.state === 'void' && line.reason !== undefined && (
        <div>
          It does not count: <strong>{visibleText(line.reason, 200)}</strong>. It stays listed, because it is evidence.
        </div>
      )}
      {line.run?.problems.map((problem) => (
        <ProblemLine key={problem.code + problem.message} problem={problem} />
      ))}
      <Records line={line} />
      {line.undoable.length > 0 && <TakeBack line={line} />}
    </div>
  );
}

/** Every act: what was said, of how many records, and what became of it. */
function Steps({ line }: { line: ActivityLine }): ReactNode {
  return (
    <ol className={style.steps} aria-label="Every act of this change">
      {line.steps.map(({ what, count, state }) => (
        <li key={state + what}>
          {visibleText(what, 1_000)}
          {count > 1 && <span className={style.dim}> · {count} records</span>}
          {state !== 'counts' && <strong> · {state === 'taken back' ? state : `does not count: ${state}`}</strong>}
        </li>
      ))}
    </ol>
  );
}

function Records({ line }: { line: ActivityLine }): ReactNode {
  const peekAt = useNavigation((place) => place.peekAt);
  if (line.records.length === 0) return null;
  return (
    <div className={style.row} style={{ gap: '4px 12px' }}>
      {line.records.map((record) => (
        <button key={record.id} type="button" className={style.linkButton} onClick={() => peekAt(record.id)}>
          <bdi>{visibleText(record.name, 80)}</bdi>
        </button>
      ))}
      {line.count > line.records.length && <span className={style.dim}>and {line.count - line.records.length} more</span>}
    </div>
  );
}

function TakeBack({ line }: { line: ActivityLine }): ReactNode {
  const { api } = useEngine();
  const [problem, setProblem] = useState<CommitProblem>();
  const undo = async (): Promise<void> => {
    const reply = await api.withdraw(line.undoable);
    setProblem(reply.ok ? undefined : reply.error);
  };
  const { whyNot } = useEditing();
  const count = line.undoable.length;
  return (
    <div className={style.row}>
      <ActionButton icon="undo" keys="u" disabledReason={whyNot('withdraw')} onClick={() => void undo()}>
        Take back {count === 1 ? 'this change' : `these ${count} changes`}
      </ActionButton>
      <span className={style.dim}>What it replaced comes back. Both stay listed.</span>
      {problem && (
        <span role="alert" style={{ color: 'var(--mu-red)' }}>
          {visibleText(problem.message, 200)} {visibleText(problem.wayOut ?? '', 200)}
        </span>
      )}
    </div>
  );
}
