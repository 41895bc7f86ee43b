import { readServerFile } from '../cli/localServer.ts';
import { localRequest } from '../network/localRequest.ts';

/** `healthcheck.ts DATA`: exit code 0 when the server on that data directory answers at `/healthz`, else 1 and one line. */
const [data = ''] = process.argv.slice(2);

async function health(): Promise<string | undefined> {
  const file = readServerFile(data);
  if (!file) return 'no server runs on this data directory';
  const { status } = await localRequest(file, { path: '/healthz', method: 'GET' });
  return status === 200 ? undefined : `the server answers ${status}`;
}

const problem = await health().catch(
  (error: unknown) => `the server does not answer (${error instanceof Error ? error.message : 'unknown'})`,
);
if (problem !== undefined) {
  process.stderr.write(`unhealthy: ${problem}\n`);
  process.exitCode = 1;
}
