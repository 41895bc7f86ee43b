import { type Command, InvalidArgumentError } from 'commander';
import { defaultDataDirectory } from './dataDirectory.ts';
import { type Ask, openLocalServer } from './localServer.ts';
import { type Format, parseFormat } from './output.ts';

export interface CommonOptions {
  readonly data: string;
  readonly format: Format;
}

/** `--data` and `--format`, which every command that reads a register has. */
export function withCommonOptions(command: Command): Command {
  return command
    .option('--data <dir>', 'the data directory', defaultDataDirectory(process.env, process.platform))
    .option('--format <format>', 'text, json or ndjson', parseFormat, 'text' as Format);
}

/** Opens the register for one command and closes it whatever happens. */
export async function withServer<T>(options: CommonOptions, act: (ask: Ask) => Promise<T>): Promise<T> {
  const server = await openLocalServer(options.data);
  try {
    return await act(server.ask);
  } finally {
    await server.close();
  }
}

export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`It takes a whole number from ${least} to ${most}.`);
  };
}

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `10m`, `90s`, `2h`. @returns milliseconds. */
export function duration(text: string): number {
  const match = /^(\d{1,6})([smhd])$/.exec(text);
  const unit = UNITS[match?.[2] ?? ''];
  if (!match || unit === undefined) throw new InvalidArgumentError('It takes a number and a unit: 90s, 10m, 2h or 3d.');
  return Number(match[1]) * unit;
}
