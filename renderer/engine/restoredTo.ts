import { err, ok, type Result } from '../../shared/base/result.ts';
import type { Verify } from '../../shared/base/signature.ts';
import { isSignedRestore } from '../../shared/ledger/verifyStatement.ts';
import { isSuccession } from '../../shared/ledger/verifySuccession.ts';
import type { DeviceId, SpaceId } from '../../shared/model/ids.ts';
import type { SignedRestore } from '../../shared/model/status.ts';
import type { SpaceInfo } from '../../shared/wire/http.ts';
import type { Mark } from './trustStore.ts';

export interface RestoredInput {
  readonly space: SpaceId;
  readonly info: SpaceInfo;
  /** The restores that this device does not know yet, the oldest first. */
  readonly fresh: readonly SignedRestore[];
  /** The newest moment that this device knows. */
  readonly mark: Mark | undefined;
  /** This device's own roots. */
  readonly rootAt: (place: number) => string | undefined;
  readonly verify: Verify;
}

/**
 * What is left in common after restores from backup: each must be signed by a key of this server, and name the root that this device
 * has at its place, as far as their histories are one.
 */
export async function restoredTo(input: RestoredInput): Promise<Result<Mark | undefined, 'unproved restore' | 'different history'>> {
  const { space, info, fresh, mark, rootAt, verify } = input;
  if (fresh.at(-1)?.epoch !== info.epoch) return err('unproved restore');
  const keys = await keysOf(input);
  let common = mark;
  for (const restore of fresh) {
    if (!(await isSignedRestore(space, restore, keys, verify))) return err('unproved restore');
    if (!common || restore.at > common.place) continue;
    const own = restore.at === common.place ? common.root : rootAt(restore.at);
    if (own !== undefined && own !== restore.root) return err('different history');
    common = { epoch: restore.epoch, place: restore.at, root: restore.root };
  }
  return ok(common && { ...common, epoch: info.epoch });
}

/** The key in force and those that it came from: an older one signed an older restore. */
async function keysOf({ space, info, verify }: RestoredInput): Promise<DeviceId[]> {
  const keys = [info.serverKey];
  for (const link of (info.succession ?? []).toReversed()) {
    if (link.to !== keys.at(-1) || !(await isSuccession(space, link, verify))) break;
    keys.push(link.from);
  }
  return keys;
}
