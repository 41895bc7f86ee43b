import { Server } from '@hocuspocus/server';

/** `@hocuspocus/server` with its defaults, on a free port: without an extension documents are in memory, nothing is on disk. */
const server = new Server({ port: 0, address: '127.0.0.1', quiet: true, stopOnSignals: false });
await server.listen();
process.send?.({ port: server.address.port });
process.on('disconnect', () => process.exit(0));
