import { type ReactNode, useEffect, useState } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import type { HeldPart } from '../../shared/model/status.ts';
import type { ApiError, DryRunReply } from '../../shared/wire/http.ts';
import { useEngine } from '../app/engine.tsx';
import { ActionButton } from '../parts/ActionButton.tsx';
import { Age } from '../parts/Age.tsx';
import { countsSentence, PlanDiff } from '../sources/PlanDiff.tsx';
import style from './list.module.css';

/** Why a part of a run is held, and what it would do: a sample at once, all of it from the server when opened. */
export function HeldDiff({ held, open, onToggle }: { held: HeldPart; open: boolean; onToggle: () => void }): ReactNode {
  return (
    <section className={style.notice} aria-label="Held part">
      <div>
        {visibleText(held.explanation, 600)}{' '}
        <span className={style.dim}>
          Held <Age at={held.since} /> · {held.rules.join(', ')} · {countsSentence(held.counts)}
        </span>
      </div>
      <div>
        <ActionButton pressed={open} keys="d" onClick={onToggle}>
          {open ? 'Hide the difference' : 'Show the difference'}
        </ActionButton>
      </div>
      {open && <FullDiff held={held} />}
    </section>
  );
}

function FullDiff({ held }: { held: HeldPart }): ReactNode {
  const { api } = useEngine();
  const [plan, setPlan] = useState<DryRunReply>();
  const [problem, setProblem] = useState<ApiError>();
  useEffect(() => {
    let live = true;
    void api.plan(held.digest).then((reply) => {
      if (!live) return;
      if (reply.ok) setPlan(reply.value);
      else setProblem(reply.error);
    });
    return () => {
      live = false;
    };
  }, [api, held.digest]);
  const items = plan?.items ?? held.sample;
  return (
    <>
      {problem && (
        <p className={style.dim} role="status">
          Only the first {held.sample.length} are known here: {visibleText(problem.message)}
        </p>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className={style.boxed} tabIndex={0} aria-label="Difference">
        <PlanDiff items={items} more={plan?.more ?? 0} />
      </section>
    </>
  );
}
