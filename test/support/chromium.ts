import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';

const USUAL_PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/snap/bin/chromium',
];

/** A Chromium for the tests: `$CHROMIUM`, Playwright's own, then the usual places. */
export function findChromium(): string | undefined {
  const named = process.env.CHROMIUM;
  if (named !== undefined && named !== '') return named;
  const { chromium } = createRequire(import.meta.url)('@playwright/test') as typeof import('@playwright/test');
  return [chromium.executablePath(), ...USUAL_PLACES].find((path) => existsSync(path));
}

/** Finds one or installs one. @returns its path, or why there is none. */
export function ensureChromium(): { readonly path: string } | { readonly problem: string } {
  const found = findChromium();
  if (found !== undefined) return { path: found };
  const attempts: [string, string[]][] = [
    ...(process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')
      ? ([
          ['apt-get', ['update', '-qq']],
          ['apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium']],
        ] as [string, string[]][])
      : []),
    [process.execPath, [createRequire(import.meta.url).resolve('@playwright/test/cli'), 'install', 'chromium']],
  ];
  for (const [program, args] of attempts) {
    if (findChromium() !== undefined) break;
    spawnSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
  }
  const path = findChromium();
  return path === undefined
    ? { problem: 'No Chromium was found and none could be installed. Name one with CHROMIUM=/path/to/chromium.' }
    : { path };
}

/** `--no-sandbox` only where Chromium refuses to start otherwise: as root. */
export const chromiumArguments = (): string[] => [
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];
