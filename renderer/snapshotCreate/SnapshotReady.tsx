import { type ReactNode, useState } from 'react';
import { fingerprintOf, SHORT_FINGERPRINT } from '../../shared/snapshot/fingerprint.ts';
import type { SnapshotJob } from '../../shared/wire/http.ts';
import { useStatus } from '../app/engine.tsx';
import { ActionButton } from '../parts/ActionButton.tsx';
import { Hostile } from '../parts/Hostile.tsx';
import { Icon } from '../parts/Icon.tsx';
import { Copyable } from './Copyable.tsx';
import { Fingerprint } from './Fingerprint.tsx';
import classes from './snapshotCreate.module.css';
import { sizeText, verifyCommand } from './snapshotWish.ts';
import type { SnapshotActions } from './useSnapshotJob.ts';

export function SnapshotReady({ job, saved, actions }: { job: SnapshotJob; saved: boolean; actions: SnapshotActions }): ReactNode {
  const serverKey = useStatus()?.space?.serverKey;
  const [busy, setBusy] = useState(false);
  const name = job.name ?? 'snapshot.muster';
  const isReport = name.endsWith('.html');
  const during = async (work: () => Promise<void>): Promise<void> => {
    setBusy(true);
    await work();
    setBusy(false);
  };
  return (
    <div className={classes.ready}>
      <div className={classes.file}>
        <Icon name={saved ? 'check' : 'certificate'} size={18} />
        <div>
          <strong>
            <Hostile text={name} limit={90} />
          </strong>
          <small>
            {job.bytes !== undefined && sizeText(job.bytes)}
            {job.place !== undefined && ` · up to change ${job.place.toLocaleString()}`}
            {saved && ' · saved'}
          </small>
        </div>
        <ActionButton tone={saved ? 'plain' : 'primary'} icon="download" busy={busy} onClick={() => void during(actions.save)}>
          {saved ? 'Save again' : 'Save'}
        </ActionButton>
        {!isReport && (
          <ActionButton icon="external" busy={busy} onClick={() => void during(actions.openIt)}>
            Open it
          </ActionButton>
        )}
      </div>
      {serverKey !== undefined && (
        <section>
          <h3>Hand this over by another way than the file</h3>
          <Fingerprint serverKey={serverKey} />
          <p className={classes.hint}>
            It names the key that signed the file. Whoever opens it compares: on paper, on the phone, in the order for the audit. If it came
            with the file, it would prove nothing.
          </p>
        </section>
      )}
      {serverKey !== undefined && !isReport && (
        <section>
          <h3>To verify it without this server</h3>
          <Copyable label="Command to verify" text={verifyCommand(name, fingerprintOf(serverKey).slice(0, SHORT_FINGERPRINT))} />
        </section>
      )}
      <div className={classes.footer}>
        <ActionButton tone="quiet" onClick={actions.again}>
          Make another one
        </ActionButton>
      </div>
    </div>
  );
}
