import * as z from 'zod';
import { secretReference } from '../../../shared/wire/http.ts';
import { isLoopback, parseHttpUrl } from '../restClient.ts';

const path = z
  .string()
  .min(1)
  .max(512)
  .regex(/^[^\s*?]+$/, 'must be the path of a mount: secret/ or auth/approle/');
const namespace = z
  .string()
  .max(512)
  .regex(/^[A-Za-z0-9_.\-/]*$/, 'must be the path of a namespace');

export const settings = z
  .strictObject({
    url: z
      .string()
      .max(1_024)
      .refine((text) => parseHttpUrl(text) !== undefined, 'must be https://host:port, without a user, password or query')
      .refine((text) => {
        const url = parseHttpUrl(text);
        return url === undefined || url.protocol === 'https:' || isLoopback(url);
      }, 'must be https:// unless it is this computer: a token would go in clear'),
    token: secretReference.optional(),
    /** Instead of a token: signing in as an AppRole. */
    roleId: z.string().min(1).max(256).optional(),
    secretId: secretReference.optional(),
    /** Where that AppRole is. */
    authMount: path.optional(),
    /** Paths of namespaces; the root is an empty text. By default the root alone. */
    namespaces: z.array(namespace).max(500).optional(),
    /** By default every mount that holds something to read. */
    mounts: z.array(path).max(1_000).optional(),
    exclude: z.array(path).max(1_000).optional(),
    /** Looking up an accessor of a token or secret ID is one call each. */
    accessors: z.strictObject({ max: z.number().int().min(0).max(1_000_000) }).optional(),
    /** So is reading the metadata of a secret. */
    secrets: z.strictObject({ max: z.number().int().min(0).max(1_000_000) }).optional(),
    pageSize: z.number().int().min(10).max(10_000).optional(),
  })
  .refine(({ token, roleId, secretId }) => (token === undefined) !== (roleId === undefined || secretId === undefined), {
    message: 'needs a token, or a role ID and a secret ID',
    path: ['token'],
  });
export type OpenBaoSettings = z.infer<typeof settings>;

/** Most of a listing's calls are look-ups: so many are done in a few minutes. */
export const ACCESSORS = 1_000;
export const SECRETS = 50_000;
