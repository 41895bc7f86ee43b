import { describe, expect, it } from 'vitest';
import { memoryBytes } from '../../../shared/snapshot/memoryBytes.ts';
import { openSnapshot } from '../../../shared/snapshot/openSnapshot.ts';
import { readSnapshotData } from '../../../shared/snapshot/readSnapshotData.ts';
import { build, host, ledgerOf, RECORDS, SERVER, verify } from './coreFixture.ts';

describe('a snapshot file', () => {
  it('[SNP1] is read back as it was written', async () => {
    const ledger = await ledgerOf(3);
    const open = await openSnapshot(memoryBytes(await build({ ledger })), host);
    if (!open.ok) throw new Error(open.error.message);
    expect(open.value.manifest.serverKey).toBe(SERVER.publicKey);
    const data = await readSnapshotData(open.value, host);
    if (!data.ok) throw new Error(data.error.message);
    expect(data.value.ledger).toEqual(ledger.values);
    expect(data.value.records).toEqual(RECORDS);
    expect(data.value.statuses).toHaveLength(2);
  });

  it('[SNP2] is valid as it was written', async () => {
    const verdict = await verify(await build());
    expect(verdict.refusal).toBeUndefined();
    expect(verdict.ok).toBe(true);
  });
});
