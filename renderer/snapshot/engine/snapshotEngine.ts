import type { Result } from '../../../shared/base/result.ts';
import { toInstant } from '../../../shared/base/time.ts';
import type { EngineApi, EngineEvent, EngineStatus } from '../../../shared/bridge/engine.ts';
import type { SnapshotApi, SnapshotFile, SnapshotStatus } from '../../../shared/bridge/snapshot.ts';
import type { RowsReader } from '../../../shared/register/rowsReader.ts';
import type { OpenSnapshot, SnapshotBytes, SnapshotRefusal } from '../../../shared/snapshot/contracts.ts';
import { isComparable, matchesFingerprint } from '../../../shared/snapshot/fingerprint.ts';
import { openSnapshot } from '../../../shared/snapshot/openSnapshot.ts';
import { readSnapshotData } from '../../../shared/snapshot/readSnapshotData.ts';
import type { Replayed } from '../../../shared/snapshot/replayed.ts';
import { Coalesced } from '../../engine/coalesced.ts';
import { blobBytes, browserHost } from './browserHost.ts';
import { type FileRows, readFileRows } from './fileRows.ts';
import type { OpenFile, ReplayedFile } from './openFile.ts';
import { PlaceSeeker } from './placeSeeker.ts';
import { readingCalls } from './readingCalls.ts';
import { recomputed } from './recomputed.ts';
import { refusedWords } from './refusedWords.ts';
import { snapshotCalls } from './snapshotCalls.ts';
import { type Shown, snapshotStatus } from './snapshotStatus.ts';
import { Verification } from './verification.ts';

/** How often progress is told, in milliseconds: each telling draws the page's bars anew, for as long as the work goes on. */
const PAUSE = 120;

/**
 * One file, open for reading. Its archive, its signature and the hash of every row are judged before anything of it is shown; its rows come next, the first
 * ones before the others are read; then the ledger is replayed, and then everything is verified. Questions are answered all the while.
 */
export class SnapshotEngine {
  readonly api: EngineApi & SnapshotApi;
  readonly #bytes: SnapshotBytes;
  readonly #subtle: SubtleCrypto;
  readonly #listeners = new Set<(event: EngineEvent) => void>();
  readonly #statusChanged = new Coalesced(() => this.#announce(), PAUSE);
  readonly #verification: Verification;
  #phase: EngineStatus['phase'] = 'loading';
  #progress = 0;
  #problem: EngineStatus['problem'];
  #file: (OpenFile & { rows: RowsReader; ready: ReplayedFile | undefined }) | undefined;
  #shown: Shown | undefined;
  #replay: SnapshotStatus['replay'] = { state: 'running', done: 0 };
  #seeking: SnapshotStatus['seeking'];
  #key: SnapshotStatus['key'] = 'not compared';
  #version = 0;
  #announced = Number.NEGATIVE_INFINITY;

