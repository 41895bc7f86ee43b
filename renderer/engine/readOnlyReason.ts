import type { EngineStatus } from '../../shared/bridge/engine.ts';
import type { SpaceSession } from './spaceSession.ts';

type Reason = NonNullable<EngineStatus['readOnlyBecause']>;

const UPDATE = 'Reload the page, or update the app. Until then everything here can be read, and nothing can be changed.';
const REVOKED: Reason = {
  message: 'This device was taken out of use: what it would say now counts nowhere. What it said before stays.',
  wayOut:
    'Changes that were not on the server yet are kept here and can be read. To work on, start anew on this device and ask for an invitation.',
};

/** Why nothing can be changed on this device, whoever its person is. */
export function readOnlyReason({ ledger, trust, unreadable, revoked }: SpaceSession): Reason | undefined {
  if (revoked) return REVOKED;
  if (trust.newer) return { message: trust.newer.message, wayOut: trust.newer.wayOut ?? UPDATE };
  if (ledger.readOnly) return { message: 'A newer version of Muster wrote a change here that this one does not know.', wayOut: UPDATE };
  const [key] = unreadable;
  if (key !== undefined)
    return { message: `The server's catalog says something of ${key} that this version does not understand.`, wayOut: UPDATE };
  return undefined;
}
