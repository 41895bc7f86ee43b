import { ok } from '../../shared/base/result.ts';
import type { Core } from '../core/core.ts';
import type { Provider } from '../core/signIn/provider.ts';
import type { SignInSecret } from '../core/signIn/signInSecret.ts';
import type { LocalTeam } from './localCore.ts';

/** People, devices and keys for the command line, where the ledger does not say it. */
export function localTeam(core: Core, secret: SignInSecret, provider: Provider): LocalTeam {
  return {
    invitations: () =>
      core.enrolment.open().map(({ act: { label, role, remit, expires }, ref }) => ({
        id: ref.act === 0 ? ref.entry : `${ref.entry}/${ref.act}`,
        label,
        role,
        remit,
        expires,
      })),
    seen(device) {
      const at = core.lastSeen.at(device);
      return { here: core.lastSeen.isHere(device), ...(at === undefined ? {} : { lastSeen: at }) };
    },
    prepareSuccession: () => core.prepareSuccession(),
    signIn: () => core.ledger.signIn,
    rememberSecret: (policy, reference) => secret.remember(policy, reference),
    async checkSignIn(policy) {
      const answered = await provider.configuration(policy);
      return answered.ok ? ok({ issuer: policy.issuer }) : answered;
    },
  };
}
