import { describeFindings } from '../findings/findings.ts';
import type { IdentityId } from '../model/ids.ts';
import type { Projection } from './projection.ts';
import type { Finding } from './view.ts';

/** Every rule's verdict on a record, in words and in the order of the rules: without history, which hashes the ledger's entries again. */
export function findingsOf(id: IdentityId, projection: Projection): readonly Finding[] {
  const subject = projection.projector.subject(id);
  return subject ? describeFindings(projection.projector.findingFacts(projection.projector.gather(subject))) : [];
}
