import type { Command } from 'commander';
import type { CheckReport } from '../check/checkStore.ts';
import { CommandError } from './commandError.ts';
import { type CommonOptions, withCommonOptions } from './commandOptions.ts';
import { runningServer } from './localServer.ts';
import { printValue } from './output.ts';
import { TerminalProgress } from './terminalProgress.ts';

export function addCheckCommand(muster: Command): void {
  withCommonOptions(
    muster.command('check').description('look at every byte of the store: what is not as it was written, with document and place'),
  ).action(check);
}

async function check(options: CommonOptions): Promise<void> {
  const report = await reportOf(options.data);
  printValue(report, options.format, textOf(report));
  if (report.damage.length > 0) process.exitCode = 1;
}

async function reportOf(data: string): Promise<CheckReport> {
  const running = runningServer(data);
  if (running) return (await running.ask('check', {})) as CheckReport;
  const progress = new TerminalProgress(process.stderr);
  const { checkDataDirectory } = await import('../check/checkDataDirectory.ts');
  const checked = await checkDataDirectory(data, (what) => progress.show(what));
  progress.clear();
  if (!checked.ok) throw new CommandError(checked.error, { wayOut: 'Name a data directory of Muster with --data.' });
  return checked.value;
}

function textOf({ rows, damage, notes }: CheckReport): string {
  const verdict =
    damage.length === 0
      ? `The store is whole: ${rows.toLocaleString('en')} rows, each as it was written.`
      : `The store is damaged. Restore a backup with \`muster restore\`; devices send again what it lacks.`;
  return [...damage.map((line) => `damaged: ${line}`), ...notes.map((line) => `note: ${line}`), verdict].join('\n');
}
