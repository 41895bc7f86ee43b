import { webcrypto } from 'node:crypto';
import { SnapshotEngine } from '../../../renderer/snapshot/engine/snapshotEngine.ts';
import { parseTime } from '../../../shared/base/time.ts';
import type { EngineStatus } from '../../../shared/bridge/engine.ts';
import { deriveParts } from '../../../shared/snapshot/derive.ts';
import { memoryBytes } from '../../../shared/snapshot/memoryBytes.ts';
import { openSnapshot } from '../../../shared/snapshot/openSnapshot.ts';
import { Replay } from '../../../shared/snapshot/replay.ts';
import type { DerivedPart, SnapshotData } from '../../../shared/snapshot/replayed.ts';
import { createNodeHost } from '../../../sync-server/snapshot/nodeHost.ts';
import { type SnapshotContent, type StoryFixture, sealed, storyFixture } from '../../support/snapshotFixture.ts';

export const dataOf = (content: SnapshotContent): SnapshotData => ({
  space: content.space,
  restores: content.restores,
  ledger: content.values,
  records: content.records,
  statuses: content.statuses,
});

/** A register with a past, with the derived parts that belong to it. */
export async function storyWithRows(entries = 60): Promise<StoryFixture> {
  const { story, content } = await storyFixture({ entries, records: 40 });
  return { story, content: { ...content, derived: await derivedOf(content) } };
}

async function derivedOf(content: SnapshotContent): Promise<DerivedPart[]> {
  const data = dataOf(content);
  const open = await openSnapshot(memoryBytes(await sealed(content)), createNodeHost());
  if (!open.ok) throw new Error(open.error.message);
  const replayed = await new Replay(data).at(content.values.length, parseTime(content.asOf) ?? 0);
  const parts: DerivedPart[] = [];
  for await (const part of deriveParts(replayed, open.value.manifest, data)) parts.push(part);
  return parts;
}

export interface Opened {
  readonly engine: SnapshotEngine;
  readonly status: () => EngineStatus;
  /** Resolves as soon as the status is so. @throws after two seconds of waiting, with what it was. */
  readonly until: (what: (status: EngineStatus) => boolean) => Promise<EngineStatus>;
}

export function opened(bytes: Uint8Array<ArrayBuffer>): Opened {
  const engine = new SnapshotEngine(new Blob([bytes]), webcrypto.subtle as SubtleCrypto);
  void engine.start();
  const until: Opened['until'] = (what) =>
    new Promise((resolve, reject) => {
      const look = (status: EngineStatus): void => {
        if (!what(status)) return;
        clearTimeout(limit);
        stop();
        resolve(status);
      };
      const limit = setTimeout(() => {
        stop();
        reject(new Error(`never came: ${JSON.stringify(engine.status()).slice(0, 2_000)}`));
      }, 20_000);
      const stop = engine.subscribe((event) => event.kind === 'status' && look(event.status));
      look(engine.status());
    });
  return { engine, status: () => engine.status(), until };
}

export const isReplayed = (status: EngineStatus): boolean => status.snapshot?.replay.state === 'ready';
export const isJudged = (status: EngineStatus): boolean =>
  status.snapshot?.verification.state === 'verified' || status.snapshot?.verification.state === 'refused';
