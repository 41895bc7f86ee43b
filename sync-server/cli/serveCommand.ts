import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { DEFAULT_PORT, SAMPLE_PORT } from '../../shared/wire/closeCodes.ts';
import { isLoopbackHost, PLAIN_HTTP_WARNING } from '../network/listenAddress.ts';
import type { TlsFiles } from '../network/tlsIdentity.ts';
import type { RunningServer } from '../server.ts';
import { CommandError } from './commandError.ts';
import { wholeNumber } from './commandOptions.ts';
import { defaultDataDirectory, hasDisplay } from './dataDirectory.ts';
import { print } from './output.ts';
import { claimDirectory, removeSampleData } from './sampleDirectory.ts';
import { type SampleServer, sampleServer } from './sampleServer.ts';

interface ServeOptions {
  readonly data?: string;
  readonly port?: number;
  readonly host?: string;
  readonly sources?: string;
  readonly open: boolean;
  readonly sample?: boolean;
  readonly allowHost?: readonly string[];
  readonly publicUrl?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly insecurePlainHttp?: boolean;
}

/** How long after everything is on disk and closed a worker may go on, in milliseconds. */
const LONGEST_END = 1_000;

const assets = fileURLToPath(new URL('../../dist/renderer', import.meta.url));

export function addServeCommand(muster: Command): void {
  muster
    .command('serve')
    .description('run the server, its connectors and the app')
    .option('--data <dir>', 'the data directory')
    .option('--port <n>', `the port; taken means refuse (default: ${DEFAULT_PORT})`, wholeNumber(0, 65_535))
    .option('--host <address>', 'the address to listen on (default: 127.0.0.1)')
    .option('--sources <file>', 'sources to add, as JSON or YAML')
    .option('--allow-host <name...>', 'a Host header to answer to besides the address, for a name that a proxy serves')
    .option('--public-url <url>', 'the address that people open, when a proxy or a certificate gives it another name')
    .option('--tls-cert <file>', 'the own certificate with its chain, as PEM; read again when it changes and on SIGHUP')
    .option('--tls-key <file>', 'the key of that certificate, readable by this user alone')
    .option('--insecure-plain-http', 'plain http beyond this computer: nobody can sign in there, everything is readable')
    .option('--sample', 'the sample estate, in a space of its own')
    .option('--no-open', 'do not open a browser')
    .action(serve);
}

async function serve(options: ServeOptions): Promise<void> {
  const sample = options.sample === true;
  const data = options.data ?? defaultDataDirectory(process.env, process.platform) + (sample ? '-sample' : '');
  claimDirectory(data, sample);
  const beside = sample ? undefined : sampleServer(data);
  const server = await openServer(options, data, beside);
  announce(server, data, options);
  if (sample) await (await import('./sampleEstate.ts')).fillSample(server.core, data);
  if (options.open && hasDisplay(process.env, process.platform)) openBrowser(server.launchLink());
  stopOnSignal(server);
  const problem = await server.ended;
  beside?.release();
  // A preview whose source hangs must not keep a server alive that was told to stop.
  setTimeout(() => process.exit(), LONGEST_END).unref();
  if (problem !== undefined) throw new CommandError(problem, { exitCode: 1 });
}

async function openServer(options: ServeOptions, data: string, beside: SampleServer | undefined): Promise<RunningServer> {
  const [{ startServer }, { localCommands }] = await Promise.all([import('../server.ts'), import('./localCommands.ts')]);
  const { host, sources, allowHost, publicUrl, insecurePlainHttp = false } = options;
  const tls = tlsFilesOf(options);
  const server: RunningServer = await startServer({
    data,
    port: options.port ?? (beside ? DEFAULT_PORT : SAMPLE_PORT),
    assets,
    localCommands,
    sample: !beside,
    sampleHooks: beside ?? { stop: async () => deleteSample(() => server, data) },
    ...(host === undefined ? {} : { host }),
    ...(sources === undefined ? {} : { sources }),
    ...(allowHost === undefined ? {} : { hosts: allowHost }),
    ...(publicUrl === undefined ? {} : { publicUrl }),
    ...(tls === undefined ? {} : { tls }),
    insecurePlainHttp,
  });
  return server;
}

function tlsFilesOf({ tlsCert, tlsKey }: ServeOptions): TlsFiles | undefined {
  if (tlsCert === undefined && tlsKey === undefined) return undefined;
  if (tlsCert !== undefined && tlsKey !== undefined) return { certificate: tlsCert, key: tlsKey };
  throw new CommandError(`--tls-${tlsCert === undefined ? 'key' : 'cert'} is one half of a pair.`, {
    wayOut: `Give --tls-${tlsCert === undefined ? 'cert' : 'key'} too.`,
  });
}

function announce(server: RunningServer, data: string, { host = '127.0.0.1', insecurePlainHttp, tlsCert }: ServeOptions): void {
  const stays = isLoopbackHost(host) ? 'nothing leaves this computer' : `it listens on ${host}`;
  print(`Muster is at ${server.address} · data in ${data} · ${stays}`);
  if (insecurePlainHttp === true && tlsCert === undefined && !isLoopbackHost(host)) print(PLAIN_HTTP_WARNING);
  print(`Open it on a new device of yours, once: ${server.launchLink()}`);
}

/** The system's own opener; a failure is nothing more than a link to click. */
function openBrowser(link: string): void {
  const [program, args] =
    process.platform === 'darwin'
      ? ['open', [link]]
      : process.platform === 'win32'
        ? ['cmd', ['/c', 'start', '', link]]
        : ['xdg-open', [link]];
  const child = spawn(program, args, { stdio: 'ignore', detached: true });
  child.on('error', () => print('No browser could be opened: open the link above.'));
  child.unref();
}

function stopOnSignal(server: RunningServer): void {
  const stop = (): void => void server.close();
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  const { reloadCertificate } = server;
  if (reloadCertificate) process.on('SIGHUP', () => void reloadCertificate());
}

/** "Delete sample": once the answer is out, the server of the sample ends and what it wrote goes with it. */
function deleteSample(server: () => RunningServer, data: string): void {
  setTimeout(() => {
    void server()
      .close()
      .then(() => removeSampleData(data));
  }, 100);
}
