/** A real server that is full. */
export interface FilledSource {
  /** Settings of the source, without its id. */
  readonly settings: object;
  /** What the server's process is started with: secrets by reference. */
  readonly environment: Readonly<Record<string, string>>;
  /** At least this many records are listed. */
  readonly records: number;
  /** Calls that it was asked since the last time that this was asked. */
  calls(): number;
  stop(): Promise<void>;
}

/** A real server with as many identities as it is asked for, or why it cannot be had. */
export interface RealSource {
  readonly name: string;
  start(identities: number): Promise<FilledSource | { readonly unavailable: string }>;
}

/** Does it for each number from 1 to the count, a few at the same time. */
export async function eachOf(count: number, act: (index: number) => Promise<unknown>, atOnce = 16): Promise<void> {
  let next = 1;
  const worker = async (): Promise<void> => {
    while (next <= count) await act(next++);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
