import { type Command, Option } from 'commander';
import { CommandError } from './commandError.ts';
import { wholeNumber, withCommonOptions } from './commandOptions.ts';
import { defaultDataDirectory } from './dataDirectory.ts';
import { FORMATS, parseFormat } from './output.ts';
import { addSnapshotExport } from './snapshotExport.ts';

const HIGHEST_PLACE = Number.MAX_SAFE_INTEGER;
const LARGEST_SAMPLE = 100_000;

/** What each command does is loaded when it runs: `--help` of all of them stays quick. */
export function addSnapshotCommands(muster: Command): void {
  const snapshot = muster
    .command('snapshot')
    .description('one file of the register that an auditor opens read-only and verifies alone')
    .usage('<command> [options]')
    .argument('[command]')
    .action((command?: string) => {
      throw new CommandError(
        command === undefined ? 'Say what to do with a snapshot.' : `There is no "snapshot ${command.slice(0, 40)}".`,
        {
          wayOut: 'See `muster snapshot --help`.',
        },
      );
    });
  addCreate(snapshot);
  addVerify(snapshot);
  addReport(snapshot);
  addSnapshotExport(snapshot);
  addKey(snapshot);
}

function addCreate(snapshot: Command): void {
  withCommonOptions(snapshot.command('create').description('make a snapshot of the register, as of now or of any place in the ledger'))
    .requiredOption('-o, --output <file>', 'where to: FILE.muster, or FILE.html for the report alone')
    .option('--query <text>', 'the population: as in the app, for example owner:none env:production')
    .option('--where <cel>', 'a CEL condition over row')
    .option('--place <n>', 'as of this place of the ledger (default: now)', wholeNumber(1, HIGHEST_PLACE))
    .option('--sample <n>', 'with a random sample of that many of the population', wholeNumber(1, LARGEST_SAMPLE))
    .option('--seed <text>', 'draw the sample with this seed (default: one that nobody chose)')
    .option('--include-private', 'with the sources that you keep to this device')
    .addHelpText('after', CREATE_EXAMPLES)
    .action(async (options) => (await import('./snapshotCreate.ts')).createSnapshot(options));
}

const CREATE_EXAMPLES = `
Examples:
  $ muster snapshot create -o review.muster
  $ muster snapshot create -o privileged.muster --query is:privileged --sample 25
  $ muster snapshot create -o year-end.muster --place 4711
  $ muster snapshot create -o report.html --where 'row.owner == ""'`;

function addVerify(snapshot: Command): void {
  snapshot
    .command('verify <file>')
    .description('prove that a snapshot was not touched and nothing was left out; needs no server and no data directory')
    .option('--key <fingerprint>', 'the key that must have signed it: at least 32 digits of its fingerprint, in any grouping')
    .option('--after <file>', 'prove that the snapshot only adds to this older one')
    .addOption(new Option('--format <format>', 'text or json').argParser(parseFormat).default('text'))
    .addHelpText('after', VERIFY_EXAMPLES)
    .action(async (file, options) => (await import('./snapshotVerify.ts')).verifyFile(file, options));
}

const VERIFY_EXAMPLES = `
Exit code 0: everything holds. 1: something does not, and standard error says what and where. 2: it could not be tried.

Examples:
  $ muster snapshot verify review.muster --key "3f2a 9c41 07de 55b0 8a6e 1c22 f00d 4b7e"
  $ muster snapshot verify review-2.muster --after review-1.muster
  $ muster snapshot verify review.muster --format json`;

function addReport(snapshot: Command): void {
  snapshot
    .command('report <file>')
    .description('take report.html out of a snapshot, after verifying it')
    .requiredOption('-o, --output <file>', 'where to: FILE.html')
    .option('--key <fingerprint>', 'the key that must have signed it')
    .addHelpText('after', '\nExample:\n  $ muster snapshot report review.muster -o report.html')
    .action(async (file, options) => (await import('./snapshotVerify.ts')).extractReport(file, options));
}

function addKey(snapshot: Command): void {
  snapshot
    .command('key')
    .description('print the fingerprint of the key that signs snapshots, to be told to auditors another way')
    .option('--data <dir>', 'the data directory', defaultDataDirectory(process.env, process.platform))
    .addOption(new Option('--format <format>', FORMATS.join(', ')).argParser(parseFormat).default('text'))
    .addHelpText('after', '\nExample:\n  $ muster snapshot key')
    .action(async (options) => (await import('./snapshotKey.ts')).printKey(options));
}
