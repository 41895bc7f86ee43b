import { createAppAuth } from '@octokit/auth-app';
import { Octokit } from '@octokit/core';
import { throttling } from '@octokit/plugin-throttling';
import * as z from 'zod';
import type { Json } from '../../../shared/base/json.ts';
import { err, ok, type Result } from '../../../shared/base/result.ts';
import type { ConnectorProblem } from '../../../shared/model/status.ts';
import type { Network } from '../../network/network.ts';
import { networkFetch } from '../../network/networkFetch.ts';
import { problem } from '../connector.ts';
import type { PageCache } from './pageCache.ts';
import { githubProblem, type Refusal, refusalOf } from './problems.ts';

/** How Muster signs in. */
export type Access =
  | { readonly by: 'app'; readonly appId: string | number; readonly privateKey: string }
  | { readonly by: 'token'; readonly token: string };

export interface ClientOptions {
  readonly baseUrl: string;
  readonly access: Access;
  readonly network: Network;
  readonly signal: AbortSignal;
  /** The most requests that may be sent. */
  readonly requests: number;
  readonly cache: PageCache;
}

/** What is asked, in the words of a message, and the permission that it takes. */
export interface Question {
  readonly what: string;
  readonly permission: string;
}

const API_VERSION = '2022-11-28';
const PAGE = 100;
/** More than this of one listing is not an organisation but a mistake. */
const MOST_PAGES = 1_000;
/** Seconds; longer is not waited for, or the runner would take the silence for a hang: the run ends as partial, and the next one goes on. */
const MOST_PATIENCE = 45;
const MOST_RETRIES = 2;

const Client = Octokit.plugin(throttling);
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** GitHub's REST interface: paging, rate limits, conditional requests and a budget; nothing of Muster's records. */
export class GitHubClient {
  readonly #options: ClientOptions;
  readonly #fetch: typeof fetch;
  #octokit: InstanceType<typeof Client>;
  #sent = 0;
  /** Set when nothing more may be asked in this run. */
  #stopped: ConnectorProblem | undefined;

  private constructor(options: ClientOptions) {
    this.#options = options;
    this.#fetch = networkFetch(options.network);
    this.#octokit = this.#connected();
  }

  /** @returns a client that speaks for the organisation: of an app, with a token of its installation there. */
  static async forOrganization(organization: string, options: ClientOptions): Promise<Result<GitHubClient, ConnectorProblem>> {
    const client = new GitHubClient(options);
    if (options.access.by === 'token') return ok(client);
    const installed = await client.one('/orgs/{org}/installation', { org: organization }, z.object({ id: z.number().int() }), {
      what: `the app's installation on ${organization}`,
      permission: 'a GitHub App that is installed there',
    });
    if (!installed.ok) return err(githubProblem(installed.error, organization));
    client.#octokit = client.#connected(installed.value.id);
    return ok(client);
  }

  /** Requests sent so far. */
  get sent(): number {
    return this.#sent;
  }
  get stopped(): ConnectorProblem | undefined {
    return this.#stopped;
  }

  #connected(installationId?: number): InstanceType<typeof Client> {
    const { access, baseUrl } = this.#options;
    const auth =
      access.by === 'token'
        ? { auth: access.token }
        : {
            authStrategy: createAppAuth,
            auth: { appId: access.appId, privateKey: access.privateKey, ...(installationId === undefined ? {} : { installationId }) },
          };
    const patient = (retryAfter: number, _options: object, _octokit: object, retries: number): boolean =>
      retryAfter <= MOST_PATIENCE && retries < MOST_RETRIES && !this.#options.signal.aborted;
    return new Client({
      ...auth,
      baseUrl: baseUrl.replace(/\/+$/, ''),
      userAgent: 'muster',
      log: silent,
      request: { fetch: this.#fetch },
      throttle: { onRateLimit: patient, onSecondaryRateLimit: patient },
    });
  }

