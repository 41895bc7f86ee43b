import { defineConfig } from 'vitest/config';

/** One more try for tests that start processes, on a slow shared machine; the verbose reporter names each that needs it. */
const retry = process.env.CI === undefined ? 0 : 1;

export default defineConfig({
  test: {
    reporters: ['verbose'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // What is waited for takes as long as a busy machine needs: one second is a timed assertion.
    expect: { poll: { timeout: 30_000 } },
    pool: 'forks',
    // Most of them wait for processes, disks and sockets: two at once take little more than half the time of one after the other.
    maxWorkers: 2,
    projects: [
      { extends: true, test: { name: 'unit', include: ['test/{unit,contract,architecture}/**/*.test.{ts,tsx}'] } },
      { extends: true, test: { name: 'fuzz', include: ['test/fuzz/**/*.test.ts'], testTimeout: 600_000 } },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts', 'sync-server/connectors/**/*.test.ts'],
          testTimeout: 120_000,
          retry,
        },
      },
      // Against servers that take minutes to build or start: `npm run test:servers`.
      { extends: true, test: { name: 'servers', include: ['test/servers/**/*.test.ts'], testTimeout: 120_000, retry } },
    ],
  },
});
