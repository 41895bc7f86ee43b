import { useEffect, useRef } from 'react';
import { useEngine, useStatus } from '../app/engine.tsx';
import { usePendingEdits } from './pendingEdits.ts';

/** How long "on the server" stays beside a value, in milliseconds. */
const SEEN = 2_500;

const hasState = (state: string) => (now: ReturnType<typeof usePendingEdits.getState>) =>
  [...now.edits.values()].some((edit) => edit.state === state);

/** The acknowledgement is the server's ledger: nothing of this device waits here any more. */
export function usePendingJourney(): void {
  const { api } = useEngine();
  const status = useStatus();
  const noneWaits = status?.savedHere === 0;
  const refused = status?.refused.length ?? 0;
  const known = useRef(refused);
  const saved = usePendingEdits(hasState('saved here'));
  const arrived = usePendingEdits(hasState('on the server'));
  // Before the next one: what waits no longer because it was refused has not arrived.
  useEffect(() => {
    if (refused > known.current) usePendingEdits.getState().dropSaved();
    known.current = refused;
  }, [refused]);
  useEffect(() => {
    if (!saved || !noneWaits) return;
    // The figure at hand may be older than the edit: only an answer that is asked for now counts.
    void api.status().then((now) => now.savedHere === 0 && usePendingEdits.getState().arrived());
  }, [api, saved, noneWaits]);
  useEffect(() => {
    if (!arrived) return;
    const timer = setTimeout(() => usePendingEdits.getState().dropArrived(), SEEN);
    return () => clearTimeout(timer);
  }, [arrived]);
}
