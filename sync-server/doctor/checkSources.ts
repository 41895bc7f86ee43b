import { setTimeout as wait } from 'node:timers/promises';
import type { Result } from '../../shared/base/result.ts';
import type { ApiError, DryRunReply, SourceSettings } from '../../shared/wire/http.ts';
import type { RunnerService } from '../runner/runnerService.ts';
import { type Diagnosis, failed, fine, warning } from './diagnosis.ts';

/** A source that says nothing for this long is given up. */
const QUIET = '15s';
/** However much it says. */
const LONGEST = 30_000;

/** Asks each source as a dry run does that only lists: nothing is written, and nothing is kept. */
export async function checkSources(runner: RunnerService): Promise<Diagnosis[]> {
  const all = runner.list();
  if (all.length === 0) return [fine('sources', 'No source is configured.')];
  return Promise.all(all.map((settings) => checkSource(runner, settings)));
}

async function checkSource(runner: RunnerService, settings: SourceSettings): Promise<Diagnosis> {
  const check = `source ${settings.id}`;
  const { signal, cancel } = stopwatch();
  const asked = runner.dryRun({ ...settings, timeout: QUIET }, { mode: 'list only', keep: false });
  const reply = await Promise.race([asked, wait(LONGEST, undefined, { signal }).catch(() => undefined)]);
  cancel();
  if (reply === undefined)
    return failed(check, 'It did not come to an end in 30 s.', 'Check that it is not overloaded, or ask it for less at once.');
  return described(check, settings, reply);
}

function stopwatch(): { signal: AbortSignal; cancel: () => void } {
  const controller = new AbortController();
  return { signal: controller.signal, cancel: () => controller.abort() };
}

function described(check: string, { kind, paused }: SourceSettings, reply: Result<DryRunReply, ApiError>): Diagnosis {
  if (!reply.ok) return failed(check, `${reply.error.message}.`, reply.error.wayOut ?? 'Correct its settings.');
  const { outcome, problems } = reply.value;
  const [first] = problems;
  const pause = paused === true ? ' It is paused.' : '';
  if (!first) return fine(check, `It answers (${kind}).${pause}`);
  const more = problems.length > 1 ? ` and ${problems.length - 1} more` : '';
  const text = `${first.message}${more}.${pause}`;
  const wayOut = first.wayOut ?? 'See the source in the app.';
  return outcome === 'failed' ? failed(check, text, wayOut) : warning(check, text, wayOut);
}
