import { type ReactNode, Suspense, useEffect } from 'react';
import type { IdentityId } from '../../shared/model/ids.ts';
import { useEditing } from '../editing/useEditing.ts';
import { Icon } from '../parts/Icon.tsx';
import { RegisterScreen } from '../register/RegisterScreen.tsx';
import { WhyPopover } from '../register/WhyPopover.tsx';
import { ErrorBoundary } from './ErrorBoundary.tsx';
import { useStatus } from './engine.tsx';
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
import { ActivityScreen, DropTarget, IdentityPage, IdentityPeek, InboxScreen, PeopleScreen, SourcesScreen } from './screens.tsx';
import classes from './shell.module.css';
import { useEngineNotices } from './useEngineNotices.ts';
import { useGlobalKeys } from './useGlobalKeys.ts';
import { useMenu } from './useMenu.ts';
import { usePageKeys } from './usePageKeys.ts';

const TITLES = { inbox: 'Inbox', register: 'Register', sources: 'Sources', activity: 'Activity', people: 'People', settings: 'Settings' };

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
      <DropTarget>
        <div className={classes.shell}>
          <SampleBar />
          <ReadOnlyBar />
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
        </div>
      </DropTarget>
    </Suspense>
  );
}

function useTitle(): void {
  const screen = useNavigation((place) => place.screen);
  const space = useStatus()?.space?.name;
  useEffect(() => {
    document.title = space === undefined ? TITLES[screen] : `${TITLES[screen]} · ${space} · Muster`;
  }, [screen, space]);
}

/** A person who may not edit knows it before they try. */
function ReadOnlyBar(): ReactNode {
  const { whyNot } = useEditing();
  if (whyNot === undefined) return null;
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
  const screen = useNavigation((place) => place.screen);
  const page = useNavigation((place) => place.page);
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
    case 'settings':
      return <SettingsScreen />;
  }
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
