import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hasDisplay } from './dataDirectory.ts';
import { electronProgram } from './electronProgram.ts';

/** `npm start`: the desktop program where Electron's own program is present, else the same app in the browser. */
const root = fileURLToPath(new URL('../..', import.meta.url));
const say = (line: string): void => void process.stdout.write(`${line}\n`);

function newest(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.reduce((latest, entry) => Math.max(latest, statSync(join(entry.parentPath, entry.name)).mtimeMs), 0);
}

function buildWhenOld(name: string, built: string, sources: readonly string[], command: readonly string[]): void {
  const path = join(root, built);
  const age = existsSync(path) ? statSync(path).mtimeMs : 0;
  if (age > Math.max(...sources.map((source) => newest(join(root, source))))) return;
  say(`Building ${name} …`);
  const result = spawnSync(process.execPath, command, { cwd: root, stdio: 'inherit' });
  if (result.status === 0) return;
  process.stderr.write(`muster: ${name} could not be built. Run npm install again, then npm start.\n`);
  process.exit(1);
}

function run(program: string, args: readonly string[]): void {
  const child = spawn(program, args, { cwd: root, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  child.on('exit', (code) => process.exit(code ?? 1));
}

const args = process.argv.slice(2);
buildWhenOld(
  'the app',
  'dist/renderer/index.html',
  ['renderer', 'shared'],
  ['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn'],
);
const electron = electronProgram(root, process.env);
if (electron !== undefined && hasDisplay(process.env, process.platform) && args.length === 0) {
  buildWhenOld('the desktop program', 'dist/electron/main.js', ['electron', 'shared'], ['electron/build.ts']);
  run(electron, [root]);
} else {
  if (electron === undefined)
    say('Electron’s program is not on this computer, so Muster opens in the browser: the same app, the same data.');
  run(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, 'sync-server', 'cli', 'main.ts'), 'serve', ...args]);
}
