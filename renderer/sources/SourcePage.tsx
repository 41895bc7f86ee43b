import { type ReactNode, useState } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import type { SourceView } from '../../shared/register/view.ts';
import { useSnapshotStatus } from '../app/engine.tsx';
import { useKeys } from '../app/keys.ts';
import { useNavigation } from '../app/navigation.ts';
import { HeldDiff } from '../inbox/HeldDiff.tsx';
import style from '../inbox/list.module.css';
import { ActionButton } from '../parts/ActionButton.tsx';
import { Section } from '../parts/Section.tsx';
import { useNow } from '../parts/useNow.ts';
import { arrivalWords, followWords, lagWords } from './arrival.ts';
import { EvidenceAge } from './EvidenceAge.tsx';
import { healthOf, nextRunWords } from './evidence.ts';
import { HealthMark } from './HealthMark.tsx';
import { SourceActions } from './SourceActions.tsx';
import { coverageWords } from './SourceList.tsx';
import { CoverageTable, RereadTable, RunTable } from './SourceTables.tsx';

export function SourcePage({ view, id }: { view: SourceView | undefined; id: string }): ReactNode {
  const back = useNavigation((place) => place.back);
  useKeys({ Escape: back });
  if (!view) return <p className={style.empty}>There is no source called {visibleText(id, 80)} here.</p>;
  const { status } = view;
  return (
    <div className={style.screen}>
      <header className={style.head}>
        <ActionButton tone="quiet" onClick={() => back()} label="Back to all sources">
          ←
        </ActionButton>
        <h1 className={style.title}>
          <bdi>{visibleText(status.label, 120)}</bdi>
        </h1>
        <HealthMark health={healthOf(status)} />
        <span className={style.spacer} />
        <SourceActions view={view} />
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className={style.body} tabIndex={0} aria-label="Source">
        <div className={style.page}>
          {status.held.map((held) => (
            <Held key={held.digest} held={held} />
          ))}
          <Summary view={view} />
          <Section title="Coverage" aside={coverageWords(view)}>
            <CoverageTable coverage={status.coverage} />
          </Section>
          <Section title="Runs">
            <RunTable runs={status.runs} />
          </Section>
          {status.rereads.length > 0 && (
            <Section title="Re-read one by one">
              <RereadTable rereads={status.rereads} />
            </Section>
          )}
        </div>
      </section>
    </div>
  );
}

/** Pinned at the top. Releasing is done in the inbox, where the number must be typed. */
function Held({ held }: { held: SourceView['status']['held'][number] }): ReactNode {
  const [open, setOpen] = useState(false);
  const go = useNavigation((place) => place.go);
  const snapshot = useSnapshotStatus() !== undefined;
  return (
    <div>
      <HeldDiff held={held} open={open} onToggle={() => setOpen(!open)} />
      <div style={{ marginTop: 8 }} hidden={snapshot}>
        <ActionButton icon="inbox" onClick={() => go({ screen: 'inbox' })}>
          Release or discard in the inbox
        </ActionButton>
      </div>
    </div>
  );
}

const stated = (name: string, words: string | undefined): (readonly [string, ReactNode])[] => (words === undefined ? [] : [[name, words]]);

function Summary({ view }: { view: SourceView }): ReactNode {
  const now = useNow();
  const { status } = view;
  const facts: readonly (readonly [string, ReactNode])[] = [
    ['Evidence', <EvidenceAge key="age" source={view} />],
    ['For reports', view.freshness.reporting],
    ['For certifying', view.freshness.control],
    ['Read by', `${status.kind}, ${status.mechanism}`],
    ...stated('Between listings', followWords(status, now)),
    ...stated('Changes arrive', arrivalWords(status)),
    ['Delay of the source itself', lagWords(status)],
    ['Records', String(view.records)],
    ['Next run', nextRunWords(status, now) ?? 'not planned'],
    ['Who sees it', status.visibility === 'private' ? 'only this device, until its user publishes it' : 'everybody in this space'],
  ];
  return (
    <div>
      <p style={{ fontSize: 14, marginBottom: 8 }}>{visibleText(view.sentence, 400)}</p>
      {status.note !== undefined && <p className={style.dim}>{visibleText(status.note, 400)}</p>}
      {status.progress && (
        <p role="status">
          {visibleText(status.progress.what, 120)}: {status.progress.done}
          {status.progress.total === undefined ? '' : ` of ${status.progress.total}`}
        </p>
      )}
      <dl className={style.facts}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt className={style.dim}>{name}</dt>
            <dd>{typeof value === 'string' ? visibleText(value) : value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
