import { createContext, useContext } from 'react';
import type { Bridge } from '../../shared/bridge/bridge.ts';

export const BridgeContext = createContext<Bridge | undefined>(undefined);

/** The host: Electron or the browser. */
export function useBridge(): Bridge {
  const bridge = useContext(BridgeContext);
  if (!bridge) throw new Error('useBridge outside BridgeContext');
  return bridge;
}
