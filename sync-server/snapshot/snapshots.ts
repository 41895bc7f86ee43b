import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { HashHex } from '../../shared/base/hash.ts';
import { err, ok, type Result } from '../../shared/base/result.ts';
import { HOUR, MINUTE, type Millis, toInstant } from '../../shared/base/time.ts';
import type { PersonId } from '../../shared/model/ids.ts';
import type { Query } from '../../shared/register/view.ts';
import { fingerprintOf } from '../../shared/snapshot/fingerprint.ts';
import type { Manifest, SnapshotQuery } from '../../shared/snapshot/format.ts';
import type { ApiError, SnapshotJob, SnapshotRequest } from '../../shared/wire/http.ts';
import type { Core, SnapshotSeal } from '../core/core.ts';
import { type SnapshotCut, takeCut } from './cut.ts';
import { freeBytes, RESERVE, watchFreeSpace } from './freeSpace.ts';
import { problemOf, SnapshotCancelled, SnapshotDiskFull } from './problem.ts';
import { buildSnapshot } from './snapshotBuild.ts';
import { type ManifestDraft, WORK } from './snapshotOrder.ts';
import { type Telling, writeWorkingFiles } from './workingFiles.ts';

/** Who asks. `local`: the person on whose computer the server runs. */
export interface Asker {
  readonly person: PersonId;
  readonly name: string;
  readonly local: boolean;
}

export interface SnapshotsOptions {
  readonly core: Core;
  /** `snapshots` in the data directory: nobody else's, and emptied at every start. */
  readonly folder: string;
  readonly name: string;
  readonly version: string;
  readonly sample: boolean;
  /** Bytes of the disk that are never used. */
  readonly reserve?: number;
}

/** A result that is ready to be read. */
export interface SnapshotFile {
  readonly path: string;
  readonly name: string;
  readonly bytes: number;
  readonly format: 'muster' | 'report';
  readonly place: number;
  /** Of the key that signed it. */
  readonly fingerprint: HashHex;
  readonly leftOut: Manifest['leftOut'];
}

interface Job {
  readonly id: string;
  readonly asker: Asker;
  readonly request: SnapshotRequest;
  readonly folder: string;
  readonly abort: AbortController;
  shown: SnapshotJob;
  file?: SnapshotFile;
  ended?: Millis;
  /** From when it is its turn; never rejects. */
  work?: Promise<void>;
}

/** How long a file waits to be fetched. */
const KEPT = HOUR;
const HELD_OF_ONE_PERSON = 4;
const HELD = 32;
/** How much of the work is reading, before the worker starts. */
const READING = 0.3;

const toQuery = ({ text, where, include }: SnapshotQuery): Query => ({
  text,
  sort: [],
  ...(where === undefined ? {} : { where }),
  ...(include === undefined ? {} : { include }),
});

