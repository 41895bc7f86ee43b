import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { parseTime } from '../../shared/base/time.ts';
import type { IdentityId } from '../../shared/model/ids.ts';
import type { Query, RegisterReader, Row } from '../../shared/register/view.ts';
import type { Verdict } from '../../shared/snapshot/contracts.ts';
import type { Manifest } from '../../shared/snapshot/format.ts';
import { memoryBytes } from '../../shared/snapshot/memoryBytes.ts';
import { openSnapshot } from '../../shared/snapshot/openSnapshot.ts';
import { readSnapshotData } from '../../shared/snapshot/readSnapshotData.ts';
import { clockAt, Replay } from '../../shared/snapshot/replay.ts';
import type { SnapshotData } from '../../shared/snapshot/replayed.ts';
import { verifySnapshot } from '../../shared/snapshot/verifySnapshot.ts';
import type { SnapshotJob, SnapshotRequest } from '../../shared/wire/http.ts';
import { createNodeHost, fileBytes } from '../../sync-server/snapshot/nodeHost.ts';
import { recompute } from '../../sync-server/snapshot/recompute.ts';
import type { Asker, SnapshotFile, Snapshots } from '../../sync-server/snapshot/snapshots.ts';

/** A server's snapshots and who asks for them, as `RunningServer.core` has them. */
export interface Maker {
  readonly snapshots: Snapshots;
  readonly steward: Asker;
}

export async function jobEnded({ snapshots, steward }: Maker, id: string): Promise<SnapshotJob> {
  for (;;) {
    const job = snapshots.job(id, steward);
    if (!job) throw new Error('the job is gone');
    if (job.state !== 'working') return job;
    await wait(20);
  }
}

export function begun({ snapshots, steward }: Maker, request: SnapshotRequest = {}): SnapshotJob {
  const created = snapshots.create(request, steward);
  if (!created.ok) throw new Error(created.error.message);
  return created.value;
}

/** Makes a snapshot and waits for its file. It stays until the job is removed. */
export async function madeSnapshot(maker: Maker, request: SnapshotRequest = {}): Promise<SnapshotFile> {
  const job = await jobEnded(maker, begun(maker, request).id);
  const file = maker.snapshots.file(job.id, maker.steward);
  if (!file) throw new Error(`${job.problem?.message}`);
  return file;
}

/** Every check of the command line, in this process. */
export async function verified(path: string, options: { readonly key?: string; readonly after?: string } = {}): Promise<Verdict> {
  const host = createNodeHost();
  const bytes = await fileBytes(path);
  const after = options.after === undefined ? undefined : await fileBytes(options.after);
  try {
    return await verifySnapshot(bytes, host, { key: options.key, after, recompute: recompute(host.breathe) });
  } finally {
    await bytes.close();
    await after?.close();
  }
}

export interface ReadSnapshot {
  readonly manifest: Manifest;
  readonly data: SnapshotData;
  /** The text of a part. */
  text(name: string): Promise<string>;
}

export async function readSnapshot(path: string): Promise<ReadSnapshot> {
  const host = createNodeHost();
  const bytes = memoryBytes(readFileSync(path));
  const open = await openSnapshot(bytes, host);
  if (!open.ok) throw new Error(open.error.message);
  const data = await readSnapshotData(open.value, host);
  if (!data.ok) throw new Error(data.error.message);
  return {
    manifest: open.value.manifest,
    data: data.value,
    async text(name) {
      const part = open.value.parts.find((one) => one.name === name);
      const content = part && (await open.value.read(part));
      if (!content?.ok) throw new Error(`no part ${name}`);
      return Buffer.from(content.value).toString('utf8');
    },
  };
}

/** The register at a place of a snapshot, with the clock that FORMAT.md gives it. */
export async function registerAt({ manifest, data }: ReadSnapshot, place: number): Promise<RegisterReader> {
  const now = place === manifest.place ? parseTime(manifest.asOf) : clockAt(data, place);
  return (await new Replay(data).at(place, now ?? 0)).register;
}

/** What a register answers to a query: its rows in order. */
export const answer = (register: RegisterReader, query: Query): readonly Row[] =>
  register.ids(query).flatMap((id: IdentityId) => register.row(id) ?? []);
