import { Modal } from '@mantine/core';
import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
import { type DeepLink, joinAddress } from '../../shared/bridge/deepLink.ts';
import { groupedFingerprint } from '../../shared/snapshot/fingerprint.ts';
import style from '../inbox/list.module.css';
import { ActionButton } from '../parts/ActionButton.tsx';
import { useStatus } from './engine.tsx';
import { useNavigation } from './navigation.ts';
import { useBridge } from './useBridge.ts';

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

function Join({ link, onDone }: { link: DeepLink & { kind: 'join' }; onDone: () => void }): ReactNode {
  const bridge = useBridge();
  const address = joinAddress(link);
  const isPrivate = link.server.startsWith('https:');
  const open = async (): Promise<void> => {
    await bridge.openExternal({ url: address });
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
      {!isPrivate && (
        <p className={style.small}>
          It is on this computer. Open it in a browser here: <code style={{ overflowWrap: 'anywhere' }}>{address}</code>
        </p>
      )}
      <Answers onNo={onDone} {...(isPrivate ? { yes: 'Open in the browser', onYes: () => void open() } : {})} />
    </>
  );
}

function Open({ link, onDone }: { link: DeepLink & { kind: 'open' }; onDone: () => void }): ReactNode {
  const go = useNavigation((place) => place.go);
  const space = useStatus()?.space;
  if (space?.id !== link.space) {
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
