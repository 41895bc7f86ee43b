import type { ReactNode } from 'react';
import { ActionButton } from '../parts/ActionButton.tsx';
import classes from './trustBar.module.css';
import { useSignIn } from './useSignIn.ts';

/** One button; the sign-in happens in a tab of its own. */
export function SignInAgain(): ReactNode {
  const { busy, address, problem, begin } = useSignIn();
  return (
    <div className={classes.actions}>
      <ActionButton tone="primary" onClick={() => void begin()}>
        {busy ? 'Begin again' : 'Sign in again'}
      </ActionButton>
      {busy && address !== undefined && (
        <a href={address} target="_blank" rel="noopener noreferrer">
          Open the sign-in page
        </a>
      )}
      {problem && (
        <span role="alert" className={classes.error}>
          {problem.message} {problem.wayOut}
        </span>
      )}
    </div>
  );
}
