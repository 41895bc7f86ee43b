import { verify } from '@octokit/webhooks-methods';
import * as z from 'zod';
import { err, ok, type Result } from '../../../shared/base/result.ts';
import type { ExternalId } from '../../../shared/model/ids.ts';
import type { Delivery, DeliveryProblem, Received } from '../connector.ts';
import type { GitHubSettings } from './settings.ts';
import { ids } from './toObservations.ts';

const id = z.number().int().positive();
const payload = z.object({
  action: z.string().optional(),
  organization: z.object({ login: z.string() }).optional(),
  repository: z.object({ id, owner: z.object({ login: z.string() }).optional() }).optional(),
  installation: z.object({ id, account: z.object({ login: z.string() }).nullable().optional() }).optional(),
  key: z.object({ id }).optional(),
  personal_access_token_request: z.object({ token_id: id.optional() }).optional(),
});
type Payload = z.infer<typeof payload>;

type Said = Omit<Received, 'id'>;
const NOTHING: Said = { hints: [], listing: false };
const LISTING: Said = { hints: [], listing: true };
const about = (...hints: readonly (ExternalId | undefined)[]): Said => ({
  hints: hints.filter((one) => one !== undefined),
  listing: false,
});

/** A repository that came, went or was renamed takes all that is in it along. */
const WHOLE: ReadonlySet<string> = new Set(['created', 'deleted', 'renamed', 'transferred', 'archived', 'unarchived']);

/** Events (GitHub documentation, "Webhook events and payloads") after which something that is listed is another, and which record that is. */
function saidBy(event: string, { action, repository, installation, key, personal_access_token_request: token }: Payload): Said {
  switch (event) {
    case 'installation':
    case 'installation_repositories':
    case 'installation_target':
      return about(installation && ids.installation(installation.id));
    case 'deploy_key':
      return about(repository && key && ids.deployKey(repository.id, key.id));
    case 'personal_access_token_request':
      return token?.token_id === undefined ? NOTHING : about(ids.token(token.token_id));
    case 'repository':
      return WHOLE.has(action ?? '') ? LISTING : about(repository && ids.repository(repository));
    default:
      return NOTHING;
  }
}

const header = (delivery: Delivery, name: string): string => delivery.headers[name] ?? '';
const DELIVERY_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Is the delivery GitHub's, and what does it say? The signature is HMAC-SHA-256 over the body (X-Hub-Signature-256), compared in constant
 * time; GitHub signs no time, so who takes deliveries in remembers their ids.
 */
export async function receive(settings: GitHubSettings, delivery: Delivery, secret: string): Promise<Result<Received, DeliveryProblem>> {
  const signature = header(delivery, 'x-hub-signature-256');
  if (!/^sha256=[0-9a-f]{64}$/.test(signature) || secret === '') return err('not signed');
  if (!(await verify(secret, delivery.body, signature))) return err('not signed');
  const deliveryId = header(delivery, 'x-github-delivery');
  if (!DELIVERY_ID.test(deliveryId)) return err('malformed');
  const parsed = parse(delivery.body);
  if (!parsed) return err('malformed');
  const organization = parsed.organization?.login ?? parsed.installation?.account?.login ?? parsed.repository?.owner?.login;
  const isOurs = organization === undefined || organization.toLowerCase() === settings.organization.toLowerCase();
  return ok({ id: deliveryId, ...(isOurs ? saidBy(header(delivery, 'x-github-event'), parsed) : NOTHING) });
}

function parse(body: string): Payload | undefined {
  try {
    const parsed = payload.safeParse(JSON.parse(body));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
