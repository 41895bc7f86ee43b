import { Modal } from '@mantine/core';
import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
import type { DeepLink, JoinLink } from '../../shared/bridge/deepLink.ts';
import { spaceWords } from '../../shared/bridge/hostSpaces.ts';
import { groupedFingerprint } from '../../shared/snapshot/fingerprint.ts';
import style from '../inbox/list.module.css';
import { ActionButton } from '../parts/ActionButton.tsx';
import { useStatus } from './engine.tsx';
import { useNavigation } from './navigation.ts';
import { notifyTrouble } from './notify.ts';
import { useBridge } from './useBridge.ts';
import { useSpaces } from './useSpaces.ts';

/** Asks before a link of the system is followed: any page and any mail may hold one. */
export function LinkDoor(): ReactNode {
  const { link, dismiss } = useHostLink();
  if (!link) return null;
  return (
    <Modal
      opened
      centered
      onClose={dismiss}
      closeButtonProps={{ 'aria-label': 'Close' }}
      title={link.kind === 'join' ? 'Open this invitation?' : 'Open this link?'}
    >
      {link.kind === 'join' ? <Join link={link} onDone={dismiss} /> : <Open link={link} onDone={dismiss} />}
    </Modal>
  );
}

/** While one is asked about, the next waits at the host: a question never changes under the hand that answers it. */
function useHostLink(): { link: DeepLink | undefined; dismiss: () => void } {
  const bridge = useBridge();
  const [link, setLink] = useState<DeepLink>();
  const asking = useRef(false);
  const take = useCallback(async (): Promise<void> => {
    if (asking.current) return;
    asking.current = true;
    const next = await bridge.openedLink();
    asking.current = next !== undefined;
    setLink(next);
  }, [bridge]);
  useEffect(() => {
    void take();
    return bridge.onMenu((command) => {
      if (command === 'link') void take();
    });
  }, [bridge, take]);
  const dismiss = (): void => {
    asking.current = false;
    void take();
  };
  return { link, dismiss };
}

function Join({ link, onDone }: { link: JoinLink; onDone: () => void }): ReactNode {
  const bridge = useBridge();
  const join = (): void => {
    bridge.joinSpace(link).catch((error: unknown) => notifyTrouble(error));
    onDone();
  };
  return (
    <>
      <p>
        A link invites you to the register at <strong style={{ overflowWrap: 'anywhere' }}>{link.server}</strong>. Go on only if somebody
        whom you know told you that it would come.
      </p>
      <p className={style.small} style={{ marginTop: 12 }}>
        Fingerprint of its server, to compare with the one that you were told:
      </p>
      <p>
        <code>{groupedFingerprint(link.key)}</code>
      </p>
      <p className={style.small} style={{ marginTop: 12 }}>
        It opens in this window, with a key of its own. The register that is open now stays as it is, one click away.
      </p>
      <Answers onNo={onDone} yes="Join in this window" onYes={join} />
    </>
  );
}

function Open({ link, onDone }: { link: DeepLink & { kind: 'open' }; onDone: () => void }): ReactNode {
  const bridge = useBridge();
  const go = useNavigation((place) => place.go);
  const open = useStatus()?.space;
  const { spaces } = useSpaces();
  const other = spaces.find(({ space }) => space === link.space);
  if (open?.id !== link.space && other) {
    const change = (): void => {
      bridge.openSpace({ place: other.place, identity: link.id }).catch((error: unknown) => notifyTrouble(error));
      onDone();
    };
    return (
      <>
        <p>
          A link leads to the identity {link.id.slice(0, 8)}… of another register of yours: <strong>{spaceWords(other)}</strong>. Nothing is
          changed by showing it.
        </p>
        <Answers onNo={onDone} yes="Change to it" onYes={change} />
      </>
    );
  }
  if (open?.id !== link.space) {
    return (
      <>
        <p>The link leads to another register than the one that is open here. Ask whoever sent it for an invitation.</p>
        <Answers onNo={onDone} />
      </>
    );
  }
  const show = (): void => {
    go({ screen: 'register', page: link.id });
    onDone();
  };
  return (
    <>
      <p>A link leads to the identity {link.id.slice(0, 8)}… of this register. Nothing is changed by showing it.</p>
      <Answers onNo={onDone} yes="Show it" onYes={show} />
    </>
  );
}

function Answers({ onNo, yes, onYes }: { onNo: () => void; yes?: string; onYes?: () => void }): ReactNode {
  return (
    <div className={style.row} style={{ marginTop: 16, justifyContent: 'flex-end' }}>
      <ActionButton onClick={onNo}>{yes === undefined ? 'Close' : 'Not now'}</ActionButton>
      {yes !== undefined && onYes && (
        <ActionButton tone="primary" onClick={onYes}>
          {yes}
        </ActionButton>
      )}
    </div>
  );
}
