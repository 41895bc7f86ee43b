import { type ReactNode, useState } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import type { ApiError, DryRunReply, WorkstationReport } from '../../shared/wire/http.ts';
import { useEngine } from '../app/engine.tsx';
import { useKeys } from '../app/keys.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import { type Chosen, ItemBox, useChosen } from '../sources/ChooseItems.tsx';
import style from './firstRun.module.css';
import { ELSEWHERE, itemsByPlace, usedByWords } from './workstationItems.ts';

interface Props {
  readonly reply: DryRunReply;
  readonly report: WorkstationReport;
  readonly onAdded: () => void;
  readonly onCancel: () => void;
}

/** What this computer holds: names, paths and dates, in memory until somebody says "add". */
export function WorkstationPreview({ reply, report, onAdded, onCancel }: Props): ReactNode {
  const { api } = useEngine();
  const chosen = useChosen(reply.items);
  const [choosing, setChoosing] = useState(false);
  const [lookedAt, setLookedAt] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiError>();
  const count = choosing ? chosen.ids.length : reply.items.length + reply.more;
  const add = async (): Promise<void> => {
    if (busy || count === 0) return;
    setBusy(true);
    const applied = await api.applyPlan(reply.digest, choosing ? chosen.ids : undefined);
    // Once it is added this screen goes away with the first record; a second Enter until then must not add again.
    if (applied.ok) return onAdded();
    setBusy(false);
    setProblem(applied.error);
  };
  useKeys({ Enter: add, Escape: onCancel });
  const places = report.places === 1 ? '1 place' : `${report.places} places`;
  const credentials = report.credentials === 1 ? '1 credential' : `${report.credentials} credentials`;
  return (
    <>
      <h1 className={style.title}>
        Found on this computer: {credentials} in {places}.
      </h1>
      <p className={style.lead}>
        Read: names, paths, dates, public fingerprints. Never read into Muster: values. Kept on this device only; never shared with a team
        unless you choose to.
      </p>
      <div className={style.actions}>
        <ActionButton
          tone="primary"
          keys="Enter"
          busy={busy}
          disabledReason={count === 0 ? 'There is nothing to add' : undefined}
          onClick={() => void add()}
        >
          Add {count} to my register
        </ActionButton>
        <ActionButton pressed={choosing} onClick={() => setChoosing(!choosing)}>
          Choose
        </ActionButton>
        <ActionButton pressed={lookedAt} onClick={() => setLookedAt(!lookedAt)}>
          What was looked at {lookedAt ? '▴' : '▾'}
        </ActionButton>
        <ActionButton tone="quiet" onClick={onCancel}>
          Not now
        </ActionButton>
      </div>
      {problem && (
        <p role="alert" style={{ color: 'var(--mu-red)' }}>
          {visibleText(problem.message, 300)} {visibleText(problem.wayOut ?? '', 300)}
        </p>
      )}
      {lookedAt && <LookedAt report={report} />}
      <Found reply={reply} choosing={choosing} chosen={chosen} />
    </>
  );
}

function Found({ reply, choosing, chosen }: { reply: DryRunReply; choosing: boolean; chosen: Chosen }): ReactNode {
  const groups = itemsByPlace(reply.items);
  return (
    <div>
      {groups.map((group) => (
        <section key={group.place} aria-label={visibleText(group.place)}>
          {!(groups.length === 1 && group.place === ELSEWHERE) && (
            <h2 className={style.place}>
              <bdi>{visibleText(group.place, 160)}</bdi>
              <span className={style.dim}>{group.items.length}</span>
            </h2>
          )}
          {group.items.map((item) =>
            choosing ? (
              <div key={item.externalId} style={{ padding: '3px 0' }}>
                <ItemBox item={item} chosen={chosen} note={usedByWords(item)} />
              </div>
            ) : (
              <div key={item.externalId} className={style.line}>
                <bdi className={style.grow}>{visibleText(item.name, 120)}</bdi>
                <span className={style.dim}>{visibleText(item.type, 40)}</span>
                <span className={style.dim} style={{ minWidth: 168 }}>
                  {usedByWords(item)}
                </span>
              </div>
            ),
          )}
        </section>
      ))}
    </div>
  );
}

const OUTCOME: Record<WorkstationReport['lookedAt'][number]['outcome'], string> = {
  read: 'read',
  listed: 'listed, not opened',
  absent: 'not there',
  denied: 'could not be read',
  skipped: 'left out',
};

function LookedAt({ report }: { report: WorkstationReport }): ReactNode {
  return (
    <section aria-label="What was looked at">
      {report.lookedAt.map((place) => (
        <div key={place.path} className={style.line}>
          <bdi className={style.grow}>{visibleText(place.path, 200)}</bdi>
          <span className={style.dim}>{OUTCOME[place.outcome]}</span>
          <span style={{ minWidth: 72, textAlign: 'end' }}>{place.found === 0 ? '–' : `${place.found} found`}</span>
        </div>
      ))}
    </section>
  );
}
