import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { findPython } from '../../support/python.ts';
import { throwAwayDirectory } from '../../support/throwAwayDirectory.ts';

const MAIN = fileURLToPath(new URL('../../../sync-server/cli/main.ts', import.meta.url));
const TERMINAL = 'import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)';
const python = findPython();
const folder = throwAwayDirectory();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const reason = 'unavailable' in python ? python.unavailable : process.platform === 'win32' ? 'skipped: no pseudo-terminal here' : undefined;
if (reason !== undefined) process.stdout.write(`muster backup on a terminal: ${reason}\n`);

/** Everything that a person at a terminal would see, also what is written over. */
async function onTerminal(...args: string[]): Promise<string> {
  const program = 'path' in python ? python.path : '';
  const command = [process.execPath, '--disable-warning=ExperimentalWarning', MAIN, ...args];
  const child = spawn(program, ['-c', TERMINAL, ...command], { stdio: ['ignore', 'pipe', 'pipe'] });
  let seen = '';
  child.stdout.on('data', (chunk: Buffer) => {
    seen += chunk.toString('utf8');
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect(code).toBe(0);
  return seen;
}

describe('muster backup on a terminal', () => {
  it.skipIf(reason !== undefined)('[DUR44] says in per cent how far it is, and leaves nothing of it on the line', async () => {
    const output = join(folder, 'x.backup');
    const seen = await onTerminal('backup', '-o', output, '--data', join(folder, 'data'));
    expect(seen).toMatch(/\rWriting the backup … 100 %/);
    expect(seen).toContain(`${output}: everything up to place`);
    expect(seen.split('\r\n').filter((line) => line.includes('%') && !line.includes('\r '))).toEqual([]);
  });
});
