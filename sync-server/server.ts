import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Server as TlsServer } from 'node:https';
import { canonicalJson } from '../shared/base/json.ts';
import type { Result } from '../shared/base/result.ts';
import type { Instant } from '../shared/base/time.ts';
import { DEFAULT_PORT } from '../shared/wire/closeCodes.ts';
import type { ApiError } from '../shared/wire/http.ts';
import { checkStore } from './check/checkStore.ts';
import type { LocalCore, LocalTeam } from './cli/localCore.ts';
import { localTeam } from './cli/localTeam.ts';
import type { RegisteredConnector } from './connectors/registry.ts';
import { Core } from './core/core.ts';
import { CoreApprovals } from './core/coreApprovals.ts';
import { type HeldDataDirectory, holdDataDirectory } from './core/dataDirectory.ts';
import { StoreGone, WrongServerKey } from './core/genesis.ts';
import { createVerify, KeyFileDamaged, loadOrCreateSigner } from './core/keys.ts';
import { createLog, type Log } from './core/log.ts';
import { Metrics } from './core/metrics.ts';
import { registerOperationMetrics } from './core/operationMetrics.ts';
import { planProposal } from './core/planProposal.ts';
import { RestoresDamaged } from './core/restores.ts';
import { ServerKeys } from './core/serverKeys.ts';
import { Provider } from './core/signIn/provider.ts';
import { SignIn } from './core/signIn/signIn.ts';
import { SignInSecret } from './core/signIn/signInSecret.ts';
import { ClockWatch } from './doctor/clockWatch.ts';
import { type InspectedServer, inspectServer } from './doctor/inspectServer.ts';
import { createApp } from './http/app.ts';
import type { LocalCommand, SampleHooks } from './http/context.ts';
import { AllowedOrigins } from './http/origin.ts';
import { Strangers } from './http/strangers.ts';
import { checkReach, shownHost } from './network/listenAddress.ts';
import { ServedCertificate, type ServedCertificateOptions } from './network/servedCertificate.ts';
import { readTlsIdentity, type TlsFiles, type TlsIdentity } from './network/tlsIdentity.ts';
import { type BackupOptions, writeBackup } from './recovery/writeBackup.ts';
import { type AskKeychain, noKeychain } from './runner/keychain.ts';
import { Runner } from './runner/runner.ts';
import type { RunnerService } from './runner/runnerService.ts';
import type { SourceStore } from './runner/sourceStore.ts';
import { loadSourcesFile } from './runner/sourcesFile.ts';
import { Snapshots } from './snapshot/snapshots.ts';
import { SqliteStorage } from './storage/sqliteStorage.ts';
import type { Storage } from './storage/storage.ts';
import { StoreDamaged } from './storage/storeDamaged.ts';
import { storeProblem } from './storage/storeProblem.ts';
import { Webhook } from './webhook/webhook.ts';
import { Gateway } from './websocket/gateway.ts';

export interface ServerOptions {
  readonly data: string;
  /** Default 4747; taken means refuse, not move: the origin holds the device key. 0: any free one, for tests and one-off commands. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Host headers that are accepted besides the bound address, e.g. a name that a proxy serves. */
  readonly hosts?: readonly string[];
  /** The address that people open when it is another than the bound one, e.g. `https://muster.example` of a proxy. Its Host is accepted. */
  readonly publicUrl?: string;
  /** The server's own certificate; it then speaks TLS alone. `lookEvery`: milliseconds between two looks at the files. */
  readonly tls?: TlsFiles & { readonly lookEvery?: number };
  /** Plain http beyond loopback, which is refused otherwise. */
  readonly insecurePlainHttp?: boolean;
  readonly name?: string;
  /** The built app. */
  readonly assets?: string;
  readonly sample?: boolean;
  /** A sources file to add at start. */
  readonly sources?: string;
  /** Kinds of source that it can read; all that there are by default. */
  readonly connectors?: readonly RegisteredConnector[];
  readonly log?: Log;
  readonly clock?: () => number;
  /** Of the desktop program that started this server. */
  readonly keychain?: AskKeychain;
  readonly localCommands?: (core: LocalCore) => Readonly<Record<string, LocalCommand>>;
  readonly sampleHooks?: SampleHooks;
  /** `false`: for a command that starts its own server. No source runs unless it is told to. */
  readonly background?: boolean;
  /** Bytes of the disk that a snapshot leaves for everything else. */
  readonly snapshotReserve?: number;
}

