import * as z from 'zod';

import { err, ok, type Result } from '../../../shared/base/result.ts';
import { type Millis, SECOND } from '../../../shared/base/time.ts';
import type { ConnectorProblem } from '../../../shared/model/status.ts';
import { type ConnectorContext, problem } from '../connector.ts';
import { parseHttpUrl, RestClient } from '../restClient.ts';
import { listOf } from './answers.ts';
import type { KeycloakSettings } from './settings.ts';

export type Context = ConnectorContext<KeycloakSettings>;

const discovery = z.object({ issuer: z.string().min(1), token_endpoint: z.string() });
const tokenAnswer = z.object({ access_token: z.string().min(1), expires_in: z.number().catch(60) });
const claims = z.object({
  realm_access: z.object({ roles: z.array(z.string()) }).optional(),
  resource_access: z.record(z.string(), z.object({ roles: z.array(z.string()) })).optional(),
});

/** Roles of `realm-management` that a listing needs. */
export type ManagementRole = 'view-clients' | 'view-users' | 'view-events' | 'view-realm';

interface SignIn {
  readonly id: string;
  readonly secret: string;
  readonly realm: string;
}

/** One realm through the admin API, signed in as a service account. Tokens are here and nowhere else. */
export class KeycloakClient {
  readonly #rest: RestClient;
  readonly #prefix: string;
  readonly #realm: string;
  readonly #signIn: SignIn;
  readonly #pageSize: number;
  readonly #clock: () => Millis;
  #token: { readonly value: string; readonly until: Millis } | undefined;
  #roles: ReadonlySet<string> | undefined;

