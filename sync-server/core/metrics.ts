import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { EntryProblem } from '../../shared/model/entry.ts';

/** Everything that is refused before or beside an HTTP route. A closed list: nothing that a sender wrote becomes a label. */
export type RefusalKind =
  | 'wrong host'
  | 'wrong origin'
  | 'no such path'
  | 'not a request'
  | 'too slow'
  | 'too many sockets of an address'
  | 'too many strangers of an address'
  | 'too many calls of an address'
  | 'large body without a ticket'
  | 'delivery not signed'
  | 'ticket expired'
  | 'revoked'
  | 'sign in again'
  | 'not for this principal'
  | 'no such document'
  | 'too many connections'
  | 'too much work'
  | 'too many unfinished bytes'
  | 'does not read'
  | 'too much waits'
  | 'entry refused'
  | 'reader wrote too much'
  | 'frame too large'
  | 'not a frame'
  | 'not a message'
  | 'not an update'
  | 'too many structs'
  | 'clock out of bounds'
  | 'not an entry of the outbox'
  | 'stopping';

/** Frames that cost their sender nothing yet: they are dropped, the connection stays. */
export type DroppedFrame = 'frame of a reader' | 'presence' | 'too frequent' | 'slowed down';

/** What operations watch. Labels are routes and kinds, never names or addresses. */
export class Metrics {
  readonly registry = new Registry();
  private readonly entries = new Counter({ name: 'muster_entries_placed_total', help: 'Entries with a place', registers: [this.registry] });
  private readonly refusals = new Counter({
    name: 'muster_entries_refused_total',
    help: 'Entries refused',
    labelNames: ['problem'],
    registers: [this.registry],
  });
  private readonly frames = new Counter({
    name: 'muster_frames_dropped_total',
    help: 'Frames that were not applied',
    labelNames: ['kind'],
    registers: [this.registry],
  });
  private readonly turnedAway = new Counter({
    name: 'muster_refusals_total',
    help: 'Connections, frames and calls refused',
    labelNames: ['kind'],
    registers: [this.registry],
  });
  private readonly requests = new Histogram({
    name: 'muster_http_request_seconds',
    help: 'HTTP requests',
    labelNames: ['route', 'status'],
    buckets: [0.001, 0.005, 0.025, 0.1, 0.5, 2.5],
    registers: [this.registry],
  });
  private readonly sockets = new Gauge({ name: 'muster_sockets', help: 'Open websockets', registers: [this.registry] });
  private readonly commits = new Histogram({
    name: 'muster_commit_seconds',
    help: 'From handing entries to the store until they are on disk',
    buckets: [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.5],
    registers: [this.registry],
  });
  private readonly groups = new Histogram({
    name: 'muster_commit_entries',
    help: 'Entries of a commit group',
    buckets: [1, 2, 5, 10, 50, 250, 1_000],
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  get contentType(): string {
    return this.registry.contentType;
  }
  text(): Promise<string> {
    return this.registry.metrics();
  }
  placed(count: number): void {
    this.entries.inc(count);
    this.groups.observe(count);
  }
  /** Measures a commit; one that fails is not one. */
  async commit(write: () => Promise<void>): Promise<void> {
    const started = performance.now();
    await write();
    this.commits.observe((performance.now() - started) / 1_000);
  }
  refused(problem: EntryProblem): void {
    this.refusals.inc({ problem });
  }
  refusal(kind: RefusalKind): void {
    this.turnedAway.inc({ kind });
  }
  dropped(kind: DroppedFrame): void {
    this.frames.inc({ kind });
  }
  request(route: string, status: number, milliseconds: number): void {
    this.requests.observe({ route, status: String(status) }, milliseconds / 1_000);
  }
  socketCount(count: number): void {
    this.sockets.set(count);
  }
}
