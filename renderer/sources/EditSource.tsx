import { Modal } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import type { ApiError, SourceSettings } from '../../shared/wire/http.ts';
import { useEngine } from '../app/engine.tsx';
import style from '../inbox/list.module.css';
import { ActionButton } from '../parts/ActionButton.tsx';
import { formOf, formProblems, kindOf, settingsOf } from './kinds.ts';
import { SettingsForm } from './SettingsForm.tsx';

export function EditSource({ settings, onClose }: { settings: SourceSettings; onClose: () => void }): ReactNode {
  const { api } = useEngine();
  const kind = kindOf(settings.kind);
  const [form, setForm] = useState(() => (kind ? formOf(kind, settings) : {}));
  const [checked, setChecked] = useState(false);
  const [problem, setProblem] = useState<ApiError>();
  if (!kind) {
    return (
      <Modal closeButtonProps={{ 'aria-label': 'Close' }} opened onClose={onClose} title="Edit source" centered>
        <p>A source of the kind {visibleText(settings.kind, 60)} is changed in the sources file of the server.</p>
      </Modal>
    );
  }
  const problems = formProblems(kind, form);
  const save = async (): Promise<void> => {
    setChecked(true);
    if (Object.keys(problems).length > 0) return;
    const reply = await api.updateSource(settingsOf(kind, form, settings));
    if (reply.ok) onClose();
    else setProblem(reply.error);
  };
  return (
    <Modal
      closeButtonProps={{ 'aria-label': 'Close' }}
      opened
      onClose={onClose}
      title={`Edit ${visibleText(settings.label ?? settings.id, 60)}`}
      centered
      size="lg"
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <SettingsForm kind={kind} form={form} problems={checked ? problems : {}} onChange={setForm} fixedId />
        {problem && (
          <p role="alert" style={{ color: 'var(--mu-red)' }}>
            {visibleText(problem.message, 300)} {visibleText(problem.wayOut ?? '', 300)}
          </p>
        )}
        <div className={style.row} style={{ marginTop: 16, justifyContent: 'flex-end' }}>
          <ActionButton onClick={onClose}>Cancel</ActionButton>
          <ActionButton type="submit" tone="primary">
            Save
          </ActionButton>
        </div>
      </form>
    </Modal>
  );
}
