import { type connect as connectPlain, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { type Change, Client, Control, type Entry, type Filter, ResultCodeError, type SearchOptions } from 'ldapts';
import { err, ok, type Result } from '../../../shared/base/result.ts';
import type { ConnectorProblem } from '../../../shared/model/status.ts';
import type { Network } from '../../network/network.ts';
import { problem } from '../connector.ts';
import { BINARY } from './attributes.ts';
import type { Flavour } from './directory.ts';
import { type LdapEntry, textsOf } from './entry.ts';

export interface Connection {
  readonly host: string;
  readonly port: number;
  readonly tls: 'off' | 'StartTLS' | 'LDAPS';
  /** Absent: anonymous. */
  readonly user: { readonly dn: string; readonly password: string } | undefined;
  /** PEM of the authority of the server's certificate; undefined: those of `network`. */
  readonly authority: string | undefined;
  readonly network: Network;
}

/** What a server says of itself before anything is asked of it (RFC 4512, 5.1). */
export interface Root {
  readonly flavour: Flavour;
  readonly namingContexts: readonly string[];
  readonly defaultContext: string | undefined;
  readonly subschema: string | undefined;
  readonly supportsAssertion: boolean;
  /** Active Directory: the highest uSNChanged so far, and of which database it counts. */
  readonly highestChange: string | undefined;
  readonly invocation: string | undefined;
}

export type SearchScope = 'base' | 'one' | 'sub';

/** What was read before the server ended the search, and why it did. */
export interface Found {
  readonly entries: readonly LdapEntry[];
  readonly problem: ConnectorProblem | undefined;
}

const CONNECT_MS = 10_000;
const ANSWER_MS = 60_000;
/** LDAP_SERVER_DOMAIN_SCOPE_OID: the server sends no referrals out of a subtree. One that does not know it may send them: nobody follows. */
const DOMAIN_SCOPE = new Control('1.2.840.113556.1.4.1339', { critical: false });
export const ASSERTION = '1.3.6.1.1.12';

export const serverOf = ({ host, port }: { readonly host: string; readonly port: number }): string => `${host}:${port}`;

function trustOf({ host, authority, network }: Connection): ConnectionOptions {
  const ca = authority === undefined ? network.authorities : [authority];
  return { host, ...(isIP(host) ? {} : { servername: host }), ...(ca === undefined ? {} : { ca: [...ca] }) };
}

/** One connection to one server, signed in. Referrals are handed back by the client and never followed. */
export class Directory {
  readonly server: string;
  readonly #client: Client;

  constructor(client: Client, server: string) {
    [this.#client, this.server] = [client, server];
  }

  async root(): Promise<Root> {
    const names = ['namingContexts', 'defaultNamingContext', 'subschemaSubentry', 'supportedControl', 'supportedCapabilities'];
    const { searchEntries } = await this.#client.search('', {
      scope: 'base',
      attributes: [...names, 'highestCommittedUSN', 'dsServiceName'],
    });
    const entry = toEntry(searchEntries[0] ?? { dn: '' });
    const first = (name: string): string | undefined => textsOf(entry, name)[0];
    return {
      // 1.2.840.113556.1.4.800: LDAP_CAP_ACTIVE_DIRECTORY_OID ([MS-ADTS] 3.1.1.3.4.3.1); Samba says it too.
      flavour: textsOf(entry, 'supportedCapabilities').includes('1.2.840.113556.1.4.800') ? 'active directory' : 'openldap',
      namingContexts: textsOf(entry, 'namingContexts'),
      defaultContext: first('defaultNamingContext'),
      subschema: first('subschemaSubentry'),
      supportsAssertion: textsOf(entry, 'supportedControl').includes(ASSERTION),
      highestChange: first('highestCommittedUSN'),
      invocation: first('dsServiceName'),
    };
  }

  /** Names of the attributes that the server's schema has; undefined where it may not be read. */
  async schema(subschema: string | undefined): Promise<ReadonlySet<string> | undefined> {
    if (subschema === undefined) return undefined;
    const options: SearchOptions = { scope: 'base', filter: '(objectClass=subschema)', attributes: ['attributeTypes'] };
    try {
      const { searchEntries } = await this.#client.search(subschema, options);
      const types = searchEntries.flatMap((entry) => textsOf(toEntry(entry), 'attributeTypes'));
      if (types.length === 0) return undefined;
      return new Set(types.flatMap((type) => namesOf(type)));
    } catch (error) {
      if (error instanceof ResultCodeError) return undefined;
      throw error;
    }
  }

  /** In pages (RFC 2696). A server that ends the search early has said something all the same: it comes beside the reason. */
  async search(base: string, scope: SearchScope, filter: Filter | string, attributes: readonly string[], pageSize: number): Promise<Found> {
    const entries: LdapEntry[] = [];
    const options = { scope, filter, attributes: [...attributes], explicitBufferAttributes: BINARY, paged: { pageSize } };
    try {
      for await (const page of this.#client.searchPaginated(base, options, scope === 'base' ? [] : [DOMAIN_SCOPE]))
        for (const entry of page.searchEntries) entries.push(toEntry(entry));
      return { entries, problem: undefined };
    } catch (error) {
      const found = directoryProblem(error, this.server, base);
      return { entries: found.code === 'too large' ? entries : [], problem: found };
    }
  }

  /** Whether at least one entry matches, without reading any. */
  async matches(base: string, filter: Filter): Promise<boolean> {
    try {
      const { searchEntries } = await this.#client.search(base, { scope: 'sub', filter, attributes: ['1.1'], sizeLimit: 1 });
      return searchEntries.length > 0;
    } catch (error) {
      if (error instanceof ResultCodeError) return false;
      throw error;
    }
  }

  /** @throws what the server refuses it with. */
  async modify(dn: string, changes: readonly Change[], controls: readonly Control[]): Promise<void> {
    await this.#client.modify(dn, [...changes], [...controls]);
  }

  async close(): Promise<void> {
    await this.#client.unbind().catch(() => undefined);
  }
}

const namesOf = (type: string): string[] => {
  const match = /\bNAME\s+(?:'([^']*)'|\(([^)]*)\))/.exec(type);
  return (match?.[1] ?? match?.[2] ?? '').split(/[\s']+/).flatMap((name) => (name === '' ? [] : [name.toLowerCase()]));
};

function toEntry({ dn, ...attributes }: Entry): LdapEntry {
  const lists = Object.entries(attributes).map(([name, value]): [string, readonly (string | Uint8Array)[]] => [
    name.toLowerCase(),
    Array.isArray(value) ? value : [value],
  ]);
  return { dn, attributes: new Map(lists) };
}

/** Connects, secures, signs in. The caller closes. */
export async function openDirectory(connection: Connection, signal: AbortSignal): Promise<Result<Directory, ConnectorProblem>> {
  const server = serverOf(connection);
  const reached = await connection.network.socketTo({ host: connection.host, port: connection.port }, signal);
  if (!reached.ok) return reached;
  const client = clientOn(reached.value, connection);
  signal.addEventListener('abort', () => reached.value.destroy(), { once: true });
  try {
    if (connection.tls === 'StartTLS') await client.startTLS(trustOf(connection));
    await client.bind(connection.user?.dn ?? '', connection.user?.password ?? '');
    return ok(new Directory(client, server));
  } catch (error) {
    await client.unbind().catch(() => undefined);
    reached.value.destroy();
    return err(directoryProblem(error, server));
  }
}

function clientOn(socket: Socket, connection: Connection): Client {
  const secure = connection.tls === 'LDAPS';
  const [once, onceSecured] = [onlyOnce(() => socket), onlyOnce(() => secured(socket, trustOf(connection)))];
  return new Client({
    url: `${secure ? 'ldaps' : 'ldap'}://${connection.host.includes(':') ? `[${connection.host}]` : connection.host}:${connection.port}`,
    connectTimeout: CONNECT_MS,
    timeout: ANSWER_MS,
    strictDN: false,
    ...(secure
      ? { createSecureConnection: onceSecured as unknown as typeof connectTls }
      : { createConnection: once as unknown as typeof connectPlain }),
  });
}

/** The client would connect again by itself, in plain text and as nobody: a listing that broke off stays broken off. */
function onlyOnce<T>(make: () => T): () => T {
  let used = false;
  return () => {
    if (used) throw new Error('the connection was closed');
    used = true;
    return make();
  };
}

/** A socket that cannot connect says so on itself; the layer above has to hear of it. */
function secured(socket: Socket, trust: ConnectionOptions) {
  const above = connectTls({ ...trust, socket });
  socket.once('error', (error) => above.destroy(error));
  return above;
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '');

/** By result code (RFC 4511, appendix A) and by what the network says. The server's own text may quote values: it is not passed on. */
export function directoryProblem(error: unknown, server: string, base = ''): ConnectorProblem {
  if (error instanceof ResultCodeError) return resultProblem(error.code, server, base === '' ? 'the root' : base);
  const code = codeOf(error);
  const text = error instanceof Error ? error.message : '';
  if (/^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED|UNABLE_TO|CERT_|ERR_TLS|ERR_SSL|EPROTO)/.test(code)) {
    return problem('unreachable', `${server}: no trusted TLS connection`, false, 'Name its authority in `authority` or `network.ca`.');
  }
  if (/timed? ?out/i.test(text) && !/^E/.test(code)) return problem('timed out', `${server} took longer than a minute to answer`, true);
  return problem(
    'unreachable',
    `${server} cannot be reached or stopped answering`,
    true,
    'Check that it runs and that the address is right.',
  );
}

function resultProblem(code: number, server: string, base: string): ConnectorProblem {
  switch (code) {
    case 48:
    case 49:
      return problem('unauthorized', `${server} refuses this user or password`, false, 'Check `bindDn` and the reference in `password`.');
    case 8:
    case 13:
      return problem('misconfigured', `${server} wants a connection that is encrypted`, false, 'Use ldaps://, or set `tls` to StartTLS.');
    case 3:
      return problem('timed out', `${server} ended the search below ${base} at its time limit`, true, 'Raise its limit for this user.');
    case 4:
    case 11:
      return problem(
        'too large',
        `${server} ended the search below ${base} at its size limit; what it gave until then was read`,
        false,
        'Raise the limit for the user that Muster binds as, name smaller bases, or lower `pageSize`.',
      );
    case 10:
      return problem(
        'misconfigured',
        `${base} is held by another server; referrals are not followed`,
        false,
        'Add that server as a source.',
      );
    case 32:
      return problem(
        'not found',
        `${server}: ${base} does not exist, or this user may not see it`,
        false,
        'Check `bases`, and give the user the rights of "rights needed".',
      );
    case 1:
    case 50:
      return problem(
        'forbidden',
        `${server}: the right to search below ${base} is missing`,
        false,
        'Give the user the rights of "rights needed".',
      );
    case 51:
    case 52:
      return problem('unreachable', `${server} is busy or not available`, true);
    case 34:
      return problem('misconfigured', `${base} is no distinguished name`, false, 'Check `bases`.');
    default:
      return problem('malformed', `${server} answered with result ${code} for ${base}`, false);
  }
}
