import type { ReactNode } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import type { AuthorValue } from '../../shared/register/view.ts';
import { Age } from '../parts/Age.tsx';

/** `Payments, set by Ana` · `from AWS` · `by rule`. */
export function authorWords({ author }: Pick<AuthorValue, 'author'>): string {
  if (author.kind === 'steward') return `set by ${visibleText(author.name, 60)}`;
  if (author.kind === 'source') return `from ${visibleText(author.label, 60)}`;
  return `by rule ${visibleText(author.label, 60)}`;
}

export function AuthorLine({ value }: { value: AuthorValue }): ReactNode {
  return (
    <span style={{ color: 'var(--mu-ink-3)' }}>
      {authorWords(value)}
      {value.asOf !== undefined && (
        <>
          {' · '}
          <Age at={value.asOf} />
        </>
      )}
      {value.freshness !== undefined && value.freshness !== 'fresh' && ` · ${value.freshness}`}
    </span>
  );
}
