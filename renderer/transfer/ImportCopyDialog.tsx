import { Checkbox, Modal } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import type { CopyPlan, CopyState, PlannedRecord } from '../../shared/transfer/planCopy.ts';
import { COPY_BYTES } from '../../shared/transfer/registerCopy.ts';
import type { ApiError } from '../../shared/wire/http.ts';
import { useEngine, useStatus } from '../app/engine.tsx';
import { notify } from '../app/notify.ts';
import { identities } from '../editing/changeWords.ts';
import { useEditing } from '../editing/useEditing.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import { Hostile } from '../parts/Hostile.tsx';
import style from './transfer.module.css';
import { whyNotTakeIn } from './whyNotTakeIn.ts';

const TOO_LARGE: ApiError = {
  code: 'not valid',
  message: 'This file is larger than a copy of a register can be.',
  wayOut: 'Choose the file that “Copy to another register” saved.',
  retry: false,
};

/** What a copy of another register would do here, and the doing with its progress. */
export function ImportCopyDialog({ file, onClose }: { file: File; onClose: () => void }): ReactNode {
  const { plan, problem, namesakes, setNamesakes } = usePlan(file);
  const [done, setDone] = useState<number>();
  const close = (): void => {
    if (done === undefined) onClose();
  };
  return (
    <Modal opened onClose={close} title="Import a copy of another register" size={620} closeButtonProps={{ 'aria-label': 'Close' }}>
      {problem && (
        <p role="alert" className={style.problem}>
          {problem.message} {problem.wayOut}
        </p>
      )}
      {!plan && !problem && <p role="status">Reading the file…</p>}
      {plan && (
        <Plan
          plan={plan}
          namesakes={namesakes}
          onNamesakes={setNamesakes}
          done={done}
          onProgress={setDone}
          onClose={onClose}
          onCancel={close}
        />
      )}
    </Modal>
  );
}

function usePlan(file: File) {
  const { api } = useEngine();
  const [namesakes, setNamesakes] = useState(false);
  const [plan, setPlan] = useState<CopyPlan>();
  const [problem, setProblem] = useState<ApiError>();
  useEffect(() => {
    let live = true;
    const read = async (): Promise<void> => {
      if (file.size > COPY_BYTES) return setProblem(TOO_LARGE);
      const reply = await api.planCopy(new Uint8Array(await file.arrayBuffer()), namesakes);
      if (!live) return;
      if (reply.ok) setPlan(reply.value);
      else setProblem(reply.error);
    };
    read().catch(() => live && setProblem({ ...TOO_LARGE, message: 'The file cannot be read.' }));
    return () => {
      live = false;
    };
  }, [api, file, namesakes]);
  return { plan, problem, namesakes, setNamesakes };
}

interface PlanProps {
  readonly plan: CopyPlan;
  readonly namesakes: boolean;
  readonly onNamesakes: (on: boolean) => void;
  /** 0 to 1 while it is signed. */
  readonly done: number | undefined;
  readonly onProgress: (done: number | undefined) => void;
  readonly onClose: () => void;
  readonly onCancel: () => void;
}

