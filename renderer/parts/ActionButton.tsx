import { type MouseEvent, type ReactNode, type Ref, useId } from 'react';
import { SNAPSHOT_READ_ONLY } from '../../shared/bridge/snapshot.ts';
import { Icon, type IconName } from './Icon.tsx';
import { Keys } from './Keys.tsx';
import classes from './parts.module.css';

export interface ActionButtonProps {
  readonly children?: ReactNode;
  readonly onClick?: (event: MouseEvent<HTMLButtonElement>) => void;
  /** `primary`: the one thing to do here. `quiet`: no border until hovered. `danger`: takes something away. */
  readonly tone?: 'primary' | 'plain' | 'quiet' | 'danger';
  readonly icon?: IconName;
  /** Shown beside the label: `mod+Enter`. */
  readonly keys?: string;
  /** Why it cannot be done now. The button stays reachable, so that the reason can be read. */
  readonly disabledReason?: string | undefined;
  readonly busy?: boolean;
  /** The name, where an icon stands alone. */
  readonly label?: string;
  readonly type?: 'button' | 'submit';
  readonly pressed?: boolean;
  readonly ref?: Ref<HTMLButtonElement>;
}

export function ActionButton(props: ActionButtonProps): ReactNode {
  const { children, onClick, tone = 'plain', icon, keys, disabledReason, busy = false, label, type = 'button', pressed, ref } = props;
  const reason = useId();
  // In a snapshot nothing will ever be changed: what would is not there at all.
  if (disabledReason === SNAPSHOT_READ_ONLY) return null;
  const off = disabledReason !== undefined || busy;
  return (
    <button
      ref={ref}
      type={type}
      className={classes.button}
      data-tone={tone}
      data-alone={children === undefined}
      aria-disabled={off}
      aria-busy={busy}
      aria-label={label}
      aria-pressed={pressed}
      aria-describedby={disabledReason === undefined ? undefined : reason}
      title={disabledReason ?? label}
      onClick={(event) => (off ? event.preventDefault() : onClick?.(event))}
    >
      {icon !== undefined && <Icon name={icon} size={14} />}
      {children !== undefined && <span>{children}</span>}
      {keys !== undefined && <Keys combo={keys} />}
      {disabledReason !== undefined && (
        <span id={reason} className="mu-visually-hidden">
          {disabledReason}
        </span>
      )}
    </button>
  );
}
