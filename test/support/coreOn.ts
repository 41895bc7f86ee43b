import { utf8 } from '../../shared/base/bytes.ts';
import { hashHex } from '../../shared/base/hash.ts';
import type { Signer } from '../../shared/base/signature.ts';
import type { Act } from '../../shared/model/act.ts';
import type { Anchor, ExternalId, SourceId } from '../../shared/model/ids.ts';
import { Core } from '../../sync-server/core/core.ts';
import { createVerify } from '../../sync-server/core/keys.ts';
import { Metrics } from '../../sync-server/core/metrics.ts';
import type { RecordChange } from '../../sync-server/runner/sourceStore.ts';
import type { Storage } from '../../sync-server/storage/storage.ts';

export const WRITTEN_SOURCE = 'written' as SourceId;

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** A space on a storage, without sockets and HTTP. @param fatal hears that the storage failed. */
export const coreOn = (storage: Storage, keys: { server: Signer; local: Signer }, fatal: (error: unknown) => void): Promise<Core> =>
  Core.open({
    storage,
    ...keys,
    verify: createVerify(),
    clock: Date.now,
    log: quiet,
    metrics: new Metrics(),
    name: 'Test',
    version: '0',
    fatal,
  });

export const comment = (text: string): Act => ({ kind: 'comment', anchors: ['c'.repeat(32) as Anchor], text });

/** A record of the source, in the version that its number names. */
export function recordVersion(id: number, version: number): RecordChange {
  const bytes = utf8(JSON.stringify({ id, version, more: 'x'.repeat(200) }));
  return { externalId: `record ${id}` as ExternalId, bytes, hash: hashHex(bytes) };
}
