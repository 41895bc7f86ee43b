import { lazy, type ReactNode, Suspense, useEffect, useState } from 'react';
import { useBridge } from '../app/useBridge.ts';
import { isSnapshotName, openSnapshotFile, pickSnapshot, useOpenSnapshot } from './openSnapshot.ts';
import style from './snapshot.module.css';

const SnapshotPage = lazy(async () => ({ default: (await import('./SnapshotPage.tsx')).SnapshotPage }));

/** Shows the open snapshot, or the live app. Wherever the app is, a file may be dropped, picked, or handed over by the host. */
export function SnapshotDoor({ children }: { children: ReactNode }): ReactNode {
  const picked = useOpenSnapshot((state) => state.picked);
  useHostFiles();
  const over = useDroppedFiles();
  return (
    <>
      {picked ? (
        <Suspense fallback={null}>
          <SnapshotPage key={picked.opening} picked={picked} />
        </Suspense>
      ) : (
        children
      )}
      {over && (
        <div className={style.over} role="status">
          Drop a snapshot (.muster) to open it read-only
        </div>
      )}
    </>
  );
}

function useHostFiles(): void {
  const bridge = useBridge();
  useEffect(() => {
    const take = (): void => {
      void bridge.openedFile().then((file) => {
        if (file) useOpenSnapshot.getState().open(new Blob([file.bytes]), file.name);
      });
    };
    take();
    return bridge.onMenu((command) => {
      if (command === 'opened') take();
      else if (command === 'openSnapshot') pickSnapshot();
    });
  }, [bridge]);
}

/**
 * A snapshot that is dropped anywhere. Heard before the page: the register takes spreadsheets itself, and is not asked about files that
 * end in `.muster`. @returns whether a file is over a page that takes nothing else.
 */
function useDroppedFiles(): boolean {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const takesSheets = (): boolean => document.querySelector('[data-takes-sheets]') !== null;
    const onOver = (event: DragEvent): void => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      setOver(!takesSheets());
    };
    const onLeave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setOver(false);
    };
    const onDrop = (event: DragEvent): void => {
      setOver(false);
      const file = event.dataTransfer?.files[0];
      if (!file) return;
      event.preventDefault();
      if (!isSnapshotName(file.name)) return;
      event.stopPropagation();
      openSnapshotFile(file);
    };
    const capture = { capture: true };
    addEventListener('dragover', onOver, capture);
    addEventListener('dragleave', onLeave, capture);
    addEventListener('drop', onDrop, capture);
    return () => {
      removeEventListener('dragover', onOver, capture);
      removeEventListener('dragleave', onLeave, capture);
      removeEventListener('drop', onDrop, capture);
    };
  }, []);
  return over;
}
