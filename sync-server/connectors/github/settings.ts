import * as z from 'zod';
import { secretReference } from '../../../shared/wire/http.ts';

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

export function parseBaseUrl(text: string): URL | undefined {
  const url = URL.parse(text);
  const plain = url?.protocol === 'http:' && LOOPBACK.test(url.hostname);
  return url && (url.protocol === 'https:' || plain) && url.username === '' && url.password === '' && url.search === '' ? url : undefined;
}

const name = z.string().min(1).max(200);

export const settings = z
  .strictObject({
    organization: z.string().regex(/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})$/, 'must be the name of an organisation, as in its address'),
    /** Of the REST interface: `https://HOST/api/v3` of a GitHub Enterprise Server. */
    baseUrl: z
      .string()
      .max(1_024)
      .refine((text) => parseBaseUrl(text) !== undefined, 'must be https://HOST/api/v3, without a user, a password or a query')
      .optional(),
    /** A GitHub App, by its id or client id, with its private key. */
    appId: z.union([z.string().regex(/^[A-Za-z0-9.]{1,64}$/), z.number().int().positive()]).optional(),
    privateKey: secretReference.optional(),
    /** Or a token; with one, fine-grained tokens of others cannot be read. */
    token: secretReference.optional(),
    /** Names of repositories, `*` for any text; left out means all. What is excluded is not read. */
    include: z.array(name).max(1_000).optional(),
    exclude: z.array(name).max(1_000).optional(),
    /** The most requests that one run sends. */
    requests: z.number().int().min(20).max(100_000).optional(),
    /** Signs deliveries; without one, none is taken. */
    webhookSecret: secretReference.optional(),
    /** Who issues the tokens of workflow jobs, where the enterprise has an issuer of its own. */
    oidcIssuer: z
      .url({ protocol: /^https$/ })
      .max(512)
      .optional(),
  })
  .refine(({ token, appId, privateKey }) => (token === undefined ? appId !== undefined && privateKey !== undefined : appId === undefined), {
    error: 'name either `appId` with `privateKey`, or `token`',
    path: ['appId'],
  });
export type GitHubSettings = z.infer<typeof settings>;

export const GITHUB_COM = 'https://api.github.com';
export const DEFAULT_REQUESTS = 4_000;

/** `github.com`, or the host of an Enterprise Server. */
export function hostOf({ baseUrl = GITHUB_COM }: Partial<Pick<GitHubSettings, 'baseUrl'>>): string {
  const host = parseBaseUrl(baseUrl)?.host ?? 'github.com';
  return host === 'api.github.com' ? 'github.com' : host;
}

/** As GitHub documents it for github.com and for an Enterprise Server. */
export const issuerOf = (settings: Pick<GitHubSettings, 'baseUrl' | 'oidcIssuer'>): string =>
  settings.oidcIssuer ??
  (hostOf(settings) === 'github.com' ? 'https://token.actions.githubusercontent.com' : `https://${hostOf(settings)}/_services/token`);
