import { verifySnapshot } from '../../../shared/snapshot/verifySnapshot.ts';
import { createNodeHost, fileBytes } from '../../../sync-server/snapshot/nodeHost.ts';

/** Verifies one file in a process of its own and writes what that cost, as JSON. */
const file = await fileBytes(process.argv[2] ?? '');
const started = process.cpuUsage();
const { refusal } = await verifySnapshot(file, createNodeHost());
const { user, system } = process.cpuUsage(started);
const milliseconds = (user + system) / 1_000;
await file.close();
const megabytes = process.resourceUsage().maxRSS / 1_024;
process.stdout.write(JSON.stringify({ code: refusal?.code, part: refusal?.part, milliseconds, megabytes }));
