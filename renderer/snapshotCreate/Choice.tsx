import { type ReactNode, useId } from 'react';
import classes from './snapshotCreate.module.css';

/** A question with its name at the left and what one may answer at the right. */
export function Choice({ label, hint, children }: { label: string; hint?: ReactNode; children: ReactNode }): ReactNode {
  const name = useId();
  return (
    <fieldset className={classes.choice} aria-labelledby={name}>
      <div id={name} className={classes.label}>
        {label}
      </div>
      <div className={classes.answers}>
        {children}
        {hint !== undefined && <p className={classes.hint}>{hint}</p>}
      </div>
    </fieldset>
  );
}

interface RadioProps {
  readonly name: string;
  readonly checked: boolean;
  readonly onPick: () => void;
  readonly children: ReactNode;
  readonly disabled?: boolean;
  readonly first?: boolean;
}

export function Radio({ name, checked, onPick, children, disabled = false, first = false }: RadioProps): ReactNode {
  return (
    <label className={classes.radio} data-disabled={disabled}>
      <input
        type="radio"
        name={name}
        checked={checked}
        disabled={disabled}
        onChange={onPick}
        {...(first ? { 'data-autofocus': true } : {})}
      />
      <span>{children}</span>
    </label>
  );
}
