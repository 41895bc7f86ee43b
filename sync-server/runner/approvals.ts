import type { HashHex } from '../../shared/base/hash.ts';
import type { Result } from '../../shared/base/result.ts';
import type { ActOf } from '../../shared/model/act.ts';
import type { SourceId } from '../../shared/model/ids.ts';
import type { ApprovalProblem, ApprovedWrite } from '../../shared/writeback/approvalVerifier.ts';

/** An approval that the ledger holds, before anything of it was verified. */
export interface ApprovalAt {
  readonly digest: HashHex;
  readonly place: number;
  readonly act: ActOf<'propose'>;
  readonly approval: { readonly entry: string; readonly act: number };
}

/** What the runner asks of the ledger when it sends. Only what is on disk counts. Implemented by the server. */
export interface Approvals {
  /** Approvals of writes to this source, in the order of their places. */
  of(source: SourceId): readonly ApprovalAt[];
  /** Verifies one from the bytes of the ledger: signatures, role, second person, digest. */
  verify(digest: HashHex): Promise<Result<ApprovedWrite, ApprovalProblem>>;
  /** Is the value that it was made from still registered, without a conflict, and does policy still let the field be sent? */
  stillHolds(act: ActOf<'propose'>): boolean;
}

/** A runner without a ledger sends nothing. */
export const NO_APPROVALS: Approvals = {
  of: () => [],
  verify: async () => ({ ok: false, error: 'not approved' }),
  stillHolds: () => false,
};
