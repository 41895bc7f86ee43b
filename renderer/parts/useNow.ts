import { createContext, useContext } from 'react';
import type { Millis } from '../../shared/base/time.ts';

export const NowContext = createContext<Millis | undefined>(undefined);

/** The clock in force, moving: see NowProvider. */
export function useNow(): Millis {
  const now = useContext(NowContext);
  if (now === undefined) throw new Error('useNow outside NowProvider');
  return now;
}
