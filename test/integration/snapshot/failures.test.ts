import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Row } from '../../../shared/register/view.ts';
import { localCommands } from '../../../sync-server/cli/localCommands.ts';
import { runMuster, startAppServer } from '../../support/appServer.ts';
import { begun, jobEnded } from '../../support/snapshots.ts';
import { startTestServer } from '../../support/startTestServer.ts';
import { throwAwayDirectory } from '../../support/throwAwayDirectory.ts';

const FULL = { state: 'failed', problem: { message: 'There is not enough room on the disk for this snapshot.' } };

let folder: string;
beforeEach(() => {
  folder = throwAwayDirectory();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const accounts = (rows: number): string => {
  const path = join(folder, 'accounts.csv');
  const random = (): string => generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }).x ?? '';
  writeFileSync(
    path,
    ['Account,System,Owner,Purpose', ...Array.from({ length: rows }, (_, row) => `svc-${row},ad,,${random()}`)].join('\n'),
  );
  return path;
};

describe('what goes wrong while a snapshot is made', () => {
  it('[SNP34] a full disk ends the snapshot in one sentence, and the server goes on', async (context) => {
    const data = join(folder, 'data');
    const small = join(data, 'snapshots');
    mkdirSync(small, { recursive: true });
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', small]);
    if (mounted.status !== 0) return context.skip('no right to mount a small disk here');
    const server = await startTestServer({ data, background: false, localCommands, snapshotReserve: 0 });
    try {
      const commands = localCommands(server.core);
      await commands.import?.({ settings: { id: 'accounts', kind: 'file', path: accounts(3_000), mode: 'take over' } });
      expect(await jobEnded(server.core, begun(server.core).id)).toMatchObject(FULL);
      expect(readdirSync(small)).toEqual([]);
      await commands.set?.({ id: 'svc-0', values: [['owner', 'Payments']] });
      const rows = (await commands.list?.({ query: 'owner:Payments' })) as Row[];
      expect(rows.map(({ name }) => name)).toEqual(['svc-0']);
    } finally {
      await server.close();
      spawnSync('umount', [small]);
    }
  });

  it('[SNP34] what the store may still need of the disk is not used', async () => {
    const server = await startTestServer({ background: false, localCommands, snapshotReserve: Number.MAX_SAFE_INTEGER });
    expect(await jobEnded(server.core, begun(server.core).id)).toMatchObject(FULL);
    await server.close();
  });

  it('[SNP34] a server that is killed while it makes one is whole, and its next start deletes what was begun', async () => {
    const server = await startAppServer();
    const snapshots = (): string[] => readdirSync(join(server.data, 'snapshots'));
    try {
      expect((await server.muster('import', accounts(5_000))).code).toBe(0);
      const creating = server.muster('snapshot', 'create', '-o', join(folder, 'never.muster'));
      await expect.poll(snapshots, { timeout: 10_000, interval: 5 }).toHaveLength(1);
      await server.kill();
      expect((await creating).code).toBe(1);
      expect(snapshots()).toHaveLength(1);
      expect(readdirSync(folder)).toEqual(['accounts.csv']);
      await server.start();
      expect(snapshots()).toEqual([]);
      const rows = JSON.parse((await server.muster('list', '--format', 'json')).stdout) as Row[];
      expect(rows).toHaveLength(5_000);
      expect((await server.muster('snapshot', 'create', '-o', join(folder, 'after.muster'))).code).toBe(0);
      expect((await runMuster(['snapshot', 'verify', join(folder, 'after.muster')])).code).toBe(0);
      expect(snapshots()).toEqual([]);
    } finally {
      await server.dispose();
    }
  });

  it('[SNP34] a server that stops does not wait for a snapshot', async () => {
    const server = await startTestServer({ data: join(folder, 'data'), background: false, localCommands });
    await localCommands(server.core).import?.({ settings: { id: 'accounts', kind: 'file', path: accounts(3_000), mode: 'take over' } });
    begun(server.core);
    begun(server.core);
    await expect.poll(() => readdirSync(join(folder, 'data', 'snapshots'))).toHaveLength(1);
    await server.close();
    expect(readdirSync(join(folder, 'data', 'snapshots'))).toEqual([]);
  });
});
