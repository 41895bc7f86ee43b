import * as z from 'zod';
import { err, ok, type Result } from '../../../shared/base/result.ts';
import type { ConnectorProblem } from '../../../shared/model/status.ts';
import type { ConnectorContext } from '../connector.ts';
import { problem } from '../connector.ts';
import { parseHttpUrl, type RestAnswer, RestClient, type RestFailure, type RestRequest } from '../restClient.ts';
import type { OpenBaoSettings } from './settings.ts';

export type Context = ConnectorContext<OpenBaoSettings>;

const object = z.record(z.string(), z.unknown());
const wrapped = z.object({ data: object.nullish() });
const health = z.object({ cluster_id: z.string().min(1), sealed: z.boolean().optional(), initialized: z.boolean().optional() });
const login = z.object({ auth: z.object({ client_token: z.string().min(1) }) });

/** Capability and path, as a policy names them: what is missing is exactly what has to be added. */
export interface Needs {
  readonly capability: string;
  readonly path: string;
}

/** One server, signed in. The token is here and nowhere else. */
export class VaultClient {
  readonly #rest: RestClient;
  readonly #token: string;
  readonly #pageSize: number;

  constructor(rest: RestClient, token: string, pageSize: number) {
    [this.#rest, this.#token, this.#pageSize] = [rest, token, pageSize];
  }

  get server(): string {
    return this.#rest.server;
  }
  close(): void {
    this.#rest.close();
  }

  /** What the server calls itself; needs no right. */
  async clusterId(): Promise<Result<string, ConnectorProblem>> {
    const answered = await this.#rest.send({ method: 'GET', path: '/v1/sys/health?standbyok=true&perfstandbyok=true&sealedcode=200' });
    if (!answered.ok) return err(answered.error.problem);
    const parsed = health.safeParse(answered.value.body);
    if (!parsed.success) return err(problem('malformed', `${this.server} does not answer as OpenBao or Vault does`, false, 'Check `url`.'));
    if (parsed.data.sealed === true) return err(problem('unreachable', `${this.server} is sealed`, true, 'Unseal it.'));
    return ok(parsed.data.cluster_id);
  }

  /** @returns `data` of the answer; undefined where there is nothing at that path. */
  async read(namespace: string, path: string): Promise<Result<Record<string, unknown> | undefined, ConnectorProblem>> {
    return this.#data(await this.send(namespace, { method: 'GET', path: `/v1/${encoded(path)}` }), { capability: 'read', path });
  }

  async ask(namespace: string, path: string, body: object): Promise<Result<Record<string, unknown> | undefined, ConnectorProblem>> {
    const answered = await this.send(namespace, { method: 'POST', path: `/v1/${encoded(path)}`, body: JSON.stringify(body) });
    return this.#data(answered, { capability: 'update', path });
  }

  /** All keys, page by page where the server has pages: one that has none answers everything at once. */
  async list(namespace: string, path: string): Promise<Result<string[], ConnectorProblem>> {
    const keys = new Set<string>();
    for (let after = ''; ; ) {
      const query = `list=true&limit=${this.#pageSize}${after === '' ? '' : `&after=${encodeURIComponent(after)}`}`;
      const answered = await this.send(namespace, { method: 'GET', path: `/v1/${encoded(path)}?${query}` });
      const page = this.#data(answered, { capability: 'list', path });
      if (!page.ok) return page;
      const found = z.object({ keys: z.array(z.string()) }).safeParse(page.value);
      const fresh = found.success ? found.data.keys.filter((key) => !keys.has(key)) : [];
      for (const key of fresh) keys.add(key);
      if (fresh.length < this.#pageSize) return ok([...keys].sort());
      after = fresh.at(-1) ?? '';
    }
  }

  /** As it is answered, for a write: who sends has to tell refused from lost. */
  send(namespace: string, request: RestRequest): Promise<Result<RestAnswer, RestFailure>> {
    const spaced = namespace === '' ? {} : { 'x-vault-namespace': namespace };
    return this.#rest.send({ ...request, headers: { 'x-vault-token': this.#token, ...spaced, ...request.headers } });
  }

  #data(answered: Result<RestAnswer, RestFailure>, needs: Needs): Result<Record<string, unknown> | undefined, ConnectorProblem> {
    if (!answered.ok) return err(answered.error.problem);
    const { status, body } = answered.value;
    if (status === 404) return ok(undefined);
    if (status < 200 || status > 299) return err(statusProblem(status, this.server, needs));
    const parsed = wrapped.safeParse(body);
    return parsed.success
      ? ok(parsed.data.data ?? undefined)
      : err(problem('malformed', `${this.server} answered ${needs.path} with no JSON`, false));
  }
}

const encoded = (path: string): string => path.split('/').map(encodeURIComponent).join('/');

export function statusProblem(status: number, server: string, { capability, path }: Needs): ConnectorProblem {
  const way = 'Add it to the policy of the token that Muster uses: "rights needed" prints it.';
  if (status === 403) return problem('forbidden', `${server}: the capability ${capability} on ${path} is missing`, false, way);
  if (status === 401) return problem('unauthorized', `${server} refuses this token`, false, 'Check the reference in `token`.');
  if (status === 429) return problem('rate limited', `${server} asks to come back later`, true);
  if (status >= 300 && status < 400)
    return problem('misconfigured', `${server} redirects elsewhere`, false, 'Name the active server in `url`.');
  if (status >= 500) return problem('unreachable', `${server} answered with ${status}`, true);
  return problem('malformed', `${server} answered ${path} with ${status}`, false);
}

/** Signs in where it has to. The caller closes. */
export async function openVault(context: Context): Promise<Result<VaultClient, ConnectorProblem>> {
  const { url, token: reference, roleId, secretId, authMount, pageSize = 1_000 } = context.settings;
  const base = parseHttpUrl(url);
  if (base === undefined) return err(problem('misconfigured', 'the address is not https://host:port', false));
  const secret = await context.secret(reference ?? secretId);
  if (!secret.ok) return secret;
  const rest = new RestClient({ base, network: context.network, signal: context.signal });
  const token = reference !== undefined ? ok(secret.value) : await signIn(rest, authMount ?? 'auth/approle', roleId ?? '', secret.value);
  if (token.ok) return ok(new VaultClient(rest, token.value, pageSize));
  rest.close();
  return token;
}

async function signIn(rest: RestClient, mount: string, role: string, secret: string): Promise<Result<string, ConnectorProblem>> {
  const path = `/v1/${encoded(`auth/${mount.replace(/^auth\/|\/$/g, '')}`)}/login`;
  const answered = await rest.send({ method: 'POST', path, body: JSON.stringify({ role_id: role, secret_id: secret }) });
  if (!answered.ok) return err(answered.error.problem);
  const parsed = login.safeParse(answered.value.body);
  if (parsed.success) return ok(parsed.data.auth.client_token);
  return err(
    problem('unauthorized', `${rest.server} refuses this role ID or secret ID`, false, 'Check `roleId` and the reference in `secretId`.'),
  );
}
