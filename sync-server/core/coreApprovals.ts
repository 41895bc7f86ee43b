import type { Verify } from '../../shared/base/signature.ts';
import type { ActOf } from '../../shared/model/act.ts';
import type { HashHex } from '../../shared/model/entry.ts';
import type { SourceId } from '../../shared/model/ids.ts';
import { ApprovalVerifier } from '../../shared/writeback/approvalVerifier.ts';
import type { ApprovalAt, Approvals } from '../runner/approvals.ts';
import type { Core } from './core.ts';

/** What the ledger says of approvals, for the runner. Judging runs ahead of the disk; nothing is sent for what is not on disk. */
export class CoreApprovals implements Approvals {
  readonly #core: Core;
  readonly #verifier: ApprovalVerifier;

  constructor(core: Core, verify: Verify) {
    this.#core = core;
    this.#verifier = new ApprovalVerifier(core.ledger, verify);
  }

  of(source: SourceId): readonly ApprovalAt[] {
    const { ledger, durablePlace } = this.#core;
    const found: ApprovalAt[] = [];
    for (const [digest, { act }] of ledger.proposals()) {
      const decision = act.source === source ? ledger.decision(digest) : undefined;
      if (decision?.kind === 'approve' && decision.place <= durablePlace)
        found.push({ digest, place: decision.place, act, approval: decision.ref });
    }
    return found.sort((a, b) => a.place - b.place);
  }

  verify(digest: HashHex) {
    return this.#verifier.approved(digest);
  }

  stillHolds(act: ActOf<'propose'>): boolean {
    const { ledger, register } = this.#core;
    return ledger.writeBack.fields.includes(act.write.field) && register.isRegistered(act);
  }
}
