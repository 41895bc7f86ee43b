import { NumberInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import type { InboxItem } from '../../shared/register/view.ts';
import { type Editing, useEditing } from '../editing/useEditing.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import { Keys } from '../parts/Keys.tsx';
import style from './list.module.css';

type Choice = InboxItem['choices'][number];

interface Props {
  readonly item: InboxItem;
  readonly picked: number | undefined;
  readonly busy: boolean;
  readonly onPick: (index: number | undefined) => void;
  readonly onSign: (index: number) => void;
}

/** What `a` picks: the choice marked safe; without one, nothing is accepted by a single key. */
export function safeChoice(choices: readonly Choice[]): number | undefined {
  const index = choices.findIndex((choice) => choice.safe);
  return index < 0 ? undefined : index;
}

const actsWords = (choice: Choice): string =>
  choice.acts.length === 0
    ? choice.decides === undefined
      ? 'opens the records, signs nothing'
      : 'signs nothing'
    : choice.acts.length === 1
      ? 'signs 1 change'
      : `signs ${choice.acts.length} changes`;

/** What only opens records needs no permission. */
function reasonFor({ acts, decides }: Choice, whyNot: Editing['whyNot']): string | undefined {
  if (acts.length > 0) return whyNot(...acts.map(({ kind }) => kind));
  return decides === undefined ? undefined : 'Choose a pair first';
}

export function ChoiceList({ item, picked, busy, onPick, onSign }: Props): ReactNode {
  const { whyNot } = useEditing();
  const choice = picked === undefined ? undefined : item.choices[picked];
  return (
    <section aria-label="Choices">
      <ul className={style.choices}>
        {item.choices.map((each, index) => (
          <li key={each.decides ?? each.label}>
            <button
              type="button"
              className={style.choice}
              aria-pressed={index === picked}
              onClick={(event) => {
                // Enter on the choice that is picked already signs it; a second click of the mouse does not.
                const again = event.detail === 0 && index === picked && each.typeNumber === undefined;
                if (again) onSign(index);
                else onPick(index);
              }}
            >
              <Keys combo={String(index + 1)} />
              <span className={style.grow}>
                <span style={{ fontWeight: 500 }}>{visibleText(each.label)}</span>
                {each.hint !== undefined && <span className={style.dim}> {visibleText(each.hint, 300)}</span>}
              </span>
              {each.safe && (
                <span className={`${style.dim} ${style.small}`}>
                  safe default <Keys combo="a" />
                </span>
              )}
            </button>
          </li>
        ))}
      </ul>
      {choice !== undefined && picked !== undefined && choice.typeNumber === undefined && (
        <div className={style.row} style={{ marginTop: 8 }}>
          <ActionButton tone="primary" keys="Enter" busy={busy} disabledReason={reasonFor(choice, whyNot)} onClick={() => onSign(picked)}>
            {visibleText(choice.label, 60)}
          </ActionButton>
          <span className={style.dim}>{actsWords(choice)}</span>
        </div>
      )}
      {choice?.typeNumber !== undefined && picked !== undefined && (
        <TypedRelease choice={choice} expected={choice.typeNumber} busy={busy} onSign={() => onSign(picked)} />
      )}
    </section>
  );
}

/** Deliberately slow: who releases removals has read how many they are. */
function TypedRelease(props: { choice: Choice; expected: number; busy: boolean; onSign: () => void }): ReactNode {
  const whyNot = reasonFor(props.choice, useEditing().whyNot);
  const [typed, setTyped] = useState<number | string>('');
  const matches = typed === props.expected;
  return (
    <form
      className={style.row}
      style={{ marginTop: 8, alignItems: 'flex-end' }}
      onSubmit={(event) => {
        event.preventDefault();
        if (matches && whyNot === undefined) props.onSign();
      }}
    >
      <NumberInput
        label={`Type ${props.expected} to confirm: so many records will be marked missing`}
        value={typed}
        onChange={setTyped}
        hideControls
        allowDecimal={false}
        allowNegative={false}
        autoFocus
        w={360}
      />
      <ActionButton
        type="submit"
        tone="danger"
        busy={props.busy}
        disabledReason={whyNot ?? (matches ? undefined : `Type ${props.expected} first`)}
      >
        {visibleText(props.choice.label, 60)}
      </ActionButton>
    </form>
  );
}
