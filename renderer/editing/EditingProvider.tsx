import { type ReactNode, useCallback, useMemo, useState } from 'react';
import type { EditorToken } from '../../shared/bridge/engine.ts';
import { SNAPSHOT_READ_ONLY } from '../../shared/bridge/snapshot.ts';
import { isWithdrawable } from '../../shared/ledger/withdrawable.ts';
import type { Act, ActKind } from '../../shared/model/act.ts';
import { fieldByName } from '../../shared/model/fields.ts';
import type { IdentityId } from '../../shared/model/ids.ts';
import type { EditChange, EditPreview, FieldView } from '../../shared/register/view.ts';
import { useEngine, useStatus } from '../app/engine.tsx';
import { awaitLayer, holdingKeys, holdKeys, noLayer } from '../app/heldKeys.ts';
import { notify, notifyProblem } from '../app/notify.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import { useSelection } from '../register/selection.ts';
import { doneText, whyMayNot } from './changeWords.ts';
import classes from './editing.module.css';
import { FieldEditor } from './FieldEditor.tsx';
import { mergePreviews, needsReview } from './mergePreviews.ts';
import { PreviewDialog } from './PreviewDialog.tsx';
import { usePendingEdits } from './pendingEdits.ts';
import { type Editing, EditingContext, type EditorPlace } from './useEditing.ts';
import { usePendingJourney } from './usePendingJourney.ts';

/** An open editor: for whom, of what, and what its author had seen when it opened (DESIGN 5). */
export interface OpenEditor {
  readonly ids: readonly IdentityId[];
  readonly field: FieldView | 'comment';
  readonly place: EditorPlace;
  readonly token: EditorToken;
}

export interface OpenPreview {
  readonly change: EditChange;
  readonly preview: EditPreview;
  readonly extra: readonly Act[];
  readonly token: EditorToken;
  readonly answer: (saved: boolean) => void;
}

/** What an editor hands over: the changes, and acts that must come before them (a party that is new). */
export interface Edited {
  readonly changes: readonly EditChange[];
  readonly extra?: readonly Act[];
  /** The new value as the cell shows it until the register does. */
  readonly shown?: string;
}

export function EditingProvider({ children }: { children: ReactNode }): ReactNode {
  const { api } = useEngine();
  const status = useStatus();
  const [editor, setEditor] = useState<OpenEditor>();
  const [review, setReview] = useState<OpenPreview>();
  const role = status?.me?.role;
  const because = status?.readOnly ? (status.readOnlyBecause?.message ?? NEWER) : undefined;
  const snapshot = status?.snapshot !== undefined;
  const whyNot = useCallback<Editing['whyNot']>(
    (...kinds) => (snapshot ? SNAPSHOT_READ_ONLY : whyMayNot({ role, because }, kinds.length === 0 ? ['set'] : kinds)),
    [snapshot, role, because],
  );
  usePendingJourney();
  const actions = useMemo(() => makeActions(api, whyNot, setEditor, setReview), [api, whyNot]);
  return (
    <EditingContext.Provider value={actions.editing}>
      {children}
      {editor && (
        <FieldEditor
          key={`${editor.ids[0]} ${editor.field === 'comment' ? 'comment' : editor.field.field}`}
          editor={editor}
          onClose={() => setEditor(undefined)}
          onDone={(edited) => {
            setEditor(undefined);
            const goOn = holdKeys();
            void actions.applyShown(editor.ids, edited, editor.token, goOn).finally(goOn);
          }}
        />
      )}
      {review && (
        <PreviewDialog
          review={review}
          onClose={() => {
            setReview(undefined);
            review.answer(false);
          }}
          onSign={() => {
            setReview(undefined);
            void holdingKeys(() => actions.signReviewed(review));
          }}
        />
      )}
    </EditingContext.Provider>
  );
}

interface Actions {
  readonly editing: Editing;
  readonly applyShown: (ids: readonly IdentityId[], edited: Edited, token: EditorToken, goOn: () => void) => Promise<void>;
  readonly signReviewed: (review: OpenPreview) => Promise<void>;
}