  constructor(file: SnapshotFile, subtle: SubtleCrypto) {
    this.#bytes = blobBytes(file);
    this.#subtle = subtle;
    this.#verification = new Verification(this.#bytes, subtle, recomputed(browserHost(subtle)), (moved) =>
      moved === 'over' ? this.#statusChanged.now() : this.#moved(),
    );
    this.api = {
      ...readingCalls(
        () => this.#file,
        async () => this.status(),
      ),
      ...snapshotCalls({
        bytes: this.#bytes,
        subtle,
        file: () => this.#file,
        verify: async () => void this.#verification.run(),
        cancel: () => this.#verification.cancel(),
        expectKey: (given) => this.#expectKey(given),
      }),
    };
  }

  /** Never rejects: what goes wrong is in the status. */
  async start(): Promise<void> {
    try {
      const opened = await this.#open();
      if (!opened.ok) return this.#refuse(opened.error);
      const whole = await opened.value.whole;
      if (!whole.ok) return this.#refuse(whole.error);
      await this.#file?.replayed.catch(() => undefined);
      await this.#verification.run();
    } catch {
      this.#fail('The file could not be read.', 'It may have been moved or changed while it was read: choose it again.');
    }
  }

  async #open(): Promise<Result<FileRows, SnapshotRefusal>> {
    const host = browserHost(this.#subtle);
    const open = await openSnapshot(this.#bytes, host);
    if (!open.ok) return open;
    const rows = await readFileRows(open.value, host, (done, total) => this.#opening(done / total));
    if (!rows.ok) return rows;
    const whole = rows.value.whole.then((all) => (all.ok ? all.value : undefined));
    const replayed = whole.then((all) => this.#afterRows(all, rows.value.first, open.value));
    this.#file = { open: open.value, rows: rows.value.first, whole, replayed, ready: undefined };
    this.#shown = { place: open.value.manifest.place, at: open.value.manifest.asOf, evidence: [] };
    this.#phase = 'ready';
    this.#announce();
    // A file that cannot be replayed is told about in the status; each question that waits for it has its own answer.
    replayed.catch(() => undefined);
    return rows;
  }

  /** The page had the first rows until now. */
  async #afterRows(all: RowsReader | undefined, first: RowsReader, open: OpenSnapshot): Promise<ReplayedFile> {
    if (!all) throw new Error('a row is not what the format says');
    if (this.#file && all !== first) {
      this.#file.rows = all;
      this.#changed();
    }
    await browserHost(this.#subtle).breathe();
    all.prepareSearch();
    return await this.#replayAll(open);
  }

  #opening(progress: number): void {
    this.#progress = progress;
    this.#moved();
  }

  async #replayAll(open: OpenSnapshot): Promise<ReplayedFile> {
    const host = browserHost(this.#subtle);
    try {
      const data = await readSnapshotData(open, host, (done, total) => this.#replaying(done / Math.max(1, total) / 4));
      if (!data.ok) throw new Error(data.error.message);
      const events = {
        onProgress: (place: number, done: number) => this.#seekingTo({ place, done }),
        onArrived: (at: Replayed) => this.#arrived(at),
      };
      const onProgress = (done: number): void => this.#replaying(0.25 + 0.75 * done);
      const seeker = await PlaceSeeker.open(data.value, open.manifest.asOf, host.breathe, events, onProgress);
      await host.breathe();
      seeker.end.register.prepareSearch();
      const ready = { data: data.value, seeker };
      if (this.#file) this.#file.ready = ready;
      this.#replay = { state: 'ready', done: 1 };
      this.#arrived(seeker.end);
      return ready;
    } catch (error) {
      this.#replay = { state: 'failed', done: 0, message: 'the verification says what is wrong' };
      this.#statusChanged.now();
      throw error;
    }
  }

  #replaying(done: number): void {
    this.#replay = { state: 'running', done };
    this.#moved();
  }

  #seekingTo(seeking: NonNullable<SnapshotStatus['seeking']>): void {
    this.#seeking = seeking;
    this.#moved();
  }

  #arrived({ place, now, register }: Replayed): void {
    this.#seeking = undefined;
    this.#shown = { place, at: toInstant(now), evidence: register.sources() };
    this.#changed();
  }

  #changed(): void {
    this.#version++;
    this.#statusChanged.now();
    this.#emit({ kind: 'changed', version: this.#version });
  }

  #expectKey(given: string): void {
    const key = this.#file?.open.manifest.serverKey;
    if (key === undefined) return;
    this.#key = !isComparable(given) ? 'not compared' : matchesFingerprint(given, key) ? 'matches' : 'differs';
    this.#statusChanged.now();
  }

  status(): EngineStatus {
    return snapshotStatus({
      phase: this.#phase,
      progress: this.#progress,
      problem: this.#problem,
      open: this.#file?.open,
      shown: this.#shown,
      replay: this.#replay,
      seeking: this.#seeking,
      verification: this.#verification.state,
      key: this.#key,
      version: this.#version,
    });
  }

  /** @returns a disposer. */
  subscribe(listener: (event: EngineEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #refuse(refusal: SnapshotRefusal): void {
    const { message, wayOut } = refusedWords(refusal);
    this.#fail(message, wayOut);
  }

  #fail(message: string, wayOut: string): void {
    this.#phase = 'failed';
    this.#problem = { message, wayOut };
    this.#file = undefined;
    this.#shown = undefined;
    this.#statusChanged.now();
  }

  /** Progress. Not left to a timer alone: work that goes on without a rest would put it off until it is done. */
  #moved(): void {
    if (performance.now() - this.#announced < PAUSE) this.#statusChanged.soon();
    else this.#statusChanged.now();
  }

  #announce(): void {
    this.#announced = performance.now();
    this.#emit({ kind: 'status', status: this.status() });
  }

  #emit(event: EngineEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  close(): void {
    this.#statusChanged.stop();
    this.#verification.cancel();
    this.#listeners.clear();
  }
}
