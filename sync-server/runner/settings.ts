import { err, ok, type Result } from '../../shared/base/result.ts';
import type { Millis } from '../../shared/base/time.ts';
import { parseThresholds, type Thresholds } from '../../shared/observed/thresholds.ts';
import { type ApiError, type SourceSettings, sourceSettings } from '../../shared/wire/http.ts';
import type { Connector, Traits } from '../connectors/connector.ts';
import type { RegisteredConnector } from '../connectors/registry.ts';
import { formatDuration, parseDuration } from './duration.ts';
import { everyMillis, parseSchedule, type Schedule } from './schedule.ts';

/** Settings that were checked, with everything that the runner derives from them. */
export interface ConfiguredSource {
  readonly settings: SourceSettings;
  /** The connector's own part, as its schema gave it back. */
  readonly own: unknown;
  readonly registered: RegisteredConnector;
  readonly connector: Connector;
  readonly traits: Traits;
  readonly schedule: Schedule;
  readonly levels: { readonly reporting: Millis; readonly control: Millis | null };
  readonly thresholds: Thresholds;
  readonly visibility: 'space' | 'private';
  readonly label: string;
  /** A run without a message for this long is ended. */
  readonly timeout: Millis;
  /** Between listings it is followed, and says something this often, in milliseconds. Absent: it is not followed. */
  readonly followed?: Millis;
}

const DEFAULT_TIMEOUT = 60_000;
/** How often a complete listing is due under deltas or a stream. */
export const fullListingOf = ({ traits, levels }: Pick<ConfiguredSource, 'traits' | 'levels'>): Millis =>
  traits.fullListing ?? levels.reporting;

/** One complete listing may fail; after two nothing is claimed on top of it. */
export const listingLife = (configured: Pick<ConfiguredSource, 'traits' | 'levels'>): Millis => 2 * fullListingOf(configured);

/** Settings that every source has; the rest belongs to the connector. */
const COMMON: ReadonlySet<string> = new Set([
  'id',
  'kind',
  'label',
  'schedule',
  'paused',
  'freshness',
  'guard',
  'visibility',
  'timeout',
  'mechanism',
  'cadence',
  'network',
]);

export const refuse = (code: string, message: string, wayOut?: string, retry = false): { ok: false; error: ApiError } =>
  err({ code, message, ...(wayOut === undefined ? {} : { wayOut }), retry });

const bad = (message: string, wayOut?: string) => refuse('bad settings', message, wayOut);

function firstIssue(issues: readonly { path: readonly PropertyKey[]; message: string }[]): string {
  const issue = issues[0];
  const path = issue?.path.map(String).join('.');
  return `${path ? `${path.slice(0, 120)}: ` : ''}${issue?.message.slice(0, 300) ?? 'not understood'}`;
}

/** Errors name the path in the settings, never a value: it may be a secret in the wrong place. */
export async function configure(
  raw: unknown,
  registry: readonly RegisteredConnector[],
  now: Millis,
  lastRunTime: Millis = 0,
): Promise<Result<ConfiguredSource, ApiError>> {
  const common = sourceSettings.safeParse(raw);
  if (!common.success) return bad(firstIssue(common.error.issues));
  const settings = common.data;
  const registered = registry.find((entry) => entry.kind === settings.kind);
  if (!registered)
    return bad(`kind: there is no "${settings.kind.slice(0, 40)}"`, `Use one of: ${registry.map((entry) => entry.kind).join(', ')}`);
  const { connector } = await registered.load();
  const own = parseOwn(connector, settings);
  if (!own.ok) return own;
  const followed = followedOf(settings, connector, connector.traits(own.value));
  if (!followed.ok) return followed;
  const traits = followed.value.traits;
  const derived = derive(settings, traits, now, lastRunTime);
  if (!derived.ok) return derived;
  const visibility = settings.visibility ?? (traits.private ? 'private' : 'space');
  return ok({
    settings,
    own: own.value,
    registered,
    connector,
    traits,
    visibility,
    label: settings.label ?? traits.label,
    ...(followed.value.every === undefined ? {} : { followed: followed.value.every }),
    ...derived.value,
  });
}

/** `mechanism: poll` in the settings switches following off: the source is then only as good as its schedule. */
function followedOf(settings: SourceSettings, connector: Connector, traits: Traits): Result<{ traits: Traits; every?: Millis }, ApiError> {
  const wished = settings.mechanism;
  const follows = connector.follow !== undefined && traits.heartbeat !== undefined;
  if (wished === undefined || wished === traits.mechanism) return ok(follows ? { traits, every: traits.heartbeat } : { traits });
  if (wished === 'poll' && follows) return ok({ traits: { ...traits, mechanism: 'poll' } });
  return bad(`mechanism: a source of kind ${settings.kind} has "${traits.mechanism}"${follows ? ' or "poll"' : ''}`);
}

