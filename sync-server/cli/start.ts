import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Built, buildWhenOld, isOld } from './buildWhenOld.ts';
import { hasDisplay } from './dataDirectory.ts';
import { electronProgram } from './electronProgram.ts';

/** `npm start`: the desktop program where Electron's own program is present, else the same app in the browser. */
const root = fileURLToPath(new URL('../..', import.meta.url));
const say = (line: string): void => void process.stdout.write(`${line}\n`);

function upToDate(name: string, built: Built, command: readonly string[]): void {
  if (isOld(root, built)) say(`Building ${name} …`);
  if (buildWhenOld(root, built, command)) return;
  process.stderr.write(`muster: ${name} could not be built. Run npm install again, then npm start.\n`);
  process.exit(1);
}

function run(program: string, args: readonly string[]): void {
  const child = spawn(program, args, { cwd: root, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  child.on('exit', (code) => process.exit(code ?? 1));
}

const args = process.argv.slice(2);
upToDate('the app', { path: 'dist/renderer/index.html', sources: ['renderer', 'shared'] }, [
  'node_modules/vite/bin/vite.js',
  'build',
  '--logLevel',
  'warn',
]);
const electron = electronProgram(root, process.env);
if (electron !== undefined && hasDisplay(process.env, process.platform) && args.length === 0) {
  upToDate('the desktop program', { path: 'dist/electron/main.js', sources: ['electron', 'shared'] }, ['electron/build.ts']);
  run(electron, [root]);
} else {
  if (electron === undefined)
    say('Electron’s program is not on this computer, so Muster opens in the browser: the same app, the same data.');
  run(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, 'sync-server', 'cli', 'main.ts'), 'serve', ...args]);
}
