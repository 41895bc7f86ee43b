import { compareCodeUnits } from '../../../shared/base/json.ts';
import type { ExternalId } from '../../../shared/model/ids.ts';
import type { Observation, ObservedLink } from '../../../shared/model/record.ts';
import { looksLikeSecret } from '../../../shared/observed/redact.ts';
import { hostOf } from './cloudCredentials.ts';
import {
  credential,
  type Found,
  type HomeFile,
  isReference,
  jsonObject,
  listOf,
  nameText,
  objectOf,
  type PlaceContext,
  stringOf,
  textOf,
} from './place.ts';

type Entry = Readonly<Record<string, unknown>>;

interface Server {
  readonly name: string;
  readonly command: string | undefined;
  readonly host: string | undefined;
  /** Names of environment variables. */
  readonly variables: readonly string[];
  /** Names of variables and headers whose value is a secret written into this file. */
  readonly secrets: readonly { readonly name: string; readonly at: 'variable' | 'header' }[];
}

const SECRET_NAME = /token|secret|passw|api.?key|access.?key|private.?key|credential|authorization|^auth$|_pat$|_key$/i;
const isSecret = (name: string, value: unknown): boolean => {
  const text = stringOf(value);
  return text !== undefined && !isReference(text) && (SECRET_NAME.test(name) || looksLikeSecret(text) !== undefined);
};
const safeName = (name: string): string => (looksLikeSecret(name) === undefined ? nameText(name) : 'name that looks like a secret');

const RUNNERS = new Set(['npx', 'bunx', 'uvx', 'pnpx']);
const HARMLESS = new Set(['-y', '--yes', '-q', '--quiet', '-p', '--package']);
const PACKAGE = /^(@[a-z0-9][\w.-]*\/)?[a-z0-9][\w.-]*(@[\w.^~-]+)?$/i;

/**
 * The program and, for runners of packages, the package: `npx @modelcontextprotocol/server-github`. Any other argument may
 * be a secret, or the value of a flag that is, so none is passed on.
 */
export function commandOf(command: string, args: readonly unknown[]): string {
  const program = safeName(
    command
      .split(/[\\/]/)
      .at(-1)
      ?.replace(/\.(exe|cmd)$/i, '') ?? '',
  );
  const first = args.find((arg) => !HARMLESS.has(String(arg)));
  const named =
    RUNNERS.has(program) && typeof first === 'string' && first.length <= 100 && PACKAGE.test(first) && looksLikeSecret(first) === undefined;
  return named ? `${program} ${first}` : (program.split(/\s/)[0] ?? '');
}

function secretsIn(values: Entry, at: 'variable' | 'header'): Server['secrets'] {
  return Object.entries(values).flatMap(([name, value]) => (isSecret(name, value) ? [{ name: safeName(name), at }] : []));
}

function serverOf(name: string, value: unknown): Server | undefined {
  const entry = objectOf(value);
  const [command, url] = [stringOf(entry?.command), stringOf(entry?.url) ?? stringOf(entry?.serverUrl)];
  if (!entry || (command === undefined && url === undefined)) return undefined;
  const variables = objectOf(entry.env) ?? {};
  return {
    name: safeName(name),
    command: command === undefined ? undefined : commandOf(command, listOf(entry.args)),
    host: url === undefined ? undefined : hostOf(url),
    variables: Object.keys(variables).map(safeName).sort(compareCodeUnits).slice(0, 200),
    secrets: [...secretsIn(variables, 'variable'), ...secretsIn(objectOf(entry.headers) ?? {}, 'header')],
  };
}

/** `mcpServers` (most clients), `servers` (VS Code), and the same per project (Claude Code). */
function serversIn(config: Entry): Server[] {
  const projects = Object.values(objectOf(config.projects) ?? {}).map((project) => objectOf(project)?.mcpServers);
  const maps = [config.mcpServers, config.servers, objectOf(config.mcp)?.servers, ...projects].map((map) => objectOf(map) ?? {});
  const byName = new Map(maps.flatMap((map) => Object.entries(map)).map(([name, value]) => [name, serverOf(name, value)]));
  return [...byName.values()].filter((server) => server !== undefined);
}

const serverId = (file: HomeFile, server: Server): ExternalId => `${file.path}#server/${server.name}`.slice(0, 2_048) as ExternalId;

/** A tool of the agent: a program on this computer is a workload, a remote one a resource. Neither is an identity (DOMAIN B). */
function serverToObservation(server: Server, file: HomeFile, secrets: readonly Observation[], context: PlaceContext): Observation {
  const local = server.command !== undefined;
  return {
    type: local ? 'workload' : 'resource',
    kind: 'tool',
    subtype: 'mcp.server',
    externalId: serverId(file, server),
    coverage: context.coverage,
    keys: [],
    aliases: [server.name],
    fields: {
      name: server.name,
      location: server.host ?? file.path,
      boundary: local ? context.computer : (server.host ?? 'unknown host'),
      ...(server.command === undefined ? {} : { command: server.command, variables: [...server.variables] }),
    },
    links: secrets.map((secret) => ({ relation: 'uses-credential', to: { externalId: secret.externalId }, certainty: 'exact' })),
  };
}

const secretsOf = (server: Server, file: HomeFile, context: PlaceContext): Observation[] =>
  server.secrets.map(({ name, at }) =>
    credential(
      {
        id: `server/${server.name}/${at}/${name}`,
        kind: 'secret',
        subtype: `mcp.${at}`,
        name: `${name} of MCP server ${server.name}`,
        file,
      },
      context,
    ),
  );

function hostToObservation(client: string, servers: readonly Server[], file: HomeFile, context: PlaceContext): Observation {
  const links = servers.map(
    (server): ObservedLink => ({ relation: 'calls-tool', to: { externalId: serverId(file, server) }, certainty: 'exact' }),
  );
  return {
    type: 'identity',
    kind: 'agent',
    subtype: 'mcp.host',
    externalId: `${file.path}#host` as ExternalId,
    coverage: context.coverage,
    keys: [],
    aliases: [client],
    fields: { name: `${client} on ${context.computer}`, location: file.path, boundary: context.computer },
    // Which tools a server offers is known only to who starts it, and an unknown program is not started.
    unread: ['access'],
    links: links.slice(0, 2_000),
  };
}

/** The agent host with its tools, for one client's configuration. A client without servers is no agent. */
export const readMcpConfig =
  (client: string) =>
  (files: readonly HomeFile[], context: PlaceContext): Found => {
    const results = files.filter((file) => file.bytes !== undefined).map((file) => configToObservations(client, file, context));
    return { records: results.flatMap((records) => records ?? []), understood: results.every((records) => records !== undefined) };
  };

function configToObservations(client: string, file: HomeFile, context: PlaceContext): Observation[] | undefined {
  const text = textOf(file);
  const config = jsonObject(text) ?? jsonObject(withoutComments(text));
  if (!config) return undefined;
  const servers = serversIn(config);
  if (servers.length === 0) return [];
  const tools = servers.flatMap((server) => {
    const secrets = secretsOf(server, file, context);
    return [serverToObservation(server, file, secrets, context), ...secrets];
  });
  return [hostToObservation(client, servers, file, context), ...tools];
}

/** VS Code writes JSON with comments and trailing commas; text inside strings is left alone. */
export const withoutComments = (text: string): string =>
  text
    .replace(/("(?:[^"\\]|\\.)*")|\/\/[^\r\n]*|\/\*[\s\S]*?\*\//g, (_, string: string | undefined) => string ?? '')
    .replace(/("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])/g, (_, string: string | undefined) => string ?? '');
