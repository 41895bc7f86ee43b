import * as z from 'zod';
import { instant } from '../model/record.ts';
import { secretReference } from './http.ts';

const LOOPBACK = /^http:\/\/(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(:\d+)?\//i;

/** Where changes of the register are told. The secret that signs them is a reference. */
export const webhookSettings = z
  .object({
    url: z
      .url({ protocol: /^https?$/, error: 'must be an address such as https://tickets.example/muster' })
      .max(2_048)
      .refine((url) => /^https:/i.test(url) || LOOPBACK.test(url), 'must be https, or http on this computer')
      .refine((url) => !/^[a-z]+:\/\/[^/?#]*@/i.test(url), 'must hold no user or password'),
    secret: secretReference,
  })
  .strict();
export type WebhookSettings = z.infer<typeof webhookSettings>;

/** PUT /api/webhook. `since`: tell everything after that place; absent: what comes from now on. */
export const webhookRequest = webhookSettings.extend({ since: z.number().int().min(0).optional() }).strict();
export type WebhookRequest = z.infer<typeof webhookRequest>;

/** GET /api/webhook. */
export const webhookStatus = z
  .object({
    settings: webhookSettings.optional(),
    /** Everything up to that place was taken. */
    place: z.number().int().min(0),
    /** How many places wait to be told. */
    waiting: z.number().int().min(0),
    failures: z.number().int().min(0),
    last: z.object({ at: instant, ok: z.boolean(), message: z.string() }).strict().optional(),
    nextTry: instant.optional(),
  })
  .strict();
export type WebhookStatus = z.infer<typeof webhookStatus>;
