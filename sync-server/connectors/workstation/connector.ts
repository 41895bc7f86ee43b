import { homedir, hostname } from 'node:os';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import type { Json } from '../../../shared/base/json.ts';
import { DAY, HOUR, type Instant, toInstant } from '../../../shared/base/time.ts';
import type { CoverageId } from '../../../shared/model/ids.ts';
import type { Observation } from '../../../shared/model/record.ts';
import type { ConnectorProblem } from '../../../shared/model/status.ts';
import type { WorkstationReport } from '../../../shared/wire/http.ts';
import { type Connector, type ConnectorContext, type ConnectorMessage, problem, type Traits } from '../connector.ts';
import { fileProblem } from '../fileProblem.ts';
import { HomeFiles, type Looked } from './homeFiles.ts';
import type { HomeFile, Place } from './place.ts';
import { PLACE_IDS, PLACES } from './places.ts';

const settings = z.strictObject({
  /** The home folder to look at; by default that of the user who runs Muster. */
  home: z.string().min(1).max(4_096).optional(),
  /** Only these places; by default all. */
  include: z.array(z.enum(PLACE_IDS)).min(1).optional(),
});
export type WorkstationSettings = z.infer<typeof settings>;
type Context = ConnectorContext<WorkstationSettings>;

const FIELDS = [
  ...[
    'name',
    'location',
    'boundary',
    'created',
    'expires',
    'rotated',
    'fingerprint',
    'algorithm',
    'issuer',
    'serial',
    'protected',
    'usedBy',
  ],
  ...['command', 'variables', 'access'],
];

const homeOf = ({ home }: WorkstationSettings): string => resolve(home ?? homedir());
const placesOf = ({ include }: WorkstationSettings): readonly Place[] =>
  include ? PLACES.filter((place) => include.includes(place.id)) : PLACES;
const isFolder = (path: string): boolean => path.endsWith('/');

function traits(chosen: WorkstationSettings): Traits {
  const home = homeOf(chosen);
  const paths = placesOf(chosen).flatMap((place) => place.paths);
  return {
    mechanism: 'watch',
    cadence: 6 * HOUR,
    levels: { reporting: 7 * DAY, control: null },
    lag: 0,
    note: 'A computer that is asleep reports nothing, and nothing goes missing by that.',
    private: true,
    watch: paths.map((path) => (isFolder(path) ? join(home, path) : `file:${join(home, path)}`)),
    label: 'This computer',
  };
}

interface Visit {
  readonly records: readonly Observation[];
  readonly problems: readonly ConnectorProblem[];
  readonly lookedAt: WorkstationReport['lookedAt'];
}

/** The files of a place: those named, and for a folder those in it. */
async function lookAt(place: Place, files: HomeFiles): Promise<{ looked: [string, Looked][]; problems: ConnectorProblem[] }> {
  const looked: [string, Looked][] = [];
  const problems: ConnectorProblem[] = [];
  for (const path of place.paths) {
    if (!isFolder(path)) {
      looked.push([path, await files.look(path)]);
      continue;
    }
    const listing = await files.list(path);
    if (listing.problem) problems.push(listing.problem);
    for (const name of listing.names) looked.push([`${path}${name}`, await files.look(`${path}${name}`)]);
  }
  return { looked, problems };
}

async function visit(place: Place, files: HomeFiles, computer: string, now: Instant): Promise<Visit> {
  const { looked, problems } = await lookAt(place, files);
  const present = looked.flatMap(([, look]): HomeFile[] => ('file' in look ? [look.file] : []));
  const { records, understood } = place.read(present, { coverage: coverageOf(place), computer, now });
  for (const [, look] of looked) if ('problem' in look && look.problem) problems.push(look.problem);
  if (!understood)
    problems.push(problem('malformed', `${present.map((file) => file.path).join(', ')}: not understood`, false, 'Check its syntax.'));
  return { records, problems, lookedAt: lookedAtOf(place, looked, records) };
}

