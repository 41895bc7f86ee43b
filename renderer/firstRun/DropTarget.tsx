import { type DragEvent, type ReactNode, useState } from 'react';
import { useNavigation } from '../app/navigation.ts';
import { notify } from '../app/notify.ts';
import { useEditing } from '../editing/useEditing.ts';
import style from './firstRun.module.css';
import { usePickedSheet } from './openFiles.ts';
import { SheetImport } from './SheetImport.tsx';

const carriesFiles = (event: DragEvent): boolean => event.dataTransfer.types.includes('Files');

/** The whole window takes a spreadsheet: dropped anywhere, it opens as what it is understood to be. */
export function DropTarget({ children }: { children: ReactNode }): ReactNode {
  const [over, setOver] = useState(false);
  const whyNot = useEditing().whyNot('create', 'set');
  const sheet = usePickedSheet((picked) => picked.sheet);
  const take = usePickedSheet((picked) => picked.take);
  const people = useNavigation((place) => place.screen === 'people');
  const drop = (event: DragEvent): void => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer.files[0];
    if (whyNot !== undefined) notify(whyNot, 'warning');
    else if (file) take({ file, type: people ? 'party' : 'identity' });
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the file picker does the same by keyboard
    <div
      className={style.target}
      data-takes-sheets
      onDragOver={(event) => {
        if (!carriesFiles(event)) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={(event) => event.currentTarget.contains(event.relatedTarget as Node | null) || setOver(false)}
      onDrop={drop}
    >
      {children}
      {over && (
        <div className={style.over} role="status">
          {people ? 'Drop a list of people and teams' : 'Drop a spreadsheet of accounts, keys or certificates, or a snapshot'}
        </div>
      )}
      {sheet && <SheetImport key={`${sheet.file.name} ${sheet.file.lastModified}`} sheet={sheet} onClose={() => take(undefined)} />}
    </div>
  );
}
