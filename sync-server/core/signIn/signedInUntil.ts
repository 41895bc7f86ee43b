import { HOUR, type Millis, parseTime } from '../../../shared/base/time.ts';
import type { PersonView } from '../../../shared/ledger/ledgerReader.ts';
import type { DeviceId } from '../../../shared/model/ids.ts';
import type { SignInPolicy } from '../../../shared/model/policy.ts';
import type { SignInRecords } from './signInRecords.ts';

/**
 * Until when a device of this person syncs without signing in again; undefined: for ever. That is so for people who did not come in by
 * sign-in, and where the policy is gone or names another provider: the one who vouched cannot be asked any more, and locking a team out
 * because its provider was changed would help nobody but an attacker. Their roles stay what the ledger says, and an administrator may
 * change or revoke them.
 */
export function signedInUntil(
  device: DeviceId,
  person: PersonView | undefined,
  policy: SignInPolicy | undefined,
  records: SignInRecords,
): Millis | undefined {
  if (!person?.signIn || policy?.issuer !== person.signIn.issuer) return undefined;
  const signedIn = records.at(person.person, device);
  if (signedIn === 'ended') return 0;
  const enrolledAt = person.devices.find((one) => one.device === device)?.enrolledAt;
  const last = signedIn ?? (enrolledAt === undefined ? undefined : parseTime(enrolledAt)) ?? 0;
  return last + policy.renewHours * HOUR;
}
