import { hashHex, hashText } from '../../shared/base/hash.ts';
import { DAY, HOUR, type Millis, toInstant } from '../../shared/base/time.ts';
import type { Act, ActOf } from '../../shared/model/act.ts';
import {
  anchorOf,
  type CoverageId,
  type ExternalId,
  type IdentityId,
  type PersonId,
  type SourceId,
  type SpaceId,
} from '../../shared/model/ids.ts';
import { encodeRecord, type SourceRecord } from '../../shared/model/record.ts';
import type { SourceStatus } from '../../shared/model/status.ts';
import { deriveParts } from '../../shared/snapshot/derive.ts';
import type { RecordLine, SampleSpec, StatusLine } from '../../shared/snapshot/format.ts';
import { Replay } from '../../shared/snapshot/replay.ts';
import type { DerivedPart, Replayed, SnapshotData } from '../../shared/snapshot/replayed.ts';
import type { ReportInput } from '../../shared/snapshot/report/reportChunks.ts';
import type { ReportManifest } from '../../shared/snapshot/report/reportData.ts';
import { reportHtml } from '../../shared/snapshot/report/reportHtml.ts';
import { nodePacking } from '../../sync-server/snapshot/nodeHost.ts';
import { loadReportTemplate } from '../../sync-server/snapshot/reportTemplate.ts';
import { estateRecord } from '../bench/estate.ts';
import { statusOf } from './register/statuses.ts';
import { SignedLedger } from './snapshot/signedLedger.ts';
import { type TestSigner, testSigner } from './snapshot/testSigner.ts';

/** The clock of the report. */
export const REPORT_NOW = Date.parse('2026-06-01T12:00:00.000Z');
const CLOUD = 'cloud' as SourceId;
const SHEET = 'sheet' as SourceId;
const SPACE = hashText('report space').slice(0, 32) as SpaceId;
const TEAMS = ['Payments', 'Platform', 'Data', 'Identity', 'Storefront', 'Security'];

export interface ReportWorldOptions {
  readonly identities: number;
  /** Of identities, in place of their usual ones. */
  readonly names?: readonly string[];
  readonly query?: ReportManifest['query'];
  readonly draw?: SampleSpec;
  readonly sample?: boolean;
}

export interface ReportWorld {
  readonly data: SnapshotData;
  readonly manifest: ReportManifest;
  readonly server: TestSigner;
}

const numberOf = (index: number): number => Number.parseInt(hashText(`record ${index}`).slice(0, 8), 16);
const keyId = (record: SourceRecord): ExternalId => `${record.externalId}/key` as ExternalId;

function identityRecord(index: number, name: string | undefined): SourceRecord {
  const record = estateRecord(index);
  const named =
    name === undefined ? record : { ...record, aliases: [name], fields: { ...record.fields, name, description: name, application: name } };
  if (index % 3 !== 0) return named;
  return { ...named, links: [{ relation: 'has-credential', to: { externalId: keyId(record) }, certainty: 'exact' }] };
}

/** A key that was rotated as often as its revision says. */
function keyRecord(index: number, revision: number): SourceRecord {
  const record = estateRecord(index);
  const made = REPORT_NOW - (900 + (numberOf(index) % 300)) * DAY;
  return {
    type: 'credential',
    kind: 'key',
    externalId: keyId(record),
    coverage: record.coverage,
    keys: [`key:${keyId(record)}`],
    aliases: [`key of ${record.aliases[0]}`],
    fields: {
      name: `key of ${record.aliases[0]}`,
      status: 'enabled',
      created: toInstant(made),
      rotated: toInstant(made + revision * 300 * DAY),
      fingerprint: `SHA256:${hashText(`key ${index} ${revision}`).slice(0, 43)}`,
    },
    firstSeen: toInstant(made),
    revisions: { owner: 0, entitlement: 0, credential: revision },
  };
}

function sheetRecord(index: number): SourceRecord {
  return {
    type: 'identity',
    kind: 'service account',
    externalId: `row-${index}` as ExternalId,
    coverage: 'sheet' as CoverageId,
    keys: [],
    aliases: [`legacy-${TEAMS[index % 6]?.toLowerCase()}-${index}`],
    fields: { name: `legacy-${TEAMS[index % 6]?.toLowerCase()}-${index}`, environment: 'production' },
    unread: ['access', 'lastUsed'],
    firstSeen: toInstant(REPORT_NOW - 200 * DAY),
    revisions: { owner: 0, entitlement: 0, credential: 0 },
  };
}

