import { type ReactNode, useState } from 'react';
import type { EditChange, FieldView } from '../../shared/register/view.ts';
import { Anchored } from './Anchored.tsx';
import { identities } from './changeWords.ts';
import type { Edited, OpenEditor } from './EditingProvider.tsx';
import { ElementsEditor } from './ElementsEditor.tsx';
import classes from './editing.module.css';
import { Picker } from './Picker.tsx';
import { DayEditor, LongTextEditor, TextEditor } from './textEditors.tsx';

interface FieldEditorProps {
  readonly editor: OpenEditor;
  readonly onClose: () => void;
  readonly onDone: (edited: Edited) => void;
}

/** The editor that fits the field, at the cell. Enter signs from anywhere in it. */
export function FieldEditor({ editor, onClose, onDone }: FieldEditorProps): ReactNode {
  const [why, setWhy] = useState('');
  const { field, ids } = editor;
  const title = field === 'comment' ? 'Comment' : field.label;
  const because = why.trim() === '' ? {} : { why: why.trim() };
  const done = (edited: Edited): void =>
    onDone({
      ...edited,
      changes: edited.changes.map((change) => ({ ...change, ...(change.kind === 'comment' ? {} : because) }) as EditChange),
    });
  return (
    <Anchored place={editor.place} label={title} width={320} onClose={onClose}>
      <div className={classes.editor}>
        <header>
          <h2>{title}</h2>
          {ids.length > 1 && <span>{identities(ids.length)}</span>}
        </header>
        {field === 'comment' ? (
          <LongTextEditor
            label="Comment"
            start=""
            hint="Everybody who sees the record sees it"
            onDone={(text) => text !== '' && done({ changes: [{ kind: 'comment', text }] })}
          />
        ) : (
          <>
            <ValueEditor field={field} many={ids.length > 1} done={done} />
            <input
              className={classes.why}
              type="text"
              aria-label="Why (optional)"
              placeholder="Why (optional)"
              maxLength={4_096}
              value={why}
              onChange={(event) => setWhy(event.target.value)}
            />
          </>
        )}
      </div>
    </Anchored>
  );
}

const PICKED_TEXT: ReadonlySet<string> = new Set(['application', 'classification']);

interface ValueEditorProps {
  readonly field: FieldView;
  readonly many: boolean;
  readonly done: (edited: Edited) => void;
}

function ValueEditor({ field, many, done }: ValueEditorProps): ReactNode {
  const set = (value: string): void =>
    done({ changes: [value === '' ? { kind: 'clear', field: field.field } : { kind: 'set', field: field.field, value }], shown: value });
  const start = many ? '' : field.text;
  if (field.type === 'party' || field.type === 'choice' || PICKED_TEXT.has(field.field))
    return <Picker field={field} many={many} done={done} />;
  if (field.type === 'set') return <ElementsEditor field={field} many={many} done={done} />;
  if (field.type === 'day') return <DayEditor label={field.label} start={start.slice(0, 10)} hint={field.hint} onDone={set} />;
  if (field.type === 'long text') return <LongTextEditor label={field.label} start={start} hint={field.hint} onDone={set} />;
  return <TextEditor label={field.label} start={start} hint={field.hint} onDone={set} />;
}
