import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError } from 'commander';
import packageFile from '../../package.json' with { type: 'json' };
import { addCheckCommand } from './checkCommand.ts';
import { CommandError, errorLine } from './commandError.ts';
import { addDoctorCommand } from './doctorCommand.ts';
import { addEditCommands } from './editCommands.ts';
import { addReadCommands } from './readCommands.ts';
import { addRecoveryCommands } from './recoveryCommands.ts';
import { addServeCommand } from './serveCommand.ts';
import { addSnapshotCommands } from './snapshotCommands.ts';
import { addSourceCommands } from './sourceCommands.ts';
import { addTeamCommands } from './teamCommands.ts';
import { addWebhookCommand } from './webhookCommands.ts';
import { addWriteCommands } from './writeCommands.ts';

// A start is mostly compiling: with what was compiled last time it takes half as long. Beside the packages and not in the
// system's temporary folder, where another user could put something there first; where it cannot be written it is left out.
enableCompileCache(fileURLToPath(new URL('../../node_modules/.cache/muster', import.meta.url)));

/** `npm run -s muster -- <command>`. Exit code 0 for success, 1 for a failed check, 2 for bad use. */
function program(): Command {
  const muster = new Command('muster')
    .description('A register of non-human identities: who owns them, what they may do, and how old the evidence is.')
    .version(packageFile.version)
    .configureOutput({ writeErr: () => undefined })
    .exitOverride()
    .showSuggestionAfterError();
  addServeCommand(muster);
  addSourceCommands(muster);
  addReadCommands(muster);
  addEditCommands(muster);
  addWriteCommands(muster);
  addWebhookCommand(muster);
  addTeamCommands(muster);
  addSnapshotCommands(muster);
  addCheckCommand(muster);
  addRecoveryCommands(muster);
  addDoctorCommand(muster);
  for (const command of muster.commands) command.exitOverride().configureOutput({ writeErr: () => undefined });
  return muster;
}

async function main(): Promise<number> {
  try {
    const muster = program();
    if (process.argv.length <= 2) {
      muster.outputHelp();
      return 0;
    }
    await muster.parseAsync();
    return typeof process.exitCode === 'number' ? process.exitCode : 0;
  } catch (error) {
    return report(error);
  }
}

function report(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    process.stderr.write(`muster: ${error.message.replace(/^error: /, '').replaceAll('\n', ' ')} See \`muster --help\`.\n`);
    return 2;
  }
  process.stderr.write(`${errorLine(error)}\n`);
  if (error instanceof CommandError) return error.exitCode;
  // By its name: the server is loaded by the commands that need it, not by `--help`.
  return error instanceof Error && error.name === 'StartRefused' ? 2 : 1;
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
});
process.exitCode = await main();
