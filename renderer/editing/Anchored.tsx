import { Popover } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import { TakeKeys } from '../app/TakeKeys.tsx';

interface AnchoredProps {
  readonly place: DOMRect | undefined;
  readonly label: string;
  readonly width: number;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** Where a layer opens that has no cell to stand at: the upper middle of the window. */
const middle = (): DOMRect => new DOMRect(innerWidth / 2 - 160, innerHeight * 0.2, 320, 0);

/** A small layer at a place on screen. It takes the focus and gives it back to what had it. */
export function Anchored({ place, label, width, onClose, children }: AnchoredProps): ReactNode {
  const [rect] = useState(() => place ?? middle());
  const [before] = useState(() => (document.activeElement instanceof HTMLElement ? document.activeElement : undefined));
  // However it goes away, the keys go back to where they were; unless the next layer has taken them already.
  useEffect(
    () => () => {
      setTimeout(() => document.activeElement === document.body && before?.focus({ preventScroll: true }), 0);
    },
    [before],
  );
  return (
    <Popover
      opened
      onChange={(opened) => !opened && onClose()}
      onDismiss={onClose}
      position="bottom-start"
      offset={4}
      width={width}
      trapFocus
      closeOnEscape
      shadow="none"
      zIndex={300}
    >
      <Popover.Target>
        <div
          aria-hidden="true"
          style={{ position: 'fixed', left: rect.left, top: rect.top, width: rect.width, height: rect.height, pointerEvents: 'none' }}
        />
      </Popover.Target>
      <Popover.Dropdown aria-label={label} data-layer="true" p={12}>
        <TakeKeys>{children}</TakeKeys>
      </Popover.Dropdown>
    </Popover>
  );
}
