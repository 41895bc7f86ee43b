import type { ReactNode } from 'react';
import type { Query } from '../../shared/register/view.ts';
import { useLive, useStatus } from '../app/engine.tsx';
import { useNavigation } from '../app/navigation.ts';
import { COUNT_FILTERS } from './defaultViews.ts';
import classes from './register.module.css';
import { hasToken, toggleToken } from './terms.ts';

/** Five counts that are filters, and what is in the register altogether. */
export function CountFilters({ query, total }: { query: Query; total: number | undefined }): ReactNode {
  const counted = useLive((api) => api.counts(), []);
  const opening = useStatus()?.opening;
  const counts = counted?.incomplete ? undefined : counted;
  const go = useNavigation((place) => place.go);
  return (
    <div className={classes.counts}>
      <fieldset className={classes.filters} aria-label="Counts that filter">
        {COUNT_FILTERS.map(({ label, token, count }) => (
          <button
            key={token}
            type="button"
            aria-pressed={hasToken(query.text, token)}
            onClick={() => go({ screen: 'register', query: toggleToken(query.text, token) })}
          >
            {label} <b>{counts?.[count].toLocaleString() ?? ''}</b>
          </button>
        ))}
      </fieldset>
      {counted?.incomplete && (
        <p className={classes.totals}>
          {query.text !== '' && total !== undefined && <strong>{total.toLocaleString()} found so far · </strong>}
          Still opening{opening === undefined ? '' : `: ${Math.floor(opening * 100)} %`} · {counted.identities.toLocaleString()} identities
          so far
        </p>
      )}
      {counts && (
        <p className={classes.totals}>
          {query.text !== '' && total !== undefined && <strong>{total.toLocaleString()} shown · </strong>}
          {many(counts.identities, 'identity', 'identities')} · {many(counts.credentials, 'credential', 'credentials')} ·{' '}
          {many(counts.unbound, 'credential', 'credentials')} not tied to an identity
        </p>
      )}
    </div>
  );
}

const many = (count: number, one: string, more: string): string => `${count.toLocaleString()} ${count === 1 ? one : more}`;
