import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EntryId } from '../../../shared/model/entry.ts';
import type { Anchor } from '../../../shared/model/ids.ts';
import { startTestServer } from '../../support/startTestServer.ts';
import { TestDevice } from '../../support/testClient.ts';
import { throwAwayDirectory } from '../../support/throwAwayDirectory.ts';

const program = fileURLToPath(new URL('../../support/serverProcess.ts', import.meta.url));
const KILLS = 3;

interface Child {
  readonly process: ChildProcess;
  readonly address: string;
  readonly link: string;
}

async function startChild(data: string): Promise<Child> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, data], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
  const { address, link } = JSON.parse(chunk.toString()) as { address: string; link: string };
  return { process: child, address, link };
}

async function killNow(child: Child): Promise<void> {
  const exited = once(child.process, 'exit');
  child.process.kill('SIGKILL');
  await exited;
}

describe('what is acknowledged stays', () => {
  let data: string;
  beforeEach(() => {
    data = throwAwayDirectory();
  });
  afterEach(() => rmSync(data, { recursive: true, force: true }));

  it('[SYN2] kill -9 under load loses nothing that was acknowledged, and what waited is placed afterwards', async () => {
    let child = await startChild(data);
    let device = await (await TestDevice.enrol(child.link)).connect();
    const acknowledged = new Map<EntryId, number>();
    const anchor = 'cd'.repeat(16) as Anchor;
    for (let round = 0; round < KILLS; round++) {
      const entries = [];
      for (let n = 0; n < 300; n++) {
        entries.push(...(await device.sign([{ kind: 'comment', anchors: [anchor], text: `${round}/${n}` }])));
      }
      device.send(entries);
      // Midway: some have a place, some wait.
      await device.placed(entries[(round + 1) * 40]?.id as EntryId);
      for (const { id } of entries) {
        const place = device.ledger.placeOf(id);
        if (place !== undefined) acknowledged.set(id, place);
      }
      await killNow(child);
      device.close();
      child = await startChild(data);
      device = await TestDevice.resume(device, child.address).connect();
      for (const [id, place] of acknowledged) expect(device.ledger.placeOf(id)).toBe(place);
      device.send(entries);
      for (const { id } of entries) acknowledged.set(id, (await device.placed(id)).place);
    }
    expect(acknowledged.size).toBe(KILLS * 300);
    expect(new Set(acknowledged.values()).size).toBe(acknowledged.size);
    device.close();
    await killNow(child);
  });

  it('[SYN19] a second server on the same data directory is refused by name of the process; a dead one’s lock is taken over', async () => {
    const server = await startTestServer({ data });
    await expect(startTestServer({ data })).rejects.toThrow(`process ${process.pid}`);
    await server.close();
    const child = await startChild(data);
    await expect(startTestServer({ data })).rejects.toThrow(`process ${child.process.pid}`);
    await killNow(child);
    await (await startTestServer({ data })).close();
    writeFileSync(join(data, 'lock'), 'not a process\n');
    await (await startTestServer({ data })).close();
  });

  it('[SYN19] a taken port is refused with the way out, and the directory is free again', async () => {
    const server = await startTestServer();
    const port = Number(new URL(server.address).port);
    await expect(startTestServer({ data, port })).rejects.toThrow(`Port ${port} is taken`);
    await (await startTestServer({ data })).close();
    await server.close();
  });

  it('[SYN20] the directory, its keys and the secret of the command line are for their user alone', async () => {
    const server = await startTestServer({ data });
    const mode = (name: string): number => statSync(join(data, name)).mode & 0o777;
    expect(mode('.')).toBe(0o700);
    for (const name of ['server.json', 'server-key.pem', 'local-device-key.pem', 'store.sqlite']) expect(mode(name)).toBe(0o600);
    const { pid, secret } = JSON.parse(readFileSync(join(data, 'server.json'), 'utf8')) as { pid: number; secret: string };
    expect(pid).toBe(process.pid);
    const ask = (header: string) =>
      fetch(`${server.address}/api/local/none`, {
        method: 'POST',
        headers: { 'x-muster-secret': header, 'content-type': 'application/json' },
        body: '{}',
      });
    expect((await ask('wrong')).status).toBe(403);
    expect((await ask(secret)).status).toBe(404);
    await server.close();
    expect(() => statSync(join(data, 'server.json'))).toThrow();
  });
});
