import { type ReactNode, Suspense } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import { useSnapshotStatus } from '../app/engine.tsx';
import { useNavigation } from '../app/navigation.ts';
import { FirstRun } from '../app/screens.tsx';
import { ActionButton } from '../parts/ActionButton.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import classes from './register.module.css';
import { tokensOf } from './terms.ts';

interface RegisterEmptyProps {
  readonly query: string;
  readonly hint: { readonly without: string; readonly matches: number } | undefined;
  readonly problem: boolean;
}

/** Nothing to show: either nothing is there yet, or the filter is too narrow; each says what to do. */
export function RegisterEmpty({ query, hint, problem }: RegisterEmptyProps): ReactNode {
  const go = useNavigation((place) => place.go);
  const snapshot = useSnapshotStatus();
  if (query === '' && snapshot !== undefined) {
    return (
      <div className={classes.overlay}>
        <EmptyState title={`Nothing in the register as of place ${snapshot.place}`}>
          Move through the ledger above to see it fill.
        </EmptyState>
      </div>
    );
  }
  if (query === '') {
    return (
      <div className={classes.overlay}>
        <Suspense fallback={null}>
          <FirstRun />
        </Suspense>
      </div>
    );
  }
  const set = (text: string): void => go({ screen: 'register', query: text });
  const without = (): void =>
    set(
      tokensOf(query)
        .filter((token) => token !== hint?.without)
        .join(' '),
    );
  return (
    <div className={classes.overlay}>
      <EmptyState
        title={problem ? 'This filter cannot be read yet' : 'No identity matches'}
        actions={
          <>
            {hint && <ActionButton onClick={without}>Show the {hint.matches}</ActionButton>}
            <ActionButton keys="Escape" onClick={() => set('')}>
              Clear filter
            </ActionButton>
          </>
        }
      >
        {hint && (
          <p>
            {hint.matches} match without <code>{visibleText(hint.without, 80)}</code>.
          </p>
        )}
      </EmptyState>
    </div>
  );
}