  constructor(rest: RestClient, base: URL, realm: string, signIn: SignIn, pageSize: number, clock: () => Millis) {
    [this.#rest, this.#realm, this.#signIn, this.#pageSize, this.#clock] = [rest, realm, signIn, pageSize, clock];
    this.#prefix = base.pathname.replace(/\/$/, '');
  }

  get server(): string {
    return this.#rest.server;
  }
  close(): void {
    this.#rest.close();
  }

  /** What the realm calls itself in every token. */
  async issuer(): Promise<Result<string, ConnectorProblem>> {
    const path = `${this.#prefix}/realms/${encodeURIComponent(this.#realm)}/.well-known/openid-configuration`;
    const answered = await this.#rest.send({ method: 'GET', path });
    if (!answered.ok) return err(answered.error.problem);
    if (answered.value.status === 404)
      return err(problem('not found', `${this.server} has no realm ${this.#realm}`, false, 'Check `realm` and `url`.'));
    const parsed = discovery.safeParse(answered.value.body);
    return parsed.success
      ? ok(parsed.data.issuer)
      : err(problem('malformed', `${this.server} does not answer as Keycloak does`, false, 'Check `url`.'));
  }

  /**
   * The right that is missing, by its name. A listing without it can come back empty instead of refused, so the roles in the token are
   * looked at first; where a token carries none (lightweight tokens), the answers decide.
   */
  lacks(role: ManagementRole): ConnectorProblem | undefined {
    return this.#roles === undefined || this.#roles.has(role) ? undefined : missingRole(role, this.server, this.#realm);
  }

  async #authorization(): Promise<Result<string, ConnectorProblem>> {
    if (this.#token && this.#token.until > this.#clock()) return ok(this.#token.value);
    const { id, secret, realm } = this.#signIn;
    const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: id, client_secret: secret }).toString();
    const path = `${this.#prefix}/realms/${encodeURIComponent(realm)}/protocol/openid-connect/token`;
    const answered = await this.#rest.send({
      method: 'POST',
      path,
      body,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    if (!answered.ok) return err(answered.error.problem);
    const parsed = tokenAnswer.safeParse(answered.value.body);
    if (!parsed.success) return err(refused(answered.value.status, this.server));
    this.#token = { value: parsed.data.access_token, until: this.#clock() + Math.max(5, parsed.data.expires_in - 15) * SECOND };
    this.#roles = rolesIn(parsed.data.access_token, this.#realm);
    return ok(parsed.data.access_token);
  }

  /** Signs in, so that {@link lacks} has something to look at. */
  async signIn(): Promise<Result<undefined, ConnectorProblem>> {
    const signed = await this.#authorization();
    return signed.ok ? ok(undefined) : signed;
  }

  /** @returns undefined where there is no such thing (any more). */
  async read(path: string, needs: ManagementRole): Promise<Result<unknown, ConnectorProblem>> {
    const token = await this.#authorization();
    if (!token.ok) return token;
    const answered = await this.#rest.send({
      method: 'GET',
      path: `${this.#prefix}/admin/realms/${encodeURIComponent(this.#realm)}${path}`,
      headers: { authorization: `Bearer ${token.value}` },
    });
    if (!answered.ok) return err(answered.error.problem);
    const { status, body } = answered.value;
    if (status === 404) return ok(undefined);
    if (status >= 200 && status < 300) return ok(body);
    return err(statusProblem(status, this.server, this.#realm, needs));
  }

  /** Page after page, until one is not full. */
  async list<T>(path: string, schema: z.ZodType<T>, needs: ManagementRole): Promise<Result<T[], ConnectorProblem>> {
    const all: T[] = [];
    for (let first = 0; ; first += this.#pageSize) {
      const page = await this.read(`${path}${path.includes('?') ? '&' : '?'}first=${first}&max=${this.#pageSize}`, needs);
      if (!page.ok) return page;
      if (!Array.isArray(page.value))
        return page.value === undefined ? ok(all) : err(problem('malformed', `${this.server} answered ${path} with no list`, false));
      all.push(...listOf(schema, page.value));
      if (page.value.length < this.#pageSize) return ok(all);
    }
  }
}

/** The payload of a JSON Web Token (RFC 7519). It was just handed out to us by the server itself: nothing is decided by it but our own words. */
function rolesIn(token: string, realm: string): ReadonlySet<string> | undefined {
  try {
    const parsed = claims.safeParse(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')));
    if (!parsed.success || parsed.data.resource_access === undefined) return undefined;
    const { realm_access, resource_access } = parsed.data;
    const own = [...(resource_access['realm-management']?.roles ?? []), ...(resource_access[`${realm}-realm`]?.roles ?? [])];
    const all: readonly string[] =
      realm_access?.roles.includes('admin') || own.includes('realm-admin')
        ? ['view-clients', 'view-users', 'view-events', 'view-realm']
        : [];
    const implied = own.flatMap((role) => (role.startsWith('manage-') ? [role.replace('manage-', 'view-')] : []));
    return new Set([...own, ...all, ...implied]);
  } catch {
    return undefined;
  }
}

const missingRole = (role: string, server: string, realm: string): ConnectorProblem =>
  problem(
    'forbidden',
    `${server}: the role ${role} of realm-management in the realm ${realm} is missing`,
    false,
    'Give it to the service account of the client that Muster uses: "rights needed" says how.',
  );

const refused = (status: number, server: string): ConnectorProblem =>
  status === 400 || status === 401 || status === 403
    ? problem('unauthorized', `${server} refuses this client or its secret`, false, 'Check `clientId` and the reference in `clientSecret`.')
    : status === 404
      ? problem('not found', `${server} has no realm to sign in to`, false, 'Check `realm`, `signInRealm` and `url`.')
      : statusProblem(status, server, '', 'view-clients');

function statusProblem(status: number, server: string, realm: string, needs: ManagementRole): ConnectorProblem {
  if (status === 403) return missingRole(needs, server, realm);
  if (status === 401) return problem('unauthorized', `${server} refuses its own token: the client may be disabled`, true);
  if (status === 429) return problem('rate limited', `${server} asks to come back later`, true);
  if (status >= 500) return problem('unreachable', `${server} answered with ${status}`, true);
  return problem('malformed', `${server} answered with ${status}`, false);
}

/** The caller closes. */
export async function openKeycloak(context: Context): Promise<Result<KeycloakClient, ConnectorProblem>> {
  const { url, realm, clientId, clientSecret, signInRealm, pageSize = 100 } = context.settings;
  const base = parseHttpUrl(url);
  if (base === undefined) return err(problem('misconfigured', 'the address is not https://host:port', false));
  const secret = await context.secret(clientSecret);
  if (!secret.ok) return secret;
  const rest = new RestClient({ base, network: context.network, signal: context.signal });
  return ok(
    new KeycloakClient(rest, base, realm, { id: clientId, secret: secret.value, realm: signInRealm ?? realm }, pageSize, context.clock),
  );
}
