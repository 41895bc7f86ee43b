import { create } from 'zustand';

export type SheetType = 'identity' | 'party';

/** A file that a person dropped or picked, and what its rows are. */
export interface PickedSheet {
  readonly file: File;
  readonly type: SheetType;
}

interface Picked {
  readonly sheet: PickedSheet | undefined;
  readonly take: (sheet: PickedSheet | undefined) => void;
}

/** One sheet at a time is being taken in, wherever it was dropped. */
export const usePickedSheet = create<Picked>((set) => ({ sheet: undefined, take: (sheet) => set({ sheet }) }));

export const SHEET_ENDINGS = ['.csv', '.tsv', '.xlsx', '.json', '.ndjson', '.jsonl', '.txt'] as const;

/** Opens the host's file picker; a picked file goes the same way as a dropped one. */
export function openFiles(type: SheetType = 'identity'): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.accept = SHEET_ENDINGS.join(',');
  input.hidden = true;
  input.addEventListener('change', () => {
    const file = input.files?.[0];
    input.remove();
    if (file) usePickedSheet.getState().take({ file, type });
  });
  input.addEventListener('cancel', () => input.remove());
  // In the page, not beside it: what nothing refers to may be collected before the person has chosen.
  document.body.append(input);
  input.click();
}
