import { Modal } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { Result } from '../../shared/base/result.ts';
import { visibleText } from '../../shared/base/text.ts';
import type { SourceView } from '../../shared/register/view.ts';
import type { ApiError, SourceSettings } from '../../shared/wire/http.ts';
import { useEngine } from '../app/engine.tsx';
import { useKeys } from '../app/keys.ts';
import { useNavigation } from '../app/navigation.ts';
import style from '../inbox/list.module.css';
import { ActionButton } from '../parts/ActionButton.tsx';
import { EditSource } from './EditSource.tsx';
import { useSourceRights } from './useSourceRights.ts';

/** Run, pause, edit, remove. What the server refuses is said beside the buttons. */
export function SourceActions({ view }: { view: SourceView }): ReactNode {
  const { api } = useEngine();
  const { status } = view;
  const rights = useSourceRights();
  const [problem, setProblem] = useState<ApiError>();
  const [editing, setEditing] = useState<SourceSettings>();
  const [removing, setRemoving] = useState(false);
  const attempt = async (work: Promise<Result<unknown, ApiError>>): Promise<void> => {
    const reply = await work;
    setProblem(reply.ok ? undefined : reply.error);
  };
  const settings = async (): Promise<SourceSettings | undefined> => {
    const reply = await api.configuredSources();
    if (!reply.ok) setProblem(reply.error);
    return reply.ok ? reply.value.find((each) => each.id === status.source) : undefined;
  };
  const pause = async (): Promise<void> => {
    const known = await settings();
    if (known) await attempt(api.updateSource({ ...known, paused: status.state !== 'paused' }));
  };
  const run = (): void => void attempt(api.runSource(status.source));
  const edit = (): void => void settings().then(setEditing);
  useKeys({
    r: () => rights.run === undefined && run(),
    e: () => rights.change === undefined && edit(),
    p: () => rights.change === undefined && void pause(),
  });
  return (
    <>
      {problem && (
        <span role="alert" style={{ color: 'var(--mu-red)' }}>
          {visibleText(problem.message, 200)} {visibleText(problem.wayOut ?? '', 200)}
        </span>
      )}
      <ActionButton icon="refresh" keys="r" disabledReason={rights.run} busy={status.state === 'running'} onClick={run}>
        {status.state === 'running' ? 'Running' : 'Run now'}
      </ActionButton>
      <ActionButton keys="p" disabledReason={rights.change} onClick={() => void pause()}>
        {status.state === 'paused' ? 'Resume' : 'Pause'}
      </ActionButton>
      <ActionButton keys="e" disabledReason={rights.change} onClick={edit}>
        Edit
      </ActionButton>
      <ActionButton tone="danger" disabledReason={rights.change} onClick={() => setRemoving(true)}>
        Remove
      </ActionButton>
      {editing && <EditSource settings={editing} onClose={() => setEditing(undefined)} />}
      {removing && <RemoveSource view={view} onClose={() => setRemoving(false)} onProblem={setProblem} />}
    </>
  );
}

function RemoveSource(props: { view: SourceView; onClose: () => void; onProblem: (problem: ApiError) => void }): ReactNode {
  const { api } = useEngine();
  const back = useNavigation((place) => place.back);
  const { status } = props.view;
  const remove = async (): Promise<void> => {
    const reply = await api.removeSource(status.source);
    props.onClose();
    if (reply.ok) back();
    else props.onProblem(reply.error);
  };
  return (
    <Modal
      closeButtonProps={{ 'aria-label': 'Close' }}
      opened
      onClose={props.onClose}
      title={`Remove ${visibleText(status.label, 60)}?`}
      centered
    >
      <p>
        {props.view.records} records will no longer be read and will leave the register, except for what people entered about them. Their
        history stays on the server. Nothing changes at the source itself.
      </p>
      <div className={style.row} style={{ marginTop: 16, justifyContent: 'flex-end' }}>
        <ActionButton onClick={props.onClose}>Keep it</ActionButton>
        <ActionButton tone="danger" onClick={() => void remove()}>
          Remove the source and its {props.view.records} records
        </ActionButton>
      </div>
    </Modal>
  );
}
