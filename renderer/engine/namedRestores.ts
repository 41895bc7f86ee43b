import * as Y from 'yjs';
import { err, ok, type Result } from '../../shared/base/result.ts';
import { readRestores } from '../../shared/documents/catalogDocument.ts';
import type { SignedRestore } from '../../shared/model/status.ts';
import type { ApiError } from '../../shared/wire/http.ts';
import { Connection } from './connection.ts';
import type { EngineHost } from './host.ts';
import { OFFLINE } from './serverClient.ts';
import type { Tickets } from './tickets.ts';

/** Milliseconds. */
const PATIENCE = 15_000;

/**
 * The restores that the server's catalog names, read in memory: this device's own copy must not follow a server that has not yet
 * shown that it is the right one.
 */
export async function namedRestores(
  host: EngineHost,
  server: string,
  tickets: Tickets,
): Promise<Result<readonly SignedRestore[], ApiError>> {
  const doc = new Y.Doc();
  let connection: Connection | undefined;
  let patience: ReturnType<typeof setTimeout> | undefined;
  const synced = await new Promise<Result<null, ApiError>>((resolve) => {
    patience = setTimeout(() => resolve(err(OFFLINE)), PATIENCE);
    const admission = { admit: () => tickets.fresh(), ended: () => undefined };
    connection = new Connection(host, server, admission, 'catalog', doc, {
      onSynced: () => resolve(ok(null)),
      onRefused: (code, reason) => resolve(err({ code: String(code), message: `The server refused its catalog: ${reason}`, retry: false })),
      onNoTicket: (problem) => resolve(err(problem)),
    });
    void connection.connect();
  });
  clearTimeout(patience);
  connection?.close();
  const restores = readRestores(doc);
  doc.destroy();
  return synced.ok ? ok(restores) : synced;
}
