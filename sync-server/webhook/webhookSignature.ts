import { createHmac } from 'node:crypto';

/**
 * HMAC-SHA256 (RFC 2104) over the Unix time in seconds, a dot, and exactly the bytes of the body, in hex. Whoever receives it computes the
 * same and compares in constant time; a time too long ago is a replay.
 */
export const webhookSignature = (secret: string, timestamp: number, body: string): string =>
  `v1=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;
