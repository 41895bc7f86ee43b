import { DAY, HOUR, MINUTE } from '../../../shared/base/time.ts';
import type { Connector, Traits } from '../connector.ts';
import { follow } from './follow.ts';
import { leastRights } from './grant.ts';
import { list } from './list.ts';
import { reread } from './reread.ts';
import { type AwsSettings, settings, TAG_FIELDS } from './settings.ts';
import { planWrite, WRITES, write } from './writeBack.ts';

const FIELDS = [
  'name',
  'status',
  'boundary',
  'location',
  'created',
  'rotated',
  'changed',
  'rotation',
  'nextRotation',
  'expires',
  'lastUsed',
  'memberships',
  'description',
  'fingerprint',
  'algorithm',
  'issuer',
  'serial',
  'tags',
  'access',
  ...TAG_FIELDS,
];

function traits({ roleArn, accessKeyId, queueUrl }: AwsSettings): Traits {
  const account = /^arn:[^:]*:iam::(\d{12}):/.exec(roleArn ?? '')?.[1];
  return {
    // EventBridge promises no delivery: events make it quick, the listing makes it true.
    mechanism: queueUrl === undefined ? 'poll' : 'event',
    cadence: 6 * HOUR,
    levels: { reporting: DAY, control: 15 * MINUTE },
    lag: 4 * HOUR,
    ...(queueUrl === undefined ? {} : { heartbeat: MINUTE, fullListing: 6 * HOUR }),
    note: `${queueUrl === undefined ? '' : 'Events take about 5 minutes on average, and are not guaranteed. '}When something was last used is usually up to 4 hours late. Control policies of the organization and policies of resources are not looked into.`,
    private: false,
    watch: [],
    label: account === undefined ? `AWS${accessKeyId === undefined ? '' : ` by key ${accessKeyId.slice(0, 8)}…`}` : `AWS ${account}`,
  };
}

export const connector: Connector<AwsSettings> = {
  kind: 'aws',
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
