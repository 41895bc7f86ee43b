import { resolve } from 'node:path';
import * as z from 'zod';
import { DAY, HOUR, MINUTE, toInstant } from '../../../shared/base/time.ts';
import type { CoverageId, ExternalId } from '../../../shared/model/ids.ts';
import type { ConnectorProblem } from '../../../shared/model/status.ts';
import { certificatesIn, withoutAuthorities } from '../certificate.ts';
import { type Connector, type ConnectorContext, type ConnectorMessage, problem, type Traits } from '../connector.ts';
import { type Endpoint, filesOf, globBase, isGlob, parseEndpoint, presentedBy, readSmallFile } from './client.ts';
import { type Sighting, toObservations } from './toObservations.ts';

const settings = z
  .strictObject({
    /** Files, folders and patterns. */
    paths: z.array(z.string().min(1).max(400)).max(200).default([]),
    endpoints: z
      .array(
        z
          .string()
          .max(300)
          .refine((text) => parseEndpoint(text) !== undefined, 'must be host:port'),
      )
      .max(2_000)
      .default([]),
    /** How many folders deep a folder is read. */
    depth: z.number().int().min(0).max(10).default(3),
  })
  .refine(({ paths, endpoints }) => paths.length + endpoints.length > 0, 'name at least one path or endpoint');
export type X509Settings = z.infer<typeof settings>;
type Context = ConnectorContext<X509Settings>;

const FIELDS = ['name', 'created', 'expires', 'fingerprint', 'algorithm', 'issuer', 'serial', 'location', 'boundary'];

function traits({ paths, endpoints }: X509Settings): Traits {
  const polls = endpoints.length > 0;
  return {
    mechanism: polls ? 'poll' : 'watch',
    cadence: 6 * HOUR,
    levels: { reporting: DAY, control: polls ? HOUR : 15 * MINUTE },
    lag: 0,
    note: polls ? 'Endpoints are asked every 6 hours; files are watched.' : 'Files are watched; a change is seen within seconds.',
    private: false,
    watch: paths.map((path) => (isGlob(path) ? globBase(path) : resolve(path))),
    label: 'Certificates',
  };
}

const pathCoverage = (path: string): CoverageId => `path/${path}` as CoverageId;
const endpointCoverage = (endpoint: string): CoverageId => `tls/${endpoint}` as CoverageId;

interface Listing {
  readonly sightings: readonly Sighting[];
  readonly problems: readonly ConnectorProblem[];
  readonly failed: boolean;
}
const failed = (error: ConnectorProblem): Listing => ({ sightings: [], problems: [error], failed: true });

/** @param listed locations that an earlier path of the same run listed; added to, so that overlapping paths list each file once */
async function listPath(path: string, depth: number, signal: AbortSignal, listed: Set<string>): Promise<Listing> {
  const files = await filesOf(path, depth);
  if (!files.ok) return failed(files.error);
  const sightings: Sighting[] = [];
  const problems = [...files.value.problems];
  for (const location of files.value.paths) {
    if (signal.aborted) return failed(problem('timed out', `${path}: given up`, true));
    if (listed.has(location)) continue;
    listed.add(location);
    const bytes = await readSmallFile(location);
    if (!bytes.ok) problems.push(bytes.error);
    else if (bytes.value) sightings.push(...sightingsIn(bytes.value, location, problems));
  }
  return { sightings, problems, failed: false };
}

function sightingsIn(bytes: Uint8Array, location: string, problems: ConnectorProblem[]): Sighting[] {
  const { found, bad } = certificatesIn(bytes);
  if (bad > 0) problems.push(problem('malformed', `${location}: ${bad} block(s) that should be certificates are not`, false));
  return withoutAuthorities(found).map((certificate) => ({ certificate, location, at: 'file' }));
}

