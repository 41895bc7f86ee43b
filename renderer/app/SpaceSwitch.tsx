import { Menu, Modal } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { type HostSpace, spaceWords } from '../../shared/bridge/hostSpaces.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import { Icon } from '../parts/Icon.tsx';
import { useJoinDoor } from './joinDoor.ts';
import { notifyTrouble } from './notify.ts';
import classes from './settings.module.css';
import { useBridge } from './useBridge.ts';
import { useSpaces } from './useSpaces.ts';

/** The registers of this desktop, behind whatever stands for the one that is open. One is shown at a time, in a page of its own. */
export function SpaceSwitch({ children }: { children: ReactNode }): ReactNode {
  const bridge = useBridge();
  const { spaces, current } = useSpaces();
  const join = useJoinDoor((door) => door.open);
  const [leaving, setLeaving] = useState<HostSpace>();
  const open = spaces.find(({ place }) => place === current);
  const change = (place: HostSpace['place']): void => void bridge.openSpace({ place }).catch((error: unknown) => notifyTrouble(error));
  return (
    <>
      <Menu position="bottom-start" width={280} withinPortal>
        <Menu.Target>{children}</Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>Registers</Menu.Label>
          {spaces.map((space) => (
            <Menu.Item
              key={space.place}
              aria-current={space.place === current}
              leftSection={<Icon name={space.place === current ? 'check' : space.place === 'local' ? 'register' : 'people'} size={14} />}
              onClick={() => space.place !== current && change(space.place)}
            >
              <span className={classes.spaceName}>{spaceWords(space)}</span>
            </Menu.Item>
          ))}
          <Menu.Divider />
          <Menu.Item leftSection={<Icon name="plus" size={14} />} onClick={join}>
            Join another register…
          </Menu.Item>
          {open && open.place !== 'local' && (
            <Menu.Item leftSection={<Icon name="close" size={14} />} onClick={() => setLeaving(open)}>
              Leave this register…
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {leaving && <Leave space={leaving} onClose={() => setLeaving(undefined)} />}
    </>
  );
}

function Leave({ space, onClose }: { space: HostSpace; onClose: () => void }): ReactNode {
  const bridge = useBridge();
  const leave = (): void => {
    if (space.place !== 'local') bridge.leaveSpace({ place: space.place }).catch((error: unknown) => notifyTrouble(error));
    onClose();
  };
  return (
    <Modal opened onClose={onClose} title={`Leave ${spaceWords(space)}?`} closeButtonProps={{ 'aria-label': 'Close' }} centered>
      <div className={classes.dialog}>
        <p>
          It goes from the list of this window. Its server is told nothing and forgets nothing: this device stays one of yours there, and
          what it holds stays on it. An invitation or the same address opens it again.
        </p>
        <p>To take this device out of use for good, do it on Team first.</p>
        <div className={classes.dialogActions}>
          <ActionButton onClick={onClose}>Stay</ActionButton>
          <ActionButton tone="danger" onClick={leave}>
            Leave
          </ActionButton>
        </div>
      </div>
    </Modal>
  );
}

/** The way to the other registers where there is no rail: while one joins, and where something went wrong. */
export function OtherSpaces(): ReactNode {
  const { several, spaces } = useSpaces();
  if (!several || spaces.length < 2) return null;
  return (
    <div className={classes.otherSpaces}>
      <SpaceSwitch>
        <button type="button" className={classes.otherButton}>
          <Icon name="register" size={14} /> Other registers <Icon name="chevronDown" size={12} />
        </button>
      </SpaceSwitch>
    </div>
  );
}
