import { setTimeout as later } from 'node:timers/promises';
import * as z from 'zod';
import type { Result } from '../../../shared/base/result.ts';
import { DAY, type Instant, MINUTE, SECOND, toInstant } from '../../../shared/base/time.ts';
import type { ExternalId } from '../../../shared/model/ids.ts';
import type { ConnectorProblem } from '../../../shared/model/status.ts';
import { type Connector, type ConnectorMessage, problem, type Traits } from '../connector.ts';
import type { PartName, ProviderPart, ProviderSnapshot } from '../identityProvider.ts';
import {
  clientId,
  coverageLabel,
  coverageOf,
  groupId,
  PROVIDER_FIELDS,
  providerToObservations,
  userId,
} from '../identityProviderObservations.ts';
import { parseHttpUrl } from '../restClient.ts';
import { type EventAnswer, eventAnswer } from './answers.ts';
import { type Context, type KeycloakClient, openKeycloak } from './client.ts';
import { lastOfEach, type Touched } from './events.ts';
import { leastRights } from './leastRights.ts';
import { RealmReader } from './read.ts';
import { type KeycloakSettings, settings } from './settings.ts';

const PARTS: readonly PartName[] = ['groups', 'users', 'clients'];
/** How often admin events are asked for. */
const BEAT = 20 * SECOND;

function traits({ url, realm, events }: KeycloakSettings): Traits {
  return {
    mechanism: events === true ? 'event' : 'poll',
    cadence: 10 * MINUTE,
    levels: { reporting: DAY, control: 15 * MINUTE },
    lag: 0,
    ...(events === true ? { heartbeat: MINUTE } : {}),
    note: 'Keycloak dates neither clients nor their last use. What people change of their own account is in no admin event: a listing finds it.',
    private: false,
    watch: [],
    label: `Keycloak ${realm} at ${parseHttpUrl(url)?.host ?? ''}`,
  };
}

const placeOf = (issuer: string): string => `oidc:${issuer}`;

function* failure({ settings: { realm } }: Context, asOf: Instant, error: ConnectorProblem): Generator<ConnectorMessage> {
  for (const name of PARTS) {
    yield { kind: 'coverage', coverage: coverageOf(name), label: coverageLabel(name, `realm ${realm}`), asOf };
    yield { kind: 'coverageDone', coverage: coverageOf(name), outcome: 'failed', problems: [error] };
  }
}

interface Opened {
  readonly keycloak: KeycloakClient;
  readonly reader: RealmReader;
  readonly issuer: string;
}

async function opened(context: Context): Promise<Result<Opened, ConnectorProblem>> {
  const found = await openKeycloak(context);
  if (!found.ok) return found;
  const keycloak = found.value;
  const issuer = await keycloak.issuer();
  const signed = issuer.ok ? await keycloak.signIn() : issuer;
  if (issuer.ok && signed.ok)
    return { ok: true, value: { keycloak, reader: new RealmReader(keycloak, context.settings), issuer: issuer.value } };
  keycloak.close();
  return signed.ok ? (issuer as { ok: false; error: ConnectorProblem }) : signed;
}

/** Where its admin events stood. Their times are the server's own. */
const cursor = z.strictObject({ time: z.number().int() });
function cursorIn(text: string | undefined): number | undefined {
  try {
    const parsed = cursor.safeParse(JSON.parse(text ?? ''));
    return parsed.success ? parsed.data.time : undefined;
  } catch {
    return undefined;
  }
}
const checkpoint = (time: number): ConnectorMessage => ({ kind: 'checkpoint', cursor: JSON.stringify({ time }) });

async function* list(context: Context): AsyncGenerator<ConnectorMessage> {
  const asOf = toInstant(context.clock());
  const found = await opened(context);
  if (!found.ok) {
    yield* failure(context, asOf, found.error);
    return;
  }
  const { keycloak, reader, issuer } = found.value;
  try {
    const before = context.settings.events === true ? await newestEvent(keycloak) : undefined;
    const snapshot = await reader.snapshot(issuer, asOf);
    yield { kind: 'place', place: placeOf(issuer) };
    yield* partsOf(snapshot);
    if (before !== undefined) yield checkpoint(before);
  } finally {
    keycloak.close();
  }
}

function* partsOf(snapshot: ProviderSnapshot): Generator<ConnectorMessage> {
  for (const { part, records } of providerToObservations(snapshot)) {
    const coverage = coverageOf(part.name);
    yield { kind: 'coverage', coverage, label: coverageLabel(part.name, snapshot.boundary), asOf: snapshot.asOf };
    for (const record of records) yield { kind: 'record', record };
    yield { kind: 'coverageDone', coverage, outcome: part.outcome, problems: part.problems };
  }
}

/** One thing as it is now. A secret is re-read with its client. */
async function reread1({ reader }: Opened, kind: string, id: string): Promise<ProviderPart | undefined> {
  switch (kind) {
    case 'client':
    case 'secret':
      return reader.client(id);
    case 'user':
      return (await reader.user(id)).part;
    case 'group':
      return reader.group(id);
    default:
      return undefined;
  }
}

