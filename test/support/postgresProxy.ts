import { connect, createServer, type Server, type Socket } from 'node:net';

/** Between Muster and a database: it hears what is asked, and can keep the answer to a commit back, or cut the connection instead of giving it. */
export interface PostgresProxy {
  readonly port: number;
  /** Statements that went through, in order. */
  readonly statements: readonly string[];
  /** What becomes of the answer to the next `commit` that follows a `COMMENT`. */
  onCommit: 'pass' | 'keep back' | 'cut';
  close(): Promise<void>;
}

/** The text of a simple query (PostgreSQL documentation, 55.7: `Q`, length, text, zero byte). */
function queryIn(chunk: Buffer): string | undefined {
  return chunk[0] === 0x51 ? chunk.subarray(5, chunk.length - 1).toString('utf8') : undefined;
}

export async function postgresProxy(target: number): Promise<PostgresProxy> {
  const statements: string[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    let writes = false;
    let silent = false;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    }
    client.on('data', (chunk) => {
      const query = queryIn(chunk);
      if (query !== undefined) statements.push(query);
      writes ||= query?.startsWith('COMMENT ON ROLE') ?? false;
      silent ||= writes && query === 'commit' && proxy.onCommit !== 'pass';
      upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      if (!silent) client.write(chunk);
      else if (proxy.onCommit === 'cut') client.destroy();
    });
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: PostgresProxy = {
    port: (server.address() as { port: number }).port,
    statements,
    onCommit: 'pass',
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
  return proxy;
}
