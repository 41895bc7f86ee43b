import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import type { HashHex } from '../../shared/base/hash.ts';
import { err, ok, type Result } from '../../shared/base/result.ts';
import { externalId, hash, type SourceId, sourceId } from '../../shared/model/ids.ts';
import { type ApiError, type SourceSettings, sourceSettings } from '../../shared/wire/http.ts';

const settingsFile = z.object({ sources: z.array(sourceSettings) }).strict();

/** What the runner must remember beside the settings. */
const runnerState = z
  .object({
    /** Records that a person did not choose when they took over a plan: never added by themselves. */
    leftOut: z.record(sourceId, z.array(externalId)),
    /** Decisions on held parts that no run has met again yet. */
    decisions: z.record(hash, z.enum(['release', 'discard'])),
  })
  .strict();

export interface RunnerState {
  readonly leftOut: Map<SourceId, ReadonlySet<z.infer<typeof externalId>>>;
  readonly decisions: Map<HashHex, 'release' | 'discard'>;
}

/** Written to the side and renamed, so that a crash leaves the old or the new file; readable by its user alone. */
function writeAtomically(path: string, value: unknown): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const aside = `${path}.new`;
  writeFileSync(aside, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600, flush: true });
  renameSync(aside, path);
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as unknown;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    return null;
  }
}

export function readSettings(path: string): Result<readonly SourceSettings[], ApiError> {
  const raw = readJson(path);
  if (raw === undefined) return ok([]);
  const parsed = settingsFile.safeParse(raw);
  if (parsed.success) return ok(parsed.data.sources);
  const issue = parsed.error.issues[0];
  const where = issue?.path.map(String).join('.') || 'the file';
  return err({
    code: 'bad settings',
    message: `${path}: ${where}: ${issue?.message ?? 'not JSON'}`,
    wayOut: 'Correct or remove the file.',
    retry: false,
  });
}

export const writeSettings = (path: string, sources: readonly SourceSettings[]): void => writeAtomically(path, { sources });

const statePath = (settings: string): string => join(dirname(settings), 'runner.json');

/** A state that cannot be read is an empty one: it can only make the runner ask again. */
export function readState(settings: string): RunnerState {
  const parsed = runnerState.safeParse(readJson(statePath(settings)));
  const { leftOut, decisions } = parsed.success ? parsed.data : { leftOut: {}, decisions: {} };
  return {
    leftOut: new Map(Object.entries(leftOut).map(([id, ids]) => [id as SourceId, new Set(ids)])),
    decisions: new Map(Object.entries(decisions) as [HashHex, 'release' | 'discard'][]),
  };
}

export function writeState(settings: string, state: RunnerState): void {
  const leftOut = Object.fromEntries([...state.leftOut].map(([id, ids]) => [id, [...ids]]));
  writeAtomically(statePath(settings), { leftOut, decisions: Object.fromEntries(state.decisions) });
}
