import type { RandomBytes } from '../../shared/base/clock.ts';
import { err } from '../../shared/base/result.ts';
import { type Instant, toInstant } from '../../shared/base/time.ts';
import type { ChangeAt, CommitProblem, EngineApi, EngineStatus } from '../../shared/bridge/engine.ts';
import type { Place } from '../../shared/model/ids.ts';
import type { Register } from '../../shared/register/register.ts';
import { teamView } from '../../shared/register/teamView.ts';
import type { Counts } from '../../shared/register/view.ts';
import type { ApiError } from '../../shared/wire/http.ts';
import { copyRecords, plannedCopy } from './copying.ts';
import { commit, editorToken, newIdentity, newParty, undo, withdraw } from './editing.ts';
import { exportRows } from './exportRows.ts';
import type { Joining } from './joining.ts';
import type { ServerCalls } from './serverCalls.ts';
import type { SpaceSession } from './spaceSession.ts';
import { confirmDevice, invite, remitReach, waitingDevice } from './team.ts';

export interface EngineParts {
  readonly session: () => SpaceSession | undefined;
  readonly status: () => EngineStatus;
  readonly joining: Joining;
  readonly server: string;
  readonly now: () => number;
  readonly random: RandomBytes;
  readonly onOwnChange: () => void;
}

/** The engine's interface over whatever space is open; while none is, the register is empty. */
export function engineApi(parts: EngineParts): EngineApi {
  return { ...questions(parts), ...changes(parts), ...people(parts), ...forwarded(parts.session) };
}

type Questions = Pick<
  EngineApi,
  | 'status'
  | 'window'
  | 'ids'
  | 'counts'
  | 'row'
  | 'identity'
  | 'field'
  | 'inbox'
  | 'sources'
  | 'parties'
  | 'writeBacks'
  | 'activity'
  | 'suggestions'
  | 'search'
  | 'preview'
  | 'exportRows'
  | 'changeAt'
  | 'copyRecords'
  | 'planCopy'
>;

function questions({ session, status, now }: EngineParts): Questions {
  const register = () => session()?.register;
  const whole = () => wholeOf(session).then((open) => open?.register);
  const incomplete = () => (session()?.opening.progress === undefined ? {} : { incomplete: true as const });
  return {
    status: async () => status(),
    window: async (query, from, count) => ({
      ...(register()?.window(query, from, count) ?? { total: 0, from, rows: [] }),
      ...incomplete(),
    }),
    counts: async (query) => ({ ...(register()?.counts(query) ?? NO_COUNTS), ...incomplete() }),
    row: async (id) => register()?.row(id),
    ids: async (query) => (await whole())?.ids(query) ?? [],
    identity: async (id) => (await whole())?.identity(id),
    field: async (id, field) => (await whole())?.field(id, field),
    inbox: async () => (await whole())?.inbox() ?? [],
    sources: async () => (await whole())?.sources() ?? [],
    parties: async () => (await whole())?.parties() ?? [],
    writeBacks: async () => (await whole())?.writeBacks() ?? [],
    activity: async (options) => (await whole())?.activity(options) ?? [],
    suggestions: async (field, text, limit) => (await whole())?.suggestions(field, text, limit) ?? [],
    search: async (text, limit) => (await whole())?.search(text, limit) ?? [],
    preview: async (ids, change) => (await whole())?.preview(ids, change) ?? NO_PREVIEW,
    exportRows: async (query, columns, format) =>
      exportRows(opened(await wholeOf(session)).register, query, columns, format, status().space?.sample === true),
    changeAt: async (place) => changeAt(await whole(), place),
    copyRecords: async (ids) => {
      const open = await wholeOf(session);
      return open ? copyRecords(open, ids, toInstant(now())) : err(NOT_REACHED);
    },
    planCopy: async (bytes, namesakes) => {
      const open = await wholeOf(session);
      return open ? plannedCopy(open, bytes, namesakes) : err(NOT_REACHED);
    },
  };
}

/** The space once all of it is here: half a list that looks like a whole one would be acted upon. */
async function wholeOf(session: EngineParts['session']): Promise<SpaceSession | undefined> {
  await session()?.opening.whole;
  return session();
}

function changeAt(register: Register | undefined, place: number): ChangeAt | undefined {
  const [found] = register?.entries({ before: (place + 1) as Place, limit: 1 }) ?? [];
  const at = found?.entry.receipt?.at;
  if (found?.entry.place !== place || at === undefined) return undefined;
  return { place, at: at as Instant, who: found.line.who, what: found.line.what };
}

type Changes = Pick<EngineApi, 'openEditor' | 'commit' | 'newParty' | 'newIdentity' | 'undo' | 'withdraw' | 'presence' | 'dismissRefused'>;

