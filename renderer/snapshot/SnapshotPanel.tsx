import { Drawer } from '@mantine/core';
import type { KeyboardEvent, ReactNode } from 'react';
import type { SnapshotStatus } from '../../shared/bridge/snapshot.ts';
import { GapsTab } from './GapsTab.tsx';
import { type PanelTab, useSnapshotPanel } from './panelStore.ts';
import { SampleTab } from './SampleTab.tsx';
import style from './snapshot.module.css';
import { VerificationTab } from './VerificationTab.tsx';

const TABS: readonly (readonly [tab: PanelTab, words: string])[] = [
  ['verification', 'Verification'],
  ['gaps', 'What it cannot say'],
  ['sample', 'Random sample'],
];

export function SnapshotPanel({ snapshot }: { snapshot: SnapshotStatus }): ReactNode {
  const tab = useSnapshotPanel((panel) => panel.tab);
  const hide = useSnapshotPanel((panel) => panel.hide);
  return (
    <Drawer
      opened={tab !== undefined}
      onClose={hide}
      position="right"
      size={620}
      title="About this snapshot"
      closeButtonProps={{ 'aria-label': 'Close' }}
      transitionProps={{ duration: 0 }}
    >
      <div className={style.panelBody}>
        <Tabs tab={tab} />
        <div role="tabpanel" aria-labelledby={`snapshot-tab-${tab}`} className={style.tabBody}>
          {tab === 'verification' && <VerificationTab snapshot={snapshot} />}
          {tab === 'gaps' && <GapsTab snapshot={snapshot} />}
          {tab === 'sample' && <SampleTab snapshot={snapshot} />}
        </div>
      </div>
    </Drawer>
  );
}

function Tabs({ tab }: { tab: PanelTab | undefined }): ReactNode {
  const show = useSnapshotPanel((panel) => panel.show);
  const onKey = (event: KeyboardEvent): void => {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    const to = TABS[(TABS.findIndex(([each]) => each === tab) + by + TABS.length) % TABS.length]?.[0];
    if (by === 0 || to === undefined) return;
    show(to);
    document.getElementById(`snapshot-tab-${to}`)?.focus();
  };
  return (
    <div role="tablist" aria-label="About this snapshot" className={style.tabs} onKeyDown={onKey}>
      {TABS.map(([each, words]) => (
        <button
          key={each}
          id={`snapshot-tab-${each}`}
          type="button"
          role="tab"
          aria-selected={each === tab}
          tabIndex={each === tab ? 0 : -1}
          onClick={() => show(each)}
        >
          {words}
        </button>
      ))}
    </div>
  );
}
