import { err } from '../../../shared/base/result.ts';
import type { SnapshotApi, SnapshotComparison, SnapshotMark } from '../../../shared/bridge/snapshot.ts';
import type { SnapshotBytes, Verdict } from '../../../shared/snapshot/contracts.ts';
import { verifySnapshot } from '../../../shared/snapshot/verifySnapshot.ts';
import { blobBytes, browserHost } from './browserHost.ts';
import { readEvidence } from './evidence.ts';
import type { OpenFile, ReplayedFile } from './openFile.ts';
import { markAt } from './readingCalls.ts';
import { exportSample, type SampleSource, sampleOf } from './samples.ts';

export interface SnapshotParts {
  readonly bytes: SnapshotBytes;
  readonly subtle: SubtleCrypto;
  readonly file: () => OpenFile | undefined;
  readonly verify: () => Promise<void>;
  readonly cancel: () => void;
  readonly expectKey: (given: string) => void;
}

/** The snapshot's own questions. */
export function snapshotCalls({ bytes, subtle, file, verify, cancel, expectKey }: SnapshotParts): SnapshotApi {
  const replayed = async (): Promise<ReplayedFile | undefined> => file()?.replayed.catch(() => undefined);
  const source = async (): Promise<SampleSource | undefined> => {
    const [opened, ready] = [file(), await replayed()];
    return opened && ready && { open: opened.open, ...ready };
  };
  return {
    seek: async (place) => (await replayed())?.seeker.seek(place) ?? false,
    marks: async (count) => marksOf(await replayed(), count),
    mark: async (place) => {
      const ready = await replayed();
      return ready && markAt(ready.seeker.end.register, place);
    },
    verify,
    cancelVerification: async () => cancel(),
    expectKey: async (fingerprint) => expectKey(fingerprint),
    compareAfter: async (older) => comparisonOf(await verifySnapshot(bytes, browserHost(subtle), { after: blobBytes(older) })),
    evidence: async () => {
      const opened = file();
      return opened ? readEvidence(opened.open) : { witnesses: [], gaps: [], population: { text: '', matches: 0, exclusions: [] } };
    },
    drawSample: async (seed, size) => {
      const from = await source();
      return from ? sampleOf(from, seed, size) : err({ message: 'The ledger of this file cannot be replayed.' });
    },
    exportSample: async (seed, size, format) => {
      const from = await source();
      if (!from) throw new Error('the ledger of this file cannot be replayed');
      return exportSample(from, seed, size, format);
    },
  };
}

/** Evenly spread over the ledger, the first and the last among them. */
function marksOf(ready: ReplayedFile | undefined, count: number): readonly SnapshotMark[] {
  if (!ready) return [];
  const { last, end } = ready.seeker;
  const many = Math.max(1, Math.min(last, Math.trunc(count)));
  const chosen = new Set(
    Array.from({ length: many }, (_, index) => (many === 1 ? last : 1 + Math.round((index * (last - 1)) / (many - 1)))),
  );
  return [...chosen].flatMap((place) => markAt(end.register, place) ?? []);
}

function comparisonOf({ ok, checks, refusal }: Verdict): SnapshotComparison {
  const sentence = checks.find(({ id }) => id === 'extension')?.sentence ?? '';
  if (ok) return { outcome: 'only adds', sentence };
  return { outcome: refusal?.code === 'not an extension' ? 'not an extension' : 'refused', sentence: refusal?.message ?? sentence };
}
