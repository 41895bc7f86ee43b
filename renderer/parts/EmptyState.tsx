import type { ReactNode } from 'react';
import classes from './parts.module.css';

/** Says why there is nothing, and what to do next. No picture: words and the actions. */
export function EmptyState({ title, children, actions }: { title: ReactNode; children?: ReactNode; actions?: ReactNode }): ReactNode {
  return (
    <div className={classes.empty}>
      <h2>{title}</h2>
      {children !== undefined && <div className={classes.emptyText}>{children}</div>}
      {actions !== undefined && <div className={classes.emptyActions}>{actions}</div>}
    </div>
  );
}
