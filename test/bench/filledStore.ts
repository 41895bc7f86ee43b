import { hashHex } from '../../shared/base/hash.ts';
import type { SourceId } from '../../shared/model/ids.ts';
import { dataPaths } from '../../sync-server/core/dataDirectory.ts';
import { StoredSources } from '../../sync-server/documents/sourceStore.ts';
import { SqliteStorage } from '../../sync-server/storage/sqliteStorage.ts';
import { statusOf } from '../support/register/statuses.ts';
import { encodedEstate } from './estate.ts';

const SOURCE = 'estate' as SourceId;

/** The estate as a source left it in the store of a server that is not running. */
export async function fillStore(data: string, count: number): Promise<void> {
  const storage = new SqliteStorage(dataPaths(data).store);
  const unheard = { catalog: () => undefined, records: () => undefined, status: () => undefined };
  const sources = new StoredSources({ storage, statusClient: 1, epoch: 0, events: unheard, clock: Date.now, place: () => 0 });
  await sources.open(SOURCE, 'space');
  const changes = encodedEstate(count).map(({ externalId, bytes }) => ({ externalId, bytes, hash: hashHex(bytes) }));
  await sources.commit(SOURCE, changes, statusOf(SOURCE, Date.now(), { coverages: ['aws/123456789012'], kind: 'aws' }), { run: 1 });
  sources.destroy();
  await storage.close();
}
