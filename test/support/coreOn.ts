import { hashHex } from '../../shared/base/hash.ts';
import type { Signer } from '../../shared/base/signature.ts';
import { toInstant } from '../../shared/base/time.ts';
import type { Act } from '../../shared/model/act.ts';
import type { Anchor, SourceId } from '../../shared/model/ids.ts';
import { encodeRecord } from '../../shared/model/record.ts';
import { Core } from '../../sync-server/core/core.ts';
import { dataPaths } from '../../sync-server/core/dataDirectory.ts';
import { createVerify, loadOrCreateSigner } from '../../sync-server/core/keys.ts';
import { Metrics } from '../../sync-server/core/metrics.ts';
import { ServerKeys } from '../../sync-server/core/serverKeys.ts';
import type { RecordChange } from '../../sync-server/runner/sourceStore.ts';
import type { Storage } from '../../sync-server/storage/storage.ts';
import { observed } from './observations.ts';

export const WRITTEN_SOURCE = 'written' as SourceId;

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

export interface CoreKeys {
  readonly server: ServerKeys;
  readonly local: Signer;
}

/** Keys in files of a directory, made when they are not there. */
export const coreKeysIn = (folder: string): CoreKeys => ({
  server: ServerKeys.open(dataPaths(folder)),
  local: loadOrCreateSigner(dataPaths(folder).localKey),
});

/** A space on a storage, without sockets and HTTP. @param fatal hears that the storage failed. */
export const coreOn = (storage: Storage, keys: CoreKeys, fatal: (error: unknown) => void): Promise<Core> =>
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
    updatesBeforeSnapshot: 1,
  });

export const comment = (text: string): Act => ({ kind: 'comment', anchors: ['c'.repeat(32) as Anchor], text });

/** A record of the source, in the version that its number names. */
export function recordVersion(id: number, version: number): RecordChange {
  const now = toInstant(Date.now());
  const seen = observed(`record ${id}`, { fields: { version, purpose: 'x'.repeat(200) } });
  const bytes = encodeRecord({ ...seen, firstSeen: now, revisions: { owner: 1, entitlement: 1, credential: 1 } });
  return { externalId: seen.externalId, bytes, hash: hashHex(bytes) };
}
