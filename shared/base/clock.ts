import type { Millis } from './time.ts';

/** The host's wall clock. */
export type Clock = () => Millis;

/** The host's cryptographic randomness: `length` fresh bytes. */
export type RandomBytes = (length: number) => Uint8Array<ArrayBuffer>;
