import * as z from 'zod';
import { err, ok, type Result } from '../../../shared/base/result.ts';
import { DAY, MINUTE, toInstant } from '../../../shared/base/time.ts';
import type { ExternalId } from '../../../shared/model/ids.ts';
import type { ConnectorProblem } from '../../../shared/model/status.ts';
import { secretReference } from '../../../shared/wire/http.ts';
import { type Connector, type ConnectorContext, type ConnectorMessage, problem, type Traits } from '../connector.ts';
import type { PlannedWrite, WriteOutcome, WriteWish } from '../writeBack.ts';
import { type Connection, type ReadSnapshot, readSnapshot, serverOf } from './client.ts';
import { COMMENT_FIELDS } from './comment.ts';
import { leastRights, writingRights } from './queries.ts';
import { COVERAGE, placeOf, toObservations } from './toObservations.ts';
import { planComment, writeComment } from './writeBack.ts';

function parseUrl(text: string): URL | undefined {
  try {
    const url = new URL(text);
    return /^postgres(ql)?:$/.test(url.protocol) ? url : undefined;
  } catch {
    return undefined;
  }
}

const settings = z.strictObject({
  url: z
    .string()
    .max(1_024)
    .refine((text) => parseUrl(text) !== undefined, 'must be postgres://user@host:port/database')
    // Settings are stored and shown: a password in them would be both.
    .refine(
      (text) => !parseUrl(text)?.password && !/[?&](password|sslpassword)=/i.test(text),
      'must hold no password: name it in `password` as { env } or { file }',
    ),
  password: secretReference.optional(),
  /** As `sslmode` in `url` says; without one `verify`, unless the server is this computer. */
  ssl: z.enum(['off', 'require', 'verify']).optional(),
  authority: z.string().max(1_024).optional(),
});
export type PostgresSettings = z.infer<typeof settings>;
type Context = ConnectorContext<PostgresSettings>;

const FIELDS = ['name', 'status', 'boundary', 'memberships', 'expires', 'description', 'lastUsed', 'access', ...COMMENT_FIELDS];

function traits({ url }: PostgresSettings): Traits {
  const parsed = parseUrl(url);
  return {
    mechanism: 'poll',
    cadence: 15 * MINUTE,
    levels: { reporting: DAY, control: 15 * MINUTE },
    lag: 0,
    note: 'PostgreSQL keeps no last login: whether a role is dormant cannot be evaluated.',
    private: false,
    watch: [],
    label: parsed ? `PostgreSQL ${serverOf(parsed)}` : 'PostgreSQL',
  };
}

/** libpq's own words for it (PostgreSQL documentation, 32.19.1). `prefer` and `allow` promise nothing: the default of Muster holds then. */
const SSL_MODES: Readonly<Record<string, Connection['ssl']>> = {
  disable: 'off',
  require: 'require',
  'verify-ca': 'verify',
  'verify-full': 'verify',
};
const sslOf = (url: URL): Connection['ssl'] =>
  SSL_MODES[url.searchParams.get('sslmode') ?? ''] ?? (LOOPBACK.test(url.hostname) ? 'off' : 'verify');

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[?::1\]?|)$/;

async function connectionOf(context: Context): Promise<Result<Connection, ConnectorProblem>> {
  const { url: text, password: reference, ssl, authority } = context.settings;
  const url = parseUrl(text);
  if (!url) return err(problem('misconfigured', 'the address is not postgres://user@host:port/database', false));
  const password = reference === undefined ? ok(undefined) : await context.secret(reference);
  if (!password.ok) return password;
  const { authorities } = context.network;
  return ok({ url, password: password.value, ssl: ssl ?? sslOf(url), authority, authorities });
}

async function read(context: Context): Promise<Result<ReadSnapshot, ConnectorProblem>> {
  const connection = await connectionOf(context);
  return connection.ok ? await readSnapshot(connection.value, context.signal) : connection;
}

const labelOf = ({ url }: PostgresSettings): string => `roles of ${serverOf(parseUrl(url) ?? new URL('postgres://localhost'))}`;

function* failure(context: Context, asOf: number, error: ConnectorProblem): Generator<ConnectorMessage> {
  yield { kind: 'coverage', coverage: COVERAGE, label: labelOf(context.settings), asOf: toInstant(asOf) };
  yield { kind: 'coverageDone', coverage: COVERAGE, outcome: 'failed', problems: [error] };
}

async function* list(context: Context): AsyncGenerator<ConnectorMessage> {
  const started = context.clock();
  const found = await read(context);
  if (!found.ok) {
    yield* failure(context, started, found.error);
    return;
  }
  const { snapshot } = found.value;
  const { records, problems } = toObservations(found.value);
  yield { kind: 'place', place: placeOf(snapshot) };
  yield { kind: 'coverage', coverage: COVERAGE, label: labelOf(context.settings), asOf: snapshot.asOf };
  for (const record of records) yield { kind: 'record', record };
  yield { kind: 'coverageDone', coverage: COVERAGE, outcome: problems.length > 0 ? 'partial' : 'complete', problems };
}

/** By object id. A role that the complete catalogue does not hold any more was dropped. */
async function* reread(context: Context, externalId: ExternalId): AsyncGenerator<ConnectorMessage> {
  const started = context.clock();
  const found = await read(context);
  if (!found.ok) {
    yield* failure(context, started, found.error);
    return;
  }
  const { asOf } = found.value.snapshot;
  const { records, problems } = toObservations(found.value);
  const record = records.find((one) => one.externalId === externalId);
  yield { kind: 'place', place: placeOf(found.value.snapshot) };
  yield { kind: 'coverage', coverage: COVERAGE, label: labelOf(context.settings), asOf };
  yield record ? { kind: 'record', record } : { kind: 'deleted', externalId, evidence: 'tombstone', at: asOf };
  yield { kind: 'coverageDone', coverage: COVERAGE, outcome: 'partial', problems };
}

function grant({ url }: Partial<PostgresSettings>, { writing = false }: { readonly writing?: boolean } = {}): string {
  const parsed = url === undefined ? undefined : parseUrl(url);
  const user = decodeURIComponent(parsed?.username || 'muster_reader');
  const reading = leastRights(user, decodeURIComponent(parsed?.pathname.slice(1) || 'postgres'));
  return writing ? `${reading}\n${writingRights(user)}` : reading;
}

async function planWrite(context: Context, wish: WriteWish): Promise<Result<PlannedWrite, ConnectorProblem>> {
  const connection = await connectionOf(context);
  return connection.ok ? planComment(connection.value, wish, context.signal) : connection;
}

async function write(context: Context, planned: PlannedWrite): Promise<WriteOutcome> {
  const connection = await connectionOf(context);
  return connection.ok ? writeComment(connection.value, planned, context.signal) : { kind: 'refused', problem: connection.error };
}

export const connector: Connector<PostgresSettings> = {
  kind: 'postgres',
  settings,
  fields: FIELDS,
  traits,
  list,
  reread,
  grant,
  writes: COMMENT_FIELDS,
  planWrite,
  write,
};
