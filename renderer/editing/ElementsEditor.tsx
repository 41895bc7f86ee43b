import { type KeyboardEvent, type ReactNode, useState } from 'react';
import type { EditChange, FieldView } from '../../shared/register/view.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import { Hostile } from '../parts/Hostile.tsx';
import { Icon } from '../parts/Icon.tsx';
import type { Edited } from './EditingProvider.tsx';
import classes from './editing.module.css';

interface ElementsEditorProps {
  readonly field: FieldView;
  readonly many: boolean;
  readonly done: (edited: Edited) => void;
}

const elementsOf = (field: FieldView): readonly string[] =>
  Array.isArray(field.value) ? field.value.filter((one): one is string => typeof one === 'string') : [];

/** Tags and backups: each element is added or taken away by an act of its own, so that concurrent edits never fight. */
export function ElementsEditor({ field, many, done }: ElementsEditorProps): ReactNode {
  const [text, setText] = useState('');
  const [had] = useState(() => (many ? [] : elementsOf(field)));
  const [now, setNow] = useState<readonly string[]>(had);
  const add = (element: string): readonly string[] => (element === '' || now.includes(element) ? now : [...now, element]);
  const finish = (): void => {
    const last = add(text.trim());
    const added = last.filter((one) => !had.includes(one)).map((element): EditChange => ({ kind: 'add', field: field.field, element }));
    const removed = had
      .filter((one) => !last.includes(one))
      .map((element): EditChange => ({ kind: 'remove', field: field.field, element }));
    done({ changes: [...added, ...removed] });
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Backspace' && text === '') setNow(now.slice(0, -1));
    if (event.key !== 'Enter' && event.key !== ',') return;
    event.preventDefault();
    if (event.key === 'Enter') finish();
    else {
      setNow(add(text.trim()));
      setText('');
    }
  };
  return (
    <>
      <div className={classes.elements}>
        {now.map((element) => (
          <span key={element}>
            <Hostile text={element} limit={60} />
            <button
              type="button"
              aria-label={`Remove ${element.slice(0, 60)}`}
              onClick={() => setNow(now.filter((one) => one !== element))}
            >
              <Icon name="close" size={11} />
            </button>
          </span>
        ))}
        <input
          data-autofocus
          type="text"
          aria-label={`Add to ${field.label}`}
          placeholder={now.length === 0 ? field.hint : 'and …'}
          value={text}
          maxLength={200}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKey}
        />
      </div>
      <div className={classes.foot}>
        <small>{many ? 'Added to each; nothing is taken away. ' : ''}A comma starts the next.</small>
        <ActionButton tone="primary" keys="Enter" onClick={finish}>
          Save
        </ActionButton>
      </div>
    </>
  );
}
