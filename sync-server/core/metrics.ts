import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

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
  refused(problem: string): void {
    this.refusals.inc({ problem });
  }
  dropped(kind: string): void {
    this.frames.inc({ kind });
  }
  request(route: string, status: number, milliseconds: number): void {
    this.requests.observe({ route, status: String(status) }, milliseconds / 1_000);
  }
  socketCount(count: number): void {
    this.sockets.set(count);
  }
}
