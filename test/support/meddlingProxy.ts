import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';

/** Stands between a page and its server, passes everything on, and changes what the server says that it is. */
export interface MeddlingProxy {
  readonly address: string;
  /** Where the server is; it is started after the proxy, which it names as its address. */
  port: number;
  /** Puts what it gives in place of the server's answer to `/api/space`. */
  meddle: ((info: Record<string, unknown>) => Record<string, unknown>) | undefined;
  /** Ends the open connections: the page comes again. */
  cut(): void;
  close(): Promise<void>;
}

export async function meddlingProxy(): Promise<MeddlingProxy> {
  const open = new Set<{ destroy(): unknown }>();
  const server = createServer((asked, answer) => {
    const { method = 'GET', url: path = '/', headers } = asked;
    const passed = request({ host: '127.0.0.1', port: proxy.port, method, path, headers }, async (reply) => {
      const change = proxy.meddle;
      if (path !== '/api/space' || change === undefined) {
        answer.writeHead(reply.statusCode ?? 502, reply.headers);
        reply.pipe(answer);
        return;
      }
      const parts: Buffer[] = [];
      for await (const part of reply) parts.push(part as Buffer);
      const info = JSON.parse(Buffer.concat(parts).toString('utf8')) as Record<string, unknown>;
      answer.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(change(info)));
    });
    passed.on('error', () => answer.destroy());
    asked.pipe(passed);
  });
  server.on('upgrade', (asked, socket, first) => {
    const onward = connect(proxy.port, '127.0.0.1', () => {
      const lines = asked.rawHeaders.map((part, index) => part + (index % 2 === 0 ? ': ' : '\r\n')).join('');
      onward.write(`GET ${asked.url} HTTP/1.1\r\n${lines}\r\n`);
      onward.write(first);
      onward.pipe(socket).pipe(onward);
    });
    for (const end of [onward, socket]) {
      open.add(end);
      end.on('error', () => undefined);
      end.on('close', () => {
        open.delete(end);
        onward.destroy();
        socket.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = (): void => {
    for (const end of open) end.destroy();
  };
  const proxy: MeddlingProxy = {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    port: 0,
    meddle: undefined,
    cut,
    close: async () => {
      cut();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return proxy;
}
