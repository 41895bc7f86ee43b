import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import type { EngineApi, Suggestion } from '../../shared/bridge/engine.ts';
import type { FieldView } from '../../shared/register/view.ts';
import { useEngine } from '../app/engine.tsx';
import { holdingKeys, holdKeys } from '../app/heldKeys.ts';
import { Hostile } from '../parts/Hostile.tsx';
import { Icon, type IconName } from '../parts/Icon.tsx';
import type { Edited } from './EditingProvider.tsx';
import classes from './editing.module.css';

const LIMIT = 8;
const NEW_PARTIES = ['team', 'person', 'vendor'] as const;

interface Option {
  readonly id: string;
  readonly icon: IconName;
  readonly text: string;
  readonly aside?: string;
  readonly pick: () => Promise<Edited> | Edited;
}

interface PickerProps {
  readonly field: FieldView;
  readonly many: boolean;
  readonly done: (edited: Edited) => void;
}

/** Type to filter, Enter picks. Parties can be created on the spot; a closed choice cannot. */
export function Picker({ field, many, done }: PickerProps): ReactNode {
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const list = useId();
  const { options, settled } = useOptions(field, text.trim(), many);
  // Enter before the answer is here picks from the answer, not from what was listed before it.
  const wished = useRef(false);
  const held = useRef<() => void>(undefined);
  const pick = async (option: Option | undefined): Promise<void> => {
    if (option) await holdingKeys(async () => done(await option.pick()));
  };
  useEffect(() => {
    if (!settled || !wished.current) return;
    wished.current = false;
    void pick(options[0]).then(held.current);
  });
  const onKey = (event: KeyboardEvent): void => {
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (by === 0 && event.key !== 'Enter') return;
    event.preventDefault();
    if (by !== 0) setAt((now) => (now + by + options.length) % Math.max(1, options.length));
    else if (settled) void pick(options[at]);
    else {
      // What is typed after Enter is not for this picker.
      wished.current = true;
      held.current = holdKeys();
    }
  };
  return (
    <>
      <input
        data-autofocus
        className={classes.input}
        type="text"
        role="combobox"
        aria-label={field.label}
        aria-expanded="true"
        aria-controls={list}
        aria-activedescendant={options[at] ? `${list}-${at}` : undefined}
        autoComplete="off"
        spellCheck={false}
        placeholder={field.hint}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKey}
      />
      <div className={classes.options} role="listbox" id={list} aria-label={`Values for ${field.label}`}>
        {options.map((option, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the input keeps the focus and has the keys (ARIA combobox)
          <div
            key={option.id}
            id={`${list}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === at}
            className={classes.option}
            onMouseMove={() => setAt(index)}
            onClick={() => void pick(option)}
          >
            <Icon name={option.icon} size={14} />
            <span>
              <Hostile text={option.text} limit={100} />
            </span>
            {option.aside !== undefined && <small>{option.aside}</small>}
          </div>
        ))}
      </div>
    </>
  );
}

function useOptions(field: FieldView, text: string, many: boolean): { options: readonly Option[]; settled: boolean } {
  const { api } = useEngine();
  const [found, setFound] = useState<{ text: string; list: readonly Suggestion[] }>();
  useEffect(() => {
    let live = true;
    if (field.choices) setFound({ text, list: [] });
    else void api.suggestions(field.field, text, LIMIT).then((list) => live && setFound({ text, list }));
    return () => {
      live = false;
    };
  }, [api, field, text]);
  const list = found?.list ?? [];
  const values = field.choices
    ? choiceOptions(field, text)
    : list.filter((one) => one.kind !== 'create').map((one) => valueOption(field, one));
  return { options: [...values, ...newOptions(api, field, text, list), ...clearOption(field, text, many)], settled: found?.text === text };
}

const setTo = (field: FieldView, value: string, shown = value): Edited => ({
  changes: [{ kind: 'set', field: field.field, value }],
  shown,
});

function choiceOptions(field: FieldView, text: string): Option[] {
  const wanted = text.toLowerCase();
  const fits = (field.choices ?? []).filter((choice) => choice.toLowerCase().includes(wanted));
  const first = (choice: string): number => (choice.toLowerCase().startsWith(wanted) ? 0 : 1);
  return fits
    .toSorted((a, b) => first(a) - first(b))
    .map((choice) => ({
      id: choice,
      icon: choice === field.text ? 'check' : 'chevronRight',
      text: choice,
      pick: () => setTo(field, choice),
    }));
}

const valueOption = (field: FieldView, one: Suggestion): Option => ({
  id: one.value,
  icon: one.text === field.text ? 'check' : one.kind === 'party' ? 'people' : 'chevronRight',
  text: one.text,
  ...(one.count > 0 ? { aside: one.count.toLocaleString() } : {}),
  pick: () => setTo(field, one.value, one.text),
});

function newOptions(api: EngineApi, field: FieldView, text: string, list: readonly Suggestion[]): Option[] {
  const known = list.some((one) => one.kind !== 'create' && one.text.toLowerCase() === text.toLowerCase());
  if (text === '' || field.choices || known) return [];
  if (field.type !== 'party') return [{ id: 'text', icon: 'plus', text: `Set to “${text}”`, pick: () => setTo(field, text) }];
  const kinds = field.field === 'vendor' ? (['vendor'] as const) : NEW_PARTIES.filter((kind) => kind !== 'vendor');
  return kinds.map((kind) => ({
    id: `new ${kind}`,
    icon: 'plus',
    text: `Create ${kind} “${text}”`,
    pick: async () => {
      const { acts, reference } = await api.newParty(text, kind);
      return { ...setTo(field, reference, text), extra: acts };
    },
  }));
}

function clearOption(field: FieldView, text: string, many: boolean): Option[] {
  if (text !== '' || (field.text === '' && !many)) return [];
  return [{ id: 'clear', icon: 'close', text: 'Clear', pick: () => ({ changes: [{ kind: 'clear', field: field.field }], shown: '' }) }];
}
