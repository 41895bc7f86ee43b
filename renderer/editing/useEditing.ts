import { createContext, useContext } from 'react';
import type { Act, ActKind } from '../../shared/model/act.ts';
import type { IdentityId } from '../../shared/model/ids.ts';
import type { EditChange } from '../../shared/register/view.ts';

/** Where an editor opens: the cell or value on screen. Without one it opens beside what has the focus. */
export type EditorPlace = DOMRect | undefined;

export interface Editing {
  /** Opens the editor that fits the field, for one identity or many. */
  readonly editField: (ids: readonly IdentityId[], field: string, place?: EditorPlace) => Promise<void>;
  /** The owner picker: `editField` of the field `owner`. */
  readonly pickOwner: (ids: readonly IdentityId[], place?: EditorPlace) => Promise<void>;
  /** A line of text that is added to the comments. */
  readonly comment: (ids: readonly IdentityId[], place?: EditorPlace) => Promise<void>;
  /** Signs acts that are ready. `label` is what the toast and Undo say. @returns whether they were saved. */
  readonly signActs: (acts: readonly Act[], label: string) => Promise<boolean>;
  /**
   * Shows what a change would do in numbers, then signs it. One identity with nothing refused and no conflict settled is signed
   * at once. @returns whether it was saved.
   */
  readonly previewAndSign: (ids: readonly IdentityId[], change: EditChange) => Promise<boolean>;
  /** Takes back this device's last change. */
  readonly undo: () => Promise<void>;
  /**
   * Why this person may not make such acts, in words; undefined when they may. The register judges each record again.
   * Without a kind: why they may not set a value.
   */
  readonly whyNot: (...kinds: readonly ActKind[]) => string | undefined;
}

export const EditingContext = createContext<Editing | undefined>(undefined);

export function useEditing(): Editing {
  const editing = useContext(EditingContext);
  if (!editing) throw new Error('useEditing outside EditingProvider');
  return editing;
}
