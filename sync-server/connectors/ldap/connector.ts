import type { Result } from '../../../shared/base/result.ts';
import { DAY, type Instant, MINUTE, toInstant } from '../../../shared/base/time.ts';
import type { ExternalId } from '../../../shared/model/ids.ts';
import type { ConnectorProblem } from '../../../shared/model/status.ts';
import { type Connector, type ConnectorMessage, problem, type Traits } from '../connector.ts';
import { cursorText, type Position, parseCursor, positionBefore } from './changes.ts';
import { serverOf } from './client.ts';
import type { Scope, Snapshot } from './directory.ts';
import { leastRights } from './leastRights.ts';
import { Pass, PURPOSES } from './pass.ts';
import { type Context, withDirectory } from './session.ts';
import { type LdapSettings, parseAddress, settings } from './settings.ts';
import { coverageLabel, coverageOf, type ObservedScope, toObservations } from './toObservations.ts';
import { planWrite, WRITES, write } from './writeBack.ts';

const FIELDS = [
  ...['name', 'status', 'boundary', 'memberships', 'created', 'expires', 'rotated', 'lastUsed', 'description', 'access'],
  ...['owner', 'purpose', 'partyKind', 'email', 'manager', 'active', 'leftOn'],
];
function traits({ url }: LdapSettings): Traits {
  const address = parseAddress(url);
  return {
    mechanism: 'poll',
    cadence: 15 * MINUTE,
    levels: { reporting: DAY, control: 30 * MINUTE },
    lag: 0,
    note: 'On Active Directory the last sign-in is 9 to 14 days behind; OpenLDAP keeps one only where it is told to.',
    private: false,
    watch: [],
    label: address ? `Directory ${serverOf(address)}` : 'Directory',
  };
}

interface Read {
  readonly snapshot: Snapshot;
  readonly place: string | undefined;
  readonly cursor: Position | undefined;
}

const read = (context: Context, asOf: Instant, only?: string): Promise<Result<Read, ConnectorProblem>> =>
  withDirectory(context, async (directory, root) => {
    const pass = new Pass(context, directory, root, only);
    const cursor = await positionBefore(directory, root);
    const place = await pass.place();
    return { snapshot: await pass.snapshot(asOf), place, cursor };
  });

type Named = Pick<Scope, 'purpose' | 'base'>;

/** Without a connection nothing says which bases there are: those of the last time, of the settings, or the directory as a whole. */
function scopesKnown({ settings: own, cursor }: Context): readonly Named[] {
  const last = parseCursor(cursor)?.scopes ?? [];
  if (last.length > 0) return last;
  const named = { accounts: own.bases, people: own.peopleBases, groups: own.groupBases };
  return PURPOSES.flatMap((purpose) => (named[purpose] ?? [own.bases?.[0] ?? '']).map((base) => ({ purpose, base })));
}

function* failure(context: Context, asOf: Instant, error: ConnectorProblem): Generator<ConnectorMessage> {
  for (const scope of scopesKnown(context)) {
    const coverage = coverageOf(scope);
    yield { kind: 'coverage', coverage, label: coverageLabel(scope), asOf };
    yield { kind: 'coverageDone', coverage, outcome: 'failed', problems: [error] };
  }
}

function* messagesOf({ scope, records, problems }: ObservedScope, asOf: Instant): Generator<ConnectorMessage> {
  const coverage = coverageOf(scope);
  yield { kind: 'coverage', coverage, label: coverageLabel(scope), asOf };
  for (const record of records) yield { kind: 'record', record };
  const outcome = scope.outcome === 'complete' && problems.length > 0 ? 'partial' : scope.outcome;
  yield { kind: 'coverageDone', coverage, outcome, problems };
}

async function* list(context: Context): AsyncGenerator<ConnectorMessage> {
  const asOf = toInstant(context.clock());
  const found = await read(context, asOf);
  if (!found.ok) {
    yield* failure(context, asOf, found.error);
    return;
  }
  const { snapshot, place, cursor } = found.value;
  if (place !== undefined) yield { kind: 'place', place };
  for (const scope of toObservations(snapshot)) yield* messagesOf(scope, asOf);
  yield { kind: 'checkpoint', cursor: cursorText(cursor, snapshot.scopes) };
}

/** By entryUUID or objectGUID, wherever the entry is now. Groups are read in full: what it may do follows from them. */
async function* reread(context: Context, externalId: ExternalId): AsyncGenerator<ConnectorMessage> {
  const asOf = toInstant(context.clock());
  const [, kind, uuid] = /^(entry|password)\/([0-9a-f-]{36})$/.exec(externalId) ?? [];
  const found = uuid === undefined ? undefined : await read(context, asOf, uuid);
  if (found === undefined || !found.ok) {
    const unknown = problem('not found', 'no entry of a directory has such an id', false);
    yield* failure(context, asOf, found === undefined ? unknown : found.error);
    return;
  }
  const { snapshot, place } = found.value;
  const scopes = toObservations(snapshot);
  const records = scopes.flatMap((scope) => scope.records.filter((record) => record.externalId === externalId));
  const failed = scopes.filter(({ scope }) => scope.outcome !== 'complete').flatMap(({ problems }) => problems);
  if (place !== undefined) yield { kind: 'place', place };
  const [record] = records;
  const coverage =
    record?.coverage ?? coverageOf(snapshot.scopes.find(({ purpose }) => purpose === 'accounts') ?? { purpose: 'accounts', base: '' });
  yield { kind: 'coverage', coverage, label: 'one entry', asOf };
  if (record) yield { kind: 'record', record };
  else if (failed.length === 0 && kind !== undefined) yield { kind: 'deleted', externalId, evidence: 'tombstone', at: asOf };
  yield { kind: 'coverageDone', coverage, outcome: 'partial', problems: failed };
}

export const connector: Connector<LdapSettings> = {
  kind: 'ldap',
  settings,
  fields: FIELDS,
  traits,
  list,
  reread,
  grant: leastRights,
  writes: WRITES,
  planWrite: (context, wish) => planWrite(context, wish),
  write: (context, planned) => write(context, planned),
};
