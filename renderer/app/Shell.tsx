import { type ReactNode, Suspense, useEffect } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import type { IdentityId } from '../../shared/model/ids.ts';
import { useEditing } from '../editing/useEditing.ts';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Icon } from '../parts/Icon.tsx';
import { RegisterScreen } from '../register/RegisterScreen.tsx';
import { WhyPopover } from '../register/WhyPopover.tsx';
import { useCreateSnapshot } from '../snapshotCreate/createStore.ts';
import { CopiedBar } from '../transfer/CopiedBar.tsx';
import { Transfers } from '../transfer/Transfers.tsx';
import { useSend } from '../writeBack/sendStore.ts';
import { ErrorBoundary } from './ErrorBoundary.tsx';
import { useSnapshotStatus, useStatus } from './engine.tsx';
import { KeysHelp } from './KeysHelp.tsx';
import { useSingleKeySwitch } from './keys.ts';
import { useNavigation } from './navigation.ts';
import { Palette } from './Palette.tsx';
import { usePreferences } from './preferences.ts';
import { Rail } from './Rail.tsx';
import { Refused } from './Refused.tsx';
import { Resizer } from './Resizer.tsx';
import { SampleBar } from './SampleBar.tsx';
import { SettingsScreen } from './SettingsScreen.tsx';
import { StatusBar } from './StatusBar.tsx';
import {
  ActivityScreen,
  DropTarget,
  IdentityPage,
  IdentityPeek,
  InboxScreen,
  PeopleScreen,
  SendDialog,
  SnapshotCreateDialog,
  SourcesScreen,
  TeamScreen,
  WriteBackScreen,
} from './screens.tsx';
import classes from './shell.module.css';
import { TrustBar } from './TrustBar.tsx';
import { useEngineNotices } from './useEngineNotices.ts';
import { useGlobalKeys } from './useGlobalKeys.ts';
import { useMenu } from './useMenu.ts';
import { usePageKeys } from './usePageKeys.ts';

const TITLES = {
  inbox: 'Inbox',
  register: 'Register',
  sources: 'Sources',
  activity: 'Activity',
  people: 'People',
  writes: 'Write-back',
  team: 'Team',
  settings: 'Settings',
};

export function Shell(): ReactNode {
  useGlobalKeys();
  usePageKeys();
  useSingleKeySwitch();
  useMenu();
  useEngineNotices();
  useTitle();
  const railWidth = usePreferences((kept) => kept.railWidth);
  const change = usePreferences((kept) => kept.change);
  return (
    <Suspense fallback={null}>
      <Surface>
        <div className={classes.shell}>
          <SampleBar />
          <TrustBar />
          <ReadOnlyBar />
          <CopiedBar />
          <Transfers />
          <div className={classes.columns}>
            <div className={classes.railSlot} style={{ width: railWidth }}>
              <Rail />
            </div>
            <Resizer
              label="Width of the sidebar"
              value={railWidth}
              least={160}
              most={360}
              onChange={(width) => change({ railWidth: width })}
            />
            <Main />
            <Peek />
          </div>
          <StatusBar />
          <Palette />
          <KeysHelp />
          <Refused />
          <WhyPopover />
          <SnapshotCreate />
          <Send />
        </div>
      </Surface>
    </Suspense>
  );
}

/** The whole window takes spreadsheets, but not over a file that cannot be changed. */
function Surface({ children }: { children: ReactNode }): ReactNode {
  return useSnapshotStatus() === undefined ? <DropTarget>{children}</DropTarget> : children;
}

function useTitle(): void {
  const screen = useNavigation((place) => place.screen);
  const status = useStatus();
  const name = status?.space && visibleText(status.space.name, 120);
  const space = name !== undefined && status?.snapshot !== undefined ? `Snapshot of ${name}` : name;
  useEffect(() => {
    document.title = space === undefined ? TITLES[screen] : `${TITLES[screen]} · ${space} · Muster`;
  }, [screen, space]);
}

