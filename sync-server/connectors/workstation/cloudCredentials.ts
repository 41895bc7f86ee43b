import { parseTime } from '../../../shared/base/time.ts';
import type { Observation } from '../../../shared/model/record.ts';
import { readSections } from './iniFile.ts';
import {
  credential,
  type Found,
  found,
  type HomeFile,
  jsonObject,
  listOf,
  NOT_UNDERSTOOD,
  objectOf,
  type PlaceContext,
  stringOf,
  textOf,
} from './place.ts';

const ACCESS_KEY_ID = /^A[KS]IA[A-Z0-9]{12,124}$/;

/** `~/.aws/credentials`: profiles and access key ids, which AWS publishes in its logs. Temporary keys (with a session token) are not listed. */
export function readAwsCredentials(files: readonly HomeFile[], context: PlaceContext): Found {
  return found(files.flatMap((file) => awsProfiles(file, context)));
}

function awsProfiles(file: HomeFile, context: PlaceContext): Observation[] {
  return readSections(textOf(file)).flatMap(({ name, values }) => {
    const id = values.get('aws_access_key_id');
    if (id === undefined || values.has('aws_session_token') || !ACCESS_KEY_ID.test(id)) return [];
    const profile = name.replace(/^profile\s+/, '');
    const parts = { id: `profile/${profile}`, kind: 'key', subtype: 'aws.access-key', name: `AWS profile ${profile}`, file } as const;
    return [credential({ ...parts, keys: [`aws:access-key/${id}`], aliases: [profile, id], fields: { fingerprint: id } }, context)];
  });
}

/** `~/.aws/sso/cache`: sessions that are still good. Expired ones are left-overs, not credentials. */
export function readAwsSso(files: readonly HomeFile[], context: PlaceContext): Found {
  const now = parseTime(context.now) ?? 0;
  return found(
    files.flatMap((file) => {
      const session = file.path.endsWith('.json') ? jsonObject(textOf(file)) : undefined;
      const expires = parseTime(stringOf(session?.expiresAt)?.replace(/UTC$/, 'Z') ?? '');
      if (!session || stringOf(session.accessToken) === undefined || expires === undefined || expires <= now) return [];
      const start = stringOf(session.startUrl);
      const name = `AWS SSO session${start ? ` at ${hostOf(start)}` : ''}`;
      const fields = { expires: new Date(expires).toISOString(), usedBy: 'person' };
      return [credential({ id: 'session', kind: 'token', subtype: 'aws.sso-session', name, file, alone: true, fields }, context)];
    }),
  );
}

export const hostOf = (address: string): string => {
  try {
    return new URL(address).host || 'unknown host';
  } catch {
    return 'unknown host';
  }
};

/** Google's application default credentials: a person's token or a service account's key, told apart by `type`. */
export function readGcloud(files: readonly HomeFile[], context: PlaceContext): Found {
  const results = files.map((file) => (file.bytes === undefined ? listedGcloud(file, context) : gcloudFile(file, context)));
  return { records: results.flatMap((result) => result.records), understood: results.every((result) => result.understood) };
}

const gcloudParts = (file: HomeFile) => ({ id: 'credentials', file, alone: true, name: 'Google application default credentials' }) as const;
const listedGcloud = (file: HomeFile, context: PlaceContext): Found =>
  found([credential({ ...gcloudParts(file), kind: 'token', subtype: 'gcp.credentials', unread: ['fingerprint'] }, context)]);

function gcloudFile(file: HomeFile, context: PlaceContext): Found {
  const content = jsonObject(textOf(file));
  if (!content) return NOT_UNDERSTOOD;
  const [email, keyId, account] = [stringOf(content.client_email), stringOf(content.private_key_id), stringOf(content.client_id)];
  if (content.type !== 'service_account' || email === undefined) {
    return found([credential({ ...gcloudParts(file), kind: 'token', subtype: 'gcp.user-token', fields: { usedBy: 'person' } }, context)]);
  }
  const key = credential(
    {
      ...gcloudParts(file),
      kind: 'key',
      subtype: 'gcp.service-account-key',
      name: `Key of ${email}`,
      ...(keyId === undefined ? {} : { keys: [`gcp:key/${keyId}`], fields: { fingerprint: keyId } }),
    },
    context,
  );
  return found([key, serviceAccount(email, account, key, file)]);
}

/** The file names the principal itself: its e-mail as alias, its unique id (`client_id`) as key. */
const serviceAccount = (email: string, uniqueId: string | undefined, key: Observation, file: HomeFile): Observation => ({
  type: 'identity',
  kind: 'service account',
  subtype: 'gcp.serviceaccount',
  externalId: `${file.path}#account/${email}`.slice(0, 2_048) as Observation['externalId'],
  coverage: key.coverage,
  keys: uniqueId === undefined ? [] : [`gcp:serviceaccount/${uniqueId}`],
  aliases: [email],
  fields: { name: email, boundary: email.split('@')[1]?.split('.')[0] ?? 'unknown project' },
  links: [{ relation: 'has-credential', to: { externalId: key.externalId }, certainty: 'exact' }],
});

/** `~/.azure`: service principals that signed in from here, and the cache of tokens as one entry. */
export function readAzure(files: readonly HomeFile[], context: PlaceContext): Found {
  const results = files.map((file) =>
    file.path.endsWith('service_principal_entries.json') && file.bytes !== undefined
      ? azurePrincipals(file, context)
      : azureCache(file, context),
  );
  return { records: results.flatMap((result) => result.records), understood: results.every((result) => result.understood) };
}

function azurePrincipals(file: HomeFile, context: PlaceContext): Found {
  let entries: unknown;
  try {
    entries = JSON.parse(textOf(file));
  } catch {
    return NOT_UNDERSTOOD;
  }
  return found(
    listOf(entries).flatMap((entry) => {
      const principal = objectOf(entry);
      const client = stringOf(principal?.client_id) ?? stringOf(principal?.servicePrincipalId);
      if (client === undefined) return [];
      const tenant = stringOf(principal?.tenant) ?? stringOf(principal?.servicePrincipalTenant) ?? 'unknown tenant';
      const kind = stringOf(principal?.certificate) ? 'certificate' : 'secret';
      const parts = {
        id: `principal/${tenant}/${client}`,
        kind,
        subtype: 'azure.service-principal',
        name: `Azure service principal ${client}`,
        file,
      } as const;
      return [credential({ ...parts, aliases: [client] }, context)];
    }),
  );
}

function azureCache(file: HomeFile, context: PlaceContext): Found {
  if (file.path.endsWith('service_principal_entries.json')) return found([]);
  const parts = { id: 'cache', kind: 'token', subtype: 'azure.token-cache', name: 'Azure token cache', file, alone: true } as const;
  return found([credential(parts, context)]);
}
