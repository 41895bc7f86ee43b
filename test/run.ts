import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureChromium } from './support/chromium.ts';

/**
 * Everything that CI checks, one after the other, with one closing line for all of it. A check that is no test runner
 * (lint, types, build) counts as one test.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const reports = join(root, 'dist', 'test');
const bin = (name: string): string => join(root, 'node_modules', '.bin', name);

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}
const total: Counts = { passed: 0, failed: 0, skipped: 0 };
const say = (line: string): void => void process.stdout.write(`${line}\n`);

function add(name: string, counts: Counts, seconds: number): void {
  say(`── ${name}: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped (${seconds.toFixed(1)} s)\n`);
  for (const key of ['passed', 'failed', 'skipped'] as const) total[key] += counts[key];
}

function run(name: string, program: string, args: readonly string[], countsOf: (status: number) => Counts): void {
  say(`── ${name}`);
  const started = Date.now();
  const { status } = spawnSync(program, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: process.env });
  add(name, countsOf(status ?? 1), (Date.now() - started) / 1_000);
}

const oneCheck = (status: number): Counts => ({ passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1, skipped: 0 });

/** A runner that failed without a failed test (it crashed, or found none) is a failure all the same. */
function reported(read: () => Counts): (status: number) => Counts {
  return (status) => {
    try {
      const counts = read();
      return status !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
    } catch {
      return { passed: 0, failed: 1, skipped: 0 };
    }
  };
}

const json = (name: string): unknown => JSON.parse(readFileSync(join(reports, name), 'utf8'));

function vitestCounts(): Counts {
  const report = json('vitest.json') as {
    numPassedTests: number;
    numFailedTests: number;
    numPendingTests: number;
    numTodoTests: number;
    numFailedTestSuites: number;
  };
  const failed = report.numFailedTests > 0 ? report.numFailedTests : Math.min(1, report.numFailedTestSuites);
  return { passed: report.numPassedTests, failed, skipped: report.numPendingTests + report.numTodoTests };
}

function playwrightCounts(): Counts {
  const { stats } = json('playwright.json') as { stats: { expected: number; unexpected: number; flaky: number; skipped: number } };
  if (stats.flaky > 0) say(`   ${stats.flaky} of them passed at the second try only (named above)`);
  return { passed: stats.expected + stats.flaky, failed: stats.unexpected, skipped: stats.skipped };
}

rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });

run('lint and format', bin('biome'), ['check', '--error-on-warnings', '.'], oneCheck);
run('types', bin('tsc'), ['-b'], oneCheck);
run('build of the app', process.execPath, [join(root, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn'], oneCheck);
run(
  'build of the report',
  process.execPath,
  [join(root, 'node_modules/vite/bin/vite.js'), 'build', '-c', 'vite.report.config.ts', '--logLevel', 'warn'],
  oneCheck,
);
run('build of the desktop program', process.execPath, ['electron/build.ts'], oneCheck);
run(
  'unit, contract, fuzz and integration tests',
  process.execPath,
  [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--project=!servers',
    '--reporter=verbose',
    '--reporter=json',
    `--outputFile.json=${join(reports, 'vitest.json')}`,
  ],
  reported(vitestCounts),
);

const chromium = ensureChromium();
if ('path' in chromium) {
  process.env.CHROMIUM = chromium.path;
  run('browser tests', process.execPath, [join(root, 'node_modules/@playwright/test/cli.js'), 'test'], reported(playwrightCounts));
} else {
  say(chromium.problem);
  add('browser tests', { passed: 0, failed: 1, skipped: 0 }, 0);
}

say(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
