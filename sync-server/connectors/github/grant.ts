import { QUESTIONS } from './reader.ts';
import { type GitHubSettings, hostOf } from './settings.ts';

/** What an owner of the organisation gives, to paste into the form of a new GitHub App. */
export function leastRights(settings: Partial<GitHubSettings>): string {
  const { organization = 'ORGANISATION', webhookSecret } = settings;
  const byPermission = new Map<string, string[]>();
  for (const { what, permission } of Object.values(QUESTIONS)) {
    const name = permission.replace(/,.*$/, '');
    byPermission.set(name, [...(byPermission.get(name) ?? []), what]);
  }
  const lines = [...byPermission].map(([permission, what]) => `#   ${permission}: ${what.join(', ')}`);
  return [
    `# A GitHub App of ${organization} at https://${hostOf(settings)}/organizations/${organization}/settings/apps/new`,
    '# with these permissions and no others (none of them writes, none of them shows a value of a secret):',
    ...lines,
    '# Install it on all repositories, or on those that are to be read; make a private key, and name it in `privateKey`.',
    ...(webhookSecret === undefined
      ? ['# Webhook: not active.']
      : [
          '# Webhook: https://ADDRESS/hooks/<id of the source>, content type application/json, the secret of `webhookSecret`;',
          '# events: installation, deploy key, personal access token, repository.',
        ]),
    '',
  ].join('\n');
}
