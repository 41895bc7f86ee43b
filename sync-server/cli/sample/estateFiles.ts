import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Millis } from '../../../shared/base/time.ts';
import { DAY, toDay } from '../../../shared/base/time.ts';

/** The generated files of the sample estate: teams and roles as owners, no invented people, nothing real in them. */

const TEAMS = [
  'Payments',
  'Platform Engineering',
  'Data Platform',
  'Customer Identity',
  'Storefront',
  'Security Operations',
  'Corporate IT',
  'Logistics',
] as const;
const APPLICATIONS: Readonly<Record<string, readonly string[]>> = {
  Payments: ['payments-api', 'settlement', 'fraud-scoring'],
  'Platform Engineering': ['deploy-pipeline', 'image-registry', 'cluster-ops'],
  'Data Platform': ['warehouse-load', 'event-stream', 'report-export'],
  'Customer Identity': ['sign-in', 'consent', 'profile-sync'],
  Storefront: ['catalogue', 'search-index', 'checkout'],
  'Security Operations': ['log-shipper', 'vulnerability-scan', 'backup-vault'],
  'Corporate IT': ['mail-relay', 'printer-fleet', 'hr-sync'],
  Logistics: ['label-print', 'route-planner', 'carrier-gateway'],
};
const ENVIRONMENTS = ['production', 'production', 'staging', 'test', 'development'] as const;
const SYSTEMS = ['directory', 'warehouse-db', 'message-broker', 'ci-server', 'object-store'] as const;
/** How an account is called by what it is, and what its sheet says that it is. */
const ROLES = [
  ['svc', 'Service account'],
  ['sync', 'Integration'],
  ['deploy', 'CI job'],
  ['reader', 'Database user'],
  ['etl', 'Scheduled job'],
  ['webhook', 'OAuth client'],
  ['agent', 'AI agent'],
  ['host', 'Host'],
] as const;
/** Third parties by what they do: no company is meant. */
const VENDORS = ['Card Processor', 'Mail Delivery Provider', 'Parcel Carrier', 'Monitoring Provider'] as const;
/** How spreadsheets really spell a team. */
const SPELLINGS: readonly ((team: string) => string)[] = [
  (team) => team,
  (team) => `${team} Team`,
  (team) => `team-${team.toLowerCase().replaceAll(' ', '-')}`,
  (team) => team.toUpperCase(),
];

/** A small deterministic generator (mulberry32): the same estate on every machine. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const pick = <T>(items: readonly T[], next: () => number): T => items[Math.floor(next() * items.length)] as T;
const csv = (rows: readonly (readonly string[])[]): string =>
  rows.map((row) => row.map((cell) => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')).join('\n');

/** Accounts at the end of the first version of the sheet that the second one has no more. */
const REMOVED = 5;

/**
 * The accounts of a tracked spreadsheet: some without owner, some with four spellings of one team, a few duplicates.
 * @param version 1 still has the accounts that somebody has deleted since.
 */
export function accountsSheet(now: Millis, version: 1 | 2): string {
  const next = generator(20_26);
  const rows: string[][] = [
    ['Account', 'System', 'Environment', 'Owner', 'Application', 'Purpose', 'Created', 'Last used', 'Criticality', 'Type', 'Vendor'],
  ];
  for (let index = 0; index < 240; index++) {
    const team = pick(TEAMS, next);
    const application = pick(APPLICATIONS[team] ?? [], next);
    const owner = next() < 0.28 ? pick(['', 'TBD', 'n/a', '?'], next) : pick(SPELLINGS, next)(team);
    const created = toDay(now - Math.floor(20 + next() * 1_400) * DAY);
    const used = next() < 0.2 ? '' : toDay(now - Math.floor(next() * 200) * DAY);
    const [role, kind] = pick(ROLES, next);
    const name = `${role}-${application}-${String(index % 60).padStart(2, '0')}`;
    const purpose =
      next() < 0.45
        ? ''
        : `${application.replaceAll('-', ' ')}: ${pick(['nightly load', 'calls the public interface', 'writes audit events', 'deploys to the cluster', 'reads the catalogue'], next)}`;
    rows.push([
      name,
      pick(SYSTEMS, next),
      pick(ENVIRONMENTS, next),
      owner,
      application,
      purpose,
      created,
      used,
      pick(['critical', 'high', 'medium', 'low', ''], next),
      kind,
      role === 'webhook' || next() < 0.05 ? pick(VENDORS, next) : '',
    ]);
  }
  return csv(version === 1 ? rows : rows.slice(0, -REMOVED));
}

/** The directory of teams, so that spellings resolve to parties. */
export const teamsSheet = (): string =>
  csv([
    ['Name', 'Kind', 'E-mail', 'Also known as'],
    ...TEAMS.map((team) => [
      team,
      'team',
      `${team.toLowerCase().replaceAll(' ', '-')}@sample.invalid`,
      `${team} Team; team-${team.toLowerCase().replaceAll(' ', '-')}`,
    ]),
    ...VENDORS.map((vendor) => [vendor, 'vendor', '', '']),
  ]);

/** What a CI server exports: automation with static tokens, as NDJSON. */
export function pipelines(now: Millis): string {
  const next = generator(7);
  return Array.from({ length: 36 }, (_, index) => {
    const team = pick(TEAMS, next);
    const application = pick(APPLICATIONS[team] ?? [], next);
    return JSON.stringify({
      id: `pipeline-${1_000 + index}`,
      name: `${application}/${pick(['build', 'release', 'nightly'], next)}-${index}`,
      kind: 'automation',
      environment: 'production',
      owner: next() < 0.2 ? '' : team,
      application,
      created: toDay(now - Math.floor(next() * 900) * DAY),
      lastUsed: toDay(now - Math.floor(next() * 30) * DAY),
    });
  }).join('\n');
}

/** A home folder with credential entries of the usual tools. The values are words, not secrets. */
function homeFiles(): Readonly<Record<string, string>> {
  return {
    '.aws/credentials': '[sample-deploy]\naws_access_key_id = AKIASAMPLE0000000001\naws_secret_access_key = not-a-real-key\n',
    '.npmrc': '//registry.sample.invalid/:_authToken=not-a-real-token\n',
    '.docker/config.json': JSON.stringify({ auths: { 'images.sample.invalid': { auth: 'bm90LWEtcmVhbC1wYXNzd29yZA==' } } }),
    '.git-credentials': 'https://ci-bot:not-a-real-token@git.sample.invalid\n',
    '.cursor/mcp.json': JSON.stringify({
      mcpServers: {
        tickets: { command: 'npx', args: ['tickets-server'], env: { TICKETS_TOKEN: 'not-a-real-token' } },
        warehouse: { url: 'https://mcp.sample.invalid/warehouse' },
      },
    }),
  };
}

export function writeEstate(folder: string, now: Millis): void {
  const files: Record<string, string> = {
    'accounts.csv': accountsSheet(now, 1),
    'teams.csv': teamsSheet(),
    'pipelines.ndjson': pipelines(now),
    ...Object.fromEntries(Object.entries(homeFiles()).map(([name, text]) => [`home/${name}`, text])),
  };
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { mode: 0o600 });
  }
}
