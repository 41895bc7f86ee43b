import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, expect } from '@playwright/test';
import { type AppServer, type AppServerOptions, startAppServer } from '../../support/appServer.ts';
import { listenForNoise, type Noise } from './noise.ts';
import { Steward } from './steward.ts';

interface MusterFixtures {
  /** A throw-away folder for what sources read. */
  readonly folder: string;
  /** Starts the real server; it ends with the test. */
  readonly serve: (options?: AppServerOptions) => Promise<AppServer>;
  readonly noise: Noise;
  /** A person in a browser profile of their own. */
  readonly newSteward: () => Promise<Steward>;
}

/** How long a click or a key may wait for what it acts on, in milliseconds. */
const ACTION = 25_000;

export const test = base.extend<MusterFixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of what a fixture needs from this pattern
  folder: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'muster-e2e-'));
    await use(folder);
    rmSync(folder, { recursive: true, force: true });
  },
  // biome-ignore lint/correctness/noEmptyPattern: as above
  serve: async ({}, use) => {
    const servers: AppServer[] = [];
    await use(async (options) => {
      const server = await startAppServer(options);
      servers.push(server);
      return server;
    });
    for (const server of servers) await server.dispose();
  },
  // biome-ignore lint/correctness/noEmptyPattern: as above
  noise: async ({}, use) => {
    const noise = listenForNoise();
    await use(noise);
    expect(noise.heard, 'no dialog, no error and no warning').toEqual([]);
  },
  newSteward: async ({ browser, noise, contextOptions }, use) => {
    const stewards: Steward[] = [];
    await use(async () => {
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...contextOptions });
      context.setDefaultTimeout(ACTION);
      noise.listenTo(context);
      const steward = new Steward(await context.newPage());
      stewards.push(steward);
      return steward;
    });
    for (const steward of stewards) await steward.page.context().close();
  },
});
export { expect };
