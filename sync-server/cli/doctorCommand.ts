import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import * as z from 'zod';
import packageFile from '../../package.json' with { type: 'json' };
import { visibleText } from '../../shared/base/text.ts';
import { DEFAULT_PORT } from '../../shared/wire/closeCodes.ts';
import { dataPaths } from '../core/dataDirectory.ts';
import { checkCertificate } from '../doctor/checkCertificate.ts';
import { checkSpace, checkSync } from '../doctor/checkDisk.ts';
import { checkLock } from '../doctor/checkLock.ts';
import { checkAuthorities, checkProxy } from '../doctor/checkNetwork.ts';
import { checkPermissions } from '../doctor/checkPermissions.ts';
import { checkPort } from '../doctor/checkPort.ts';
import { checkDesktop, checkStoreFormat, checkVersions } from '../doctor/checkPrograms.ts';
import { type Diagnosis, diagnosis, failed, fine } from '../doctor/diagnosis.ts';
import { readTlsIdentity } from '../network/tlsIdentity.ts';
import { CommandError } from './commandError.ts';
import { type CommonOptions, wholeNumber, withCommonOptions, withServer } from './commandOptions.ts';
import { electronProgram } from './electronProgram.ts';
import { readServerFile, runningServer } from './localServer.ts';
import { print } from './output.ts';

interface DoctorOptions extends CommonOptions {
  readonly host: string;
  readonly port: number;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export function addDoctorCommand(muster: Command): void {
  withCommonOptions(
    muster.command('doctor').description('check this computer, the data directory and each source; exit code 1 when something failed'),
  )
    .option('--host <address>', 'the address that the server is to listen on, when it does not run', '127.0.0.1')
    .option('--port <n>', 'the port, when it does not run', wholeNumber(1, 65_535), DEFAULT_PORT)
    .option('--tls-cert <file>', 'a certificate to look at before the server is started with it')
    .option('--tls-key <file>', 'its key')
    .action(doctor);
}

async function doctor(options: DoctorOptions): Promise<void> {
  const found = [...(await aroundTheServer(options)), ...(await insideTheServer(options))];
  show(found, options.format);
  if (found.some(({ verdict }) => verdict === 'failed')) process.exitCode = 1;
}

/** What this process can see by itself. */
async function aroundTheServer({ data, host, port, tlsCert, tlsKey }: DoctorOptions): Promise<Diagnosis[]> {
  const running = runningServer(data);
  const file = running && readServerFile(data);
  const paths = dataPaths(data);
  return [
    checkVersions(packageFile.version),
    checkDesktop(electronProgram(ROOT, process.env), process.env),
    await checkPort(file ? new URL(file.address).hostname : host, file?.port ?? port, running?.pid),
    checkSpace(data),
    checkSync(data),
    ...checkPermissions(data),
    checkLock(paths.lock),
    checkStoreFormat(paths.store),
    await checkProxy(process.env),
    ...checkAuthorities(process.env, Date.now()),
    ...checkFiles(tlsCert, tlsKey),
  ];
}

function checkFiles(certificate: string | undefined, key: string | undefined): Diagnosis[] {
  if (certificate === undefined && key === undefined) return [];
  if (certificate === undefined || key === undefined)
    throw new CommandError('--tls-cert and --tls-key are a pair.', { wayOut: 'Give both.' });
  const read = readTlsIdentity({ certificate, key }, Date.now());
  return [read.ok ? checkCertificate(read.value, undefined, Date.now()) : failed('certificate', read.error, 'Then ask again.')];
}

/** Through the server that runs, or through one in this process for as long as it takes. A store that a start would change is left alone. */
async function insideTheServer(options: DoctorOptions): Promise<Diagnosis[]> {
  const { store } = dataPaths(options.data);
  if (!runningServer(options.data)) {
    if (!existsSync(store)) return [fine('register', `There is no register in ${options.data} yet.`)];
    if (checkStoreFormat(store).verdict !== 'ok') return [];
  }
  try {
    return z.array(diagnosis).parse(await withServer(options, (ask) => ask('doctor', {})));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return [failed('server', message, (error instanceof CommandError && error.wayOut) || 'Mend this first, then ask again.')];
  }
}

function show(found: readonly Diagnosis[], format: DoctorOptions['format']): void {
  if (format === 'text') showText(found);
  else print(format === 'json' ? JSON.stringify(found, null, 2) : found.map((one) => JSON.stringify(one)).join('\n'));
}

function showText(found: readonly Diagnosis[]): void {
  const width = Math.max(...found.map(({ check }) => Math.min(30, check.length)));
  for (const { check, verdict, message, wayOut } of found) {
    const way = verdict === 'ok' || wayOut === undefined ? '' : ` ${wayOut}`;
    print(`${verdict.padEnd(7)}  ${visibleText(check, 30).padEnd(width)}  ${visibleText(`${message}${way}`, 1_000)}`);
  }
  const count = (verdict: Diagnosis['verdict']): number => found.filter((one) => one.verdict === verdict).length;
  print(`${found.length} checked: ${count('ok')} ok, ${count('warning')} to look at, ${count('failed')} failed.`);
}