function Plan({ plan, namesakes, onNamesakes, done, onProgress, onClose, onCancel }: PlanProps): ReactNode {
  const { whyNot } = useEditing();
  const takeIn = useTakeIn(plan, onProgress, onClose);
  const [problem, setProblem] = useState<string>();
  const count = (state: CopyState): number => plan.records.filter((record) => record.state === state).length;
  const comes = plan.portions.reduce((sum, { ids }) => sum + ids.length, 0);
  const lacking = plan.records.filter(({ left }) => left.length > 0).length;
  const me = useStatus()?.me;
  const reason = whyNot('create', 'set', 'accept') ?? whyNotTakeIn(me) ?? (comes === 0 ? 'Nothing of it is new here' : undefined);
  const sign = async (): Promise<void> => setProblem(await takeIn());
  return (
    <form
      className={style.dialog}
      onSubmit={(event) => {
        event.preventDefault();
        if (reason === undefined && done === undefined) void sign();
      }}
    >
      <p>
        From the register <Hostile text={plan.from.name} limit={80} /> ({plan.from.space.slice(0, 8)}). Each becomes a new entry of yours;
        its reason says where it came from and who had said it there.
      </p>
      <dl className={style.figures}>
        <Figure count={comes} words={comes === 1 ? 'identity comes' : 'identities come'} always />
        <Figure count={plan.parties} words={plan.parties === 1 ? 'person or team is made' : 'people or teams are made'} />
        <Figure count={count('here')} words={count('here') === 1 ? 'is here already' : 'are here already'} />
        <Figure
          count={namesakes ? 0 : count('same name')}
          words={count('same name') === 1 ? 'has a name that is here, and stays' : 'have a name that is here, and stay'}
          tone="amber"
        />
        <Figure count={lacking} words={lacking === 1 ? 'lacks a value that does not fit' : 'lack a value that does not fit'} tone="red" />
      </dl>
      <Records records={plan.records} namesakes={namesakes} />
      {count('same name') > 0 && (
        <Checkbox
          label="Take in those too of which one of that name is here"
          checked={namesakes}
          disabled={done !== undefined}
          onChange={(event) => onNamesakes(event.currentTarget.checked)}
        />
      )}
      {done !== undefined && (
        <div
          role="progressbar"
          aria-label="Signing"
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.round(done * 100)}
          className={style.progress}
        >
          <i style={{ width: `${Math.round(done * 100)}%` }} />
        </div>
      )}
      {problem !== undefined && (
        <p role="alert" className={style.problem}>
          {problem}
        </p>
      )}
      {reason !== undefined && <p className={style.dim}>{reason}</p>}
      <div className={style.actions}>
        <ActionButton onClick={onCancel} disabledReason={done === undefined ? undefined : 'It is being signed'}>
          Cancel
        </ActionButton>
        <ActionButton type="submit" tone="primary" keys="Enter" busy={done !== undefined} disabledReason={reason}>
          Sign for {identities(comes)}
        </ActionButton>
      </div>
    </form>
  );
}

/** Signs portion after portion. @returns what went wrong and how far it came; what was signed until then stays, and is here the next time. */
function useTakeIn(plan: CopyPlan, onProgress: (done: number | undefined) => void, onDone: () => void): () => Promise<string | undefined> {
  const { api } = useEngine();
  return async () => {
    const total = plan.portions.length;
    let taken = 0;
    for (const [index, { ids, acts }] of plan.portions.entries()) {
      onProgress(index / total);
      const label = `Copied ${identities(ids.length)} from ${visibleText(plan.from.name, 60)}`;
      const reply = await api.commit(acts, await api.openEditor(), label);
      if (!reply.ok) {
        onProgress(undefined);
        return `${reply.error.message} ${reply.error.wayOut ?? ''} ${identities(taken)} came before that and stay.`;
      }
      taken += ids.length;
    }
    onProgress(undefined);
    notify(`${identities(taken)} came from ${visibleText(plan.from.name, 60)}.`);
    onDone();
    return undefined;
  };
}

function Figure({ count, words, tone, always = false }: { count: number; words: string; tone?: string; always?: boolean }): ReactNode {
  if (count === 0 && !always) return null;
  return (
    <div data-tone={tone}>
      <dt>{words}</dt>
      <dd>{count.toLocaleString()}</dd>
    </div>
  );
}

const SHOWN = 50;

function Records({ records, namesakes }: { records: readonly PlannedRecord[]; namesakes: boolean }): ReactNode {
  return (
    <>
      <ul className={style.records}>
        {records.slice(0, SHOWN).map((record) => (
          <li key={record.id}>
            <Hostile text={record.name} limit={60} />
            <span className={style.dim}>{wordsOf(record, namesakes)}</span>
            {record.left.map((left) => (
              <small key={left} className={style.problem}>
                {visibleText(left, 200)}
              </small>
            ))}
          </li>
        ))}
      </ul>
      {records.length > SHOWN && <p className={style.dim}>and {(records.length - SHOWN).toLocaleString()} more</p>}
    </>
  );
}

function wordsOf({ state, values }: PlannedRecord, namesakes: boolean): string {
  if (state === 'here') return 'is here already';
  if (state === 'same name' && !namesakes) return 'one of that name is here: stays';
  return values === 1 ? 'comes with 1 value' : `comes with ${values.toLocaleString()} values`;
}
