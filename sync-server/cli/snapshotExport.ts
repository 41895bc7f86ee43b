import { type Command, Option } from 'commander';
import { TABLE_NAMES } from '../../shared/snapshot/tables/tableNames.ts';

export function addSnapshotExport(snapshot: Command): void {
  snapshot
    .command('export <file>')
    .description('write the tables of a snapshot as a workbook, CSV or JSON, after verifying it')
    .requiredOption('-o, --output <file>', 'where to: FILE.xlsx with every table, or FILE.csv, FILE.json, FILE.ndjson with one')
    .addOption(new Option('--table <table>', 'only this one (default: all in .xlsx, else register)').choices([...TABLE_NAMES]))
    .option('--key <fingerprint>', 'the key that must have signed it')
    .addHelpText('after', EXAMPLES)
    .action(async (file, options) => (await import('./exportTables.ts')).exportTables(file, options));
}

const EXAMPLES = `
Examples:
  $ muster snapshot export review.muster -o review.xlsx
  $ muster snapshot export review.muster -o sample.xlsx --table sample
  $ muster snapshot export review.muster -o changes.csv --table changes
  $ muster snapshot export review.muster -o gaps.json --table gaps`;
