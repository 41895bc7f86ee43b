import type { Command } from 'commander';
import type { RunCounts } from '../../shared/model/status.ts';
import { loadSourcesFile } from '../runner/sourcesFile.ts';
import { CommandError } from './commandError.ts';
import { type CommonOptions, withCommonOptions, withServer } from './commandOptions.ts';
import { printItems } from './output.ts';

interface DiscoverOptions extends CommonOptions {
  readonly sources?: string;
  readonly source?: string;
  readonly dryRun?: boolean;
}

interface DiscoverResult {
  readonly source: string;
  readonly dryRun: boolean;
  readonly outcome: string;
  readonly counts: RunCounts;
  readonly problems: readonly { message: string; wayOut?: string }[];
}

export function addSourceCommands(muster: Command): void {
  withCommonOptions(muster.command('discover').description('run connectors and say what each run changed'))
    .option('--sources <file>', 'sources, as JSON or YAML; default: those that are configured')
    .option('--source <id>', 'only this one')
    .option('--dry-run', 'say what would change, and change nothing')
    .option('--once', 'run once and end (what this command always does)')
    .action(discover);
}

async function discover(options: DiscoverOptions): Promise<void> {
  const settings = options.sources === undefined ? undefined : settingsOf(options.sources);
  const args = {
    dryRun: options.dryRun === true,
    ...(options.source === undefined ? {} : { source: options.source }),
    ...(settings === undefined ? {} : { settings }),
  };
  const results = (await withServer(options, (ask) => ask('discover', args))) as DiscoverResult[];
  printItems(results, options.format, COLUMNS, 'No source ran.');
  if (results.some(({ outcome }) => outcome === 'failed')) process.exitCode = 1;
}

function settingsOf(path: string): readonly Record<string, unknown>[] {
  const loaded = loadSourcesFile(path);
  if (loaded.ok) return loaded.value;
  throw new CommandError(loaded.error.message, { wayOut: loaded.error.wayOut });
}

const COLUMNS = [
  { title: 'source', text: (result: DiscoverResult) => result.source },
  { title: 'outcome', text: (result: DiscoverResult) => (result.dryRun ? `${result.outcome} (dry run)` : result.outcome) },
  { title: 'added', text: ({ counts }: DiscoverResult) => counts.added },
  { title: 'changed', text: ({ counts }: DiscoverResult) => counts.changed },
  { title: 'missing', text: ({ counts }: DiscoverResult) => counts.missing },
  { title: 'deleted', text: ({ counts }: DiscoverResult) => counts.deleted },
  { title: 'unchanged', text: ({ counts }: DiscoverResult) => counts.unchanged },
  { title: 'held', text: ({ counts }: DiscoverResult) => counts.held },
  { title: 'problem', text: ({ problems }: DiscoverResult) => problems.map(({ message }) => message).join('; '), width: 120 },
];