/** A connector's schema may be strict: it sees its own settings first, and all of them when it wants the common ones too. */
function parseOwn(connector: Connector, settings: SourceSettings): Result<unknown, ApiError> {
  const own = Object.fromEntries(Object.entries(settings).filter(([name]) => !COMMON.has(name)));
  const parsed = connector.settings.safeParse(own);
  if (parsed.success) return ok(parsed.data);
  const whole = connector.settings.safeParse(settings);
  return whole.success ? ok(whole.data) : bad(firstIssue(parsed.error.issues));
}

type Derived = Pick<ConfiguredSource, 'schedule' | 'levels' | 'thresholds' | 'timeout'>;

function derive(settings: SourceSettings, traits: Traits, now: Millis, lastRunTime: Millis): Result<Derived, ApiError> {
  const schedule = scheduleOf(settings, traits, now);
  if (!schedule.ok) return bad(`schedule: ${schedule.error}`);
  const levels = levelsOf(settings, traits);
  if (!levels.ok) return levels;
  // An unbroken stream is as fresh as its last heartbeat, however seldom it is listed.
  const streamed = traits.mechanism === 'stream' ? traits.heartbeat : undefined;
  const tooStrict = levelProblem(settings, traits, streamed ?? schedule.value.cadence, levels.value, lastRunTime);
  if (tooStrict) return bad(tooStrict, 'Run it more often, or ask for less.');
  const thresholds = parseThresholds(settings.guard);
  if (!thresholds.ok) return bad(thresholds.error);
  const timeout = duration(settings, 'timeout', DEFAULT_TIMEOUT);
  return timeout.ok
    ? ok({ schedule: schedule.value, levels: levels.value, thresholds: thresholds.value, timeout: timeout.value })
    : timeout;
}

function duration(settings: SourceSettings, name: string, standard: Millis): Result<Millis, ApiError> {
  const given = settings[name];
  if (given === undefined) return ok(standard);
  const millis = typeof given === 'string' ? parseDuration(given) : undefined;
  return millis === undefined ? bad(`${name}: must be a duration such as "60s" or "15m"`) : ok(millis);
}

function scheduleOf(settings: SourceSettings, traits: Traits, now: Millis): Result<Schedule, string> {
  const text = settings.schedule ?? (typeof settings.cadence === 'string' ? `every ${settings.cadence}` : undefined);
  return text === undefined ? ok(everyMillis(traits.cadence)) : parseSchedule(text, now);
}

function levelsOf(settings: SourceSettings, traits: Traits): Result<ConfiguredSource['levels'], ApiError> {
  const { reporting, control } = settings.freshness ?? {};
  const given = { reporting: level(reporting, traits.levels.reporting), control: level(control, traits.levels.control) };
  if (given.reporting === undefined || given.reporting === null) return bad('freshness.reporting: must be a duration such as "24h"');
  if (given.control === undefined) return bad('freshness.control: must be a duration such as "15m", or null for "reporting only"');
  return ok({ reporting: given.reporting, control: given.control });
}

function level(text: string | null | undefined, standard: Millis | null): Millis | null | undefined {
  if (text === undefined) return standard;
  return text === null ? null : parseDuration(text);
}

/**
 * A level that can never be met is refused with the sum (DESIGN 9). The connector's own control level may be met by re-reading
 * one record, so it is judged only where somebody asks for it here.
 */
function levelProblem(
  settings: SourceSettings,
  traits: Traits,
  cadence: Millis,
  levels: ConfiguredSource['levels'],
  runTime: Millis,
): string | undefined {
  const sum = cadence + runTime + traits.lag;
  const because = `cadence ${formatDuration(cadence)} + run time ${formatDuration(runTime)} + lag ${formatDuration(traits.lag)} = ${formatDuration(sum)}`;
  if (levels.reporting < sum) return `freshness.reporting: ${formatDuration(levels.reporting)} cannot be met: ${because}`;
  const asked = settings.freshness?.control;
  if (typeof asked === 'string' && levels.control !== null && levels.control < sum) {
    return `freshness.control: ${formatDuration(levels.control)} cannot be met: ${because}`;
  }
  return undefined;
}
