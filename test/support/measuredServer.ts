import { utf8 } from '../../shared/base/bytes.ts';
import { hashHex } from '../../shared/base/hash.ts';
import type { ExternalId, SourceId } from '../../shared/model/ids.ts';
import type { SourceStatus } from '../../shared/model/status.ts';
import { startServer } from '../../sync-server/server.ts';

/** A server in a process of its own that says what it holds in memory: `node --expose-gc measuredServer.ts DATA`, asked over IPC. */
const [, , data = ''] = process.argv;
const SOURCE = 'shared' as SourceId;
const server = await startServer({ data, port: 0, background: false });

const status: SourceStatus = {
  source: SOURCE,
  kind: 'file',
  label: 'Shared',
  visibility: 'space',
  mechanism: 'batch',
  cadence: 1,
  levels: { reporting: 1, control: null },
  lag: 0,
  state: 'idle',
  coverage: [],
  runs: [],
  held: [],
  rereads: [],
  needs: [],
};

/** A source with some records, so that there is something to harm. */
async function addSource(): Promise<void> {
  await server.sources.open(SOURCE, 'space');
  const changes = Array.from({ length: 50 }, (_, index) => {
    const bytes = utf8(JSON.stringify({ externalId: `record ${index}` }));
    return { externalId: `record ${index}` as ExternalId, bytes, hash: hashHex(bytes) };
  });
  await server.sources.commit(SOURCE, changes, status, { run: 1 });
}

function liveBytes(): number {
  const { gc } = globalThis as { gc?: () => void };
  gc?.();
  gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

await addSource();
process.on('message', (question: 'link' | 'memory') => {
  process.send?.(question === 'link' ? { link: server.launchLink() } : { live: liveBytes(), resident: process.memoryUsage.rss() });
});
process.on('SIGTERM', () => void server.close().then(() => process.exit(0)));
process.send?.({ address: server.address });
