import { type KeyboardEvent, type ReactNode, useState } from 'react';
import { MAX_TEXT } from '../../shared/base/text.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import classes from './editing.module.css';

interface TextEditorProps {
  readonly label: string;
  readonly start: string;
  readonly hint: string;
  /** Empty means: clear it. */
  readonly onDone: (text: string) => void;
}

const onEnter =
  (done: () => void) =>
  (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    done();
  };

export function TextEditor({ label, start, hint, onDone }: TextEditorProps): ReactNode {
  const [text, setText] = useState(start);
  const done = (): void => onDone(text.trim());
  return (
    <>
      <input
        data-autofocus
        className={classes.input}
        type="text"
        aria-label={label}
        maxLength={MAX_TEXT}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onFocus={(event) => event.target.select()}
        onKeyDown={onEnter(done)}
      />
      <Foot hint={hint} done={done} />
    </>
  );
}

export function LongTextEditor({ label, start, hint, onDone }: TextEditorProps): ReactNode {
  const [text, setText] = useState(start);
  const done = (): void => onDone(text.trim());
  return (
    <>
      <textarea
        data-autofocus
        className={classes.area}
        aria-label={label}
        rows={4}
        maxLength={MAX_TEXT}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onEnter(done)}
      />
      <Foot hint={`${hint}. Shift and Enter starts a line.`} done={done} />
    </>
  );
}

export function DayEditor({ label, start, hint, onDone }: TextEditorProps): ReactNode {
  const [day, setDay] = useState(start);
  const done = (): void => onDone(day);
  return (
    <>
      <input
        data-autofocus
        className={classes.input}
        type="date"
        aria-label={label}
        value={day}
        onChange={(event) => setDay(event.target.value)}
        onKeyDown={onEnter(done)}
      />
      <Foot hint={hint} done={done} />
    </>
  );
}

function Foot({ hint, done }: { hint: string; done: () => void }): ReactNode {
  return (
    <div className={classes.foot}>
      <small>{hint}</small>
      <ActionButton tone="primary" keys="Enter" onClick={done}>
        Save
      </ActionButton>
    </div>
  );
}
