import { readFile } from 'node:fs/promises';
import { err, ok, type Result } from '../../../shared/base/result.ts';
import type { ConnectorProblem } from '../../../shared/model/status.ts';
import { type ConnectorContext, problem } from '../connector.ts';
import { fileProblem } from '../fileProblem.ts';
import { type Connection, type Directory, directoryProblem, openDirectory, type Root, serverOf } from './client.ts';
import { type LdapSettings, parseAddress } from './settings.ts';

export type Context = ConnectorContext<LdapSettings>;

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/;

async function connectionOf(context: Context): Promise<Result<Connection, ConnectorProblem>> {
  const { url, bindDn, password: reference, tls, authority: file } = context.settings;
  const address = parseAddress(url);
  if (!address) return err(problem('misconfigured', 'the address is not ldap://host:port or ldaps://host:port', false));
  const password = reference === undefined ? ok('') : await context.secret(reference);
  if (!password.ok) return password;
  // RFC 4513, 5.1.2: a name without a password binds as nobody, and says that it worked.
  if (bindDn !== undefined && password.value === '')
    return err(
      problem('misconfigured', 'a bind DN without a password would be an anonymous bind', false, 'Name the password in `password`.'),
    );
  const authority = file === undefined ? ok(undefined) : await authorityIn(file);
  if (!authority.ok) return authority;
  const plain = tls ?? (LOOPBACK.test(address.host) ? 'off' : 'StartTLS');
  return ok({
    host: address.host,
    port: address.port,
    tls: address.secure ? 'LDAPS' : plain,
    user: bindDn === undefined ? undefined : { dn: bindDn, password: password.value },
    authority: authority.value,
    network: context.network,
  });
}

async function authorityIn(file: string): Promise<Result<string, ConnectorProblem>> {
  try {
    return ok(await readFile(file, 'utf8'));
  } catch (error) {
    return err(fileProblem(error, file));
  }
}

/** Connects, asks the server what it is, and closes however the use of it ends. */
export async function withDirectory<T>(
  context: Context,
  use: (directory: Directory, root: Root) => Promise<T>,
): Promise<Result<T, ConnectorProblem>> {
  const connection = await connectionOf(context);
  if (!connection.ok) return connection;
  const opened = await openDirectory(connection.value, context.signal);
  if (!opened.ok) return opened;
  try {
    return ok(await use(opened.value, await opened.value.root()));
  } catch (error) {
    return err(directoryProblem(error, serverOf(connection.value)));
  } finally {
    await opened.value.close();
  }
}
