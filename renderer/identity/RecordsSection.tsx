import { type ReactNode, useState } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import type { Instant } from '../../shared/base/time.ts';
import type { IdentityView } from '../../shared/register/view.ts';
import type { ApiError } from '../../shared/wire/http.ts';
import { useEngine, useLive, useSnapshotStatus, useStatus } from '../app/engine.tsx';
import { useKeys } from '../app/keys.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import { Age } from '../parts/Age.tsx';
import { useSourceRights } from '../sources/useSourceRights.ts';
import style from './identity.module.css';

type RecordView = IdentityView['records'][number];
type Asked = { readonly since: Instant; readonly problem?: ApiError };

/** Where it comes from, how old that is, and asking the source again about just this one. */
export function RecordsSection({ view, wide }: { view: IdentityView; wide: boolean }): ReactNode {
  const { api } = useEngine();
  const now = useStatus()?.now;
  const sources = useLive((each) => each.sources(), []);
  const [asked, setAsked] = useState<Readonly<Record<string, Asked>>>({});
  const reread = async (record: RecordView): Promise<void> => {
    if (record.source === undefined || record.externalId === undefined || now === undefined) return;
    setAsked((known) => ({ ...known, [record.anchor]: { since: now } }));
    const reply = await api.reread(record.source, record.externalId);
    if (!reply.ok) setAsked((known) => ({ ...known, [record.anchor]: { since: now, problem: reply.error } }));
  };
  const snapshot = useSnapshotStatus() !== undefined;
  const { run } = useSourceRights();
  const rereadable = snapshot ? [] : view.records.filter((record) => record.rereadable);
  useKeys({ r: () => void Promise.all(rereadable.map(reread)) }, wide && run === undefined && rereadable.length > 0);
  return (
    <section className={style.section} aria-label="Records and sources">
      <h2 className={style.sectionHead}>Records and sources</h2>
      {view.records.map((record) => {
        const status = sources?.find((source) => source.status.source === record.source)?.status;
        const question = asked[record.anchor];
        const answer = status?.rereads.find((each) => each.externalId === record.externalId && question && each.at >= question.since);
        return (
          <div key={record.anchor} className={style.row} style={{ minHeight: 28 }}>
            <span>{visibleText(status?.label ?? record.source ?? 'typed by a person', 80)}</span>
            {record.externalId !== undefined && <bdi className={style.native}>{visibleText(record.externalId, 120)}</bdi>}
            {record.source !== undefined && <AsOf record={record} />}
            {rereadable.includes(record) && (
              <ActionButton icon="refresh" {...(wide ? { keys: 'r' } : {})} disabledReason={run} onClick={() => void reread(record)}>
                Re-read now
              </ActionButton>
            )}
            {question && <RereadResult asked={question} outcome={answer?.outcome} />}
          </div>
        );
      })}
    </section>
  );
}

function AsOf({ record }: { record: RecordView }): ReactNode {
  if (record.missingSince !== undefined) {
    return (
      <span className={style.dim}>
        missing since <Age at={record.missingSince} />
      </span>
    );
  }
  if (record.asOf === undefined) return <span className={style.dim}>age unknown</span>;
  return (
    <span className={style.dim}>
      as of <Age at={record.asOf} />
    </span>
  );
}

const OUTCOME = {
  unchanged: 'Read just now: nothing changed.',
  changed: 'Read just now: it had changed, and is shown as it is.',
  gone: 'Read just now: the source no longer has it.',
  failed: 'The source could not be read. What is shown is as old as before.',
} as const;

function RereadResult({ asked, outcome }: { asked: Asked; outcome: keyof typeof OUTCOME | undefined }): ReactNode {
  const words = asked.problem
    ? `${asked.problem.message}${asked.problem.wayOut === undefined ? '' : ` ${asked.problem.wayOut}`}`
    : outcome === undefined
      ? 'Asking the source…'
      : OUTCOME[outcome];
  return <span role="status">{visibleText(words, 300)}</span>;
}
