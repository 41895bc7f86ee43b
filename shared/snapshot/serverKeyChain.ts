import { ok, type Result } from '../base/result.ts';
import { isSuccession } from '../ledger/verifySuccession.ts';
import type { DeviceId } from '../model/ids.ts';
import type { SnapshotHost, SnapshotRefusal } from './contracts.ts';
import type { Manifest } from './format.ts';
import { MANIFEST } from './partOrder.ts';
import { refuse } from './refusal.ts';

/** The server's keys that a file names: that of genesis first, the one that signed it last. */
export const serverKeysOf = ({
  serverKey,
  succession = [],
}: Pick<Manifest, 'serverKey' | 'succession'>): readonly [DeviceId, ...DeviceId[]] => {
  const [first, ...later] = succession.map(({ from }) => from);
  return first === undefined ? [serverKey] : [first, ...later, serverKey];
};

/** That each key handed over to the next one, and the last is the one that signed (FORMAT.md, 2). */
export async function checkServerKeyChain(
  manifest: Pick<Manifest, 'space' | 'serverKey' | 'succession'>,
  { verify }: Pick<SnapshotHost, 'verify'>,
): Promise<Result<void, SnapshotRefusal>> {
  const keys = serverKeysOf(manifest);
  const wrong = refuse('succession', 'The server keys do not lead from the first one to the one that signed.', { part: MANIFEST });
  if (new Set(keys).size < keys.length) return wrong;
  for (const [index, link] of (manifest.succession ?? []).entries()) {
    if (link.to !== keys[index + 1] || !(await isSuccession(manifest.space, link, verify))) return wrong;
  }
  return ok(undefined);
}
