import { HOUR, MINUTE, SECOND } from '../../../shared/base/time.ts';
import type { Connector, Traits } from '../connector.ts';
import { follow } from './follow.ts';
import { leastRights } from './grant.ts';
import { list, reread } from './list.ts';
import { type KubernetesSettings, settings } from './settings.ts';
import { planWrite, WRITES, write } from './writeBack.ts';

const FIELDS = [
  'name',
  'status',
  'boundary',
  'namespace',
  'created',
  'rotated',
  'expires',
  'issuer',
  'location',
  'memberships',
  'images',
  'ownerReferences',
  'owner',
  'team',
  'application',
  'purpose',
  'technicalContact',
  'environment',
  'description',
  'access',
];

function traits({ cluster, server, context, kubeconfig }: KubernetesSettings): Traits {
  return {
    mechanism: 'stream',
    cadence: 6 * HOUR,
    levels: { reporting: HOUR, control: 5 * MINUTE },
    lag: 2 * SECOND,
    // The API server says at least once a minute where a watch is.
    heartbeat: MINUTE,
    fullListing: 6 * HOUR,
    note: 'Who used a ServiceAccount, and when, is not in the API: dormancy cannot be evaluated. The data of Secrets is never asked for.',
    private: false,
    watch: [],
    label: `Kubernetes ${cluster ?? context ?? (server === undefined ? kubeconfig : URL.parse(server)?.host) ?? ''}`.trim(),
  };
}

export const connector: Connector<KubernetesSettings> = {
  kind: 'kubernetes',
  settings,
  fields: FIELDS,
  traits,
  list,
  follow,
  reread,
  grant: leastRights,
  writes: WRITES,
  planWrite,
  write,
};
