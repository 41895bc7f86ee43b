import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import type { QueryProblem } from '../../shared/register/view.ts';
import { layerIsHere } from '../app/heldKeys.ts';
import { useNavigation } from '../app/navigation.ts';
import { useShell } from '../app/shellStore.ts';
import { Icon } from '../parts/Icon.tsx';
import { Keys } from '../parts/Keys.tsx';
import classes from './register.module.css';
import { joinQuery, splitQuery } from './terms.ts';

interface QueryLineProps {
  readonly problem: QueryProblem | undefined;
  /** Enter hands the keys to the grid. */
  readonly toGrid: () => void;
}

/** One line: understood terms as chips, the rest as text. It filters while one types. */
export function QueryLine({ problem, toGrid }: QueryLineProps): ReactNode {
  const query = useNavigation((place) => place.query);
  const typeQuery = useNavigation((place) => place.typeQuery);
  const input = useRef<HTMLInputElement>(null);
  const [draft, setDraft] = useState(() => splitQuery(query));
  useEffect(() => {
    setDraft((now) => (joinQuery(now.chips, now.rest) === query ? now : splitQuery(query)));
  }, [query]);
  useFocusWish(input);

  const set = (next: typeof draft): void => {
    setDraft(next);
    typeQuery(joinQuery(next.chips, next.rest));
  };
  /** A term becomes a chip when it is finished: after a space, not while its value is still being typed. */
  const type = (text: string): void => {
    const { chips, rest } = splitQuery(text);
    if (!text.endsWith(' ')) set({ ...draft, rest: text });
    else set({ chips: [...draft.chips, ...chips], rest: rest === '' ? '' : `${rest} ` });
  };
  const onKey = (event: KeyboardEvent<HTMLInputElement>): void => {
    const atStart = event.currentTarget.selectionStart === 0 && event.currentTarget.selectionEnd === 0;
    if (event.key === 'Enter') {
      const { chips, rest } = splitQuery(draft.rest);
      set({ chips: [...draft.chips, ...chips], rest });
      toGrid();
    } else if (event.key === 'Escape') {
      if (query === '') toGrid();
      else set({ chips: [], rest: '' });
    } else if (event.key === 'Backspace' && atStart && draft.chips.length > 0) {
      const last = draft.chips.at(-1);
      set({ chips: draft.chips.slice(0, -1), rest: `${last?.token ?? ''}${draft.rest === '' ? '' : ` ${draft.rest}`}` });
    } else if (event.key === 'ArrowDown') toGrid();
    else return;
    event.preventDefault();
  };
  return (
    <div className={classes.queryBox}>
      <div className={classes.query} data-problem={problem !== undefined}>
        <Icon name="filter" size={14} />
        {draft.chips.map((chip) => (
          <span className={classes.chip} key={chip.token}>
            {chip.not && <em>not </em>}
            {chip.label}: <b>{visibleText(chip.value, 80)}</b>
            <button
              type="button"
              aria-label={`Remove ${chip.label}: ${visibleText(chip.value, 80)}`}
              onClick={() => set({ ...draft, chips: draft.chips.filter((one) => one !== chip) })}
            >
              <Icon name="close" size={11} />
            </button>
          </span>
        ))}
        <input
          ref={input}
          type="text"
          aria-label="Filter the register"
          aria-invalid={problem !== undefined}
          aria-describedby={problem ? 'query-problem' : undefined}
          placeholder={draft.chips.length === 0 ? 'Filter: payments, owner:none, env:production, is:privileged' : 'and …'}
          autoComplete="off"
          spellCheck={false}
          value={draft.rest}
          onChange={(event) => type(event.target.value)}
          onKeyDown={onKey}
        />
        {query !== '' && (
          <button
            type="button"
            className={classes.clear}
            aria-label="Clear the filter"
            title="Clear the filter (Esc)"
            onClick={() => set({ chips: [], rest: '' })}
          >
            <Icon name="close" size={13} />
          </button>
        )}
        {query === '' && <Keys combo="/" />}
      </div>
      {problem && <Problem problem={problem} query={query} />}
    </div>
  );
}

function useFocusWish(input: { readonly current: HTMLInputElement | null }): void {
  const wish = useShell((shell) => shell.filterWish);
  const granted = useShell((shell) => shell.granted);
  useEffect(() => {
    if (!wish) return;
    granted('filterWish');
    input.current?.focus();
    input.current?.select();
    layerIsHere();
  }, [wish, granted, input]);
}

/** Where it stops being understood, and the way out. */
function Problem({ problem, query }: { problem: QueryProblem; query: string }): ReactNode {
  const at = problem.at;
  return (
    <p className={classes.problem} id="query-problem" role="alert">
      <Icon name="found" size={13} />
      <span>
        {problem.message}
        {at !== undefined && at < query.length && (
          <>
            {' at '}
            <code>
              {visibleText(query.slice(Math.max(0, at - 16), at))}
              <mark>{visibleText(query.slice(at, at + 12))}</mark>
            </code>
          </>
        )}
        . {problem.wayOut}
      </span>
    </p>
  );
}
