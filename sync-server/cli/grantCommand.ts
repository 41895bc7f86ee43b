import type { Command } from 'commander';
import type { Connector } from '../connectors/connector.ts';
import { CONNECTORS } from '../connectors/registry.ts';
import { loadSourcesFile } from '../runner/sourcesFile.ts';
import { CommandError } from './commandError.ts';
import { print } from './output.ts';

interface GrantOptions {
  readonly sources?: string;
  readonly source?: string;
  readonly writing?: boolean;
}

/** The least rights of a kind of source, to run or paste in the source itself. Nothing is connected to, and no server is needed. */
export function addGrantCommand(sources: Command): void {
  sources
    .command('grant <kind>')
    .description('print the least rights that Muster needs in a source')
    .option('--sources <file>', 'a sources file: its settings narrow the rights')
    .option('--source <id>', 'which of its sources; default: the first of that kind')
    .option('--writing', 'also what write-back needs')
    .action(grant);
}

async function grant(kind: string, options: GrantOptions): Promise<void> {
  const registered = CONNECTORS.find((one) => one.kind === kind);
  if (!registered) {
    throw new CommandError(`There is no kind of source "${kind.slice(0, 40)}".`, {
      wayOut: `Use one of: ${CONNECTORS.map((one) => one.kind).join(', ')}.`,
    });
  }
  const { connector } = await registered.load();
  if (!connector.grant) throw new CommandError(`A source of kind ${kind} needs no rights that somebody could grant.`, { exitCode: 1 });
  print(connector.grant(settingsFor(connector, options), { writing: options.writing === true }).trimEnd());
}

function settingsFor(connector: Connector, { sources, source }: GrantOptions): Partial<Record<string, unknown>> {
  if (sources === undefined) return {};
  const loaded = loadSourcesFile(sources);
  if (!loaded.ok) throw new CommandError(loaded.error.message, { wayOut: loaded.error.wayOut });
  const found = loaded.value.find((one) => one.kind === connector.kind && (source === undefined || one.id === source));
  if (!found) throw new CommandError(`${sources} has no such source of kind ${connector.kind}.`);
  return found;
}
