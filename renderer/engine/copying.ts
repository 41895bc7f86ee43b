import { err, ok, type Result } from '../../shared/base/result.ts';
import type { Instant } from '../../shared/base/time.ts';
import type { CopyFile } from '../../shared/bridge/engine.ts';
import type { IdentityId } from '../../shared/model/ids.ts';
import { copyOf } from '../../shared/transfer/copyOf.ts';
import { type CopyPlan, planCopy } from '../../shared/transfer/planCopy.ts';
import { copyBytes, MOST_COPIED, parsedCopy } from '../../shared/transfer/registerCopy.ts';
import type { ApiError } from '../../shared/wire/http.ts';
import type { SpaceSession } from './spaceSession.ts';

const refused = (message: string, wayOut: string): Result<never, ApiError> => err({ code: 'not valid', message, wayOut, retry: false });

export function copyRecords({ register, space }: SpaceSession, ids: readonly IdentityId[], at: Instant): Result<CopyFile, ApiError> {
  if (ids.length > MOST_COPIED)
    return refused(
      `More than ${MOST_COPIED.toLocaleString('en-US')} records are not copied at once.`,
      'Select fewer, and copy them in parts.',
    );
  const { copy, conflicts, others } = copyOf(register, ids, { space: space.space, name: space.name }, at);
  if (copy.records.length === 0)
    return refused('None of them is an identity.', 'Select identities: what belongs to them comes from their sources.');
  const values = copy.records.reduce((sum, record) => sum + record.values.length, 0);
  return ok({ bytes: copyBytes(copy), records: copy.records.length, values, conflicts, others });
}

export function plannedCopy({ register, space }: SpaceSession, bytes: Uint8Array, namesakes: boolean): Result<CopyPlan, ApiError> {
  const copy = parsedCopy(bytes);
  if (!copy)
    return refused('This is not a copy of another register, or it is damaged.', 'Choose the file that “Copy to another register” saved.');
  if (copy.from.space === space.space)
    return refused('This copy was made of this very register.', 'Open the register that it is meant for, and import it there.');
  return ok(planCopy(register, copy, namesakes));
}
