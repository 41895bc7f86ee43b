import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { app } from 'electron';
import { compose } from './compose.ts';
import { electronDesktop } from './electronDesktop.ts';

const here = dirname(fileURLToPath(import.meta.url));
const built = join(here, '..');

/** A packaged program has the server as built JavaScript; a checkout may run it from its sources. */
const server = [join(built, 'server', 'sync-server', 'cli', 'embedded.js'), join(built, '..', 'sync-server', 'cli', 'embedded.ts')].find(
  existsSync,
);

compose(electronDesktop(), { assets: join(built, 'renderer'), preload: join(here, 'preload.cjs'), server: server ?? '' }).catch(
  (error: unknown) => {
    process.stderr.write(`Muster could not start: ${error instanceof Error ? error.message : String(error)}\n`);
    app.exit(1);
  },
);
