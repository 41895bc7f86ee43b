import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** How a protocol marks a call in the bytes of a client. */
export interface CallMark {
  /** How many calls begin in this piece of what a client sent. */
  countIn(piece: Buffer): number;
}

/** A TCP proxy in front of a real server that counts the calls of its clients. Pieces are those of the network: a count is close, not exact. */
export interface CountingProxy {
  readonly port: number;
  /** Calls since the last time that it was asked. */
  taken(): number;
  close(): Promise<void>;
}

/** Requests of HTTP/1.1: a line that begins with a method. */
export const HTTP_CALLS: CallMark = {
  countIn: (piece) =>
    piece.toString('latin1').match(/(?:^|\r?\n)(?:GET|POST|PUT|PATCH|DELETE|HEAD|LIST) [^\r\n]+ HTTP\/1\.1\r\n/g)?.length ?? 0,
};

/** Queries of PostgreSQL's protocol: a message `Q` (simple) or `P` (parse) at the start of what is sent at once. */
export const POSTGRES_CALLS: CallMark = { countIn: (piece) => (piece[0] === 0x51 || piece[0] === 0x50 ? 1 : 0) };

/** Operations of LDAP (RFC 4511): an envelope of a message, in what is sent at once. */
export const LDAP_CALLS: CallMark = { countIn: (piece) => (piece[0] === 0x30 ? 1 : 0) };

export async function startCountingProxy(to: number, mark: CallMark): Promise<CountingProxy> {
  let calls = 0;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(to, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (piece: Buffer) => {
      calls += mark.countIn(piece);
    });
    client.pipe(upstream);
    upstream.pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    taken: () => {
      const now = calls;
      calls = 0;
      return now;
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
