import type { Clock, RandomBytes } from '../../shared/base/clock.ts';

/** What the engine needs of the place it runs in: a worker of a browser, or a test. */
export interface EngineHost {
  readonly indexedDB: IDBFactory;
  readonly WebSocket: typeof WebSocket;
  readonly fetch: typeof fetch;
  readonly subtle: SubtleCrypto;
  readonly random: RandomBytes;
  readonly now: Clock;
  /** Keeps two engines from using one device's chain. */
  readonly locks: LockManager;
  /** First part of every database name; a test gives each of its profiles another one. */
  readonly databases: string;
}
