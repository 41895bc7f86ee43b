import { parse as parseYaml } from 'yaml';
import type { Observation } from '../../../shared/model/record.ts';
import { hostOf } from './cloudCredentials.ts';
import { readSections } from './iniFile.ts';
import {
  credential,
  type Found,
  found,
  type HomeFile,
  isReference,
  jsonObject,
  objectOf,
  type PlaceContext,
  stringOf,
  textOf,
} from './place.ts';

/** Runs a reader on each file; one that is not understood makes the place partial and hides no other. */
const each =
  (read: (file: HomeFile, context: PlaceContext) => readonly Observation[] | undefined) =>
  (files: readonly HomeFile[], context: PlaceContext): Found => {
    const results = files.filter((file) => file.bytes !== undefined).map((file) => read(file, context));
    return { records: results.flatMap((records) => records ?? []), understood: results.every((records) => records !== undefined) };
  };

/** `//registry.example/:_authToken=…`: registries that this computer can publish to. `${NPM_TOKEN}` lies elsewhere. */
export const readNpmrc = each((file, context) => {
  const registries = new Map<string, string>();
  for (const line of textOf(file).split(/\r?\n/)) {
    const [, scope, kind, value] = /^\s*(?:\/\/([^:=\s]+(?::\d+)?[^:=\s]*):)?_(authToken|auth|password)\s*=\s*(.+?)\s*$/.exec(line) ?? [];
    if (kind !== undefined && value !== undefined && !isReference(value))
      registries.set(scope?.replace(/\/$/, '') ?? 'default registry', kind);
  }
  return [...registries].map(([registry, kind]) =>
    credential(
      { id: registry, kind: kind === 'authToken' ? 'token' : 'password', subtype: 'npm.token', name: `npm token for ${registry}`, file },
      context,
    ),
  );
});

/** `auths` holds the registries; with a credential store the secret itself lies in the system's keychain. */
export const readDocker = each((file, context) => {
  const content = jsonObject(textOf(file));
  if (!content) return undefined;
  const store = stringOf(content.credsStore);
  const helpers = objectOf(content.credHelpers) ?? {};
  return Object.entries(objectOf(content.auths) ?? {}).flatMap(([registry, value]) => {
    const entry = objectOf(value) ?? {};
    const inFile = stringOf(entry.auth) ?? stringOf(entry.identitytoken) ?? stringOf(entry.password);
    const keptBy = stringOf(helpers[registry]) ?? store;
    if (inFile === undefined && keptBy === undefined) return [];
    const links =
      inFile === undefined ? [{ relation: 'stored-in' as const, to: { alias: `keychain:${keptBy}` }, certainty: 'exact' as const }] : [];
    return [credential({ id: registry, kind: 'password', subtype: 'docker.registry', name: `Registry ${registry}`, file, links }, context)];
  });
});

/** `https://user:token@host` a line. Only user and host are taken from the parsed address. */
export const readGitCredentials = each((file, context) => {
  const lines = textOf(file)
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '');
  const records = lines.flatMap((line) => {
    const url = URL.canParse(line.trim()) ? new URL(line.trim()) : undefined;
    if (!url || url.host === '' || url.password === '') return [];
    // With a token as the user name, and `x-oauth-basic` as password, the user is the secret.
    const user = /^x-oauth|^x-token/.test(url.password) ? '' : url.username;
    return [login({ host: url.host, user, kind: 'token', subtype: 'git.credential', what: 'git credential', file }, context)];
  });
  return records.length === 0 && lines.length > 0 ? undefined : records;
});

interface Login {
  readonly host: string;
  readonly user: string;
  readonly kind: 'token' | 'password';
  readonly subtype: string;
  readonly what: string;
  readonly file: HomeFile;
}

function login({ host, user, kind, subtype, what, file }: Login, context: PlaceContext): Observation {
  const name = `${what} for ${user ? `${user} at ` : ''}${host}`;
  return credential({ id: `${host}/${user}`, kind, subtype, name, file, aliases: user ? [user] : [] }, context);
}

