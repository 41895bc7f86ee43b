import type { Verify } from '../../shared/base/signature.ts';
import { confirmationToken, enrolmentMessage } from '../../shared/ledger/enrolmentProof.ts';
import { isSuccession } from '../../shared/ledger/verifySuccession.ts';
import type { Act, ActOf } from '../../shared/model/act.ts';
import type { Entry } from '../../shared/model/entry.ts';
import type { DeviceId, SpaceId } from '../../shared/model/ids.ts';
import { decodeSignature } from './keys.ts';

/**
 * Signatures inside acts. They are checked when the entry comes in, and the judge, which cannot wait, asks what came of it. Launch links,
 * invitations and sign-ins are redeemed by the server itself, which checks the proof before it signs.
 */
export class ActProofs {
  private readonly space: SpaceId;
  private readonly verify: Verify;
  private readonly isOwn: (device: DeviceId) => boolean;
  private readonly proved = new WeakSet<Act>();

  /** @param isOwn whether the server itself holds the key of that device. */
  constructor(space: SpaceId, verify: Verify, isOwn: (device: DeviceId) => boolean) {
    this.space = space;
    this.verify = verify;
    this.isOwn = isOwn;
  }

  async check({ device, acts }: Entry): Promise<void> {
    for (const act of acts) {
      if (act.kind === 'enrol' && (await this.isEnrolmentProved(act, device))) this.proved.add(act);
      if (act.kind === 'rekey' && (await isSuccession(this.space, act.succession, this.verify))) this.proved.add(act);
    }
  }

  isProved(act: ActOf<'enrol'> | ActOf<'rekey'>): boolean {
    return this.proved.has(act);
  }

  private async isEnrolmentProved(act: ActOf<'enrol'>, author: DeviceId): Promise<boolean> {
    if (!('confirmed' in act.via)) return this.isOwn(author);
    return isConfirmationProved(this.space, act, this.verify);
  }
}

/** Does a device that has no token hold its key? */
export async function isConfirmationProved(
  space: SpaceId,
  { device, proof }: { readonly device: DeviceId; readonly proof: string },
  verify: Verify,
): Promise<boolean> {
  const signature = decodeSignature(proof);
  return signature !== undefined && (await verify(device, enrolmentMessage(space, device, confirmationToken(device)), signature));
}
