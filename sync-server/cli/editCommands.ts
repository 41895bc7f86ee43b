import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import type { RunCounts } from '../../shared/model/status.ts';
import { CommandError } from './commandError.ts';
import { type CommonOptions, withCommonOptions, withServer } from './commandOptions.ts';
import { formatOf, readExport, writeExport } from './exportFile.ts';

import { printValue } from './output.ts';
import { notWritten } from './outputFile.ts';
import type { ExportRecord } from './portableRecords.ts';

export function addEditCommands(muster: Command): void {
  withCommonOptions(
    muster.command('set <id> <values...>').description('edit as the local steward: owner=Payments purpose="Deploys payments" tags+=pci'),
  )
    .option('--why <text>', 'the reason, kept with the change')
    .action(set);
  withCommonOptions(
    muster.command('import <file>').description('take in a CSV, XLSX, JSON or NDJSON file: an earlier export, or a list from elsewhere'),
  )
    .option('--id <source>', 'what the source is called')
    .option('--system <name>', 'the system that the accounts live in')
    .option('--type <type>', 'identity or party', 'identity')
    .option('--sheet <name>', 'the sheet of a workbook')
    .action(importFile);
  withCommonOptions(
    muster.command('export <file>').description('write the register as CSV, XLSX, JSON or NDJSON, by the ending of the file'),
  )
    .option('--query <text>', 'only what matches')
    .option('--where <cel>', 'a CEL condition over row')
    .action(exportFile);
}

async function set(id: string, pairs: readonly string[], options: CommonOptions & { why?: string }): Promise<void> {
  const values = pairs.map((pair) => {
    const at = pair.indexOf('=');
    if (at < 1)
      throw new CommandError(`"${pair.slice(0, 60)}" is not field=value.`, {
        wayOut: 'For example: owner=Payments. An empty value clears the field.',
      });
    return [pair.slice(0, at), pair.slice(at + 1)];
  });
  const args = options.why === undefined ? { id, values } : { id, values, why: options.why };
  const reply = (await withServer(options, (ask) => ask('set', args))) as { entries: readonly string[]; unchanged: boolean };
  printValue(
    reply,
    options.format,
    reply.unchanged
      ? 'Nothing to change: it is so already.'
      : `Saved, signed and in the ledger: ${pairs.length} ${pairs.length === 1 ? 'field' : 'fields'}.`,
  );
}

interface ImportOptions extends CommonOptions {
  readonly id?: string;
  readonly system?: string;
  readonly type: string;
  readonly sheet?: string;
}

async function importFile(path: string, options: ImportOptions): Promise<void> {
  formatOf(path);
  const bytes = await readFile(path).catch(() => {
    throw new CommandError(`"${path.slice(-120)}" cannot be read.`, { wayOut: 'Is the path right, and may you read it?' });
  });
  if (formatOf(path) === 'xlsx' && !(bytes[0] === 0x50 && bytes[1] === 0x4b))
    throw new CommandError(`"${basename(path).slice(-120)}" is not an XLSX workbook.`, {
      wayOut: 'Open it and save it as .xlsx, or name it by what it is.',
    });
  const records = await readExport(path);
  if (records === undefined) return importList(path, options);
  const why = `imported from ${basename(path).slice(0, 100)} (sha256 ${createHash('sha256').update(bytes).digest('hex').slice(0, 16)})`;
  const reply = (await withServer(options, (ask) => ask('apply-rows', { rows: records, why }))) as {
    rows: number;
    created: number;
    changes: number;
  };
  printValue(reply, options.format, `${reply.rows} records read: ${reply.created} created, ${reply.changes} changes signed.`);
}

async function importList(path: string, options: ImportOptions): Promise<void> {
  if (!['identity', 'party'].includes(options.type))
    throw new CommandError(`--type takes identity or party, not "${options.type.slice(0, 40)}".`);
  const settings = {
    id: options.id ?? sourceIdOf(path),
    kind: 'file',
    path: resolve(path),
    mode: 'take over',
    type: options.type,
    ...(options.system === undefined ? {} : { system: options.system }),
    ...(options.sheet === undefined ? {} : { sheet: options.sheet }),
  };
  const reply = (await withServer(options, (ask) => ask('import', { settings }))) as { source: string; counts: RunCounts };
  printValue(
    reply,
    options.format,
    `Source "${reply.source}": ${reply.counts.added} added, ${reply.counts.changed} changed, ${reply.counts.unchanged} unchanged.`,
  );
}

const sourceIdOf = (path: string): string =>
  basename(path)
    .toLowerCase()
    .replace(/\.[a-z]+$/, '')
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 60) || 'file';

async function exportFile(path: string, options: CommonOptions & { query?: string; where?: string }): Promise<void> {
  formatOf(path);
  const { query = '', where } = options;
  const records = (await withServer(options, (ask) => ask('export', where === undefined ? { query } : { query, where }))) as ExportRecord[];
  await writeExport(path, records).catch((error: NodeJS.ErrnoException) => {
    throw error instanceof CommandError ? error : notWritten(path, error);
  });
  printValue({ file: path, records: records.length }, options.format, `${records.length} records written to ${path}.`);
}
