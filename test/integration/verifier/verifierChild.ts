import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { verifySnapshot } from '../../../shared/snapshot/verifySnapshot.ts';
import { createNodeHost, fileBytes } from '../../../sync-server/snapshot/nodeHost.ts';
import { recompute } from '../../../sync-server/snapshot/recompute.ts';
import type { Question } from '../../support/snapshot/secondVerifier.ts';

/** Answers as the second verifier's driver does, so that both can be measured in processes of their own. */
const host = createNodeHost();

async function judged({ file, after, key }: Question): Promise<object> {
  const bytes = await fileBytes(file);
  const older = after === undefined ? undefined : await fileBytes(after);
  try {
    const { refusal } = await verifySnapshot(bytes, host, { after: older, key, recompute: recompute(host.breathe) });
    return refusal ?? { ok: true };
  } finally {
    await bytes.close();
    await older?.close();
  }
}

/** What Linux counts for `maxRSS` begins with the process that started this one; it also tells this one's alone. */
function peak(): number {
  const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : '';
  return Number(/VmHWM:\s*(\d+)/.exec(status)?.[1] ?? process.resourceUsage().maxRSS) * 1_024;
}

for await (const line of createInterface({ input: process.stdin })) {
  const started = process.cpuUsage();
  const said = await judged(JSON.parse(line) as Question);
  const { user, system } = process.cpuUsage(started);
  process.stdout.write(`${JSON.stringify({ ...said, seconds: (user + system) / 1e6, peak: peak() })}\n`);
}
