import { hashText } from '../../shared/base/hash.ts';
import { DAY, type Instant, toDay, toInstant } from '../../shared/base/time.ts';
import type { CoverageId, ExternalId } from '../../shared/model/ids.ts';
import { encodeRecord, type SourceRecord } from '../../shared/model/record.ts';

/** The estate of the budgets: identities of 20 fields, as one source would report them. Deterministic. */
export const NOW = Date.parse('2026-06-01T12:00:00Z');

const TEAMS = ['Payments', 'Platform', 'Data', 'Identity', 'Storefront', 'Security'];
const at = (days: number): Instant => toInstant(NOW - days * DAY);

export function estateRecord(index: number, revision = 0): SourceRecord {
  const digest = hashText(`record ${index}`);
  const number = Number.parseInt(digest.slice(0, 8), 16);
  return {
    type: 'identity',
    kind: number % 5 === 0 ? 'automation' : 'service account',
    subtype: 'aws.user',
    externalId: `AIDA${digest.slice(0, 16).toUpperCase()}` as ExternalId,
    coverage: 'aws/123456789012' as CoverageId,
    keys: [`aws:123456789012/${digest.slice(0, 16)}`],
    aliases: [`svc-${TEAMS[number % 6]?.toLowerCase()}-${index}`, `arn:aws:iam::123456789012:user/svc-${index}`],
    fields: {
      name: `svc-${TEAMS[number % 6]?.toLowerCase()}-${index}`,
      status: number % 17 === 0 ? 'disabled' : 'enabled',
      created: at(30 + (number % 1_500)),
      rotated: at(number % 400),
      lastUsed: toDay(NOW - (number % 200) * DAY),
      owner: number % 3 === 0 ? '' : `${TEAMS[number % 6]} Team`,
      team: TEAMS[number % 6] ?? '',
      application: `application-${number % 300}`,
      environment: number % 4 === 0 ? 'production' : 'staging',
      description: `Used by application-${number % 300} for the nightly load, revision ${revision}`,
      boundary: '123456789012',
      location: 'eu-central-1',
      criticality: number % 10 === 0 ? 'high' : 'low',
      classification: 'internal',
      ticket: `CHG-${number % 90_000}`,
      tags: ['managed', `cost-${number % 40}`],
      memberships: [`group-${number % 50}`],
    },
    access: [
      {
        level: number % 31 === 0 ? 'full' : 'read',
        on: '*',
        native: number % 31 === 0 ? 'AdministratorAccess' : 'ReadOnlyAccess',
        certainty: 'exact',
      },
    ],
    firstSeen: at(30),
    revisions: { owner: 0, entitlement: 0, credential: 0 },
  };
}

export interface EncodedRecord {
  readonly externalId: ExternalId;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export const encodedEstate = (count: number): EncodedRecord[] =>
  Array.from({ length: count }, (_, index) => {
    const record = estateRecord(index);
    return { externalId: record.externalId, bytes: encodeRecord(record) };
  });
