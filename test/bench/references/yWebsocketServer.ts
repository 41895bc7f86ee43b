import { createRequire } from 'node:module';
import { setupWSConnection } from '@y/websocket-server/utils';
import type { WebSocketServer as Sockets } from 'ws';

/** `@y/websocket-server` as its own program starts it (src/server.js), on a free port: documents in memory, nothing on disk. */
const load = createRequire(createRequire(import.meta.url).resolve('@y/websocket-server/package.json'));
// Its own version of ws, whose sockets it expects.
const { Server } = load('ws') as { Server: typeof Sockets };
const server = new Server({ port: 0, host: '127.0.0.1' });
server.on('connection', setupWSConnection);
server.on('listening', () => process.send?.({ port: (server.address() as { port: number }).port }));
process.on('disconnect', () => process.exit(0));
