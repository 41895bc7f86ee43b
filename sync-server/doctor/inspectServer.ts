import { type Millis, parseTime } from '../../shared/base/time.ts';
import type { Core } from '../core/core.ts';
import type { TlsIdentity } from '../network/tlsIdentity.ts';
import type { RunnerService } from '../runner/runnerService.ts';
import { checkCertificate } from './checkCertificate.ts';
import { checkClock } from './checkClock.ts';
import { checkSources } from './checkSources.ts';
import type { ClockWatch } from './clockWatch.ts';
import type { Diagnosis } from './diagnosis.ts';

export interface InspectedServer {
  readonly core: Core;
  readonly runner: RunnerService;
  readonly watch: ClockWatch;
  readonly certificate: () => TlsIdentity | undefined;
  readonly publicUrl: URL | undefined;
  /** Whether sources run by themselves. */
  readonly background: boolean;
}

/** What only a server knows of itself: its clock against what it holds, its certificate, and whether its sources answer. */
export async function inspectServer({ core, runner, watch, certificate, publicUrl, background }: InspectedServer): Promise<Diagnosis[]> {
  const now = core.now();
  const expectsNews = background && runner.list().some(({ paused }) => paused !== true);
  const clock = checkClock({ now, newest: newestTime(core), moved: watch.moved, expectsNews });
  const identity = certificate();
  const own = identity ? [checkCertificate(identity, publicUrl?.hostname, now)] : [];
  return [clock, ...own, ...(await checkSources(runner))];
}

/** By this computer's clock of then: the last receipt, and the last run of each source. */
function newestTime(core: Core): Millis | undefined {
  const [last] = core.ledger.lines({ limit: 1 });
  const runs = core.sources.catalog().map(({ id }) => core.sources.status(id)?.runs.at(-1)?.ended);
  const times = [last?.receipt?.at, ...runs].flatMap((text) => (text === undefined ? [] : (parseTime(text) ?? [])));
  return times.length === 0 ? undefined : Math.max(...times);
}