async function* reread(context: Context, externalId: ExternalId): AsyncGenerator<ConnectorMessage> {
  const asOf = toInstant(context.clock());
  const [kind = '', id = ''] = externalId.split('/');
  const found = await opened(context);
  if (!found.ok) {
    yield* failure(context, asOf, found.error);
    return;
  }
  const { keycloak, reader, issuer } = found.value;
  try {
    const part = await reread1(found.value, kind, id);
    if (part === undefined) {
      yield* failure(context, asOf, problem('not found', 'no record of an identity provider has such an id', false));
      return;
    }
    // People of whom the groups were not asked keep what was known of their memberships.
    const [observed] = providerToObservations(reader.of(issuer, asOf, [part]));
    const record = observed?.records.find((one) => one.externalId === externalId);
    yield { kind: 'place', place: placeOf(issuer) };
    yield { kind: 'coverage', coverage: coverageOf(part.name), label: coverageLabel(part.name, `realm ${context.settings.realm}`), asOf };
    if (record) yield { kind: 'record', record };
    else if (part.outcome === 'complete') yield { kind: 'deleted', externalId, evidence: 'tombstone', at: asOf };
    yield { kind: 'coverageDone', coverage: coverageOf(part.name), outcome: 'partial', problems: part.problems };
  } finally {
    keycloak.close();
  }
}

async function newestEvent(keycloak: KeycloakClient): Promise<number | undefined> {
  if (keycloak.lacks('view-events') !== undefined) return undefined;
  const read = await keycloak.read('/admin-events?first=0&max=1', 'view-events');
  const [newest] = read.ok && Array.isArray(read.value) ? read.value : [];
  const parsed = eventAnswer.safeParse(newest);
  return read.ok ? (parsed.success ? parsed.data.time : 0) : undefined;
}

/** Newest first, page by page, until one is older than what is known. */
async function eventsSince(keycloak: KeycloakClient, since: number): Promise<Result<EventAnswer[], ConnectorProblem>> {
  const found: EventAnswer[] = [];
  for (let first = 0; ; first += 100) {
    const read = await keycloak.read(`/admin-events?first=${first}&max=100`, 'view-events');
    if (!read.ok) return read;
    const page = Array.isArray(read.value) ? read.value.flatMap((one: unknown) => eventAnswer.safeParse(one).data ?? []) : [];
    found.push(...page.filter(({ time }) => time > since));
    if (page.length < 100 || page.some(({ time }) => time <= since)) return { ok: true, value: found };
  }
}

/** Admin events say what changed, not how: each thing that they name is read again. */
async function* follow(context: Context): AsyncGenerator<ConnectorMessage> {
  const found = await opened(context);
  if (!found.ok) throw new Error(found.error.message);
  const { keycloak } = found.value;
  try {
    const lacking = keycloak.lacks('view-events');
    if (lacking !== undefined) throw new Error(lacking.message);
    let since = cursorIn(context.cursor) ?? (await newestEvent(keycloak)) ?? 0;
    while (!context.signal.aborted) {
      const asked = toInstant(context.clock());
      const events = await eventsSince(keycloak, since);
      if (!events.ok) throw new Error(events.error.message);
      for (const touched of lastOfEach(events.value)) yield* messagesOf(found.value, touched, asked);
      const newest = Math.max(since, ...events.value.map(({ time }) => time));
      if (newest > since) yield checkpoint(newest);
      since = newest;
      yield { kind: 'heartbeat', at: asked };
      await later(BEAT, undefined, { signal: context.signal }).catch(() => undefined);
    }
  } finally {
    keycloak.close();
  }
}

async function* messagesOf({ reader, issuer }: Opened, touched: Touched, asOf: Instant): AsyncGenerator<ConnectorMessage> {
  if (touched.kind === 'nothing') return;
  if (touched.kind === 'everything') {
    for (const name of PARTS)
      yield { kind: 'gap', coverage: coverageOf(name), reason: `${touched.what} changed, which may reach many records` };
    return;
  }
  const at = toInstant(touched.at);
  const ids = { client: clientId, user: userId, group: groupId };
  if (touched.deleted) {
    yield { kind: 'deleted', externalId: ids[touched.kind](touched.id), evidence: 'event', at };
    return;
  }
  if (touched.kind !== 'client') {
    // A person's groups follow from all groups: the re-reading of one is told of by its id.
    const client = touched.kind === 'user' ? (await reader.user(touched.id)).client : undefined;
    if (client === undefined) yield { kind: 'hint', externalId: ids[touched.kind](touched.id) };
    else yield* clientMessages(reader, issuer, await reader.clientNamed(client), asOf, at);
    return;
  }
  yield* clientMessages(reader, issuer, await reader.client(touched.id), asOf, at);
}

/** A client with its secrets: a new one has an id that nobody could have asked for. */
function* clientMessages(reader: RealmReader, issuer: string, part: ProviderPart, asOf: Instant, at: Instant): Generator<ConnectorMessage> {
  const [first] = part.problems;
  if (first !== undefined) yield { kind: 'gap', coverage: coverageOf('clients'), reason: first.message };
  for (const { records } of providerToObservations(reader.of(issuer, asOf, [part])))
    for (const record of records) yield { kind: 'record', record, at };
}

export const connector: Connector<KeycloakSettings> = {
  kind: 'keycloak',
  settings,
  fields: PROVIDER_FIELDS,
  traits,
  list,
  follow,
  reread,
  grant: leastRights,
};
