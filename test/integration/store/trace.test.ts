import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { ensureStrace, readTrace, type TracedCall } from '../../support/strace.ts';
import { TestDevice } from '../../support/testClient.ts';
import { throwAwayDirectory } from '../../support/throwAwayDirectory.ts';

const PROGRAM = fileURLToPath(new URL('../../support/serverProcess.ts', import.meta.url));
const ENTRIES = 25;
const CALLS = 'pwrite64,write,writev,sendto,sendmsg,fsync,fdatasync';

const folder = throwAwayDirectory();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const markOf = (index: number): string => `mark-${index}-of-the-trace`;
const isOnSocket = ({ name, text }: TracedCall): boolean => name !== 'pwrite64' && /^\w+\(\d+<(socket|TCP)/.test(text);
const isLogWrite = ({ name, text }: TracedCall): boolean => name === 'pwrite64' && text.includes('store.sqlite-wal>');
const isLogSync = ({ name, text }: TracedCall): boolean => name.endsWith('sync') && text.includes('store.sqlite-wal>');

/** A server under the tracer, and a device that says one thing after the other. */
async function traced(strace: string): Promise<TracedCall[]> {
  const trace = join(folder, 'trace');
  const server = spawn(
    strace,
    [
      '-f',
      '-y',
      '-s',
      '6000',
      '-e',
      `trace=${CALLS}`,
      '-o',
      trace,
      process.execPath,
      '--disable-warning=ExperimentalWarning',
      PROGRAM,
      join(folder, 'data'),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [chunk] = (await once(server.stdout, 'data')) as [Buffer];
  const { link } = JSON.parse(chunk.toString()) as { link: string };
  const device = await (await TestDevice.enrol(link)).connect();
  for (let index = 0; index < ENTRIES; index++)
    await device.commit([{ kind: 'comment', anchors: ['d'.repeat(32) as never], text: markOf(index) }]);
  device.close();
  const exited = once(server, 'exit');
  // The tracer itself takes no signals while it writes a file.
  process.kill((JSON.parse(readFileSync(join(folder, 'data', 'server.json'), 'utf8')) as { pid: number }).pid, 'SIGTERM');
  await exited;
  return readTrace(readFileSync(trace, 'utf8'));
}

describe('[DUR10] the order of what the server asks of the system', () => {
  it(`for each of ${ENTRIES} entries: written to the log, synced, and only then sent to anybody`, async (context) => {
    const strace = ensureStrace();
    if ('unavailable' in strace) {
      process.stdout.write(`   skipped: ${strace.unavailable}\n`);
      return context.skip(strace.unavailable);
    }
    const calls = await traced(strace.path);
    const wrong: unknown[] = [];
    for (let index = 0; index < ENTRIES; index++) {
      const mark = markOf(index);
      const written = calls.find((call) => isLogWrite(call) && call.text.includes(mark));
      const sent = calls.find((call) => isOnSocket(call) && call.text.includes(mark));
      const sync = calls.find((call) => isLogSync(call) && written !== undefined && call.began > written.ended);
      const inOrder = written && sync && sent && sync.ended < sent.began;
      if (!inOrder) wrong.push({ mark, written: written?.began, sync: sync?.ended, sent: sent?.began });
    }
    expect(wrong).toEqual([]);
  });
});
