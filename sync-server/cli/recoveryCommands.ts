import { resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Command } from 'commander';
import * as z from 'zod';
import type { BackupMade } from '../recovery/writeBackup.ts';
import { CommandError } from './commandError.ts';
import { type CommonOptions, withCommonOptions, withServer } from './commandOptions.ts';
import type { Ask } from './localServer.ts';
import { printValue } from './output.ts';
import { refuseUnwritable } from './outputFile.ts';
import { TerminalProgress } from './terminalProgress.ts';

export function addRecoveryCommands(muster: Command): void {
  withCommonOptions(
    muster.command('backup').description('write one file with everything that the space is, its keys included; the server goes on'),
  )
    .requiredOption('-o, --output <file>', 'the file to write')
    .action(backup);
  withCommonOptions(
    muster.command('restore <file>').description('make a new data directory of a backup; the ledger goes on after its last place'),
  ).action(restore);
}

async function backup(options: CommonOptions & { output: string }): Promise<void> {
  const output = resolve(options.output);
  await refuseUnwritable(output);
  const made = (await withServer(options, (ask) => watched(ask, ask('backup', { output })))) as BackupMade;
  printValue(
    made,
    options.format,
    [
      `${made.path}: everything up to place ${made.place} of the ledger, ${made.bytes.toLocaleString('en')} bytes.`,
      'It holds the keys of the server and of the command line: whoever has the file can be this server. Keep it as you keep a key.',
    ].join('\n'),
  );
}

/** In milliseconds. */
const ASK_EVERY = 100;

/** Shows how far it is, where somebody watches. That it cannot be told is no reason to give the backup up. */
async function watched(ask: Ask, made: Promise<unknown>): Promise<unknown> {
  const progress = new TerminalProgress(process.stderr);
  progress.show('Writing the backup');
  if (!progress.isWatched) return made;
  const ended = made.then(
    () => true,
    () => true,
  );
  while (!(await Promise.race([ended, wait(ASK_EVERY, false)]))) {
    const said = progressReply.safeParse(await ask('backup-progress', {}).catch(() => undefined));
    if (said.success) progress.show('Writing the backup', said.data.done);
  }
  try {
    const written = await made;
    progress.show('Writing the backup', 1);
    return written;
  } finally {
    progress.clear();
  }
}

const progressReply = z.object({ done: z.number().min(0).max(1).optional() });

async function restore(file: string, options: CommonOptions): Promise<void> {
  const { restoreBackup } = await import('../recovery/restoreBackup.ts');
  const progress = new TerminalProgress(process.stderr);
  const restored = await restoreBackup(resolve(file), resolve(options.data), Date.now, (what) => progress.show(what));
  progress.clear();
  if (!restored.ok)
    throw new CommandError(`${restored.error}.`, {
      exitCode: 1,
      wayOut: 'Nothing was restored. Name a backup, and with --data a new directory.',
    });
  const { at, epoch } = restored.value;
  printValue(
    { data: resolve(options.data), place: at, epoch },
    options.format,
    [
      `Restored at place ${at} of the ledger, as epoch ${epoch}. Start it with \`muster serve --data ${options.data}\`.`,
      'Devices that had seen more send again what the backup lacks. Never start the old server again: it would be another register with the same name.',
    ].join('\n'),
  );
}