/** Snapshots that people asked for: one is made at a time, in the order of asking, beside everything else that the server does. */
export class Snapshots {
  readonly #options: SnapshotsOptions;
  readonly #jobs = new Map<string, Job>();
  readonly #sweeper: NodeJS.Timeout;
  #turn: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: SnapshotsOptions) {
    this.#options = options;
    this.#sweeper = setInterval(() => this.sweep(), MINUTE).unref();
    mkdirSync(options.folder, { recursive: true, mode: 0o700 });
    // What a killed server left: nobody knows its ids any more. The folder itself may be a disk of its own.
    for (const name of readdirSync(options.folder)) rmSync(join(options.folder, name), { recursive: true, force: true });
  }

  create(request: SnapshotRequest, asker: Asker): Result<SnapshotJob, ApiError> {
    const problem = this.#problemOf(request, asker) ?? this.#makeRoom(asker);
    if (problem) return err(problem);
    const id = randomBytes(16).toString('hex');
    const shown: SnapshotJob = { id, state: 'working', what: 'Waiting for its turn', done: 0 };
    const job: Job = { id, asker, request, shown, folder: join(this.#options.folder, id), abort: new AbortController() };
    this.#jobs.set(id, job);
    this.#turn = this.#turn.then(() => {
      job.work = this.#work(job);
      return job.work;
    });
    return ok(shown);
  }

  /** @returns undefined when there is none of this id for whoever asks. */
  job(id: string, asker: Asker): SnapshotJob | undefined {
    return this.#jobOf(id, asker)?.shown;
  }

  /** @returns undefined until it is ready. */
  file(id: string, asker: Asker): SnapshotFile | undefined {
    return this.#jobOf(id, asker)?.file;
  }

  /** Ends what is under way and deletes what is there. @returns whether there was such a job. */
  async remove(id: string, asker: Asker): Promise<boolean> {
    const job = this.#jobOf(id, asker);
    if (job) await this.#forget(job);
    return job !== undefined;
  }

  /** Deletes what nobody fetched in an hour. */
  sweep(): void {
    const now = this.#options.core.now();
    for (const job of [...this.#jobs.values()]) if (job.ended !== undefined && now - job.ended >= KEPT) void this.#forget(job);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#sweeper);
    for (const job of [...this.#jobs.values()]) await this.#forget(job);
    await this.#turn;
  }

  #jobOf(id: string, asker: Asker): Job | undefined {
    const job = this.#jobs.get(id);
    if (!job || job.asker.person !== asker.person) return undefined;
    return job.asker.local && !asker.local ? undefined : job;
  }

  #problemOf({ place, query, private: wantsPrivate }: SnapshotRequest, asker: Asker): ApiError | undefined {
    const { core } = this.#options;
    if (this.#stopped) return { code: 'unavailable', message: 'The server is stopping.', retry: true };
    if (wantsPrivate === true && !asker.local)
      return {
        code: 'forbidden',
        message: 'Sources that one person keeps to their own device can be included by that person alone.',
        wayOut: 'Ask for the snapshot without them.',
        retry: false,
      };
    if (place !== undefined && place > core.durablePlace)
      return {
        code: 'bad request',
        message: `The ledger holds ${core.durablePlace} entries: there is no place ${place} yet.`,
        retry: false,
      };
    const problem = query && core.register.window(toQuery(query), 0, 0).problem;
    return problem && { code: 'bad request', message: problem.message, wayOut: problem.wayOut, retry: false };
  }

  /** A person who asks again and again gives up the oldest of their own files. */
  #makeRoom({ person }: Asker): ApiError | undefined {
    const own = [...this.#jobs.values()].filter((job) => job.asker.person === person);
    const oldest = own.find(({ shown }) => shown.state !== 'working');
    if (own.length < HELD_OF_ONE_PERSON && this.#jobs.size < HELD) return undefined;
    if (own.length >= HELD_OF_ONE_PERSON && oldest) {
      void this.#forget(oldest);
      return undefined;
    }
    return {
      code: 'too many requests',
      message: 'Too many snapshots are being made already.',
      wayOut: 'Wait until one of them is ready, or end one.',
      retry: true,
    };
  }

  async #work(job: Job): Promise<void> {
    if (job.abort.signal.aborted) return;
    try {
      await mkdir(job.folder, { mode: 0o700 });
      const file = await this.#make(job);
      const { name, bytes, place } = file;
      job.file = file;
      job.shown = { id: job.id, state: 'ready', what: 'Ready', done: 1, name, bytes, place };
      job.ended = this.#options.core.now();
    } catch (error) {
      await this.#fail(job, error);
    }
  }

  async #make(job: Job): Promise<SnapshotFile> {
    const { core, folder, reserve = RESERVE } = this.#options;
    const isFull = (): void => job.abort.abort(new SnapshotDiskFull());
    if (((await freeBytes(folder)) ?? reserve) < reserve) throw new SnapshotDiskFull();
    const stopLooking = watchFreeSpace(folder, reserve, isFull);
    try {
      const cut = await takeCut(core, { place: job.request.place, includePrivate: job.request.private === true });
      await writeWorkingFiles(core, cut, job.folder, this.#telling(job, 0, READING));
      const seal = core.snapshotSeal();
      const bytes = await this.#build(job, cut, seal);
      await Promise.all([WORK.ledger, WORK.records, WORK.statuses].map((name) => rm(join(job.folder, name), { force: true })));
      return {
        path: join(job.folder, WORK.result),
        name: this.#nameOf(job, cut),
        bytes,
        format: job.request.format ?? 'muster',
        place: cut.place,
        fingerprint: fingerprintOf(seal.serverKey),
        leftOut: cut.leftOut,
      };
    } finally {
      stopLooking();
    }
  }

  async #build(job: Job, cut: SnapshotCut, seal: SnapshotSeal): Promise<number> {
    const draft = await this.#draft(job, cut, seal);
    const { tell, signal } = this.#telling(job, READING, 1);
    const order = { folder: job.folder, draft, format: job.request.format ?? 'muster' };
    return buildSnapshot(order, { tell, signal, sign: seal.sign });
  }

  async #draft(job: Job, { place, asOf, leftOut }: SnapshotCut, seal: SnapshotSeal): Promise<ManifestDraft> {
    const { core, name, version, sample } = this.#options;
    const { query = { text: '' }, sample: draw } = job.request;
    const drawn: Pick<Manifest, 'draw'> = draw ? { draw: { size: draw.size, seed: draw.seed ?? randomBytes(8).toString('hex') } } : {};
    return {
      format: 'muster-snapshot',
      v: 1,
      space: core.space,
      name,
      sample,
      software: version,
      serverKey: seal.serverKey,
      ...(seal.succession ? { succession: seal.succession } : {}),
      epoch: core.epoch,
      place,
      restores: [],
      head: await seal.head(place),
      asOf,
      created: toInstant(core.now()),
      by: { person: job.asker.person, name: job.asker.name },
      private: job.request.private === true ? 'included' : 'left out',
      leftOut,
      query,
      ...drawn,
    };
  }

  #nameOf(job: Job, { place }: SnapshotCut): string {
    const space = this.#options.name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '');
    return `${space.slice(0, 60) || 'register'}-place-${place}.${job.request.format === 'report' ? 'html' : 'muster'}`;
  }

  #telling(job: Job, from: number, to: number): Telling {
    return {
      signal: job.abort.signal,
      tell: (what, done) => {
        const whole = from + Math.min(1, Math.max(0, done)) * (to - from);
        job.shown = { ...job.shown, what, done: Math.max(job.shown.done, whole) };
      },
    };
  }

  async #fail(job: Job, error: unknown): Promise<void> {
    await rm(job.folder, { recursive: true, force: true }).catch(() => undefined);
    if (job.abort.signal.reason instanceof SnapshotCancelled) return;
    const { problem, log } = problemOf(error);
    if (log !== undefined) this.#options.core.log.error({ snapshot: job.id, problem: log }, 'a snapshot failed');
    job.shown = { ...job.shown, state: 'failed', what: 'Failed', problem };
    job.ended = this.#options.core.now();
  }

  async #forget(job: Job): Promise<void> {
    this.#jobs.delete(job.id);
    job.abort.abort(new SnapshotCancelled());
    await job.work;
    // What cannot be deleted now is deleted by the next start.
    await rm(job.folder, { recursive: true, force: true }).catch(() => undefined);
  }
}