const lineOf = (source: SourceId, record: SourceRecord, run: number, at: Millis, place: number): RecordLine => {
  const bytes = encodeRecord(record);
  return { source, id: record.externalId, run, at: toInstant(at), place, hash: hashHex(bytes), bytes };
};

function cloudStatus(): SourceStatus {
  const status = statusOf(CLOUD, REPORT_NOW - 4 * 60_000, { coverages: ['aws/123456789012'], kind: 'aws', held: ['svc-held'] });
  return { ...status, label: 'Cloud account', note: 'Usage is reported once a day.' };
}
function sheetStatus(): SourceStatus {
  const status = statusOf(SHEET, REPORT_NOW - 200 * DAY, { coverages: ['sheet', 'archive'], kind: 'file' });
  const [sheet, archive] = status.coverage;
  const failed = { code: 'not found', message: 'The file is gone', retry: false } as const;
  return {
    ...status,
    label: 'Accounts sheet',
    levels: { reporting: 7 * DAY, control: null },
    coverage: [sheet, archive && { ...archive, completeAsOf: undefined, outcome: 'failed', problem: failed }].filter(
      (one) => one !== undefined,
    ) as SourceStatus['coverage'],
  };
}
const statusLine = (status: SourceStatus, place: number): StatusLine => ({
  at: toInstant(REPORT_NOW),
  place,
  source: status.source,
  status: JSON.parse(JSON.stringify(status)),
});

interface Person {
  readonly signer: TestSigner;
  readonly person: PersonId;
  readonly name: string;
  readonly role: 'admin' | 'steward' | 'reader';
}
const person = (name: string, role: Person['role']): Person => ({
  signer: testSigner(name),
  person: hashText(`person ${name}`).slice(0, 32) as PersonId,
  name,
  role,
});

const enrolment = ({ signer, person: id, name, role }: Person, via: ActOf<'enrol'>['via']): ActOf<'enrol'> => ({
  kind: 'enrol',
  device: signer.publicKey,
  person: id,
  personName: name,
  label: 'Office computer',
  role,
  remit: 'true',
  via,
  proof: '',
  previous: null,
});

const AT_ONCE = 400;

/** What people did: registered most, gave owners and purposes, disagreed once, and tried once what they may not. */
function ledgerOf(records: readonly SourceRecord[], server: TestSigner): SignedLedger {
  const ledger = new SignedLedger(SPACE, REPORT_NOW - 90 * DAY);
  const [admin, steward, reader] = [
    person('First administrator', 'admin'),
    person('Payments steward', 'steward'),
    person('Auditor', 'reader'),
  ];
  const write = (by: TestSigner, acts: readonly Act[], seen?: number): void => {
    ledger.now += HOUR;
    ledger.write(by, acts, seen === undefined ? {} : { seen });
  };
  write(server, [{ kind: 'genesis', space: SPACE, serverKey: server.publicKey }]);
  write(server, [enrolment(admin, { genesis: true })]);
  write(server, [enrolment(steward, { launch: true })]);
  write(server, [enrolment(reader, { launch: true })]);
  write(admin.signer, [
    { kind: 'policy', key: 'threshold/key age', previous: null, value: { kind: 'threshold', name: 'key age', days: 180 } },
  ]);
  const anchors = records.map(({ externalId }) => anchorOf(CLOUD, externalId));
  const accepted = anchors.filter((_, index) => index % 9 !== 0);
  for (let from = 0; from < accepted.length; from += AT_ONCE)
    write(admin.signer, [{ kind: 'accept', anchors: accepted.slice(from, from + AT_ONCE), why: 'Taken over from the old list' }]);
  for (const [index, team] of TEAMS.entries()) {
    const some = accepted.filter((_, place) => place % TEAMS.length === index).slice(0, AT_ONCE);
    if (some.length === 0) continue;
    write(steward.signer, [
      { kind: 'set', anchors: some, field: 'owner', value: `${team} Team`, why: 'Named in the access review of spring' },
      { kind: 'set', anchors: some, field: 'purpose', value: `Loads the ${team.toLowerCase()} data every night` },
    ]);
  }
  const [first, second] = accepted;
  if (first && second) {
    const seen = ledger.place;
    write(admin.signer, [{ kind: 'set', anchors: [first], field: 'criticality', value: 'critical' }], seen);
    write(steward.signer, [{ kind: 'set', anchors: [first], field: 'criticality', value: 'low' }], seen);
    write(reader.signer, [{ kind: 'set', anchors: [second], field: 'owner', value: 'Nobody' }]);
    write(steward.signer, [{ kind: 'comment', anchors: [second], text: 'Asked the vendor for the end of the contract' }]);
  }
  return ledger;
}