const coverageOf = (place: Place): CoverageId => `place/${place.id}` as CoverageId;

function lookedAtOf(place: Place, looked: readonly [string, Looked][], records: readonly Observation[]): WorkstationReport['lookedAt'] {
  const rows = looked.map(([path, look]) => ({ path: `~/${path}`, outcome: look.outcome, found: foundIn(look, records) }));
  const inFolder = place.paths.some(isFolder);
  const telling = rows.filter(
    (row) => row.found > 0 || ['denied', 'skipped'].includes(row.outcome) || (row.outcome !== 'absent' && !inFolder),
  );
  return telling.length > 0 ? telling : place.paths.slice(0, 1).map((path) => ({ path: `~/${path}`, outcome: 'absent', found: 0 }));
}

/** Credentials in a file. Unopened, a file of entries counts as one: how many it holds only opening it tells. */
function foundIn(look: Looked, records: readonly Observation[]): number {
  if (!('file' in look)) return 0;
  const { path } = look.file;
  const count = records.filter((record) => record.type === 'credential' && record.fields.location === path).length;
  const isEntryFile = !path.startsWith('~/.ssh/') && !path.startsWith('~/.aws/sso/');
  return look.outcome === 'listed' && count === 0 && isEntryFile ? 1 : count;
}

/** On a server, or with no display, nobody sees the first-run screen. */
const isHeadless = (): boolean => process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY;

function reportOf(visits: readonly Visit[]): WorkstationReport {
  const lookedAt = visits.flatMap((one) => one.lookedAt);
  const withFinds = visits.filter((one) => one.lookedAt.some((row) => row.found > 0));
  const credentials = lookedAt.reduce((sum, row) => sum + row.found, 0);
  return { places: withFinds.length, credentials, lookedAt, headless: isHeadless() };
}

function* failure(places: readonly Place[], asOf: Instant, error: ConnectorProblem): Generator<ConnectorMessage> {
  for (const place of places) {
    yield { kind: 'coverage', coverage: coverageOf(place), label: place.id, asOf };
    yield { kind: 'coverageDone', coverage: coverageOf(place), outcome: 'failed', problems: [error] };
  }
}

/**
 * Before consent (`list only`) nothing is opened: keys and files that are one credential are listed by name and date under the
 * ids that they keep afterwards, files of entries only in the report. Such a listing is partial, so it makes nothing missing.
 */
async function* list(context: Context): AsyncGenerator<ConnectorMessage> {
  const home = homeOf(context.settings);
  const places = placesOf(context.settings);
  const asOf = toInstant(context.clock());
  let files: HomeFiles;
  try {
    files = await HomeFiles.open(home, context.mode);
  } catch (error) {
    yield* failure(places, asOf, fileProblem(error, home));
    return;
  }
  yield { kind: 'place', place: `workstation:${home}` };
  const visits: Visit[] = [];
  for (const [index, place] of places.entries()) {
    if (context.signal.aborted) return;
    const one = await visit(place, files, hostname(), toInstant(context.clock()));
    visits.push(one);
    yield* placeMessages(place, one, asOf, context.mode);
    yield { kind: 'progress', done: index + 1, total: places.length, what: 'places looked at' };
  }
  yield { kind: 'report', report: reportOf(visits) as unknown as Json };
}

function* placeMessages(place: Place, { records, problems }: Visit, asOf: Instant, mode: Context['mode']): Generator<ConnectorMessage> {
  const coverage = coverageOf(place);
  yield { kind: 'coverage', coverage, label: `~/${place.paths[0] ?? place.id}`, asOf };
  for (const record of records) yield { kind: 'record', record };
  const outcome = mode === 'list only' || problems.length > 0 ? 'partial' : 'complete';
  yield { kind: 'coverageDone', coverage, outcome, problems: problems.slice(0, 20) };
}

export const connector: Connector<WorkstationSettings> = { kind: 'workstation', settings, fields: FIELDS, traits, list };
