import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import * as z from 'zod';
import { toInstant } from '../../../shared/base/time.ts';
import type { Connector, ConnectorContext, ConnectorMessage } from '../../../sync-server/connectors/connector.ts';

const settings = z
  .object({
    /** A JSON file that says what to do: see `Script`. It is read anew on each run, as a real source is. */
    script: z.string(),
    cadence: z.number().default(3_600_000),
    private: z.boolean().default(false),
    watch: z.boolean().default(false),
    password: z.unknown().optional(),
  })
  .strict();
type Settings = z.infer<typeof settings>;

/** What the source does on a run. */
export interface Script {
  readonly place?: string;
  readonly behaviour?: 'crash' | 'hang' | 'spin' | 'explode' | 'slow' | 'throw late';
  readonly coverages: readonly {
    readonly id: string;
    readonly outcome?: 'complete' | 'partial' | 'failed';
    readonly records: readonly Record<string, unknown>[];
    readonly flood?: number;
  }[];
  readonly problem?: { readonly code: 'unreachable'; readonly message: string; readonly retry: boolean };
  readonly reread?: Record<string, unknown> | 'gone' | 'nothing';
}

const read = ({ script }: Settings): Script => JSON.parse(readFileSync(script, 'utf8')) as Script;

async function misbehave(script: Script, signal: AbortSignal): Promise<void> {
  switch (script.behaviour) {
    case 'crash':
      return process.exit(3);
    case 'hang':
      return wait(3_600_000, undefined, { signal });
    case 'spin':
      for (;;) Math.sqrt(2);
    case 'explode': {
      const kept: string[][] = [];
      for (;;) kept.push(Array.from({ length: 100_000 }, (_, index) => `${index}${kept.length}`));
    }
    case 'slow':
      return wait(400, undefined, { signal });
    default:
      return;
  }
}

async function* list(context: ConnectorContext<Settings>): AsyncGenerator<ConnectorMessage> {
  const script = read(context.settings);
  if (script.place) yield { kind: 'place', place: script.place };
  for (const { id, outcome = 'complete', records, flood = 0 } of script.coverages) {
    const coverage = id as never;
    yield { kind: 'coverage', coverage, label: id, asOf: toInstant(context.clock()) };
    for (const record of records) yield { kind: 'record', record: { ...shell, ...record, coverage } as never };
    for (let index = 0; index < flood; index++) yield { kind: 'record', record: { ...shell, externalId: `f${index}`, coverage } as never };
    await misbehave(script, context.signal);
    yield { kind: 'coverageDone', coverage, outcome, problems: script.problem ? [script.problem] : [] };
  }
  if (script.behaviour === 'throw late') throw new RangeError('a value that must not be shown');
}

const shell = { type: 'identity', kind: 'service account', keys: [], aliases: [], fields: {} };

async function* reread(context: ConnectorContext<Settings>, externalId: string): AsyncGenerator<ConnectorMessage> {
  const { reread: answer } = read(context.settings);
  if (answer === 'gone') yield { kind: 'deleted', externalId: externalId as never, evidence: 'event', at: toInstant(context.clock()) };
  else if (answer && answer !== 'nothing')
    yield { kind: 'record', record: { ...shell, coverage: 'production', ...answer, externalId } as never };
}

export const connector: Connector<Settings> = {
  kind: 'scripted',
  settings,
  fields: [
    'name',
    'owner',
    'team',
    'status',
    'purpose',
    'description',
    'lastUsed',
    'boundary',
    'fingerprint',
    'issuer',
    'serial',
    'expires',
  ],
  traits: ({ script, cadence, private: isPrivate, watch }) => ({
    mechanism: 'poll',
    cadence,
    levels: { reporting: 86_400_000, control: 900_000 },
    lag: 0,
    private: isPrivate,
    watch: watch ? [`file:${script}`] : [],
    label: 'Scripted source',
  }),
  list,
  reread,
};
