import type { ReactNode } from 'react';
import { Age } from '../parts/Age.tsx';
import { Icon } from '../parts/Icon.tsx';
import style from './team.module.css';
import type { Seen } from './useTeamSeen.ts';

/** When a device was last here, in the words of what is known of it. */
export function LastSeen({ seen, known }: { seen: Seen | undefined; known: boolean }): ReactNode {
  if (!known) return <span>last seen: only the server knows</span>;
  if (seen === undefined) return <span>last seen: administrators see it</span>;
  if (seen.here) {
    return (
      <span className={style.here}>
        <Icon name="online" size={12} /> here now
      </span>
    );
  }
  if (seen.lastSeen === undefined) return <span>not seen yet</span>;
  return (
    <span>
      last seen <Age at={seen.lastSeen} />
    </span>
  );
}
