import type { HashHex } from '../../../shared/base/hash.ts';
import type { PublicKey } from '../../../shared/base/signature.ts';
import { HOUR, toInstant } from '../../../shared/base/time.ts';
import type { LedgerState } from '../../../shared/ledger/ledgerState.ts';
import type { Act, ActOf, ActRef } from '../../../shared/model/act.ts';
import type { PersonId } from '../../../shared/model/ids.ts';
import type { Grant } from '../../../shared/model/policy.ts';
import type { Random } from './random.ts';

const ISSUERS = ['https://one.example', 'https://two.example'];
const SUBJECTS = ['ana', 'ben', 'cy'];
const STEWARD: Grant = { role: 'steward', remit: 'not the forbidden one' };
const READER: Grant = { role: 'reader', remit: 'true' };
const POLICY = 'policy/sign-in';

/** People who come in by an invitation or a sign-in, and what lets them in; mostly as it should be, and often enough not. */
export class Comers {
  readonly #random: Random;
  /** Every invitation that anybody made, also those that are used, closed, cut off by a restore or too old. */
  readonly #made: { readonly ref: ActRef; readonly grant: Grant }[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  policy(state: LedgerState): Act {
    const { chance, pick } = this.#bound();
    const previous = state.lastOn(POLICY) ?? null;
    if (chance(0.15)) return { kind: 'policy', key: 'sign-in', previous, value: { kind: 'absent' } };
    const common = { clientId: 'muster', name: 'Example', scopes: [], groupsClaim: 'groups', renewHours: 8 };
    const groups = [{ group: 'staff', grant: chance(0.8) ? STEWARD : READER }];
    const policy = { ...common, issuer: pick(ISSUERS), groups, ...(chance(0.5) ? { others: READER } : {}) };
    return { kind: 'policy', key: 'sign-in', previous, value: { kind: 'signIn', policy } };
  }

  /** @param now milliseconds; some links have run out before anybody uses them. */
  invite(now: number): Act {
    const { chance, pick } = this.#bound();
    const expires = toInstant(now + (chance(0.8) ? HOUR : -HOUR));
    return { kind: 'invite', tokenHash: this.#random.hex(64) as HashHex, ...pick([STEWARD, READER]), expires, label: 'somebody' };
  }

  /** An entry got a place: its invitations can be used, also where they are void. */
  heard(entry: { readonly id: string; readonly acts: readonly Act[] }): void {
    for (const [index, act] of entry.acts.entries()) {
      if (act.kind !== 'invite') continue;
      this.#made.push({ ref: { entry: entry.id, act: index } as ActRef, grant: { role: act.role, remit: act.remit } as Grant });
    }
  }

  /** What the server says of somebody who came to its door. */
  enrolment(server: LedgerState): ActOf<'enrol'> {
    const { chance, pick } = this.#bound();
    const who = chance(0.9) ? undefined : pick([...server.persons().values()]);
    const device = (chance(0.95) ? this.#random.hex(43) : pick([...server.persons().values()]).devices[0]?.device) as PublicKey;
    const open = server.invitations();
    const invitation = chance(0.6) && open.length > 0 ? pick(open) : undefined;
    const old = this.#made.length > 0 ? pick(this.#made) : undefined;
    const by = this.#random.chance(0.5) ? (invitation ? { ref: invitation.ref, grant: invitation.act } : old) : undefined;
    const granted = server.signIn?.groups[0]?.grant;
    const grant = by?.grant ?? (granted && chance(0.8) ? granted : pick([STEWARD, READER]));
    const subject = { issuer: server.signIn?.issuer ?? pick(ISSUERS), subject: pick(SUBJECTS) };
    return {
      ...{ kind: 'enrol', device, person: who?.person ?? (this.#random.hex(32) as PersonId), personName: 'somebody', label: 'a laptop' },
      ...{ role: grant.role, remit: chance(0.95) ? grant.remit : 'true' },
      via: by ? { invite: by.ref } : { signIn: subject },
      proof: '',
      previous: null,
    };
  }

  #bound() {
    return {
      chance: (share: number) => this.#random.chance(share),
      pick: <T>(list: readonly T[]): T => this.#random.pick(list),
    };
  }
}
