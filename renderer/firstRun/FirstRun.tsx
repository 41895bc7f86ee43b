import { type ReactNode, useEffect, useState } from 'react';
import type { EngineStatus } from '../../shared/bridge/engine.ts';
import { sourceId } from '../../shared/model/ids.ts';
import { type DryRunReply, type SourceSettings, workstationReport } from '../../shared/wire/http.ts';
import { useEngine, useStatus } from '../app/engine.tsx';
import { useNavigation } from '../app/navigation.ts';
import { useEditing } from '../editing/useEditing.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { FourChoices } from './FourChoices.tsx';
import style from './firstRun.module.css';
import { WorkstationPreview } from './WorkstationPreview.tsx';

const WORKSTATION: SourceSettings = { id: sourceId.parse('workstation'), kind: 'workstation' };
const LATER = 'muster.firstRun.later';

type Look = { readonly state: 'looking' } | { readonly state: 'found'; readonly reply: DryRunReply } | { readonly state: 'choices' };

/** Only where "this computer" is the one in front of the person, and only for someone who may add what is found. */
export function mayLook(status: EngineStatus | undefined, host: string): boolean {
  const local = host === '127.0.0.1' || host === 'localhost' || host === '[::1]' || host === '';
  const role = status?.me?.role;
  return local && status?.space?.sample !== true && (role === 'admin' || role === 'steward');
}

const hostOf = (status: EngineStatus | undefined): string => URL.parse(status?.space?.server ?? '')?.hostname ?? location.hostname;

/** An empty register: what this computer holds, as a dry run in memory, or the four ways to begin. */
export function FirstRun(): ReactNode {
  const { api } = useEngine();
  const status = useStatus();
  const go = useNavigation((place) => place.go);
  const allowed = mayLook(status, hostOf(status));
  const [look, setLook] = useState<Look>(() => ({ state: localStorage.getItem(LATER) === null && allowed ? 'looking' : 'choices' }));
  useEffect(() => {
    if (look.state !== 'looking') return;
    let live = true;
    void api.dryRun(WORKSTATION).then((reply) => {
      if (live) setLook(reply.ok ? { state: 'found', reply: reply.value } : { state: 'choices' });
    });
    return () => {
      live = false;
    };
  }, [api, look.state]);
  const whyNot = useEditing().whyNot('create', 'set');
  const later = (): void => {
    localStorage.setItem(LATER, 'yes');
    setLook({ state: 'choices' });
  };
  const report = look.state === 'found' ? workstationReport.safeParse(look.reply.report) : undefined;
  const found = look.state === 'found' && report?.success && !report.data.headless && look.reply.items.length > 0;
  if (whyNot !== undefined) return <EmptyState title="Nothing here yet.">Stewards fill the register. {whyNot}</EmptyState>;
  return (
    <div className={style.screen}>
      <div className={style.column}>
        {look.state === 'looking' && (
          <div role="status">
            <h1 className={style.title}>Looking at this computer…</h1>
            <p className={style.lead}>File names and dates only. Nothing is written, nothing leaves this computer.</p>
            <div className={style.actions} style={{ marginTop: 16 }}>
              <ActionButton onClick={later}>Cancel</ActionButton>
            </div>
          </div>
        )}
        {found && (
          <WorkstationPreview
            reply={look.reply}
            report={report.data}
            onAdded={() => go({ screen: 'register', query: '' })}
            onCancel={later}
          />
        )}
        {look.state !== 'looking' && !found && (
          <FourChoices canLook={allowed && !(report?.success && report.data.headless)} onLook={() => setLook({ state: 'looking' })} />
        )}
      </div>
    </div>
  );
}
