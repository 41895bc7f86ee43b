import { type ReactNode, useEffect, useState } from 'react';
import { type Millis, parseTime } from '../../shared/base/time.ts';
import { useSnapshotStatus, useStatus } from '../app/engine.tsx';
import { NowContext } from './useNow.ts';

const TICK = 20_000;

/** The clock in force: the server's as far as it is known, carried on by this device's. Ages on screen move with it. */
export function NowProvider({ children }: { children: ReactNode }): ReactNode {
  const said = useStatus()?.now;
  // The clock of a snapshot stands still: an age in it is the age at that moment.
  const still = useSnapshotStatus() !== undefined;
  const [now, setNow] = useState<Millis>(() => Date.now());
  useEffect(() => {
    const at = said === undefined ? undefined : parseTime(said);
    if (still && at !== undefined) return setNow(at);
    const ahead = (at ?? Date.now()) - Date.now();
    const tick = (): void => setNow(Date.now() + ahead);
    tick();
    const timer = setInterval(tick, TICK);
    return () => clearInterval(timer);
  }, [said, still]);
  return <NowContext.Provider value={now}>{children}</NowContext.Provider>;
}
