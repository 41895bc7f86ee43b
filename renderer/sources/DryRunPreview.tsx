import { type ReactNode, useState } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import type { ApiError, DryRunReply } from '../../shared/wire/http.ts';
import { useKeys } from '../app/keys.ts';
import style from '../inbox/list.module.css';
import { ActionButton } from '../parts/ActionButton.tsx';
import { Age } from '../parts/Age.tsx';
import { ChooseItems, useChosen } from './ChooseItems.tsx';
import { countsSentence, PlanDiff } from './PlanDiff.tsx';
import { ProblemLine } from './SourceTables.tsx';

interface Props {
  readonly reply: DryRunReply;
  readonly onBack: () => void;
  /** @returns what the server refused, if it did. */
  readonly onApply: (only?: readonly string[]) => Promise<ApiError | undefined>;
}

/** What a run would do, exactly. Applying applies this plan, or the server refuses. */
export function DryRunPreview({ reply, onBack, onApply }: Props): ReactNode {
  const chosen = useChosen(reply.items);
  const [choosing, setChoosing] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiError>();
  const count = choosing ? chosen.ids.length : reply.items.length + reply.more;
  const apply = async (): Promise<void> => {
    if (busy || count === 0) return;
    setBusy(true);
    setProblem(await onApply(choosing ? chosen.ids : undefined));
    setBusy(false);
  };
  useKeys({ Enter: apply });
  return (
    <div style={{ display: 'flex', flexDirection: 'column', gap: 16 }}>
      <div>
        <h2 className={style.title}>{countsSentence(reply.counts)}</h2>
        <p className={style.dim}>
          {reply.outcome} · as of <Age at={reply.asOf} /> · nothing was written · this plan waits until <Age at={reply.expires} />
        </p>
      </div>
      {reply.problems.map((each) => (
        <ProblemLine key={each.code + each.message} problem={each} />
      ))}
      {problem && (
        <p role="alert" style={{ color: 'var(--mu-red)' }}>
          {visibleText(problem.message, 300)} {visibleText(problem.wayOut ?? '', 300)}
        </p>
      )}
      <div className={style.row}>
        <ActionButton
          tone="primary"
          keys="Enter"
          busy={busy}
          disabledReason={count === 0 ? 'There is nothing to add' : undefined}
          onClick={() => void apply()}
        >
          Add the source with {count} {count === 1 ? 'record' : 'records'}
        </ActionButton>
        {reply.more === 0 && reply.items.length > 0 && (
          <ActionButton pressed={choosing} onClick={() => setChoosing(!choosing)}>
            Choose
          </ActionButton>
        )}
        <ActionButton tone="quiet" onClick={onBack}>
          Back to the settings
        </ActionButton>
      </div>
      {choosing ? <ChooseItems items={reply.items} chosen={chosen} /> : <PlanDiff items={reply.items} more={reply.more} />}
    </div>
  );
}
