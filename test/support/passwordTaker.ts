import { type AddressInfo, createServer, type Socket } from 'node:net';

/** PostgreSQL's side of a sign-in, as far as the password in the clear, which it notes before it refuses. */
export interface PasswordTaker {
  readonly port: number;
  readonly taken: string[];
  close(): Promise<void>;
}

const ASK_CLEARTEXT = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]);
const REFUSED = Buffer.from('SFATAL\0C28P01\0Mpassword authentication failed\0\0');
const refusal = (): Buffer => {
  const length = Buffer.alloc(4);
  length.writeInt32BE(4 + REFUSED.length);
  return Buffer.concat([Buffer.from('E'), length, REFUSED]);
};

export async function startPasswordTaker(): Promise<PasswordTaker> {
  const taken: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.write(ASK_CLEARTEXT);
      socket.once('data', (message) => {
        taken.push(message.subarray(5, -1).toString('utf8'));
        socket.end(refusal());
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    taken,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
