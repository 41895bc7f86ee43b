import { SegmentedControl, Switch, useMantineColorScheme } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import type { HostInfo } from '../../shared/bridge/bridge.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import { Section } from '../parts/Section.tsx';
import { useColumns } from '../register/columnStore.ts';
import { ServerKey } from '../snapshotCreate/ServerKey.tsx';
import { useStatus } from './engine.tsx';
import { useNavigation } from './navigation.ts';
import { usePreferences } from './preferences.ts';
import classes from './settings.module.css';
import { useBridge } from './useBridge.ts';
import { WebhookSetting } from './WebhookSetting.tsx';

export function SettingsScreen(): ReactNode {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className={classes.screen} tabIndex={0} aria-label="Settings">
      <h1>Settings</h1>
      <Section title="Appearance">
        <ThemeSetting />
      </Section>
      <Section title="Keyboard">
        <SingleKeysSetting />
      </Section>
      <Section title="Register">
        <ColumnsSetting />
      </Section>
      <Section title="Team">
        <TeamPointer />
      </Section>
      <WebhookSetting />
      <ServerKey />
      <Section title="This device">
        <Device />
      </Section>
      <Section title="About">
        <About />
      </Section>
    </section>
  );
}

const THEMES = [
  { value: 'auto', label: 'Like this computer' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
];

function ThemeSetting(): ReactNode {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const bridge = useBridge();
  const set = (value: string): void => {
    const scheme = value === 'light' || value === 'dark' ? value : 'auto';
    setColorScheme(scheme);
    void bridge.setTheme({ theme: scheme === 'auto' ? 'system' : scheme });
  };
  return (
    <div className={classes.setting}>
      <div>
        <strong>Theme</strong>
      </div>
      <SegmentedControl size="sm" aria-label="Theme" data={THEMES} value={colorScheme} onChange={set} />
    </div>
  );
}

function SingleKeysSetting(): ReactNode {
  const on = usePreferences((kept) => kept.singleKeys);
  const change = usePreferences((kept) => kept.change);
  return (
    <div className={classes.setting}>
      <div>
        <strong id="single-keys">Single keys</strong>
        <small>
          Letters such as <kbd>o</kbd> and <kbd>x</kbd> are commands while you are not typing. Turn them off if you use speech input.
        </small>
      </div>
      <Switch aria-labelledby="single-keys" checked={on} onChange={(event) => change({ singleKeys: event.currentTarget.checked })} />
    </div>
  );
}

function ColumnsSetting(): ReactNode {
  const reset = useColumns((columns) => columns.reset);
  return (
    <div className={classes.setting}>
      <div>
        <strong>Columns</strong>
        <small>Which columns are shown, their order, their widths and the order of the lines.</small>
      </div>
      <ActionButton onClick={reset}>Back to the default columns</ActionButton>
    </div>
  );
}

function Device(): ReactNode {
  const status = useStatus();
  const me = status?.me;
  if (!me) return <p>This device is not enrolled.</p>;
  const facts: readonly (readonly [string, string])[] = [
    ['You', me.name],
    ['Role', me.role],
    ['What you may edit', me.role === 'reader' ? 'Nothing' : me.remit === 'true' || me.remit === '' ? 'Everything' : me.remit],
    ['This device', `${me.device.slice(0, 8)}…${me.device.slice(-4)}`],
    ['Data on this device', status.persisted ? 'Kept until you remove it' : 'The browser may remove it when the disk is full'],
    ['Read up to', `change ${status.place.toLocaleString()}`],
  ];
  return <Facts facts={facts} />;
}

/** People, devices and keys have a screen of their own. */
function TeamPointer(): ReactNode {
  const go = useNavigation((place) => place.go);
  return (
    <div className={classes.setting}>
      <div>
        <strong>People, devices, invitations, sign-in</strong>
        <small>Who may do what here, with which devices, and how somebody new comes in.</small>
      </div>
      <ActionButton keys="g t" onClick={() => go({ screen: 'team', query: '' })}>
        Open Team
      </ActionButton>
    </div>
  );
}

function About(): ReactNode {
  const bridge = useBridge();
  const space = useStatus()?.space;
  const [info, setInfo] = useState<HostInfo>();
  useEffect(() => {
    void bridge.info().then(setInfo);
  }, [bridge]);
  const facts: readonly (readonly [string, string])[] = [
    ['Muster', info?.version ?? ''],
    ['Space', space?.name ?? ''],
    ['Space id', space?.id ?? ''],
    ['Server', space?.server ?? info?.server ?? ''],
    ['Runs in', info?.host === 'electron' ? 'the desktop app' : 'the browser'],
  ];
  return <Facts facts={facts} />;
}

function Facts({ facts }: { facts: readonly (readonly [string, string])[] }): ReactNode {
  return (
    <dl className={classes.facts}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{visibleText(value, 300)}</dd>
        </div>
      ))}
    </dl>
  );
}
