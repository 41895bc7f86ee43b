import { type ReactNode, useEffect, useRef } from 'react';
import list from '../inbox/list.module.css';
import style from './firstRun.module.css';
import type { SheetChoices } from './spreadsheet.ts';

const MODES: readonly (readonly [mode: SheetChoices['mode'], words: string, hint: string])[] = [
  ['take over', 'Take it over once', 'These become your entries, the file’s fingerprint is the reason.'],
  ['follow', 'Keep following it', 'Someone else still edits it. It stays a source, as old as its file.'],
];

/** The one question that the sheet itself cannot answer. */
export function ModeChoice({ mode, onChange }: { mode: SheetChoices['mode']; onChange: (mode: SheetChoices['mode']) => void }): ReactNode {
  const question = useRef<HTMLFieldSetElement>(null);
  // The focus waits at the question, so that Enter answers it as it stands.
  useEffect(() => question.current?.querySelector<HTMLInputElement>('input:checked')?.focus(), []);
  return (
    <fieldset className={list.fieldset} ref={question}>
      <legend className="mu-visually-hidden">Take it over or follow it</legend>
      <div className={style.choices}>
        {MODES.map(([value, words, hint]) => (
          <label key={value} className={list.choice} data-picked={value === mode}>
            <input type="radio" name="mode" checked={value === mode} onChange={() => onChange(value)} />
            <span>
              <span style={{ display: 'block', fontWeight: 600 }}>{words}</span>
              <span className={style.dim}>{hint}</span>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
