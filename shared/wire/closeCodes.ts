/**
 * Why the server closed a socket. 44xx is final for y-websocket (it stops), 45xx means try later. One file, so that
 * server and client cannot disagree.
 */
export const CLOSE = {
  /** The ticket is missing or expired: fetch a new one, then `connect()`. */
  ticketExpired: 4401,
  /** This principal may not read or write this document, or wrote past the byte bound of a reader. */
  forbidden: 4403,
  unknownDocument: 4404,
  /** Bytes that are no message: text, compressed, not masked, no frame of the protocol, no update of an outbox. */
  malformed: 4400,
  /** A frame that is larger than this document takes. */
  tooLarge: 4413,
  /** An entry is malformed or not authentic. The reason is `<problem> <entry id>`: set it aside, show it, reconnect. */
  entryRefused: 4422,
  /** The sign-in of this device has run out: it signs in again. */
  signInAgain: 4412,
  /** The device was revoked. */
  revoked: 4410,
  /** More connections, work or unread bytes than one device may have. */
  tooManyRequests: 4529,
  shuttingDown: 4503,
} as const;
export type CloseCode = (typeof CLOSE)[keyof typeof CLOSE];

/** The websocket subprotocol. Clients offer `[SUBPROTOCOL, ticket]`; the server selects this one. */
export const SUBPROTOCOL = 'muster.v1';
export const DEFAULT_PORT = 4747;
export const SAMPLE_PORT = 4748;
