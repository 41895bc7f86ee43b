import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { QueryProblem } from '../../shared/register/view.ts';
import { Icon } from '../parts/Icon.tsx';
import { Text } from './parts.tsx';
import { go } from './place.ts';

const EXAMPLE = 'payments, owner:none, env:production, is:privileged, age>90d';

interface QueryLineProps {
  readonly label: string;
  readonly query: string;
  readonly problem?: QueryProblem | undefined;
  readonly placeholder?: string;
}

/** One line in the register's own language; it filters while one types, and `/` goes to it. */
export function QueryLine({ label, query, problem, placeholder = `Filter: ${EXAMPLE}` }: QueryLineProps): ReactNode {
  const [draft, setDraft] = useState(query);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => setDraft((now) => (now.trim() === query ? now : query)), [query]);
  const set = (text: string): void => {
    setDraft(text);
    go({ query: text.trim(), id: '' }, true);
  };
  return (
    <div className="query" data-problem={problem !== undefined}>
      <Icon name="filter" size={14} />
      <input
        ref={input}
        type="text"
        data-filter
        aria-label={label}
        aria-invalid={problem !== undefined}
        aria-describedby={problem ? 'query-problem' : undefined}
        placeholder={placeholder}
        autoComplete="off"
        spellCheck={false}
        value={draft}
        onChange={(event) => set(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') {
            if (draft !== '') event.stopPropagation();
            set('');
          } else if (event.key === 'ArrowDown' || event.key === 'Enter') {
            event.preventDefault();
            document.querySelector<HTMLElement>('[role=grid]')?.focus();
          }
        }}
      />
      {draft === '' ? (
        <kbd>/</kbd>
      ) : (
        <button
          type="button"
          aria-label="Clear the filter"
          title="Clear the filter (Esc)"
          onClick={() => {
            set('');
            input.current?.focus();
          }}
        >
          <Icon name="close" size={13} />
        </button>
      )}
      {problem && (
        <p className="problem" id="query-problem" role="alert">
          <Text text={`${problem.message}. ${problem.wayOut ?? ''}`} limit={400} />
        </p>
      )}
    </div>
  );
}
