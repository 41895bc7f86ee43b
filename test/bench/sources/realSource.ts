import type { CallMark } from '../../support/countingProxy.ts';

export interface FilledSource {
  /** Where the real server listens; calls go through a proxy that counts them. */
  readonly port: number;
  readonly calls: CallMark;
  /** Settings of the source, without its id, when it is reached at this port. */
  settings(port: number): object;
  /** What the server's process is started with: secrets by reference. */
  readonly environment: Readonly<Record<string, string>>;
  /** At least this many records are listed. */
  readonly records: number;
  stop(): Promise<void>;
}

/** A real server with as many identities as it is asked for, or why it cannot be had. */
export interface RealSource {
  readonly name: string;
  start(identities: number): Promise<FilledSource | { readonly unavailable: string }>;
}
