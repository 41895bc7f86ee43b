import { useEffect } from 'react';
import { useEngine } from './engine.tsx';
import { notify } from './notify.ts';

/** What the engine has to say on its own: a refused entry, a full disk, a newer version. */
export function useEngineNotices(): void {
  const engine = useEngine();
  useEffect(
    () =>
      engine.subscribe((event) => {
        if (event.kind === 'notice') notify(event.wayOut === undefined ? event.message : `${event.message} ${event.wayOut}`, event.tone);
      }),
    [engine],
  );
}
