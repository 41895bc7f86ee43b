import type { ReactNode } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import type { EngineStatus } from '../../shared/bridge/engine.ts';
import type { Counts } from '../../shared/register/view.ts';
import { Icon, type IconName } from '../parts/Icon.tsx';
import { Keys } from '../parts/Keys.tsx';
import { DEFAULT_VIEWS } from '../register/defaultViews.ts';
import { openView, type SavedView, useSavedViews } from '../register/savedViews.ts';
import { useLive, useSnapshotStatus, useStatus } from './engine.tsx';
import { type Screen, useNavigation } from './navigation.ts';
import classes from './rail.module.css';
import { SpaceSwitch } from './SpaceSwitch.tsx';
import { useShell } from './shellStore.ts';
import { useSpaces } from './useSpaces.ts';

/** Names are what others chose: as long as the rail shows, and nothing hidden in them. */
const NAME = 120;

export function Rail(): ReactNode {
  const status = useStatus();
  const live = useSnapshotStatus() === undefined;
  const open = useShell((shell) => shell.open);
  const counted = useLive((api) => api.counts(), []);
  const counts = counted?.incomplete ? undefined : counted;
  const waiting = useLive((api) => api.inbox().then((groups) => groups.reduce((sum, group) => sum + group.items.length, 0)), []);
  const troubled = (status?.evidence ?? []).filter((one) => one.health === 'failed' || one.health === 'held').length;
  return (
    <nav className={classes.rail} aria-label="Sections and views">
      <SpaceName status={status} />
      <button type="button" className={classes.search} onClick={() => open('palette')}>
        <Icon name="search" size={14} />
        <span>Find anything</span>
        <Keys combo="mod+K" />
      </button>
      <ul className={classes.list}>
        {live && <Item screen="inbox" icon="inbox" label="Inbox" count={waiting} />}
        <Item screen="register" icon="register" label="Register" count={counts?.identities} />
        <Item screen="sources" icon="sources" label="Sources" count={troubled} />
        <Item screen="activity" icon="activity" label="Activity" count={status?.savedHere} />
        <Item screen="people" icon="people" label="People" count={undefined} />
        <Item screen="writes" icon="arrowUp" label="Write-back" count={undefined} />
        {live && <Item screen="team" icon="privileged" label="Team" count={undefined} />}
      </ul>
      <Views counts={counts} />
      <ul className={classes.foot}>
        {live && <Item screen="settings" icon="settings" label="Settings" count={undefined} />}
        <li>
          <button type="button" className={classes.item} onClick={() => open('keys')}>
            <Icon name="keyboard" />
            <span>Keys</span>
            <kbd>?</kbd>
          </button>
        </li>
      </ul>
    </nav>
  );
}

function SpaceName({ status }: { status: EngineStatus | undefined }): ReactNode {
  const name = visibleText(status?.space?.name ?? 'Muster', NAME);
  const me = status?.me && visibleText(status.me.name, NAME);
  const { several } = useSpaces();
  const shown = (
    <>
      <i aria-hidden="true">{[...name][0]?.toUpperCase()}</i>
      <div>
        <strong title={name}>{name}</strong>
        {status?.me !== undefined && (
          <span title={me}>
            <bdi>{me}</bdi> · {status.me.role}
          </span>
        )}
      </div>
    </>
  );
  if (!several) return <div className={classes.space}>{shown}</div>;
  return (
    <SpaceSwitch>
      <button type="button" className={classes.space} aria-label={`${name}: change to another register`} data-switch>
        {shown}
        <Icon name="chevronDown" size={12} />
      </button>
    </SpaceSwitch>
  );
}

function Item({ screen, icon, label, count }: { screen: Screen; icon: IconName; label: string; count: number | undefined }): ReactNode {
  const here = useNavigation((place) => place.screen === screen && (screen !== 'register' || place.query === ''));
  const go = useNavigation((place) => place.go);
  const open = (): void => (screen === 'register' ? openView({ query: '' }) : go({ screen, query: '' }));
  return (
    <li>
      <button type="button" className={classes.item} aria-current={here ? 'page' : undefined} onClick={open}>
        <Icon name={icon} />
        <span>{label}</span>
        {count !== undefined && count > 0 && <b>{count.toLocaleString()}</b>}
      </button>
    </li>
  );
}

function Views({ counts }: { counts: Counts | undefined }): ReactNode {
  const saved = useSavedViews((state) => state.views);
  const remove = useSavedViews((state) => state.remove);
  return (
    <div className={classes.views}>
      <h2>Views</h2>
      <ul className={classes.list}>
        {DEFAULT_VIEWS.filter((view) => view.query !== '').map((view) => (
          <ViewItem key={view.name} view={view} count={view.count && counts?.[view.count]} />
        ))}
      </ul>
      {saved.length > 0 && <h2>My views</h2>}
      <ul className={classes.list}>
        {saved.map((view) => (
          <ViewItem key={view.name} view={view} count={undefined} onRemove={() => remove(view.name)} />
        ))}
      </ul>
    </div>
  );
}

interface ViewItemProps {
  readonly view: SavedView;
  readonly count: number | undefined;
  readonly onRemove?: () => void;
}

function ViewItem({ view, count, onRemove }: ViewItemProps): ReactNode {
  const { name, query } = view;
  const here = useNavigation((place) => place.screen === 'register' && place.query === query);
  return (
    <li className={classes.viewLine}>
      <button type="button" className={classes.item} aria-current={here ? 'page' : undefined} onClick={() => openView(view)}>
        <span>{name}</span>
        {count !== undefined && count > 0 && <b>{count.toLocaleString()}</b>}
      </button>
      {onRemove && (
        <button type="button" className={classes.remove} aria-label={`Remove the view ${name}`} title="Remove this view" onClick={onRemove}>
          <Icon name="close" size={12} />
        </button>
      )}
    </li>
  );
}