export interface RunningServer {
  /** `http://127.0.0.1:4747`, or the public address where one was given. */
  readonly address: string;
  /** Reads the TLS files again, as after a renewal; undefined without TLS. @returns one line when they are not taken over. */
  readonly reloadCertificate: (() => string | undefined) | undefined;
  readonly core: LocalCore;
  readonly runner: RunnerService;
  /** What sources said. The runner is its writer. */
  readonly sources: SourceStore;
  /** A new one-use link that enrols a further device of the local steward. */
  launchLink(): string;
  /** 4503 to sockets, everything flushed, the data directory free again. */
  close(): Promise<void>;
  /** Resolves when the server has closed, with one line when it had to: the store failed, so nothing more could be promised. */
  readonly ended: Promise<string | undefined>;
}

/** A start that cannot be: one clear line for the terminal. */
export class StartRefused extends Error {
  override readonly name = 'StartRefused';
}

const version = (): string => {
  const { version: text } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
  return text;
};

/** Opens the store, starts the runner, listens. Everything it took is given back when a step fails. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const listening = checkListening(options);
  const held = holdDataDirectory(options.data);
  if (!held.ok) throw new StartRefused(held.error);
  const closing = new Closing();
  closing.cleanups.push(() => held.value.release());
  try {
    return await start(options, listening, held.value, closing);
  } catch (error) {
    await closing.close();
    const problem = error instanceof StartRefused ? undefined : refusalOf(error);
    throw problem === undefined ? error : new StartRefused(problem);
  }
}

const STARTS_REFUSED = [KeyFileDamaged, WrongServerKey, StoreGone, StoreDamaged, RestoresDamaged];
/** What was decided of the address before anything is touched. */
interface Listening {
  readonly host: string;
  readonly publicUrl: URL | undefined;
  readonly identity: TlsIdentity | undefined;
}

function checkListening(options: ServerOptions): Listening {
  const { host = '127.0.0.1', tls, clock = Date.now } = options;
  const publicUrl = checkReach({ ...options, host });
  if (!publicUrl.ok) throw new StartRefused(publicUrl.error);
  const identity = tls && readTlsIdentity(tls, clock());
  if (identity && !identity.ok) throw new StartRefused(identity.error);
  return { host, publicUrl: publicUrl.value, identity: identity?.value };
}

/** What a start can fail at that a person can mend. */
const refusalOf = (error: unknown): string | undefined =>
  STARTS_REFUSED.some((kind) => error instanceof kind) ? (error as Error).message : storeProblem(error);

/** Gives back what was taken, the last first, once. */
class Closing {
  readonly cleanups: (() => Promise<unknown> | unknown)[] = [];
  readonly #ended = Promise.withResolvers<string | undefined>();
  #closed: Promise<void> | undefined;

  get ended(): Promise<string | undefined> {
    return this.#ended.promise;
  }

  /** @param because set when it is not asked for. */
  readonly close = (because?: string): Promise<void> => {
    this.#closed ??= this.#giveBack().then(() => this.#ended.resolve(because));
    return this.#closed;
  };

  /** One that fails must not keep the others: the lock would outlive its server. */
  async #giveBack(): Promise<void> {
    for (const cleanup of this.cleanups.reverse()) {
      try {
        await cleanup();
      } catch {
        // A store that failed cannot be closed well; it is consistent on disk all the same.
      }
    }
  }
}

