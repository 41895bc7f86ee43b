import * as Y from 'yjs';
import { hashHex } from '../../shared/base/hash.ts';
import { visibleText } from '../../shared/base/text.ts';
import { formatDocumentName } from '../../shared/documents/names.ts';
import { eachRecord } from '../../shared/documents/sourceDocument.ts';
import { decodeRecord } from '../../shared/model/record.ts';
import { sourceStatus } from '../../shared/model/status.ts';
import type { SourceRow, StatusKey, Storage, VersionKey } from '../storage/storage.ts';

const ROWS_AT_ONCE = 500;
type Step = { readonly rows: number; readonly damage: readonly string[] };

/** Every version of every record is there with exactly the bytes that its hash names. */
export async function* checkVersions(storage: Storage): AsyncGenerator<Step> {
  let after: VersionKey | undefined;
  for (;;) {
    const page = await storage.versionsPage(after, Number.MAX_SAFE_INTEGER, ROWS_AT_ONCE);
    const wrong = page.filter(({ hash, bytes }) => hashHex(bytes) !== hash || !decodeRecord(bytes));
    yield {
      rows: page.length,
      damage: wrong.map(
        ({ source, externalId, run }) =>
          `the version of run ${run} of record "${visibleText(externalId, 80)}" of source ${source}: its evidence is other bytes`,
      ),
    };
    after = page.at(-1);
    if (page.length < ROWS_AT_ONCE) return;
  }
}

export async function* checkStatuses(storage: Storage): AsyncGenerator<Step> {
  let after: StatusKey | undefined;
  for (;;) {
    const page = await storage.statusesPage(after, Number.MAX_SAFE_INTEGER, ROWS_AT_ONCE);
    const wrong = page.filter(({ kind, bytes }) => kind === 'status' && !sourceStatus.safeParse(parsed(bytes)).success);
    yield { rows: page.length, damage: wrong.map(({ source, place }) => `the status of source ${source} at place ${place} is none`) };
    after = page.at(-1);
    if (page.length < ROWS_AT_ONCE) return;
  }
}

/** The documents of every source can be built, and each record in them is one. */
export async function* checkDocuments(storage: Storage): AsyncGenerator<Step> {
  for (const source of await storage.sources()) {
    for (let shard = 0; shard < source.shards; shard++) yield await checkShard(storage, source, shard);
  }
}

async function checkShard(storage: Storage, { id, epoch }: SourceRow, shard: number): Promise<Step> {
  const name = formatDocumentName({ kind: 'source', source: id, epoch, shard });
  const doc = new Y.Doc();
  try {
    for (const update of await storage.document(name)) Y.applyUpdate(doc, update);
    if (doc.store.pendingStructs !== null || doc.store.pendingDs !== null)
      return { rows: 1, damage: [`document ${name}: an update is missing`] };
    const wrong = [...eachRecord(doc)].filter(({ bytes }) => !decodeRecord(bytes));
    return { rows: 1, damage: wrong.map(({ externalId }) => `document ${name}: record "${visibleText(externalId, 80)}" is none`) };
  } catch {
    return { rows: 1, damage: [`document ${name} cannot be read`] };
  } finally {
    doc.destroy();
  }
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as unknown;
  } catch {
    return undefined;
  }
}
