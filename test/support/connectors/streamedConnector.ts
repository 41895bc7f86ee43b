import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import * as z from 'zod';
import { toInstant } from '../../../shared/base/time.ts';
import type { Connector, ConnectorContext, ConnectorMessage } from '../../../sync-server/connectors/connector.ts';

const settings = z
  .object({
    /** A folder with `state.json` (what a listing finds), `log` (one event a line) and `calls` (what was asked of this source). */
    folder: z.string(),
    heartbeat: z.number().default(100),
    mechanismOf: z.enum(['stream', 'event', 'poll']).default('stream'),
    fullListing: z.number().optional(),
  })
  .strict();
type Settings = z.infer<typeof settings>;

/** What a listing finds. */
export interface StreamedState {
  readonly outcome?: 'complete' | 'partial' | 'failed';
  readonly place?: string;
  readonly records: readonly Record<string, unknown>[];
}

/** One line of the log. */
export type StreamedEvent =
  | { readonly record: Record<string, unknown>; readonly at?: string }
  | { readonly gone: string; readonly at: string }
  | { readonly hint: string }
  | { readonly do: 'gap' | 'break' | 'silence' };

const COVERAGE = 'production' as never;
const shell = { type: 'identity', kind: 'service account', keys: [], aliases: [], fields: {}, coverage: COVERAGE };

const stateOf = ({ folder }: Settings): StreamedState => JSON.parse(readFileSync(`${folder}/state.json`, 'utf8')) as StreamedState;
const logOf = ({ folder }: Settings): StreamedEvent[] =>
  existsSync(`${folder}/log`)
    ? readFileSync(`${folder}/log`, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as StreamedEvent)
    : [];
const note = ({ folder }: Settings, call: string): void => appendFileSync(`${folder}/calls`, `${call}\n`);

async function* list(context: ConnectorContext<Settings>): AsyncGenerator<ConnectorMessage> {
  const { cursor } = context;
  const delta = context.settings.mechanismOf === 'poll' && cursor !== undefined;
  note(context.settings, delta ? `delta ${cursor}` : 'list');
  const log = logOf(context.settings);
  const { outcome = 'complete', place, records } = stateOf(context.settings);
  if (place) yield { kind: 'place', place };
  yield { kind: 'coverage', coverage: COVERAGE, label: 'production', asOf: toInstant(context.clock()) };
  yield { kind: 'checkpoint', cursor: String(log.length) };
  if (delta) for (const event of log.slice(Number(cursor))) yield* messagesOf(event);
  else for (const record of records) yield { kind: 'record', record: { ...shell, ...record } as never };
  yield { kind: 'coverageDone', coverage: COVERAGE, outcome: delta && outcome === 'complete' ? 'delta' : outcome, problems: [] };
}

function* messagesOf(event: StreamedEvent): Generator<ConnectorMessage> {
  if ('record' in event) {
    const at = event.at === undefined ? {} : { at: event.at as never };
    yield { kind: 'record', record: { ...shell, ...event.record } as never, ...at };
  } else if ('gone' in event) yield { kind: 'deleted', externalId: event.gone as never, evidence: 'event', at: event.at as never };
  else if ('hint' in event) yield { kind: 'hint', externalId: event.hint as never };
  else if (event.do === 'gap') yield { kind: 'gap', coverage: COVERAGE, reason: 'the log was cut' };
}

async function* follow(context: ConnectorContext<Settings>): AsyncGenerator<ConnectorMessage> {
  note(context.settings, `follow ${context.cursor ?? 'from now'}`);
  let next = context.cursor === undefined ? logOf(context.settings).length : Number(context.cursor);
  let beaten = 0;
  while (!context.signal.aborted) {
    for (const event of logOf(context.settings).slice(next)) {
      next++;
      if ('do' in event && event.do === 'break') throw new RangeError('a value that must not be shown');
      if ('do' in event && event.do === 'silence') await wait(3_600_000, undefined, { signal: context.signal }).catch(() => undefined);
      yield* messagesOf(event);
      yield { kind: 'checkpoint', cursor: String(next) };
    }
    if (context.clock() - beaten >= context.settings.heartbeat) {
      beaten = context.clock();
      yield { kind: 'heartbeat', at: toInstant(beaten) };
    }
    await wait(10, undefined, { signal: context.signal }).catch(() => undefined);
  }
}

async function* reread(context: ConnectorContext<Settings>, externalId: string): AsyncGenerator<ConnectorMessage> {
  note(context.settings, `reread ${externalId}`);
  const record = stateOf(context.settings).records.find((one) => one.externalId === externalId);
  if (record) yield { kind: 'record', record: { ...shell, ...record } as never };
}

export const connector: Connector<Settings> = {
  kind: 'streamed',
  settings,
  fields: ['name', 'owner', 'team', 'status', 'purpose'],
  traits: ({ heartbeat, mechanismOf, fullListing }) => ({
    mechanism: mechanismOf,
    cadence: 3_600_000,
    levels: { reporting: 86_400_000, control: 900_000 },
    lag: 0,
    ...(mechanismOf === 'poll' ? {} : { heartbeat }),
    ...(fullListing === undefined ? {} : { fullListing }),
    private: false,
    watch: [],
    label: 'Streamed source',
  }),
  list,
  follow,
  reread,
};
