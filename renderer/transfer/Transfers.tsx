import { type ReactNode, useEffect } from 'react';
import { useBridge } from '../app/useBridge.ts';
import { CopyDialog } from './CopyDialog.tsx';
import { ImportCopyDialog } from './ImportCopyDialog.tsx';
import { useTransfer } from './transferStore.ts';

/** Whichever transfer was begun. */
export function Transfers(): ReactNode {
  const bridge = useBridge();
  const { chosen, picked, take, close } = useTransfer();
  useEffect(() => {
    void bridge.handedOver().then((bytes) => bytes && take(new File([bytes], 'copy')));
  }, [bridge, take]);
  if (chosen) return <CopyDialog ids={chosen} onClose={close} />;
  return picked ? <ImportCopyDialog file={picked} onClose={close} /> : null;
}
