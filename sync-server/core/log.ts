import pino, { type Logger } from 'pino';

/** Structured lines on standard error. What is logged are ids, routes, counts and codes: never tokens, names or values. */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

export const createLog = (level: string = process.env.MUSTER_LOG ?? 'warn'): Log =>
  pino({ base: null, level, redact: ['ticket', 'token', 'secret', 'authorization'] }, pino.destination({ dest: 2, sync: false }));
