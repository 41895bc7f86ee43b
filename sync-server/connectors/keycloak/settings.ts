import * as z from 'zod';
import { secretReference } from '../../../shared/wire/http.ts';
import { isLoopback, parseHttpUrl } from '../restClient.ts';

const name = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[^\s/?#]+$/, 'must be the name of a realm or client');

export const settings = z.strictObject({
  url: z
    .string()
    .max(1_024)
    .refine((text) => parseHttpUrl(text) !== undefined, 'must be https://host:port, without a user, password or query')
    .refine((text) => {
      const url = parseHttpUrl(text);
      return url === undefined || url.protocol === 'https:' || isLoopback(url);
    }, 'must be https:// unless it is this computer: a secret would go in clear'),
  realm: name,
  /** A confidential client with a service account. */
  clientId: name,
  clientSecret: secretReference,
  /** Where that client is, when in another realm. */
  signInRealm: name.optional(),
  /** Whether admin events are followed between listings. The realm has to save them. */
  events: z.boolean().optional(),
  /** People whose consents are asked for, one call each; by default nobody's. */
  consents: z.strictObject({ max: z.number().int().min(0).max(1_000_000) }).optional(),
  pageSize: z.number().int().min(10).max(5_000).optional(),
});
export type KeycloakSettings = z.infer<typeof settings>;