/** `gh auth login`: a token for each host and user, unless the keychain has it. */
export const readGhHosts = each((file, context) => {
  const hosts = yamlObject(file);
  if (!hosts) return undefined;
  return Object.entries(hosts).flatMap(([host, value]) => {
    const entry = objectOf(value) ?? {};
    const users = Object.entries(objectOf(entry.users) ?? {}).filter(([, user]) => stringOf(objectOf(user)?.oauth_token) !== undefined);
    const names = users.length > 0 ? users.map(([name]) => name) : stringOf(entry.oauth_token) ? [stringOf(entry.user) ?? ''] : [];
    return names.map((user) => login({ host, user, kind: 'token', subtype: 'github.token', what: 'GitHub token', file }, context));
  });
});

/** @returns undefined when it is not a YAML mapping. Aliases are bounded by the library, so that a small file stays small. */
export function yamlObject(file: HomeFile): Readonly<Record<string, unknown>> | undefined {
  try {
    return objectOf(parseYaml(textOf(file), { maxAliasCount: 100, logLevel: 'error' }));
  } catch {
    return undefined;
  }
}

/** `machine host login name password …`, in any layout. Words after `password` are stepped over, macros are left out. */
export const readNetrc = each((file, context) => {
  const words =
    textOf(file)
      .replace(/^\s*macdef[\s\S]*?(?:\n\s*\n|(?![\s\S]))/gm, '')
      .replace(/^\s*#.*$/gm, '')
      .match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? [];
  const machines: { host: string; user: string; secret: boolean }[] = [];
  for (let index = 0; index < words.length; index++) {
    const last = machines.at(-1);
    if (words[index] === 'machine') machines.push({ host: words[++index] ?? '', user: '', secret: false });
    else if (words[index] === 'default') machines.push({ host: 'default', user: '', secret: false });
    else if (words[index] === 'login' && last) last.user = words[++index] ?? '';
    else if (words[index] === 'account') index++;
    else if (words[index] === 'password' && last) {
      last.secret = true;
      index++;
    }
  }
  return machines
    .filter(({ host, secret }) => host !== '' && secret)
    .map(({ host, user }) => login({ host, user, kind: 'password', subtype: 'netrc.entry', what: 'netrc entry', file }, context));
});

export const readPypirc = each((file, context) =>
  readSections(textOf(file)).flatMap(({ name, values }) => {
    const password = values.get('password');
    if (!password || isReference(password)) return [];
    const address = values.get('repository');
    const host = address ? hostOf(address) : name === 'testpypi' ? 'test.pypi.org' : name === 'pypi' ? 'upload.pypi.org' : name;
    const user = values.get('username') ?? '';
    return [
      login({ host, user, kind: user === '__token__' ? 'token' : 'password', subtype: 'pypi.token', what: 'PyPI token', file }, context),
    ];
  }),
);

export const readCargo = each((file, context) =>
  readSections(textOf(file)).flatMap(({ name, values }) => {
    if (!/^registr(y|ies\.)/.test(name) || !values.get('token')) return [];
    const registry = name === 'registry' ? 'crates.io' : name.replace(/^registries\./, '').replace(/^"|"$/g, '');
    return [credential({ id: registry, kind: 'token', subtype: 'cargo.token', name: `Cargo token for ${registry}`, file }, context)];
  }),
);

export const readTerraform = each((file, context) => {
  const content = jsonObject(textOf(file));
  if (!content) return undefined;
  return Object.entries(objectOf(content.credentials) ?? {}).flatMap(([host, value]) =>
    stringOf(objectOf(value)?.token) === undefined
      ? []
      : [credential({ id: host, kind: 'token', subtype: 'terraform.token', name: `Terraform token for ${host}`, file }, context)],
  );
});

/** A file that is one token and nothing else: its name and date are all there is to say. It is not even looked at. */
export const readVaultToken = (files: readonly HomeFile[], context: PlaceContext): Found =>
  found(
    files.map((file) =>
      credential({ id: 'token', kind: 'token', subtype: 'vault.token', name: 'Vault token', file, alone: true }, context),
    ),
  );
