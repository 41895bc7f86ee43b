/** Everything that a peer may cost. Past a limit it loses its own connection, nobody else's. */
export const LIMITS = {
  /**
   * The largest frame. A device that was offline sends its whole outbox as one frame: 8 MB are some 20,000 edits. Ours feeds larger
   * outboxes in parts.
   */
  outboxFrame: 8 * 1024 * 1024,
  /** Structs that an outbox may have, deleted ones included; then it is dropped and the device starts it anew. */
  outboxStructs: 250_000,
  /** Entries of one device that may wait for a place, and their bytes. */
  waitingEntries: 10_000,
  waitingBytes: 32 * 1024 * 1024,
  /** How long an entry may wait for the entry before it, in milliseconds. */
  waitForPrevious: 30_000,
  /**
   * What a reader may send on one connection before it is closed with 4403. A stock client that connects before its IndexedDB has
   * loaded broadcasts the whole document, and the largest one (a shard of 20,000 records, a sealed ledger segment) stays under this.
   */
  readerBytes: 32 * 1024 * 1024,
  stateVector: 64 * 1024,
  awareness: 4 * 1024,
  /** Awareness messages of one connection per second. */
  awarenessRate: 20,
  /** What may wait to be sent to a reader that does not read. */
  backlog: 64 * 1024 * 1024,
  connectionsPerDevice: 1_000,
  connections: 20_000,
} as const;

/** y-websocket drops a connection after 30 s without a message. */
export const HEARTBEAT = 15_000;
