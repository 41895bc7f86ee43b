import { TextInput } from '@mantine/core';
import { type ReactNode, useCallback, useEffect, useState } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import type { ApiError } from '../../shared/wire/http.ts';
import { type WebhookRequest, type WebhookStatus, webhookRequest } from '../../shared/wire/webhook.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import { Age } from '../parts/Age.tsx';
import { Section } from '../parts/Section.tsx';
import type { FormField } from '../sources/kinds.ts';
import { secretOf } from '../sources/kinds.ts';
import { SecretInput } from '../sources/SecretInput.tsx';
import { useEngine, useStatus } from './engine.tsx';
import classes from './settings.module.css';

const SECRET: FormField = {
  name: 'secret',
  label: 'Secret that signs',
  hint: 'Where the server reads it. It is never typed here.',
  type: 'secret',
  required: true,
};

/** Where changes are told. An administrator's to set; nobody else is shown it. */
export function WebhookSetting(): ReactNode {
  const role = useStatus()?.me?.role;
  return role === 'admin' ? (
    <Section title="Webhook">
      <Webhook />
    </Section>
  ) : null;
}

function Webhook(): ReactNode {
  const { api } = useEngine();
  const [status, setStatus] = useState<WebhookStatus>();
  const [problem, setProblem] = useState<ApiError>();
  const [editing, setEditing] = useState(false);
  const load = useCallback(async (): Promise<void> => {
    const reply = await api.webhook();
    if (reply.ok) setStatus(reply.value);
    else setProblem(reply.error);
  }, [api]);
  useEffect(() => void load(), [load]);
  const set = async (request: WebhookRequest | undefined): Promise<void> => {
    const reply = await api.setWebhook(request);
    setProblem(reply.ok ? undefined : reply.error);
    if (!reply.ok) return;
    setStatus(reply.value);
    setEditing(false);
  };
  return (
    <>
      <div className={classes.setting}>
        <div>
          <strong>Tell another program of every change</strong>
          <small>Each entry of the ledger, in order and at least once, signed with HMAC-SHA256. It is tried again until it is taken.</small>
          {status && <Standing status={status} />}
        </div>
        {status && !editing && (
          <span className={classes.buttons}>
            {status.settings && <ActionButton onClick={() => void set(undefined)}>Turn off</ActionButton>}
            <ActionButton onClick={() => setEditing(true)}>{status.settings ? 'Change…' : 'Set up…'}</ActionButton>
          </span>
        )}
      </div>
      {problem && (
        <p role="alert" className={classes.hint}>
          {visibleText(problem.message, 300)} {visibleText(problem.wayOut ?? '', 300)}
        </p>
      )}
      {editing && <WebhookForm url={status?.settings?.url ?? ''} onCancel={() => setEditing(false)} onSave={set} />}
    </>
  );
}

function Standing({ status: { settings, place, waiting, last } }: { status: WebhookStatus }): ReactNode {
  if (!settings) return null;
  return (
    <small>
      <bdi>{visibleText(settings.url, 120)}</bdi> · taken up to change {place.toLocaleString()}
      {waiting > 0 && ` · ${waiting.toLocaleString()} wait`}
      {last && (
        <>
          {' · last try '}
          <Age at={last.at} />: {visibleText(last.message, 200)}
        </>
      )}
    </small>
  );
}

interface FormProps {
  readonly url: string;
  readonly onCancel: () => void;
  readonly onSave: (request: WebhookRequest) => Promise<void>;
}

function WebhookForm({ url: known, onCancel, onSave }: FormProps): ReactNode {
  const [url, setUrl] = useState(known);
  const [secret, setSecret] = useState('');
  const [tried, setTried] = useState(false);
  const wanted = webhookRequest.safeParse({ url: url.trim(), secret: secretOf(secret) });
  const wrong = (path: string): string | undefined =>
    tried && !wanted.success ? wanted.error.issues.find((issue) => issue.path[0] === path)?.message : undefined;
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (wanted.success) void onSave(wanted.data);
      }}
    >
      <TextInput
        label="Address"
        description="https, or http on this computer"
        placeholder="https://tickets.example/muster"
        value={url}
        error={wrong('url')}
        spellCheck={false}
        autoComplete="off"
        autoFocus
        onChange={(event) => setUrl(event.currentTarget.value)}
      />
      <SecretInput
        field={SECRET}
        value={secret}
        error={wrong('secret') === undefined ? undefined : 'Name an environment variable or a file'}
        onChange={setSecret}
        sourceId="webhook"
      />
      {secret === '' && wrong('secret') !== undefined && (
        <p role="alert" className={classes.hint}>
          A webhook is signed: choose where the server reads its secret.
        </p>
      )}
      <span className={classes.buttons}>
        <ActionButton onClick={onCancel}>Cancel</ActionButton>
        <ActionButton type="submit" tone="primary">
          Tell changes from now on
        </ActionButton>
      </span>
    </form>
  );
}