async function start(options: ServerOptions, listening: Listening, held: HeldDataDirectory, closing: Closing): Promise<RunningServer> {
  const { cleanups } = closing;
  const clock = options.clock ?? Date.now;
  const log = options.log ?? createLog();
  const name = options.name ?? (options.sample === true ? 'Sample estate' : 'Muster');
  const storage = new SqliteStorage(held.paths.store);
  cleanups.push(() => storage.close());
  const core = await openCore(storage, held, closing, { clock, log, name });
  const runner = await startRunner(options, held, core, closing, clock);
  const snapshots = new Snapshots({
    core,
    folder: held.paths.snapshots,
    name,
    version: version(),
    sample: options.sample === true,
    ...(options.snapshotReserve === undefined ? {} : { reserve: options.snapshotReserve }),
  });
  cleanups.push(() => snapshots.stop());
  const webhook = new Webhook({
    core,
    file: held.paths.webhook,
    ask: options.keychain ?? noKeychain,
    clock,
    background: options.background ?? true,
  });
  cleanups.push(() => webhook.stop());
  await webhook.start();
  const signInSecret = new SignInSecret(held.paths.signIn);
  const provider = new Provider(signInSecret.read, clock);
  const signIn = newSignIn(core, provider, clock);
  const secret = randomBytes(24).toString('base64url');
  const link = { address: '' };
  const team = localTeam(core, signInSecret, provider);
  const served: { certificate?: ServedCertificate | undefined } = {};
  const { port = DEFAULT_PORT, background = true } = options;
  const { host, publicUrl, identity } = listening;
  const inspected = { core, runner, background, publicUrl, watch: new ClockWatch(clock), certificate: () => served.certificate?.current };
  const backup = newBackup({ core, data: options.data, copyStore: (path) => storage.copyTo(path), software: version() });
  const local = localCore(core, team, backup, runner, snapshots, webhook, held.paths.uploads, clock, () => link.address, inspected);
  const origins = new AllowedOrigins(host, { scheme: identity ? 'https' : 'http', hosts: options.hosts, publicUrl });
  const context = {
    core,
    runner,
    snapshots,
    webhook,
    signIn,
    version: version(),
    name,
    sample: options.sample === true,
    sampleHooks: options.sampleHooks,
    localCommands: options.localCommands?.(local) ?? {},
    secret,
    uploads: held.paths.uploads,
    assets: options.assets,
    clock,
    origins,
  };
  const strangers = new Strangers(core.metrics, clock);
  const app = createApp(context, strangers, identity);
  const gateway = new Gateway(core, origins, strangers, clock);
  gateway.attach(app.server);
  core.events = {
    outcome: (device, outcome) => gateway.outcome(device, outcome),
    revoked: (device) => gateway.revoke(device),
    signedOut: (device) => gateway.signOut(device),
    shutOut: (device) => gateway.shutOut(device),
    placed: () => webhook.poke(),
    approved: (source) => runner.sendSoon(source),
    decided: (subject, decision) =>
      void runner.decide(subject, decision).catch((error: unknown) => log.error({ problem: String(error) }, 'decision')),
  };
  cleanups.push(() => app.close());
  cleanups.push(() => gateway.close());
  const bound = await listen(
    () => app.listen({ port, host }),
    port,
    () => app.server.address(),
  );
  origins.bind(bound);
  const own = `${origins.scheme}://${shownHost(host)}:${bound}`;
  link.address = publicUrl?.origin ?? own;
  const tellLocally = (shown: TlsIdentity | undefined): void =>
    held.writeServerFile({ pid: process.pid, port: bound, address: own, secret, ...(shown && { fingerprint: shown.fingerprint }) });
  tellLocally(identity);
  served.certificate = serveCertificate(options, listening, app.server, closing, { clock, log, changed: tellLocally });
  log.info({ address: link.address }, 'listening');
  return {
    address: link.address,
    reloadCertificate: reloaderOf(served.certificate),
    core: local,
    runner,
    sources: core.sources,
    launchLink: local.launchLink,
    close: () => closing.close(),
    ended: closing.ended,
  };
}

interface CoreSurroundings {
  readonly clock: () => number;
  readonly log: Log;
  readonly name: string;
}

async function openCore(storage: Storage, held: HeldDataDirectory, { cleanups, close }: Closing, around: CoreSurroundings): Promise<Core> {
  const { paths } = held;
  const core = await Core.open({
    storage,
    server: ServerKeys.open(paths),
    local: loadOrCreateSigner(paths.localKey),
    verify: createVerify(),
    clock: around.clock,
    log: around.log,
    metrics: new Metrics(),
    name: around.name,
    version: version(),
    knownSpace: held.knownSpace(),
    fatal(error) {
      around.log.error({ problem: error instanceof Error ? error.message : String(error) }, 'the store failed; the server stops');
      void close(storeProblem(error) ?? 'The store failed.');
    },
  });
  cleanups.push(() => core.close());
  registerOperationMetrics(core.metrics.registry, core, paths.store);
  if (held.knownSpace() === undefined) held.rememberSpace(core.space);
  return core;
}

function newSignIn(core: Core, provider: Provider, clock: () => number): SignIn {
  const { space, ledger, signInRecords: records, deviceRequests: requests, log } = core;
  const say = core.sayAsServer.bind(core);
  return new SignIn({
    space,
    ledger,
    records,
    requests,
    say,
    clock,
    log,
    verify: createVerify(),
    provider,
  });
}

async function startRunner(
  options: ServerOptions,
  { paths }: HeldDataDirectory,
  core: Core,
  { cleanups }: Closing,
  clock: () => number,
): Promise<Runner> {
  const { background = true, keychain = noKeychain } = options;
  const files = {
    settingsFile: paths.settings,
    uploadsDir: paths.uploads,
    ...(options.connectors ? { registry: options.connectors } : {}),
  };
  const approvals = new CoreApprovals(core, createVerify());
  const runner = new Runner({ store: core.sources, ...files, clock, log: core.log, background, keychain, approvals });
  cleanups.push(() => runner.stop());
  const started = await runner.start();
  if (!started.ok) throw new StartRefused(sentence(started.error));
  if (options.sources !== undefined) await addSources(runner, options.sources);
  return runner;
}

