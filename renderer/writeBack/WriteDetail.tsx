import { TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import type { WriteBackView } from '../../shared/register/view.ts';
import { useNavigation } from '../app/navigation.ts';
import { useEditing } from '../editing/useEditing.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import { Age } from '../parts/Age.tsx';
import { useSend } from './sendStore.ts';
import { WriteFacts } from './WriteFacts.tsx';
import { WriteState } from './WriteState.tsx';
import style from './writeBack.module.css';
import { whatToDo } from './writeGroups.ts';

/** One write: what exactly, who said so and why, what came back, and what to do now. */
export function WriteDetail({ write }: { write: WriteBackView }): ReactNode {
  const todo = whatToDo(write);
  return (
    <div className={style.detail}>
      <h2 className={style.title}>
        {write.fieldLabel} of <bdi>{visibleText(write.name, 80)}</bdi> to {visibleText(write.sourceLabel, 60)}
      </h2>
      <WriteState state={write.state} />
      {todo !== undefined && <p className={style.todo}>{visibleText(todo, 500)}</p>}
      {write.receipt?.state === 'changed' && <HeldNow write={write} />}
      <WriteFacts write={write.write} past={write.state !== 'waits for approval'} />
      <Journey write={write} />
      <Actions write={write} />
    </div>
  );
}

function HeldNow({ write }: { write: WriteBackView }): ReactNode {
  const { now } = write.receipt ?? {};
  return (
    <p className={style.now}>
      It held:{' '}
      {now === null || now === undefined || now === '' ? (
        <span className={style.nothing}>nothing</span>
      ) : (
        <bdi className={style.foreign}>{visibleText(now, 1_000)}</bdi>
      )}
    </p>
  );
}

/** From the proposal to the observation that confirmed it. */
function Journey({ write: { proposed, decided, receipt } }: { write: WriteBackView }): ReactNode {
  return (
    <ol className={style.journey} aria-label="What happened">
      <li>
        Proposed by {visibleText(proposed.name, 60)} <Age at={proposed.at} />
        <Reason why={proposed.why} />
      </li>
      {decided && (
        <li>
          {decided.kind === 'approve' ? 'Approved' : 'Rejected'} by {visibleText(decided.name, 60)} <Age at={decided.at} />
          {decided.self && decided.kind === 'approve' && <strong> · self-approved: nobody else here could</strong>}
          <Reason why={decided.why} />
        </li>
      )}
      {receipt && (
        <li>
          {RECEIVED[receipt.state]} <Age at={receipt.at} />
          {receipt.attempts > 1 && <span className={style.dim}> · sent {receipt.attempts} times, each time after reading</span>}
          {receipt.problem && <span> · {visibleText(receipt.problem.message, 300)}</span>}
        </li>
      )}
      {receipt?.confirmed !== undefined && (
        <li>
          Confirmed: the source said so <Age at={receipt.confirmed} />
        </li>
      )}
      {receipt?.differs !== undefined && (
        <li>
          Not confirmed: the source said something else <Age at={receipt.differs} />
        </li>
      )}
    </ol>
  );
}

const RECEIVED: Readonly<Record<NonNullable<WriteBackView['receipt']>['state'], string>> = {
  sending: 'About to be sent',
  applied: 'Written',
  already: 'The source held it already',
  changed: 'Not written: the source had changed',
  refused: 'Not written: refused',
  stale: 'Not sent: something else was registered',
  unknown: 'Sent, and no answer came',
};

const Reason = ({ why }: { why: string | undefined }): ReactNode =>
  why === undefined ? null : <span className={style.dim}> · “{visibleText(why, 300)}”</span>;

function Actions({ write }: { write: WriteBackView }): ReactNode {
  const ask = useSend((send) => send.ask);
  const open = useNavigation((place) => place.go);
  const again = write.state !== 'waits for approval' && write.state !== 'confirmed' && write.latest && !write.agrees;
  const { id: identity, name, field, fieldLabel, source, sourceLabel: label } = write;
  const { externalId } = write.write;
  return (
    <>
      {write.state === 'waits for approval' && <Decide write={write} />}
      <div className={style.row}>
        {again && (
          <ActionButton icon="refresh" onClick={() => ask({ identity, name, field, fieldLabel, target: { source, label, externalId } })}>
            Plan it again
          </ActionButton>
        )}
        <ActionButton tone="quiet" onClick={() => open({ screen: 'register', query: '', page: identity })}>
          Open the identity
        </ActionButton>
      </div>
    </>
  );
}

function Decide({ write }: { write: WriteBackView }): ReactNode {
  const { signActs, whyNot } = useEditing();
  const [why, setWhy] = useState('');
  const decide = (kind: 'approve' | 'reject'): void => {
    const reason = why.trim() === '' ? {} : { why: why.trim() };
    const verb = kind === 'approve' ? 'Approved' : 'Rejected';
    void signActs(
      [{ kind, subject: write.digest, ...reason }],
      `${verb} sending ${write.fieldLabel.toLowerCase()} to ${write.sourceLabel}`,
    );
  };
  return (
    <div className={style.decide}>
      <TextInput label="Reason" value={why} maxLength={1_000} onChange={(event) => setWhy(event.currentTarget.value)} />
      <ActionButton disabledReason={whyNot('reject')} onClick={() => decide('reject')}>
        Reject
      </ActionButton>
      <ActionButton
        tone="primary"
        disabledReason={whyNot('approve') ?? (write.needsOther ? 'You proposed it: another person has to approve it' : undefined)}
        onClick={() => decide('approve')}
      >
        Approve
      </ActionButton>
    </div>
  );
}
