import type { SpaceInfo } from '../../shared/wire/http.ts';
import { openDatabase, readOne, writeOne } from './database.ts';
import type { EngineHost } from './host.ts';
import type { ClockMark } from './serverClock.ts';

/** What is remembered of a server, so that its space opens while it is down. */
export interface KnownSpace {
  readonly info: SpaceInfo;
  readonly clock: ClockMark;
}

export interface KnownSpaces {
  get(server: string): Promise<KnownSpace | undefined>;
  put(server: string, known: KnownSpace): Promise<void>;
  close(): void;
}

export async function openKnownSpaces(host: EngineHost): Promise<KnownSpaces> {
  const database = await openDatabase(host.indexedDB, host.databases, { servers: {} });
  return {
    get: (server) => readOne<KnownSpace>(database, 'servers', server),
    put: (server, known) => writeOne(database, 'servers', server, known),
    close: () => database.close(),
  };
}
