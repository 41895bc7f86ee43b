/**
 * Everything that a peer may cost. Past a limit it is slowed down or loses its own connection, and nobody else notices. Bytes, milliseconds and
 * counts; a rate is what may be used at once and what comes back each second.
 */
export const LIMITS = {
  /**
   * The largest frame. A device that was offline sends its whole outbox as one frame: 8 MB are some 20,000 edits. Ours feeds larger
   * outboxes in parts.
   */
  outboxFrame: 8 * 1024 * 1024,
  /** Structs and deletions of one frame. 20,000 edits that were each put twice and taken back are 80,000; reading this many takes 20 ms. */
  outboxStructs: 250_000,
  /** The highest Yjs clock of an outbox: one for each change ever made in it. Sums of two stay exact. */
  outboxClock: 2 ** 31,
  /** Entries of one device that may wait for a place, and their bytes. One whole frame of small edits must fit. */
  waitingEntries: 25_000,
  waitingBytes: 32 * 1024 * 1024,
  /** How long an entry may wait for the entry before it, in milliseconds. */
  waitForPrevious: 30_000,
  /** Refused entries of one device that are written down. Each is evidence, a million of them is a full disk. */
  refusalsKept: { burst: 200, perSecond: 0.05 },
  /**
   * What a reader may send on one connection before it is closed with 4403. A stock client that connects before its IndexedDB has
   * loaded broadcasts the whole document, and the largest one (a shard of 20,000 records, a sealed ledger segment) stays under this.
   */
  readerBytes: 32 * 1024 * 1024,
  stateVector: 64 * 1024,
  awareness: 4 * 1024,
  /** States of one awareness message: a stock client repeats what it heard of everybody. */
  awarenessStates: 256,
  /** Awareness clocks of a client. They count its renewals, four a minute. */
  awarenessClock: 2 ** 31,
  /** Yjs draws client ids from 32 bits. */
  awarenessClient: 2 ** 32 - 1,
  /** Awareness messages of one device, over all its connections. A page that is in use sends one when the record changes. */
  awarenessRate: { burst: 60, perSecond: 20 },
  /** Whose client was whose is remembered for as many clients. */
  awarenessClients: 10_000,
  /** What may wait to be sent to a reader that does not read. */
  backlog: 64 * 1024 * 1024,
  /** What was encoded for one device alone and is not sent yet. Documents and changes that all readers share are not counted. */
  ownBacklog: 128 * 1024 * 1024,
  /** Bytes of frames that one device has begun and not ended, over all its connections. */
  unfinished: 96 * 1024 * 1024,
  /**
   * Work of one device, over all its connections, in bytes: what it sends, what is encoded for it, and the flat costs below. Past it its
   * sockets are not read for a while. A new device that fetches 400 MB of documents stays within it.
   */
  work: { burst: 128 * 1024 * 1024, perSecond: 8 * 1024 * 1024 },
  /** The flat cost of any frame, also of a ping: 32,000 at once, then 2,000 a second. */
  frameWork: 4 * 1024,
  /**
   * The flat cost of an entry of which something is void: 4,000 at once, then 256 a second. It is authentic and stays in the ledger for
   * ever, so that a device that may do nothing could fill it. Who lost a role while away, with a day of edits, stays within it.
   */
  voidWork: 32 * 1024,
  /** The flat cost of a connection: 2,000 at once, then 125 a second. */
  connectionWork: 64 * 1024,
  /** The first whole document that a connection asks for is mostly encoded for others too, and costs this part of its size. */
  firstAnswer: 0.25,
  connectionsPerDevice: 1_000,
  connections: 20_000,
  /** Fragments of one message, and chunks of the network that it may arrive in: 32 MB in packets of 1,400 bytes are 24,000. */
  fragments: 1_024,
  chunks: 64 * 1024,
  /** How long a peer may take to answer a close, in milliseconds. */
  closing: 5_000,
  /** A frame of somebody who is told that they may not come in. Nothing of it is read. */
  strangerFrame: 4 * 1024,
} as const;

/** y-websocket drops a connection after 30 s without a message. */
export const HEARTBEAT = 15_000;