  /** One thing. */
  async one<T>(
    route: string,
    parameters: Readonly<Record<string, string | number>>,
    shape: z.ZodType<T>,
    question: Question,
  ): Promise<Result<T, Refusal>> {
    const page = await this.#page(expand(route, parameters), question);
    if (!page.ok) return page;
    const parsed = shape.safeParse(page.value.said);
    if (!parsed.success) return err({ question, kind: 'malformed' });
    if (page.value.fresh) this.#keep(page.value, parsed.data as Json);
    return ok(parsed.data);
  }

  /**
   * Everything of a listing, by its Link headers (RFC 8288).
   * @param within the member that holds the list, where the answer is not the list itself.
   */
  async all<T>(
    route: string,
    parameters: Readonly<Record<string, string | number>>,
    shape: z.ZodType<T>,
    question: Question,
    within?: string,
  ): Promise<Result<T[], Refusal>> {
    const items: T[] = [];
    let address: string | undefined = `${expand(route, parameters)}?per_page=${PAGE}`;
    for (let pages = 0; address !== undefined; pages++) {
      if (pages >= MOST_PAGES) return err({ question, kind: 'endless' });
      const page: Result<Page, Refusal> = await this.#page(address, question);
      if (!page.ok) return page;
      const said = page.value.fresh && within !== undefined ? (page.value.said as Record<string, Json>)[within] : page.value.said;
      const parsed = z.array(shape).safeParse(said);
      if (!parsed.success) return err({ question, kind: 'malformed' });
      if (page.value.fresh) this.#keep(page.value, parsed.data as Json);
      items.push(...parsed.data);
      address = page.value.next;
    }
    return ok(items);
  }

  /** What was read is kept as it was understood, never as it came. */
  #keep({ address, etag, next }: Page, said: Json): void {
    if (etag !== undefined) this.#options.cache.keep(address, { etag, said, next });
  }

  async #page(address: string, question: Question): Promise<Result<Page, Refusal>> {
    const { cache, requests, signal } = this.#options;
    if (this.#stopped) return err({ question, kind: 'stopped' });
    if (this.#sent >= requests) {
      this.#stopped = problem(
        'rate limited',
        `The budget of ${requests} requests for one run is used up`,
        true,
        'Raise `requests`, or read fewer repositories with `include`.',
      );
      return err({ question, kind: 'stopped' });
    }
    this.#sent++;
    const known = cache.known(address);
    try {
      const { data, headers } = await this.#octokit.request({
        method: 'GET',
        url: address,
        headers: { 'x-github-api-version': API_VERSION, ...(known ? { 'if-none-match': known.etag } : {}) },
        request: { signal },
      });
      const next = nextOf(headers.link, this.#options.baseUrl);
      return ok({ address, said: data as Json, etag: headers.etag, next, fresh: true });
    } catch (error) {
      if (known && (error as { status?: unknown }).status === 304) {
        cache.keep(address, known);
        return ok({ address, said: known.said, etag: known.etag, next: known.next, fresh: false });
      }
      const refusal = refusalOf(error, question);
      if (refusal.kind === 'rate limited' || refusal.kind === 'unauthorized') this.#stopped = githubProblem(refusal, 'GitHub');
      return err(refusal);
    }
  }
}

interface Page {
  readonly address: string;
  readonly said: Json;
  readonly etag: string | undefined;
  readonly next: string | undefined;
  /** As it came, and not as it was kept. */
  readonly fresh: boolean;
}

const expand = (route: string, parameters: Readonly<Record<string, string | number>>): string =>
  route.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(parameters[name])));

/** @returns the next page below the base URL; undefined also for an address elsewhere, where no token is ever sent. */
export function nextOf(link: string | undefined, baseUrl: string): string | undefined {
  const [, target] = /<([^>]+)>\s*;[^,]*\brel="?next"?/.exec(link ?? '') ?? [];
  const base = baseUrl.replace(/\/+$/, '');
  return target?.startsWith(`${base}/`) ? target.slice(base.length) : undefined;
}
