import { rmSync } from 'node:fs';
import { type RunningServer, type ServerOptions, startServer } from '../../sync-server/server.ts';
import { throwAwayDirectory } from './throwAwayDirectory.ts';

export interface TestServer extends RunningServer {
  readonly data: string;
}

/** A real server on a free loopback port and a directory of its own, which `close` deletes unless it was given. */
export async function startTestServer(options: Partial<ServerOptions> = {}): Promise<TestServer> {
  const data = options.data ?? throwAwayDirectory();
  const server = await startServer({ port: 0, ...options, data });
  return {
    ...server,
    core: server.core,
    data,
    async close() {
      await server.close();
      if (options.data === undefined) rmSync(data, { recursive: true, force: true });
    },
  };
}
