import { useEffect } from 'react';
import { holdKeys } from './heldKeys.ts';
import { type Screen, useNavigation } from './navigation.ts';

let goOn: (() => void) | undefined;

/** Goes there by key: what is pressed next is for the screen that comes, when it is there. */
export function goByKey(screen: Screen): void {
  const now = useNavigation.getState();
  if (now.screen !== screen || now.page !== undefined) {
    goOn?.();
    goOn = holdKeys();
  }
  now.go({ screen, query: '' });
}

/** A screen says that it has its keys and something to act on. */
export function useScreenReady(ready: boolean): void {
  useEffect(() => {
    if (ready) goOn?.();
  }, [ready]);
}
