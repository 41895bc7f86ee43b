import { startServer } from '../../sync-server/server.ts';

/** A server in a process of its own, for tests that kill it: `serverProcess.ts DATA`. Says on one line where it is. */
const [, , data = ''] = process.argv;
const server = await startServer({ data, port: 0 });
process.stdout.write(`${JSON.stringify({ address: server.address, link: server.launchLink() })}\n`);
process.on('SIGTERM', () => void server.close().then(() => process.exit(0)));