function makeActions(
  api: ReturnType<typeof useEngine>['api'],
  whyNot: Editing['whyNot'],
  setEditor: (editor: OpenEditor) => void,
  setReview: (review: OpenPreview) => void,
): Actions {
  const mayNot = (...kinds: readonly ActKind[]): boolean => {
    const reason = whyNot(...kinds);
    if (reason !== undefined) notify(reason, 'warning');
    return reason !== undefined;
  };
  const undo = async (): Promise<void> => {
    const reply = await api.undo();
    if (reply.ok) notify(`Taken back: ${reply.value.label}`);
    else notifyProblem(reply.error);
  };
  const sign = async (acts: readonly Act[], token: EditorToken, label: string): Promise<boolean> => {
    const reply = await api.commit(acts, token, label);
    if (reply.ok) notify(acts.some(({ kind }) => isWithdrawable(kind)) ? <Done label={label} undo={() => void undo()} /> : label);
    else notifyProblem(reply.error);
    return reply.ok;
  };
  /** `goOn` lets the keys go on: to the dialog, where a person decides. */
  const apply = async (
    ids: readonly IdentityId[],
    { changes, extra = [] }: Edited,
    token: EditorToken,
    goOn: () => void,
  ): Promise<boolean> => {
    const [change] = changes;
    if (!change) return false;
    const preview = mergePreviews(await Promise.all(changes.map((one) => api.preview(ids, one))));
    if (preview.refused.length > 0 && preview.records === 0 && ids.length === 1) {
      notify(preview.refused[0]?.reason ?? 'This change is refused.', 'warning');
      return false;
    }
    if (!needsReview(preview, ids.length)) return sign([...extra, ...preview.acts], token, doneText(change, 1));
    awaitLayer();
    goOn();
    return new Promise((answer) => setReview({ change, preview, extra, token, answer }));
  };
  /** One identity's new value is on screen before it is signed; of many, the preview shows what will be. */
  const applyShown: Actions['applyShown'] = async (ids, edited, token, goOn) => {
    const [change] = edited.changes;
    const field = ids.length === 1 && change && 'field' in change ? change.field : undefined;
    const pending = usePendingEdits.getState();
    if (field === undefined || edited.shown === undefined) return void (await apply(ids, edited, token, goOn));
    pending.put(ids, field, edited.shown);
    if (await apply(ids, edited, token, goOn)) pending.move(ids, field, 'saved here');
    else pending.drop(ids, field);
  };
  const editField = async (ids: readonly IdentityId[], name: string, place?: EditorPlace): Promise<void> => {
    const [first] = ids;
    if (first === undefined || mayNot()) return;
    const where = place ?? focusPlace();
    awaitLayer();
    const [token, field] = await Promise.all([api.openEditor(), api.field(first, name)]);
    if (!field?.editable) {
      noLayer();
      return notify(
        field
          ? `${fieldByName.get(name)?.label ?? name} cannot be edited here: ${field.decides}.`
          : 'That field does not belong to this kind of record.',
        'warning',
      );
    }
    setEditor({ ids, field, place: where, token });
    void api.presence({ record: first, field: name });
  };
  const editing: Editing = {
    whyNot,
    editField,
    pickOwner: (ids, place) => editField(ids, 'owner', place),
    comment: async (ids, place) => {
      if (ids.length === 0 || mayNot('comment')) return;
      const where = place ?? focusPlace();
      awaitLayer();
      setEditor({ ids, field: 'comment', place: where, token: await api.openEditor() });
    },
    signActs: async (acts, label) =>
      acts.length > 0 && !mayNot(...acts.map(({ kind }) => kind)) && holdingKeys(async () => sign(acts, await api.openEditor(), label)),
    previewAndSign: async (ids, change) => {
      if (mayNot(change.kind) || ids.length === 0) return false;
      const goOn = holdKeys();
      return apply(ids, { changes: [change] }, await api.openEditor(), goOn).finally(goOn);
    },
    undo: () => holdingKeys(undo),
  };
  return {
    editing,
    applyShown,
    signReviewed: async ({ change, preview, extra, token, answer }) => {
      const saved = await sign(
        [...extra, ...preview.acts],
        token,
        doneText(change, preview.records - preview.unchanged || preview.records),
      );
      // What was done is done: the next key must not reach the same identities, out of sight perhaps, again.
      if (saved) useSelection.getState().clear();
      answer(saved);
    },
  };
}

const NEWER = 'A newer version wrote something that this one does not know: update Muster to edit again.';

function focusPlace(): EditorPlace {
  const element = document.activeElement;
  return element && element !== document.body && !element.closest('nav') ? element.getBoundingClientRect() : undefined;
}

function Done({ label, undo }: { label: string; undo: () => void }): ReactNode {
  return (
    <span className={classes.done}>
      {label}
      <ActionButton tone="quiet" keys="mod+Z" onClick={undo}>
        Undo
      </ActionButton>
    </span>
  );
}