function changes({ session, random, onOwnChange }: EngineParts): Changes {
  return {
    openEditor: async () => editorToken(opened(await wholeOf(session))),
    commit: async (acts, token, label) => {
      const open = await wholeOf(session);
      return open ? commit(open, acts, token, label) : err(NOT_OPEN);
    },
    newParty: async (name, kind) => newParty(random, name, kind),
    newIdentity: async (name, kind) => newIdentity(random, name, kind),
    undo: async () => {
      const open = await wholeOf(session);
      return open ? undo(open) : err(NOT_OPEN);
    },
    withdraw: async (acts, why) => {
      const open = await wholeOf(session);
      return open ? withdraw(open, acts, why) : err(NOT_OPEN);
    },
    presence: async (where) => session()?.presence(where),
    dismissRefused: async (id) => {
      await session()?.own.dismiss(id);
      onOwnChange();
    },
  };
}

type People = Pick<
  EngineApi,
  | 'team'
  | 'remitReach'
  | 'invite'
  | 'waitingDevice'
  | 'confirmDevice'
  | 'enrol'
  | 'signInInfo'
  | 'beginSignIn'
  | 'finishSignIn'
  | 'askToJoin'
  | 'trustServer'
  | 'startAnew'
>;

function people({ session, joining, random, server, now }: EngineParts): People {
  const { enrol, signInInfo, beginSignIn, finishSignIn, askToJoin, trustServer, startAnew } = joining;
  return {
    ...{ enrol, signInInfo, beginSignIn, finishSignIn, askToJoin, trustServer, startAnew },
    team: async () => {
      const open = await wholeOf(session);
      return open && teamView(open.ledger, open.device.signer.publicKey, now());
    },
    remitReach: async (condition) => {
      const open = await wholeOf(session);
      return open ? remitReach(open.register, condition) : { covers: 0 };
    },
    invite: async (request) => {
      const open = await wholeOf(session);
      return open ? invite(open, random, { server, now: now() }, request) : err(NOT_OPEN);
    },
    waitingDevice: async (code) => {
      const open = await wholeOf(session);
      return open ? waitingDevice(open, code) : err(NOT_REACHED);
    },
    confirmDevice: async (waiting, person) => {
      const open = await wholeOf(session);
      return open ? confirmDevice(open, waiting, person) : err(NOT_OPEN);
    },
  };
}

/** The server's part of the interface, of whichever space is open when it is called. */
function forwarded(session: EngineParts['session']): ServerCalls {
  const call = <K extends keyof ServerCalls>(name: K): ServerCalls[K] =>
    (async (...args: unknown[]) => {
      const open = session();
      if (!open) return err(NOT_REACHED);
      return (open.calls[name] as (...args: unknown[]) => unknown)(...args);
    }) as unknown as ServerCalls[K];
  return {
    addSource: call('addSource'),
    updateSource: call('updateSource'),
    removeSource: call('removeSource'),
    configuredSources: call('configuredSources'),
    dryRun: call('dryRun'),
    plan: call('plan'),
    applyPlan: call('applyPlan'),
    runSource: call('runSource'),
    reread: call('reread'),
    planWrite: call('planWrite'),
    upload: call('upload'),
    recordHistory: call('recordHistory'),
    teamSeen: call('teamSeen'),
    prepareRekey: call('prepareRekey'),
    webhook: call('webhook'),
    setWebhook: call('setWebhook'),
    sample: call('sample'),
    createSnapshot: call('createSnapshot'),
    snapshotJob: call('snapshotJob'),
    cancelSnapshot: call('cancelSnapshot'),
    snapshotFile: call('snapshotFile'),
  };
}

function opened(session: SpaceSession | undefined): SpaceSession {
  if (!session) throw new Error('no register is open yet');
  return session;
}

const NOT_OPEN: CommitProblem = { code: 'not enrolled', message: 'No register is open yet.', wayOut: 'Wait until it is loaded.' };
const NOT_REACHED: ApiError = {
  code: 'offline',
  message: 'The server has not been reached yet.',
  wayOut: 'Try again when the page is connected.',
  retry: true,
};
const NO_PREVIEW = { acts: [], records: 0, unchanged: 0, conflictsSettled: 0, drift: 0, refused: [], examples: [] } as const;
export const NO_COUNTS: Counts = {
  identities: 0,
  credentials: 0,
  unbound: 0,
  parties: 0,
  noOwner: 0,
  unregistered: 0,
  overdue: 0,
  privileged: 0,
  cannotEvaluate: 0,
  conflicts: 0,
  expiring: 0,
  missing: 0,
};
