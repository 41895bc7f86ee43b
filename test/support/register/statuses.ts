import { toInstant } from '../../../shared/base/time.ts';
import type { CoverageId, ExternalId, SourceId } from '../../../shared/model/ids.ts';
import type { SourceStatus } from '../../../shared/model/status.ts';

const HOUR = 3_600_000;
const NONE = { added: 0, changed: 0, missing: 0, returned: 0, deleted: 0, unchanged: 0, held: 0 };

export interface StatusOptions {
  readonly private?: boolean;
  readonly held?: readonly string[];
  readonly mechanism?: SourceStatus['mechanism'];
  readonly coverages?: readonly string[];
  readonly kind?: string;
  readonly gap?: boolean;
}

/** A source whose coverages were all complete at `asOf`. */
export function statusOf(source: SourceId, asOf: number, options: StatusOptions = {}): SourceStatus {
  const at = toInstant(asOf);
  const coverages = options.coverages ?? ['c0', 'c1'];
  const held = (options.held ?? []).map((id) => ({ change: 'missing' as const, externalId: id as ExternalId, name: id, type: 'identity' }));
  return {
    source,
    kind: options.kind ?? 'ldap',
    label: source.toUpperCase(),
    visibility: options.private ? 'private' : 'space',
    mechanism: options.mechanism ?? 'batch',
    cadence: HOUR,
    levels: { reporting: 24 * HOUR, control: HOUR },
    lag: 0,
    state: 'idle',
    heartbeat: at,
    coverage: coverages.map((id) => ({
      id: id as CoverageId,
      label: id,
      completeAsOf: at,
      lastAttempt: at,
      outcome: 'complete',
      records: 1,
      ...(options.gap ? { gap: true } : {}),
    })),
    runs: [
      { id: 1, started: at, ended: at, asOf: at, outcome: 'complete', counts: { ...NONE, added: 3 }, problems: [], trigger: 'schedule' },
    ],
    held:
      held.length > 0
        ? [
            {
              digest: 'd'.repeat(64) as SourceStatus['held'][number]['digest'],
              rules: ['removals'],
              explanation: 'removes too many',
              since: at,
              counts: { ...NONE, held: held.length },
              sample: held,
            },
          ]
        : [],
    rereads: [],
    needs: [],
  };
}