/** Sources of the file are added, or changed where the file says something else; what the file does not name stays. */
async function addSources(runner: Runner, path: string): Promise<void> {
  const loaded = loadSourcesFile(path);
  if (!loaded.ok) throw new StartRefused(sentence(loaded.error));
  for (const settings of loaded.value) {
    const known = runner.list().find(({ id }) => id === settings.id);
    if (known && canonicalJson(known) === canonicalJson(settings)) continue;
    const added = known ? await runner.update(known.id, settings) : await runner.add(settings);
    if (!added.ok) throw new StartRefused(`${path}: source ${settings.id}: ${sentence(added.error)}`);
  }
}

const sentence = ({ message, wayOut }: { readonly message: string; readonly wayOut?: string | undefined }): string =>
  wayOut === undefined ? message : `${message.replace(/[.]?$/, '.')} ${wayOut}`;

async function listen(open: () => Promise<string>, port: number, address: () => unknown): Promise<number> {
  try {
    await open();
    return (address() as { port: number }).port;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') throw new StartRefused(`Port ${port} is taken by another program. Stop it, or choose another --port.`);
    if (code === 'EACCES') throw new StartRefused(`Port ${port} needs rights that this user does not have. Choose one above 1024.`);
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') throw new StartRefused('This computer does not have that --host address.');
    throw error;
  }
}

function reloaderOf(certificate: ServedCertificate | undefined): RunningServer['reloadCertificate'] {
  return (
    certificate &&
    (() => {
      const reloaded = certificate.reload();
      return reloaded.ok ? undefined : reloaded.error;
    })
  );
}

function serveCertificate(
  { tls }: ServerOptions,
  { identity }: Listening,
  server: unknown,
  { cleanups }: Closing,
  around: Pick<ServedCertificateOptions, 'clock' | 'log' | 'changed'>,
): ServedCertificate | undefined {
  if (!tls || !identity) return undefined;
  const served = new ServedCertificate(server as TlsServer, { files: tls, identity, ...around, ...pick(tls) });
  cleanups.push(() => served.close());
  return served;
}

const pick = ({ lookEvery }: { readonly lookEvery?: number }): { lookEvery?: number } => (lookEvery === undefined ? {} : { lookEvery });

function newBackup(options: BackupOptions): Pick<LocalCore, 'backup' | 'backupDone'> {
  let done: number | undefined;
  const onProgress = (share: number): void => {
    done = share;
  };
  return {
    get backupDone() {
      return done;
    },
    backup: (output) =>
      writeBackup({ ...options, onProgress }, output).finally(() => {
        done = undefined;
      }),
  };
}

/** What the command line works with, in this process or over `/api/local`. */
function localCore(
  core: Core,
  team: LocalTeam,
  backup: Pick<LocalCore, 'backup' | 'backupDone'>,
  runner: RunnerService,
  snapshots: Snapshots,
  webhook: Webhook,
  uploads: string,
  clock: () => number,
  address: () => string,
  inspected: InspectedServer,
): LocalCore {
  return {
    space: core.space,
    get register() {
      return core.register;
    },
    ledger: core.ledger,
    runner,
    snapshots,
    webhook,
    team,
    get steward() {
      return { person: core.localPerson, name: core.ledger.persons().get(core.localPerson)?.name ?? '', local: true };
    },
    uploads,
    now: clock,
    commit: (acts) => core.commit(acts),
    planWrite: (source, request) =>
      planProposal(
        {
          register: core.register,
          runner,
          isPrivate: (one) => core.sources.visibility(one) === 'private',
          fields: core.ledger.writeBack.fields,
        },
        source,
        request,
      ),
    backup: (output) => backup.backup(output),
    get backupDone() {
      return backup.backupDone;
    },
    check: () => checkStore(core.storage, createVerify()),
    inspect: () => inspectServer(inspected),
    launchLink: () => `${address()}/#launch=${core.enrolment.newLaunchToken()}`,
    async invite(request) {
      const invited = await core.enrolment.invite(request, address());
      return invited.ok ? { ok: true, value: { link: invited.value.link, expires: invited.value.expires } } : invited;
    },
    token(role, ttlMillis): Result<{ ticket: string; expires: Instant }, ApiError> {
      const { ticket, expires } = core.tickets.mintToken(role, ttlMillis);
      return { ok: true, value: { ticket, expires } };
    },
  };
}
