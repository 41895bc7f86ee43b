import { type Instant, toInstant } from '../../../shared/base/time.ts';
import type { EngineStatus } from '../../../shared/bridge/engine.ts';
import type { SnapshotStatus } from '../../../shared/bridge/snapshot.ts';
import type { SourceView } from '../../../shared/register/view.ts';
import type { OpenSnapshot } from '../../../shared/snapshot/contracts.ts';
import { evidenceOf } from '../../engine/engineStatus.ts';

/** What is on screen: of which place, at which clock, and how old its evidence was then. */
export interface Shown {
  readonly place: number;
  readonly at: string;
  readonly evidence: readonly SourceView[];
}

export interface SnapshotStatusInput extends Pick<SnapshotStatus, 'replay' | 'verification' | 'key'> {
  readonly phase: EngineStatus['phase'];
  readonly progress: number;
  readonly problem: EngineStatus['problem'];
  readonly open: OpenSnapshot | undefined;
  readonly shown: Shown | undefined;
  readonly seeking: SnapshotStatus['seeking'];
  readonly version: number;
}

/** A file is never online, never editable, and nobody is in it. */
export function snapshotStatus(input: SnapshotStatusInput): EngineStatus {
  const { phase, progress, problem, open, shown, version } = input;
  return {
    phase,
    ...(phase === 'loading' ? { progress } : {}),
    ...(problem ? { problem } : {}),
    ...(open && shown ? { space: spaceOf(open), snapshot: openStatus(input, open, shown) } : {}),
    connection: 'offline',
    savedHere: 0,
    refused: [],
    others: [],
    evidence: shown?.evidence.map(evidenceOf) ?? [],
    now: (shown?.at ?? toInstant(0)) as Instant,
    clockFromServer: true,
    place: shown?.place ?? 0,
    unverified: 0,
    readOnly: true,
    persisted: true,
    version,
  };
}

const spaceOf = ({ manifest }: OpenSnapshot): NonNullable<EngineStatus['space']> => ({
  id: manifest.space,
  name: manifest.name,
  sample: manifest.sample,
  server: '',
  serverKey: manifest.serverKey,
});

function openStatus(input: SnapshotStatusInput, { manifest, fingerprint }: OpenSnapshot, shown: Shown): SnapshotStatus {
  const { replay, seeking, verification, key } = input;
  const { name, asOf, created, by, software, epoch, place, leftOut, query, sample, restores } = manifest;
  return {
    manifest: { name, asOf, created, by, software, epoch, place, private: manifest.private, leftOut, query, sample, restores },
    fingerprint,
    place: shown.place,
    at: shown.at as Instant,
    replay,
    ...(seeking ? { seeking } : {}),
    verification,
    key,
  };
}
