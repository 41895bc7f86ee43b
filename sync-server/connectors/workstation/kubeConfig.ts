import { X509Certificate } from 'node:crypto';
import type { Json } from '../../../shared/base/json.ts';
import type { Observation } from '../../../shared/model/record.ts';
import type { CredentialKind } from '../../../shared/model/vocabulary.ts';
import { hostOf } from './cloudCredentials.ts';
import { credential, type Found, type HomeFile, listOf, nameText, objectOf, type PlaceContext, stringOf } from './place.ts';
import { yamlObject } from './tokenFiles.ts';

type Entry = Readonly<Record<string, unknown>>;

const named = (list: unknown, inner: string): readonly { readonly name: string; readonly value: Entry }[] =>
  listOf(list).flatMap((item) => {
    const entry = objectOf(item);
    const name = stringOf(entry?.name);
    return name === undefined ? [] : [{ name, value: objectOf(entry?.[inner]) ?? {} }];
  });

/** Dates and issuer of the client certificate: its public part. The key beside it is not touched. */
function certificateFields(user: Entry): Record<string, Json> {
  const data = stringOf(user['client-certificate-data']);
  if (data === undefined) return {};
  try {
    const certificate = new X509Certificate(Buffer.from(data, 'base64'));
    return {
      created: new Date(certificate.validFrom).toISOString(),
      expires: new Date(certificate.validTo).toISOString(),
      issuer: nameText(certificate.issuer.split('\n').reverse().join(', ')),
      serial: certificate.serialNumber.toLowerCase(),
    };
  } catch {
    return {};
  }
}

/** What the user proves itself with, if this file holds it. An `exec` plug-in fetches it elsewhere. */
function kindOf(user: Entry): CredentialKind | undefined {
  if (stringOf(user['client-key-data']) ?? stringOf(user['client-key'])) return 'certificate';
  if (stringOf(user.token) ?? stringOf(user.tokenFile)) return 'token';
  if (stringOf(user.password)) return 'password';
  return objectOf(user['auth-provider']) ? 'token' : undefined;
}

function clustersOf(user: string, config: Entry): string[] {
  const servers = new Map(named(config.clusters, 'cluster').map(({ name, value }) => [name, stringOf(value.server)]));
  const used = named(config.contexts, 'context').filter(({ value }) => value.user === user);
  return [...new Set(used.map(({ value }) => hostOf(servers.get(String(value.cluster)) ?? '')))];
}

function userToCredential(user: string, value: Entry, config: Entry, file: HomeFile, context: PlaceContext): Observation[] {
  const kind = kindOf(value);
  if (kind === undefined) return [];
  const clusters = clustersOf(user, config);
  const name = `kubectl user ${user}${clusters.length > 0 ? ` at ${clusters.join(', ')}` : ''}`;
  return [
    credential({ id: `user/${user}`, kind, subtype: 'k8s.user', name, file, aliases: [user], fields: certificateFields(value) }, context),
  ];
}

/** `~/.kube/config`: users that hold a credential, the clusters they are for, the dates of their certificates. */
export function readKubeConfig(files: readonly HomeFile[], context: PlaceContext): Found {
  const results = files
    .filter((file) => file.bytes !== undefined)
    .map((file) => {
      const config = yamlObject(file);
      return config && named(config.users, 'user').flatMap(({ name, value }) => userToCredential(name, value, config, file, context));
    });
  return { records: results.flatMap((records) => records ?? []), understood: results.every((records) => records !== undefined) };
}
