import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunSummary } from '../../shared/model/status.ts';
import { startAppServer } from '../support/appServer.ts';
import { type Figure, figure, timed } from './measure.ts';
import { kubernetesSource } from './sources/kubernetesSource.ts';
import { ldapSource } from './sources/ldapSource.ts';
import { openBaoSource } from './sources/openBaoSource.ts';
import { postgresSource } from './sources/postgresSource.ts';
import type { FilledSource, RealSource } from './sources/realSource.ts';

const IDENTITIES = 10_000;
const SOURCES: readonly RealSource[] = [postgresSource, ldapSource, openBaoSource, kubernetesSource];

/** A pass over 10,000 identities of each real source in which nothing changed: no record is written; its time and its calls. */
export async function benchSources(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const source of SOURCES) {
    const filled = await source.start(IDENTITIES);
    if ('unavailable' in filled) {
      process.stdout.write(`        ${source.name}: ${filled.unavailable}\n`);
      continue;
    }
    try {
      figures.push(...(await steadyPass(source.name, filled)));
    } finally {
      await filled.stop();
    }
  }
  return figures;
}

async function steadyPass(name: string, filled: FilledSource): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'muster-bench-'));
  const file = join(folder, 'sources.json');
  writeFileSync(file, JSON.stringify({ sources: [{ id: 'bench', schedule: 'every 5m', paused: true, ...filled.settings }] }));
  const server = await startAppServer({ args: ['--sources', file], environment: filled.environment });
  try {
    const run = async (): Promise<RunSummary> => {
      const { stdout, stderr } = await server.muster('discover', '--source', 'bench', '--format', 'json');
      const [summary] = stdout === '' ? [] : (JSON.parse(stdout) as RunSummary[]);
      if (summary?.outcome !== 'complete') throw new Error(`${name}: ${stderr}${stdout}`);
      return summary;
    };
    const first = await run();
    if (first.counts.added < filled.records) throw new Error(`${name}: ${first.counts.added} records instead of ${filled.records}`);
    filled.calls();
    const { millis, value: steady } = await timed(run);
    const { added, changed, missing, returned, deleted, unchanged } = steady.counts;
    const calls = filled.calls();
    return [
      figure(
        `${name}: records written by a pass over ${unchanged} unchanged ones`,
        added + changed + missing + returned + deleted,
        'records',
        { most: 0 },
      ),
      figure(`${name}: that pass`, millis / 1_000, 's', undefined, `${calls} calls to the source`),
    ];
  } finally {
    await server.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
}