/** A person who may not edit knows it before they try. */
function ReadOnlyBar(): ReactNode {
  // Who may at least comment is told at each control what they may not.
  const whyNot = useEditing().whyNot('comment');
  // Over a snapshot the band says it.
  const snapshot = useSnapshotStatus();
  // What holds for everybody on this device stands above it.
  const said = useStatus()?.readOnlyBecause !== undefined;
  if (whyNot === undefined || snapshot !== undefined || said) return null;
  return (
    <section className={classes.readOnly} aria-label="What you may do">
      <Icon name="lock" size={13} /> Read only. {whyNot}
    </section>
  );
}

function Main(): ReactNode {
  const screen = useNavigation((place) => place.screen);
  const page = useNavigation((place) => place.page);
  return (
    <main className={classes.main} aria-label={TITLES[screen]}>
      <ErrorBoundary resetOn={`${screen}/${page ?? ''}`}>
        <Suspense fallback={<div className={classes.pending} aria-busy="true" />}>
          <ScreenOf />
        </Suspense>
      </ErrorBoundary>
    </main>
  );
}

/** The register stays mounted behind an identity's page: its scroll position and its selection are there when one comes back. */
function ScreenOf(): ReactNode {
  const snapshot = useSnapshotStatus();
  const screen = useNavigation((place) => place.screen);
  const page = useNavigation((place) => place.page);
  if (snapshot !== undefined && (screen === 'inbox' || screen === 'team' || screen === 'settings')) return <NotHere />;
  switch (screen) {
    case 'register':
      return (
        <>
          <div className={classes.layer} hidden={page !== undefined}>
            <RegisterScreen active={page === undefined} />
          </div>
          {page !== undefined && (
            // A boundary of its own: the register behind it must not be torn down while the page's code arrives.
            <Suspense fallback={<div className={classes.pending} aria-busy="true" />}>
              <IdentityPage id={page as IdentityId} />
            </Suspense>
          )}
        </>
      );
    case 'inbox':
      return <InboxScreen />;
    case 'sources':
      return <SourcesScreen />;
    case 'activity':
      return <ActivityScreen />;
    case 'people':
      return <PeopleScreen />;
    case 'writes':
      return <WriteBackScreen />;
    case 'team':
      return <TeamScreen />;
    case 'settings':
      return <SettingsScreen />;
  }
}

function NotHere(): ReactNode {
  return (
    <EmptyState title="Not part of a snapshot">
      An inbox, a team and settings belong to the live register. Close the snapshot to get back to it.
    </EmptyState>
  );
}

/** Its code comes when it is first asked for; from then on it stays, since the work that it follows outlives the dialog. */
function SnapshotCreate(): ReactNode {
  const wanted = useCreateSnapshot((state) => state.wanted);
  return wanted && <Suspense fallback={null}>{<SnapshotCreateDialog />}</Suspense>;
}

/** Its code comes when something is to be sent. */
function Send(): ReactNode {
  const wanted = useSend((send) => send.wish !== undefined);
  return wanted && <Suspense fallback={null}>{<SendDialog />}</Suspense>;
}

function Peek(): ReactNode {
  const peek = useNavigation((place) => place.peek);
  const page = useNavigation((place) => place.page);
  const width = usePreferences((kept) => kept.peekWidth);
  const change = usePreferences((kept) => kept.change);
  if (peek === undefined || page !== undefined) return null;
  return (
    <>
      <Resizer label="Width of the panel" value={width} least={320} most={960} fromRight onChange={(to) => change({ peekWidth: to })} />
      <div className={classes.peek} style={{ width }}>
        <ErrorBoundary resetOn={peek}>
          <Suspense fallback={<div className={classes.pending} aria-busy="true" />}>
            <IdentityPeek id={peek} />
          </Suspense>
        </ErrorBoundary>
      </div>
    </>
  );
}