async function listEndpoint(text: string, { network, signal }: Context): Promise<Listing> {
  const endpoint = parseEndpoint(text);
  if (!endpoint) return failed(problem('misconfigured', 'an endpoint is not host:port', false));
  const presented = await presentedBy(endpoint, network, signal);
  if (!presented.ok) return failed(presented.error);
  const certificate = certificatesIn(presented.value).found[0];
  if (!certificate) return failed(problem('malformed', `${text} presents something that is not a certificate`, false));
  return { sightings: [{ certificate, location: locationOf(endpoint), at: 'endpoint' }], problems: [], failed: false };
}

const locationOf = ({ host, port }: Endpoint): string => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`);

function* messages(coverage: CoverageId, label: string, asOf: number, listing: Listing): Generator<ConnectorMessage> {
  yield { kind: 'coverage', coverage, label: label.slice(0, 500), asOf: toInstant(asOf) };
  for (const record of toObservations(listing.sightings, coverage)) yield { kind: 'record', record };
  const outcome = listing.failed ? 'failed' : listing.problems.length > 0 ? 'partial' : 'complete';
  yield { kind: 'coverageDone', coverage, outcome, problems: listing.problems.slice(0, 20) };
}

/** Slow and dead endpoints should not make the others wait. */
const AT_ONCE = 8;

async function* list(context: Context): AsyncGenerator<ConnectorMessage> {
  const { paths, endpoints, depth } = context.settings;
  const listed = new Set<string>();
  for (const path of paths) {
    const asOf = context.clock();
    yield* messages(pathCoverage(path), path, asOf, await listPath(path, depth, context.signal, listed));
  }
  for (let from = 0; from < endpoints.length; from += AT_ONCE) {
    const batch = endpoints.slice(from, from + AT_ONCE);
    const asOf = context.clock();
    const listings = await Promise.all(batch.map((endpoint) => listEndpoint(endpoint, context)));
    if (context.signal.aborted) return;
    for (const [index, endpoint] of batch.entries()) {
      yield* messages(
        endpointCoverage(endpoint),
        endpoint,
        asOf,
        listings[index] ?? failed(problem('timed out', `${endpoint}: not asked`, true)),
      );
    }
    yield { kind: 'progress', done: Math.min(from + AT_ONCE, endpoints.length), total: endpoints.length, what: 'endpoints asked' };
  }
}

/** Asks again the place where the certificate was seen. */
async function* reread(context: Context, externalId: ExternalId): AsyncGenerator<ConnectorMessage> {
  const { paths, endpoints, depth } = context.settings;
  const asOf = context.clock();
  for (const place of [...endpoints.map((text) => ({ text, isPath: false })), ...paths.map((text) => ({ text, isPath: true }))]) {
    const coverage = place.isPath ? pathCoverage(place.text) : endpointCoverage(place.text);
    if (!mayHold(place, coverage, externalId)) continue;
    const listing = place.isPath ? await listPath(place.text, depth, context.signal, new Set()) : await listEndpoint(place.text, context);
    const record = toObservations(listing.sightings, coverage).find((one) => one.externalId === externalId);
    yield { kind: 'coverage', coverage, label: place.text, asOf: toInstant(asOf) };
    if (record) yield { kind: 'record', record };
    else if (listing.problems.length === 0) yield { kind: 'deleted', externalId, evidence: 'tombstone', at: toInstant(asOf) };
    yield { kind: 'coverageDone', coverage, outcome: listing.failed ? 'failed' : 'partial', problems: listing.problems.slice(0, 20) };
    if (record) return;
  }
}

function mayHold(place: { readonly text: string; readonly isPath: boolean }, coverage: CoverageId, externalId: ExternalId): boolean {
  if (externalId.startsWith(`${coverage}#`)) return true;
  if (place.isPath) return externalId.startsWith(isGlob(place.text) ? globBase(place.text) : resolve(place.text));
  const endpoint = parseEndpoint(place.text);
  return endpoint !== undefined && externalId.startsWith(`${locationOf(endpoint)}#`);
}

export const connector: Connector<X509Settings> = { kind: 'x509', settings, fields: FIELDS, traits, list, reread };
