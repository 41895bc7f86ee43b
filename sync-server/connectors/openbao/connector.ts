import { DAY, type Instant, MINUTE, toInstant } from '../../../shared/base/time.ts';
import type { ExternalId } from '../../../shared/model/ids.ts';
import type { ConnectorProblem } from '../../../shared/model/status.ts';
import { type Connector, type ConnectorMessage, problem, type Traits } from '../connector.ts';
import { parseHttpUrl } from '../restClient.ts';
import { type Context, openVault } from './client.ts';
import { leastRights } from './leastRights.ts';
import { namespacesOf, readVault } from './read.ts';
import { type OpenBaoSettings, settings } from './settings.ts';
import type { Mount, Snapshot } from './snapshot.ts';
import { coverageLabel, coverageOf, METADATA_FIELDS, placeOf, toObservations } from './toObservations.ts';
import { planWrite, WRITES, write } from './writeBack.ts';

const FIELDS = [
  ...[
    'name',
    'status',
    'boundary',
    'memberships',
    'created',
    'expires',
    'rotated',
    'lastUsed',
    'description',
    'location',
    'access',
    'usedBy',
  ],
  ...METADATA_FIELDS,
];

function traits({ url }: OpenBaoSettings): Traits {
  return {
    mechanism: 'poll',
    cadence: 5 * MINUTE,
    levels: { reporting: DAY / 4, control: 15 * MINUTE },
    lag: 0,
    note: 'A secret counts as rotated when no former version can be read any more. No value is ever read, and the server keeps no last use.',
    private: false,
    watch: [],
    label: `Vault ${parseHttpUrl(url)?.host ?? ''}`.trim(),
  };
}

function* failure(context: Context, asOf: Instant, error: ConnectorProblem): Generator<ConnectorMessage> {
  for (const namespace of namespacesOf(context.settings)) {
    const mount = { namespace, path: 'sys/mounts', type: 'mounts' } as Mount;
    yield { kind: 'coverage', coverage: coverageOf(mount), label: coverageLabel(mount), asOf };
    yield { kind: 'coverageDone', coverage: coverageOf(mount), outcome: 'failed', problems: [error] };
  }
}

async function read(context: Context, asOf: Instant, only?: (mount: Mount) => boolean) {
  const opened = await openVault(context);
  if (!opened.ok) return opened;
  try {
    return await readVault(opened.value, context.settings, asOf, only);
  } finally {
    opened.value.close();
  }
}

async function* list(context: Context): AsyncGenerator<ConnectorMessage> {
  const asOf = toInstant(context.clock());
  const found = await read(context, asOf);
  if (!found.ok) {
    yield* failure(context, asOf, found.error);
    return;
  }
  yield { kind: 'place', place: placeOf(found.value) };
  for (const { scope, records } of toObservations(found.value)) {
    const coverage = coverageOf(scope.mount);
    yield { kind: 'coverage', coverage, label: coverageLabel(scope.mount), asOf };
    for (const record of records) yield { kind: 'record', record };
    yield { kind: 'coverageDone', coverage, outcome: scope.outcome, problems: scope.problems };
  }
}

/** Mounts that hold a record of that id; identities lean on groups, so the identity engine is always among them. */
function mountsFor(externalId: ExternalId): ((mount: Mount) => boolean) | undefined {
  const [kind, uuid] = externalId.split('/');
  if (kind === 'kv' || kind === 'approle') return (mount) => mount.uuid === uuid || mount.type.endsWith('identity');
  if (kind === 'entity') return ({ type }) => type.endsWith('identity');
  return kind === 'accessor' || kind === 'holder' ? ({ auth }) => auth : undefined;
}

/** Reads the mount of that one record again. */
async function* reread(context: Context, externalId: ExternalId): AsyncGenerator<ConnectorMessage> {
  const asOf = toInstant(context.clock());
  const only = mountsFor(externalId);
  const found = only && (await read(context, asOf, only));
  if (!found?.ok) {
    yield* failure(context, asOf, found === undefined ? problem('not found', 'no record of a vault has such an id', false) : found.error);
    return;
  }
  yield { kind: 'place', place: placeOf(found.value) };
  yield* foundAgain(found.value, externalId, asOf);
}

function* foundAgain(snapshot: Snapshot, externalId: ExternalId, asOf: Instant): Generator<ConnectorMessage> {
  const mounts = toObservations(snapshot);
  const holder = mounts.find(({ records }) => records.some((record) => record.externalId === externalId));
  const record = holder?.records.find((one) => one.externalId === externalId);
  const problems = mounts.flatMap(({ scope }) => (scope.outcome === 'complete' ? [] : scope.problems)).slice(0, 20);
  const scope = holder?.scope ?? mounts.at(-1)?.scope;
  if (scope === undefined) return;
  const coverage = coverageOf(scope.mount);
  yield { kind: 'coverage', coverage, label: coverageLabel(scope.mount), asOf };
  if (record) yield { kind: 'record', record };
  else if (problems.length === 0) yield { kind: 'deleted', externalId, evidence: 'tombstone', at: asOf };
  yield { kind: 'coverageDone', coverage, outcome: 'partial', problems };
}

export const connector: Connector<OpenBaoSettings> = {
  kind: 'openbao',
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
