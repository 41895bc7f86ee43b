import { TextInput } from '@mantine/core';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import type { ApiError } from '../../shared/wire/http.ts';
import { useEngine } from '../app/engine.tsx';
import { ActionButton } from '../parts/ActionButton.tsx';
import { deviceLabel, type EnrolmentToken, withoutToken } from './enrolmentToken.ts';
import style from './firstRun.module.css';

/** Where a link was opened: it says who may come in, and by which server. */
export function EnrolByLink({ token }: { token: EnrolmentToken }): ReactNode {
  const { api } = useEngine();
  const [name, setName] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiError>();
  const invited = token.kind === 'join';
  const ready = !invited || name.trim() !== '';
  const enrol = async (): Promise<void> => {
    if (!ready || busy) return;
    setBusy(true);
    const options = {
      label: deviceLabel(navigator.userAgent),
      ...(invited ? { personName: name.trim() } : {}),
      ...(token.key === undefined ? {} : { key: token.key }),
    };
    const reply = await api.enrol(token.token, options);
    setBusy(false);
    setProblem(reply.ok ? undefined : reply.error);
    // A token is good once: left in the address it would be in the history and in every bookmark.
    if (reply.ok) history.replaceState(null, '', withoutToken(location.href));
  };
  // Whoever started the server opens it without a question; only an invited person has a name to give.
  const asked = useRef(false);
  useEffect(() => {
    if (invited || asked.current) return;
    asked.current = true;
    void enrol();
  });
  return (
    <form
      style={{ display: 'contents' }}
      onSubmit={(event) => {
        event.preventDefault();
        void enrol();
      }}
    >
      <h1 className={style.title}>{invited ? 'You are invited to this register' : 'Open the register on this device'}</h1>
      <p className={style.lead}>
        This device makes a key of its own, which never leaves it. Everything you change is signed with it, so that everybody can see who
        changed what.
      </p>
      {invited && (
        <TextInput
          label="Your name"
          description="As the others will see it beside your changes"
          autoFocus
          maxLength={200}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
      )}
      <div className={style.actions}>
        <ActionButton type="submit" tone="primary" keys="Enter" busy={busy} disabledReason={ready ? undefined : 'Say your name first'}>
          {invited ? 'Join' : 'Open'}
        </ActionButton>
        {busy && <span role="status">Asking the server…</span>}
      </div>
      {problem && (
        <p role="alert" style={{ color: 'var(--mu-red)' }}>
          {visibleText(problem.message, 300)} {visibleText(problem.wayOut ?? '', 300)}
        </p>
      )}
    </form>
  );
}
