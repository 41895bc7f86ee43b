import { parentPort, workerData } from 'node:worker_threads';
import type { HashHex } from '../../shared/base/hash.ts';
import type { SummedTable } from './rowSum.ts';
import type { AuditKey } from './sqliteAudit.ts';
import { SqliteDatabase } from './sqliteDatabase.ts';
import type { SqliteReply, SqliteRequest } from './sqliteMessages.ts';
import type { StatusKey, VersionKey } from './storage.ts';
import { StoreDamaged } from './storeDamaged.ts';

/** The worker's side of `SqliteStorage`: one request, one reply; all but a copy are answered in order. */
const database = new SqliteDatabase((workerData as { path: string }).path);

function answer(request: SqliteRequest): unknown {
  switch (request.kind) {
    case 'commit':
      return database.commit(request.writes);
    case 'close':
      return database.close();
    case 'copy':
      return database.copyTo(request.path);
    case 'meta':
      return database.meta(String(request.args[0]));
    case 'entries':
      return database.entries(Number(request.args[0]), Number(request.args[1]), Number(request.args[2]));
    case 'document':
      return database.document(String(request.args[0]));
    case 'sources':
      return database.sources();
    case 'versions':
      return database.versions(String(request.args[0]), String(request.args[1]));
    case 'versionsPage':
      return database.versionsPage(request.args[0] as VersionKey | undefined, Number(request.args[1]), Number(request.args[2]));
    case 'statusesPage':
      return database.statusesPage(request.args[0] as StatusKey | undefined, Number(request.args[1]), Number(request.args[2]));
    case 'recordCount':
      return database.recordCount(String(request.args[0]), Number(request.args[1]));
    case 'evidence':
      return database.evidence(String(request.args[0]) as HashHex);
    case 'refused':
      return database.refused(Number(request.args[0]));
    case 'auditRows':
      return database.auditRows(request.args[0] as SummedTable, request.args[1] as AuditKey | undefined, Number(request.args[2]));
    case 'auditStructure':
      return database.auditStructure(request.args[0] as SummedTable);
  }
}

async function reply(request: SqliteRequest): Promise<SqliteReply> {
  try {
    return { id: request.id, ok: true, value: await answer(request) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const damaged = error instanceof StoreDamaged ? { damaged: error.where } : {};
    return { id: request.id, ok: false, message, ...damaged, placeTaken: message.includes('UNIQUE constraint failed: entries') };
  }
}

parentPort?.on('message', async (request: SqliteRequest) => {
  parentPort?.postMessage(await reply(request));
  if (request.kind === 'close') parentPort?.close();
});
