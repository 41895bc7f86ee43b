import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { QUICK_SUITES } from './quickSuites.ts';
import { SUITES, type Suite } from './suites.ts';

/**
 * Starts every server that this machine can have, runs the tests against it, and says at the end which it could not have and why.
 * With names as arguments (`npm run test:servers -- OpenBao`) those alone.
 */
const root = fileURLToPath(new URL('../..', import.meta.url));
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const wanted = process.argv.slice(2).map((name) => name.toLowerCase());
const suites = [...QUICK_SUITES, ...SUITES].filter(({ name }) => wanted.length === 0 || wanted.includes(name.toLowerCase()));

async function outcomeOf({ name, files, start }: Suite): Promise<string> {
  say(`── ${name}`);
  const started = await start();
  if ('unavailable' in started) return started.unavailable;
  await started.dispose();
  const present = files.filter((file) => existsSync(join(root, file)));
  const vitest = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--project', 'integration', '--project', 'servers', ...present];
  const { status } = spawnSync(process.execPath, vitest, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: process.env });
  return status === 0 ? 'passed' : 'failed';
}

const outcomes: (readonly [name: string, outcome: string])[] = [];
for (const suite of suites)
  outcomes.push([
    suite.name,
    await outcomeOf(suite).catch((error: unknown) => `failed: it does not start: ${String(error).slice(0, 300)}`),
  ]);

say('');
for (const [name, outcome] of outcomes) say(`${name}: ${outcome}`);
const of = (word: string): number => outcomes.filter(([, outcome]) => outcome.startsWith(word)).length;
say(`${of('passed')} passed, ${of('failed')} failed, ${of('skipped')} skipped`);
process.exitCode = of('failed') > 0 || of('passed') === 0 ? 1 : 0;
