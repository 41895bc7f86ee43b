import { Modal, TextInput } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import type { ApiError, WritePlanReply } from '../../shared/wire/http.ts';
import { useEngine } from '../app/engine.tsx';
import { TakeKeys } from '../app/TakeKeys.tsx';
import { useEditing } from '../editing/useEditing.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import { type SendWish, useSend } from './sendStore.ts';
import { WriteFacts } from './WriteFacts.tsx';
import style from './writeBack.module.css';

/** What exactly would be sent, before anybody is asked to approve it. Enter proposes; nothing is sent from here. */
export function SendDialog(): ReactNode {
  const wish = useSend((send) => send.wish);
  const close = useSend((send) => send.close);
  if (!wish) return null;
  return (
    <Modal
      opened
      onClose={close}
      title={`Send ${wish.fieldLabel.toLowerCase()} of ${visibleText(wish.name, 60)} to ${visibleText(wish.target.label, 60)}`}
      size={680}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Plan key={`${wish.identity} ${wish.field} ${wish.target.source}`} wish={wish} onClose={close} />
    </Modal>
  );
}

function usePlan({ identity, field, target }: SendWish): { plan?: WritePlanReply; problem?: ApiError } {
  const { api } = useEngine();
  const [answer, setAnswer] = useState<{ plan?: WritePlanReply; problem?: ApiError }>({});
  const { source, externalId } = target;
  useEffect(() => {
    let live = true;
    const request = { identity, field, ...(externalId === undefined ? {} : { externalId }) };
    void api.planWrite(source, request).then((reply) => {
      if (live) setAnswer(reply.ok ? { plan: reply.value } : { problem: reply.error });
    });
    return () => {
      live = false;
    };
  }, [api, identity, field, source, externalId]);
  return answer;
}

function Plan({ wish, onClose }: { wish: SendWish; onClose: () => void }): ReactNode {
  const { plan, problem } = usePlan(wish);
  const [why, setWhy] = useState('');
  const [busy, setBusy] = useState(false);
  const { signActs, whyNot } = useEditing();
  const may = whyNot('propose');
  if (problem) return <Problem problem={problem} onClose={onClose} />;
  if (!plan)
    return (
      <p className={style.dim} role="status">
        Asking {visibleText(wish.target.label, 60)} what it holds…
      </p>
    );
  const reason = may ?? (plan.already ? 'The source holds this already' : undefined);
  const propose = async (): Promise<void> => {
    if (reason !== undefined || busy) return;
    setBusy(true);
    const act = why.trim() === '' ? plan.act : { ...plan.act, why: why.trim() };
    const signed = await signActs([act], `Proposed to send ${wish.fieldLabel.toLowerCase()} to ${wish.target.label}`);
    setBusy(false);
    if (signed) onClose();
  };
  return (
    <TakeKeys>
      <form
        className={style.plan}
        onSubmit={(event) => {
          event.preventDefault();
          void propose();
        }}
      >
        <WriteFacts write={plan.act.write} />
        <TextInput
          label="Why"
          description="Kept with the proposal, for whoever approves it"
          value={why}
          maxLength={1_000}
          data-autofocus
          onChange={(event) => setWhy(event.currentTarget.value)}
        />
        <p className={style.dim}>
          {plan.already
            ? 'The source holds this already: there is nothing to send.'
            : 'Nothing is sent before it is approved: it waits in the inbox of whoever may.'}
        </p>
        <footer>
          <ActionButton onClick={onClose}>Cancel</ActionButton>
          <ActionButton type="submit" tone="primary" keys="Enter" busy={busy} disabledReason={reason}>
            Propose
          </ActionButton>
        </footer>
      </form>
    </TakeKeys>
  );
}

function Problem({ problem, onClose }: { problem: ApiError; onClose: () => void }): ReactNode {
  return (
    <div className={style.plan}>
      <p role="alert">
        <strong>{visibleText(problem.message, 300)}.</strong> {visibleText(problem.wayOut ?? '', 300)}
      </p>
      <footer>
        <ActionButton onClick={onClose}>Close</ActionButton>
      </footer>
    </div>
  );
}
