import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import pg from 'pg';
import { err, ok, type Result } from '../../../shared/base/result.ts';
import type { ConnectorProblem } from '../../../shared/model/status.ts';
import { problem } from '../connector.ts';
import {
  BEGIN,
  BUILT_IN,
  DATABASE_GRANTS,
  FUNCTION_GRANTS,
  MEMBERSHIPS,
  ROLES,
  SCHEMA_GRANTS,
  SYSTEM_ID,
  TABLE_GRANTS,
  WHERE_AND_WHEN,
} from './queries.ts';
import type { GrantRow, MembershipRow, RoleRow, Snapshot } from './snapshot.ts';

export interface Connection {
  readonly url: URL;
  readonly password: string | undefined;
  readonly ssl: 'off' | 'require' | 'verify';
  /** A file with the authority that signed the server's certificate. */
  readonly authority: string | undefined;
  /** What `network.ca` adds to what is trusted; undefined: what Node trusts. */
  readonly authorities?: readonly string[] | undefined;
}

export interface ReadSnapshot {
  readonly snapshot: Snapshot;
  readonly builtIn: ReadonlyMap<string, string>;
  /** What was refused: the listing is partial. */
  readonly problems: readonly ConnectorProblem[];
}

export const serverOf = (url: URL): string => `${url.hostname || 'localhost'}:${url.port || '5432'}`;

function tlsFor({ ssl, authority, authorities }: Connection): ConnectionOptions | false {
  if (ssl === 'off') return false;
  if (authority !== undefined) return { ca: readFileSync(authority, 'utf8') };
  return { rejectUnauthorized: ssl === 'verify', ...(authorities === undefined ? {} : { ca: [...authorities] }) };
}

function clientFor(connection: Connection): pg.Client {
  const { url, password } = connection;
  return new pg.Client({
    host: decodeURIComponent(url.hostname).replace(/^\[|\]$/g, '') || 'localhost',
    port: Number(url.port || 5432),
    database: decodeURIComponent(url.pathname.slice(1)) || decodeURIComponent(url.username) || 'postgres',
    ...(url.username ? { user: decodeURIComponent(url.username) } : {}),
    ...(password === undefined ? {} : { password }),
    ssl: tlsFor(connection),
    application_name: 'muster',
    connectionTimeoutMillis: 10_000,
    query_timeout: 60_000,
    statement_timeout: 60_000,
  });
}

/** Reads roles and rights in one snapshot, or nothing: a listing that broke off in the middle is no listing. */
export const readSnapshot = (connection: Connection, signal: AbortSignal): Promise<Result<ReadSnapshot, ConnectorProblem>> =>
  connected(connection, signal, async (client) => ok(await readAll(client, serverOf(connection.url))));

/** Does something over a connection of its own, which is closed afterwards, come what may. What fails is a problem without any value. */
export async function connected<T>(
  connection: Connection,
  signal: AbortSignal,
  work: (client: pg.Client) => Promise<Result<T, ConnectorProblem>>,
): Promise<Result<T, ConnectorProblem>> {
  const server = serverOf(connection.url);
  let client: pg.Client;
  try {
    client = clientFor(connection);
  } catch {
    return err(problem('misconfigured', `the file with the authority of ${server} cannot be read`, false, 'Check `authority`.'));
  }
  const stop = (): void => void client.end().catch(() => undefined);
  // A server that stops between two queries reports it here as well; without a listener Node would end the process.
  client.on('error', () => undefined);
  signal.addEventListener('abort', stop);
  try {
    await client.connect();
    return await work(client);
  } catch (error) {
    return err(databaseProblem(error, server));
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
}

async function readAll(client: pg.Client, server: string): Promise<ReadSnapshot> {
  const rows = async <T extends pg.QueryResultRow>(query: string): Promise<T[]> => (await client.query<T>(query)).rows;
  await client.query(BEGIN);
  const [where] = await rows<Pick<Snapshot, 'asOf' | 'database' | 'databaseOid' | 'version'>>(WHERE_AND_WHEN);
  if (!where) throw new Error('the database does not know its own name');
  const systemId = await systemIdentifier(client);
  const roles = await rows<RoleRow>(ROLES);
  const builtIn = await rows<{ oid: string; name: string }>(BUILT_IN);
  const memberships = await rows<MembershipRow>(MEMBERSHIPS);
  const grants: GrantRow[] = [];
  for (const query of [DATABASE_GRANTS, SCHEMA_GRANTS, TABLE_GRANTS, FUNCTION_GRANTS]) grants.push(...(await rows<GrantRow>(query)));
  await client.query('commit');
  return {
    snapshot: { ...where, server, systemId, roles, memberships, grants },
    builtIn: new Map(builtIn.map(({ oid, name }) => [oid, name])),
    problems: [...systemIdProblem(systemId), ...truncationProblem(grants)],
  };
}

/** In a savepoint: a refusal must not end the transaction, and so the snapshot. */
export async function systemIdentifier(client: pg.Client): Promise<string | undefined> {
  await client.query('savepoint identifier');
  try {
    const { rows } = await client.query<{ id: string }>(SYSTEM_ID);
    return rows[0]?.id;
  } catch (error) {
    if (sqlState(error) !== '42501') throw error;
    await client.query('rollback to savepoint identifier');
    return undefined;
  }
}

const systemIdProblem = (systemId: string | undefined): ConnectorProblem[] =>
  systemId !== undefined
    ? []
    : [
        problem(
          'forbidden',
          'the identifier of this server may not be read: EXECUTE on pg_control_system() is missing; the address stands in for it',
          false,
          'GRANT EXECUTE ON FUNCTION pg_catalog.pg_control_system() TO the role that Muster uses.',
        ),
      ];

const truncationProblem = (grants: readonly GrantRow[]): ConnectorProblem[] =>
  grants.length < 20_000 ? [] : [problem('too large', 'more than 20,000 rights; the rest was not read', false)];

const sqlState = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '');

/** By SQLSTATE (PostgreSQL, appendix A) and by what the network says. The server's own text may quote values: it is not passed on. */
export function databaseProblem(error: unknown, server: string): ConnectorProblem {
  const state = sqlState(error);
  const text = error instanceof Error ? error.message : '';
  if (state.startsWith('28') || /password must be a string|no password supplied/i.test(text)) {
    return problem('unauthorized', `${server} refuses this user or password`, false, 'Check `url` and the reference in `password`.');
  }
  if (state === '3D000') return problem('not found', `${server} has no such database`, false, 'Check the database in `url`.');
  if (state === '42501')
    return problem('forbidden', `${server}: a right is missing to read the catalogue`, false, 'Run the statements of "rights needed".');
  if (state === '57014') return problem('timed out', `${server} took longer than a minute to answer`, true);
  if (/^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED|UNABLE_TO|CERT_|ERR_TLS)/.test(state) || /does not support SSL/i.test(text)) {
    return problem(
      'unreachable',
      `${server}: no trusted TLS connection`,
      false,
      'Name its authority in `authority` or `network.ca`, or set `ssl` to what it offers.',
    );
  }
  if (/query read timeout/i.test(text)) return problem('timed out', `${server} took longer than a minute to answer`, true);
  return problem(
    'unreachable',
    `${server} cannot be reached or stopped answering`,
    true,
    'Check that it runs and that the address is right.',
  );
}
