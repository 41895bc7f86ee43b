import { DAY, HOUR } from '../../../shared/base/time.ts';
import type { Connector, Traits } from '../connector.ts';
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

function traits({ roleArn, accessKeyId }: AwsSettings): Traits {
  const account = /^arn:[^:]*:iam::(\d{12}):/.exec(roleArn ?? '')?.[1];
  return {
    mechanism: 'poll',
    cadence: 6 * HOUR,
    levels: { reporting: DAY, control: null },
    lag: 4 * HOUR,
    note: 'When something was last used is usually up to four hours late. What control policies of the organization and policies of resources allow or deny is not known here.',
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
  reread,
  grant: leastRights,
  writes: WRITES,
  planWrite,
  write,
};
