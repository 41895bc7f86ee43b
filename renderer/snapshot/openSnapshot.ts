import { notifications } from '@mantine/notifications';
import { create } from 'zustand';
import { type Place, useNavigation } from '../app/navigation.ts';
import { usePendingEdits } from '../editing/pendingEdits.ts';
import { useSelection } from '../register/selection.ts';

/** A file that a person picked, dropped, or had the system open. */
export interface PickedSnapshot {
  /** Counts up: the same file opened twice is two openings. */
  readonly opening: number;
  readonly file: Blob;
  readonly name: string;
}

/** Where the person was in the live register: closing leads back to exactly there. */
interface Return {
  readonly place: Place;
  readonly selection: ReturnType<typeof useSelection.getState>;
  readonly firstRow: number;
}

interface OpenSnapshotState {
  readonly picked: PickedSnapshot | undefined;
  readonly from: Return | undefined;
  /** The row at the top of the grid to come back to; granted once. */
  readonly rowToShow: number;
  readonly open: (file: Blob, name: string) => void;
  readonly close: () => void;
  readonly rowShown: () => void;
}

export const useOpenSnapshot = create<OpenSnapshotState>((set, get) => ({
  picked: undefined,
  from: undefined,
  rowToShow: 0,
  open: (file, name) => {
    const opening = (get().picked?.opening ?? 0) + 1;
    const from = get().from ?? whereNow();
    // What was said and done a moment ago was in the live register: its values and its Undo have no business here.
    notifications.clean();
    usePendingEdits.setState({ edits: new Map() });
    useSelection.setState({ ids: new Set(), anchor: undefined, cursor: undefined });
    set({ picked: { opening, file, name }, from, rowToShow: 0 });
    useNavigation.getState().go({ screen: 'register', query: '' });
  },
  close: () => {
    const { from } = get();
    if (from === undefined) return;
    const { ids, anchor, cursor } = from.selection;
    useNavigation.getState().go(from.place);
    useSelection.setState({ ids, anchor, cursor });
    set({ picked: undefined, from: undefined, rowToShow: from.firstRow });
  },
  rowShown: () => set({ rowToShow: 0 }),
}));

function whereNow(): Return {
  const { screen, query, peek, page, section } = useNavigation.getState();
  return { place: { screen, query, peek, page, section }, selection: useSelection.getState(), firstRow: firstRowOnScreen() };
}

/** The grid has no memory of its own once it is taken off the page. */
function firstRowOnScreen(): number {
  const top = document.querySelector('.ag-body-viewport')?.getBoundingClientRect().top;
  if (top === undefined) return 0;
  const rows = [...document.querySelectorAll('.ag-row[row-index]')].filter((row) => row.getBoundingClientRect().bottom > top + 1);
  return Math.min(...rows.map((row) => Number(row.getAttribute('row-index'))), Number.MAX_SAFE_INTEGER) % Number.MAX_SAFE_INTEGER;
}

export const SNAPSHOT_ENDING = '.muster';
export const isSnapshotName = (name: string): boolean => name.toLowerCase().endsWith(SNAPSHOT_ENDING);

/** Opens the host's file picker; a picked file goes the same way as a dropped one. */
export function pickSnapshot(onFile: (file: File) => void = openSnapshotFile): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.accept = SNAPSHOT_ENDING;
  input.hidden = true;
  input.addEventListener('change', () => {
    const file = input.files?.[0];
    input.remove();
    if (file) onFile(file);
  });
  input.addEventListener('cancel', () => input.remove());
  // In the page, not beside it: what nothing refers to may be collected before the person has chosen.
  document.body.append(input);
  input.click();
}

export const openSnapshotFile = (file: File): void => useOpenSnapshot.getState().open(file, file.name);