/** A register with a past, as a snapshot holds it: real signatures, real verdicts, several versions of what was rotated. */
export function reportWorld(options: ReportWorldOptions): ReportWorld {
  const { identities, names = [], query = { text: '' }, draw, sample = false } = options;
  const server = testSigner('server');
  const records = Array.from({ length: identities }, (_, index) => identityRecord(index, names[index]));
  const ledger = ledgerOf(records, server);
  const place = ledger.place;
  const keys = records.flatMap((_, index) => (index % 3 === 0 ? [index] : []));
  const sheet = Array.from({ length: Math.min(12, identities) }, (_, index) => sheetRecord(index));
  const day = (days: number): Millis => REPORT_NOW - days * DAY;
  const lines = [
    ...records.map((record) => lineOf(CLOUD, record, 1, day(120), 1)),
    ...keys.map((index) => lineOf(CLOUD, keyRecord(index, 0), 1, day(120), 1)),
    ...sheet.map((record) => lineOf(SHEET, record, 1, day(200), 1)),
    ...keys.slice(0, 2_000).map((index) => lineOf(CLOUD, keyRecord(index, 1), 8, day(40), Math.min(6, place))),
    ...keys.slice(0, 500).map((index) => lineOf(CLOUD, keyRecord(index, 2), 11, day(6), place)),
  ];
  const data: SnapshotData = {
    space: SPACE,
    restores: [],
    ledger: ledger.values,
    records: lines,
    statuses: [statusLine(cloudStatus(), place), statusLine(sheetStatus(), place)],
  };
  const root = ledger.state.root;
  const at = toInstant(REPORT_NOW);
  const manifest: ReportManifest = {
    space: SPACE,
    name: sample ? 'Sample estate' : 'Example Corporation',
    sample,
    software: '0.1.0',
    serverKey: server.publicKey,
    epoch: 0,
    place,
    restores: [],
    head: { epoch: 0, place, root, at, signature: 'A'.repeat(86) },
    asOf: at as ReportManifest['asOf'],
    created: at as ReportManifest['created'],
    by: { name: 'First administrator', person: hashText('person First administrator').slice(0, 32) as PersonId },
    private: 'left out',
    leftOut: [{ source: 'laptop' as SourceId, label: 'A steward’s computer', records: 14 }],
    query,
    ...(draw ? { draw } : {}),
  };
  return { data, manifest, server };
}

export interface ReportedWorld extends ReportWorld {
  readonly replayed: Replayed;
  readonly input: ReportInput;
}

export async function reported(world: ReportWorld): Promise<ReportedWorld> {
  const { data, manifest } = world;
  const replayed = await new Replay(data).at(manifest.place, REPORT_NOW);
  const derived: DerivedPart[] = [];
  for await (const part of deriveParts(replayed, manifest, data)) if (part.name.endsWith('.json')) derived.push(part);
  const part = derived.find(({ name }) => name === 'population.json');
  const population = (JSON.parse(Buffer.from(part?.bytes ?? []).toString('utf8')) as { ids: IdentityId[] }).ids;
  return { ...world, replayed, input: { manifest, replayed, population, records: data.records, derived } };
}

/** `report.html`, whole. */
export async function reportFile({ input }: ReportedWorld, largest?: number): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  const host = { ...nodePacking, breathe: async () => {} };
  for await (const piece of reportHtml(input, await loadReportTemplate(), host, largest)) pieces.push(piece);
  return Buffer.concat(pieces);
}
