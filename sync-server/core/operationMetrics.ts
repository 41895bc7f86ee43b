import { statSync } from 'node:fs';
import { Gauge, type Registry } from 'prom-client';
import { parseTime } from '../../shared/base/time.ts';
import type { Core } from './core.ts';

type Labels = Record<string, string>;

/** Registers a gauge that is read anew each time somebody asks. */
function gauge(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly string[],
  read: () => Iterable<[Labels, number]>,
): void {
  new Gauge({
    name,
    help,
    labelNames: [...labelNames],
    registers: [registry],
    collect() {
      this.reset();
      for (const [labels, value] of read()) this.set(labels, value);
    },
  });
}

/** What operations watch of a running server, read when it is asked for. Labels are kinds: never a name, an id or an address. */
export function registerOperationMetrics(registry: Registry, core: Core, store: string): void {
  gauge(registry, 'muster_ledger_place', 'The highest place of the ledger that is on disk', [], () => [[{}, core.durablePlace]]);
  gauge(registry, 'muster_document_sockets', 'Open websockets by kind of document', ['document'], () =>
    Object.entries(core.openSockets()).map(([document, count]): [Labels, number] => [{ document }, count]),
  );
  gauge(registry, 'muster_store_bytes', 'Size of the store on disk', ['file'], () => [
    [{ file: 'store' }, sizeOf(store)],
    [{ file: 'log' }, sizeOf(`${store}-wal`)],
  ]);
  gauge(registry, 'muster_sources', 'Sources by kind and by how their last run ended', ['kind', 'outcome'], () => sourceCounts(core));
  gauge(registry, 'muster_source_age_seconds', 'Time since the last run of the source of this kind that ran longest ago', ['kind'], () =>
    oldestRuns(core),
  );
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

interface LastRun {
  readonly kind: string;
  readonly outcome: string;
  /** Milliseconds; undefined when it never ran. */
  readonly ended: number | undefined;
}

function* lastRuns(core: Core): Generator<LastRun> {
  for (const { id, removed } of core.sources.catalog()) {
    const status = removed === true ? undefined : core.sources.status(id);
    if (!status) continue;
    const run = status.runs.at(-1);
    yield { kind: status.kind, outcome: run?.outcome ?? 'never ran', ended: run && parseTime(run.ended) };
  }
}

function sourceCounts(core: Core): [Labels, number][] {
  const counts = new Map<string, [Labels, number]>();
  for (const { kind, outcome } of lastRuns(core)) {
    const key = `${kind}/${outcome}`;
    counts.set(key, [{ kind, outcome }, (counts.get(key)?.[1] ?? 0) + 1]);
  }
  return [...counts.values()];
}

function oldestRuns(core: Core): [Labels, number][] {
  const oldest = new Map<string, number>();
  for (const { kind, ended } of lastRuns(core)) {
    if (ended !== undefined) oldest.set(kind, Math.min(oldest.get(kind) ?? ended, ended));
  }
  return [...oldest].map(([kind, ended]) => [{ kind }, Math.max(0, (core.now() - ended) / 1_000)]);
}
