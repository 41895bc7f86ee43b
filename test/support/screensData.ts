import type { HashHex } from '../../shared/base/hash.ts';
import { DAY, HOUR, type Instant, MINUTE, toInstant } from '../../shared/base/time.ts';
import type { CoverageId, ExternalId, IdentityId, SourceId } from '../../shared/model/ids.ts';
import type { HeldPart, PlanItem, RunSummary } from '../../shared/model/status.ts';
import type { InboxGroup, InboxItem, SourceView } from '../../shared/register/view.ts';
import type { SpreadsheetReport } from '../../shared/wire/http.ts';

/** What the sources and the inbox of a small team look like, for tests of what screens make of it. */
const NOW = Date.now();
const at = (age: number): Instant => toInstant(NOW - age);

const HASH = 'c'.repeat(64) as HashHex;
const COUNTS = { added: 0, changed: 0, missing: 0, returned: 0, deleted: 0, unchanged: 0, held: 0 };
const item = (change: PlanItem['change'], name: string, fields: PlanItem['fields'] = []): PlanItem => ({
  change,
  externalId: name as ExternalId,
  name,
  type: 'identity',
  fields,
});

const HELD: HeldPart = {
  digest: HASH,
  rules: ['removals'],
  explanation:
    '43 of 54 service accounts are gone from namespace payments in one run, which is more than 10 %. One listing rarely loses so many.',
  since: at(30 * MINUTE),
  counts: { ...COUNTS, missing: 43, held: 43 },
  sample: Array.from({ length: 43 }, (_, index) => item('missing', `payments/worker-${index + 1}`)),
};

const run = (id: number, age: number, counts: Partial<RunSummary['counts']>, outcome: RunSummary['outcome'] = 'complete'): RunSummary => ({
  id,
  started: at(age + 40_000),
  ended: at(age),
  asOf: at(age + 40_000),
  outcome,
  counts: { ...COUNTS, unchanged: 200, ...counts },
  problems:
    outcome === 'failed'
      ? [
          {
            code: 'unauthorized',
            message: 'The server refused the role "auditor".',
            retry: true,
            wayOut: 'Check PGPASSWORD where the server runs.',
          },
        ]
      : [],
  trigger: 'schedule',
});

type Status = SourceView['status'];
const source = (id: string, label: string, kind: string, status: Partial<Status>, view: Partial<SourceView>): SourceView => ({
  status: {
    source: id as SourceId,
    kind,
    label,
    visibility: 'space',
    mechanism: 'poll',
    cadence: 15 * MINUTE,
    levels: { reporting: DAY, control: 15 * MINUTE },
    lag: 0,
    state: 'idle',
    nextRun: at(-4 * MINUTE),
    coverage: [],
    runs: [run(7, 4 * MINUTE, { added: 3, changed: 12 }), run(6, HOUR, { changed: 1 })],
    held: [],
    rereads: [],
    needs: [],
    ...status,
  },
  freshness: { reporting: 'fresh', control: 'fresh' },
  asOf: at(4 * MINUTE),
  records: 54,
  coverageComplete: 15,
  coverageTotal: 15,
  sentence: 'Good for reports and for certifying; privilege changes arrive in about 5 min.',
  ...view,
});

const scope = (label: string, age: number, rest: Partial<Status['coverage'][number]> = {}): Status['coverage'][number] => ({
  id: label as CoverageId,
  label,
  completeAsOf: at(age),
  lastAttempt: at(age),
  outcome: 'complete',
  records: 54,
  ...rest,
});

export function sourceViews(): SourceView[] {
  return [
    source(
      'aws-prod',
      'AWS production',
      'aws',
      { mechanism: 'event', coverage: [scope('eu-west-1', 4 * MINUTE), scope('us-east-1', 4 * MINUTE)] },
      { coverageComplete: 14 },
    ),
    source(
      'k8s-eu',
      'Kubernetes eu-1',
      'kubernetes',
      {
        mechanism: 'watch',
        held: [HELD],
        coverage: [scope('namespace payments', 30 * MINUTE, { gap: true })],
        rereads: [{ externalId: 'payments/worker-1' as ExternalId, at: at(HOUR), outcome: 'unchanged' }],
      },
      { asOf: at(20_000), freshness: { reporting: 'fresh', control: 'unknown' } },
    ),
    source(
      'db',
      'PostgreSQL orders',
      'postgres',
      {
        state: 'failed',
        note: 'PostgreSQL keeps no last login: dormancy cannot be evaluated.',
        runs: [run(9, 10 * HOUR, { unchanged: 0 }, 'failed'), run(8, 26 * HOUR, { changed: 2 })],
        coverage: [
          scope('database orders', 26 * HOUR, {
            outcome: 'failed',
            lastAttempt: at(10 * HOUR),
            problem: {
              code: 'unauthorized',
              message: 'The server refused the role "auditor".',
              retry: true,
              wayOut: 'Check PGPASSWORD where the server runs.',
            },
          }),
        ],
      },
      {
        asOf: at(26 * HOUR),
        freshness: { reporting: 'stale', control: 'stale' },
        coverageComplete: 0,
        coverageTotal: 1,
        sentence: 'Too old for reports: the last complete reading is 26 h old.',
      },
    ),
    source(
      'sheet',
      'Service accounts <b>sheet</b>',
      'file',
      { mechanism: 'watch', levels: { reporting: 30 * DAY, control: null }, runs: [], state: 'never run' },
      {
        asOf: at(426 * DAY),
        freshness: { reporting: 'unknown', control: 'not for control' },
        sentence: 'For reports only, and 14 months old.',
        coverageTotal: 1,
        coverageComplete: 1,
      },
    ),
  ];
}

const choice = (
  label: string,
  hint: string,
  safe: boolean,
  acts = 1,
  rest: Partial<InboxItem['choices'][number]> = {},
): InboxItem['choices'][number] => ({
  label,
  hint,
  safe,
  acts: Array.from({ length: acts }, () => ({ kind: 'release' as const, subject: HASH, source: 'k8s-eu' as SourceId })),
  ...rest,
});

export function inboxGroups(ids: readonly IdentityId[]): InboxGroup[] {
  const records = (from: number, count: number): InboxItem['records'] =>
    ids
      .slice(from, from + Math.min(count, 50))
      .map((id, index) => ({ id, name: index === 3 ? 'backup\u202egpj.exe<b>' : `payments-deployer-${index + 1}` }));
  const entry = (
    id: string,
    what: string,
    count: number,
    whyNow: string,
    severity: InboxItem['severity'],
    rest: Partial<InboxItem>,
  ): InboxItem => ({
    id,
    what,
    count,
    whyNow,
    severity,
    records: records(0, count),
    choices: [],
    ...rest,
  });
  return [
    {
      kind: 'Held runs',
      items: [
        entry('held', 'Kubernetes eu-1: 43 removals wait', 43, 'More than 10 % of namespace payments would go missing at once', 'high', {
          held: HELD,
          choices: [
            choice('Keep waiting for the next run', 'a later complete run may show them again', true, 0),
            choice('Discard the removals', 'nothing goes missing; the next run starts over', false),
            choice('Release the removals', '43 records are marked missing', false, 1, { typeNumber: 43 }),
          ],
        }),
      ],
    },
    {
      kind: 'Conflicts',
      items: [
        entry('conflict', 'Owner differs between two stewards', 7, 'Both edited while offline this morning', 'high', {
          query: 'is:conflict',
          choices: [
            choice('Keep all mine', 'Payments, 7 records', false, 7),
            choice('Keep all theirs', 'Platform, 7 records', false, 7),
            choice('One by one', 'opens the seven in the register', false, 0),
          ],
        }),
        entry('conflict-one', 'Purpose of payments-deployer-1', 1, 'Two values that have not seen each other', 'medium', {
          choices: [
            choice('Deploys checkout', '3 h ago, by Local steward', false),
            choice('Deploys payments', '2 h ago, by another device', false),
          ],
        }),
      ],
    },
    {
      kind: 'Drift',
      items: [
        entry('drift', 'Application: AWS production says orders', 11, 'The tag was changed 4 min ago', 'medium', {
          choices: [choice('Take what AWS says', '11 records', false, 11), choice('Keep ours', 'until AWS says something else', true, 11)],
        }),
      ],
    },
    {
      kind: 'New to register',
      items: [
        entry('new', 'New in AWS production', 25, 'Seen 4 min ago', 'low', {
          query: 'is:unregistered',
          choices: [choice('Accept all 25', 'into the register, without an owner yet', true, 25)],
        }),
      ],
    },
  ];
}

const found = (name: string, location: string, usedBy: string, type = 'credential'): PlanItem => ({
  ...item('add', name, [
    { field: 'location', to: location },
    { field: 'usedBy', to: usedBy },
  ]),
  type,
});
export const WORKSTATION_ITEMS: readonly PlanItem[] = [
  found('id_ed25519', '~/.ssh/id_ed25519', 'person', 'SSH key'),
  found('deploy_rsa', '~/.ssh/deploy_rsa', 'machine', 'SSH key'),
  found('default', '~/.aws/credentials', 'unknown', 'key'),
  found('ci-bot', '~/.aws/credentials', 'machine', 'key'),
  found('registry.example.org', '~/.docker/config.json', 'machine', 'password'),
  found('github.com', '~/.config/gh/hosts.yml', 'person', 'token'),
  found('cluster eu-1', '~/.kube/config', 'person', 'certificate'),
];
export const SHEET_REPORT: SpreadsheetReport = {
  file: 'upload',
  sheet: 'Accounts',
  rows: 400,
  savedAt: at(426 * DAY),
  identities: 371,
  duplicates: Array.from({ length: 18 }, (_, index) => ({ name: `svc_batch_${index}`, rows: [index + 3, index + 90] })),
  unnamed: [14, 15, 77, 78, 102, 103, 210, 211, 300, 301, 399],
  columns: [
    { column: 'Account', field: 'name', confidence: 'exact', examples: ['svc_checkout_01', 'svc_ledger_02'] },
    { column: 'Domain', field: 'system', confidence: 'likely', examples: ['corp.example'] },
    { column: 'Owner', field: 'owner', confidence: 'exact', examples: ['Payments', 'payments team', 'PAYMENTS'] },
    { column: 'App', field: 'application', confidence: 'likely', examples: ['checkout', 'ledger'] },
    { column: 'Env', field: 'environment', confidence: 'exact', examples: ['prod', 'test'] },
    { column: 'Why', field: 'purpose', confidence: 'likely', examples: ['Nightly batch'] },
    { column: 'Created', field: 'created', confidence: 'exact', examples: ['2019-03-01'] },
    { column: 'Flag', confidence: 'none', examples: ['x', 'y'] },
    { column: 'Pwd', confidence: 'none', examples: ['(looks like a secret: not read)'] },
  ],
  owners: [
    { name: 'Payments', kind: 'team', spellings: ['Payments', 'payments team', 'PAYMENTS', 'Payment Team'], rows: 61 },
    { name: 'Platform', kind: 'team', spellings: ['Platform', 'platform eng'], rows: 44 },
    { name: 'Datadog', kind: 'vendor', spellings: ['Datadog'], rows: 9 },
  ],
  blankOwners: 212,
  secrets: [12, 88, 301].map((row) => ({ row, column: 'Pwd', looksLike: 'value in a column of secrets' })),
};
