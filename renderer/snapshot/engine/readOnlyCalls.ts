import { err } from '../../../shared/base/result.ts';
import type { CommitProblem, EngineApi } from '../../../shared/bridge/engine.ts';
import { SNAPSHOT_READ_ONLY } from '../../../shared/bridge/snapshot.ts';
import type { ApiError } from '../../../shared/wire/http.ts';

const WAY_OUT = 'Close the snapshot to get back to the live register.';
const COMMIT: CommitProblem = { code: 'read only', message: SNAPSHOT_READ_ONLY, wayOut: WAY_OUT };
const CALL: ApiError = { code: 'read only', message: SNAPSHOT_READ_ONLY, wayOut: WAY_OUT, retry: false };

const commit = async () => err(COMMIT);
const call = async () => err(CALL);
const broken = async (): Promise<never> => {
  throw new Error(SNAPSHOT_READ_ONLY);
};

type Reading =
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
  | 'exportRows'
  | 'recordHistory'
  | 'changeAt';

/** Everything that would write, or ask a server: each answers with the typed problem that it answers with elsewhere. */
export const READ_ONLY_CALLS: Omit<EngineApi, Reading> = {
  openEditor: broken,
  preview: async (ids) => ({
    acts: [],
    records: 0,
    unchanged: 0,
    conflictsSettled: 0,
    drift: 0,
    refused: ids.slice(0, 1).map((id) => ({ id, name: '', reason: SNAPSHOT_READ_ONLY })),
    examples: [],
  }),
  commit,
  newParty: broken,
  newIdentity: broken,
  undo: commit,
  withdraw: commit,
  presence: async () => undefined,
  enrol: call,
  copyRecords: call,
  planCopy: call,
  dismissRefused: async () => undefined,
  addSource: call,
  updateSource: call,
  removeSource: call,
  configuredSources: call,
  dryRun: call,
  plan: call,
  applyPlan: call,
  runSource: call,
  reread: call,
  planWrite: call,
  upload: call,
  team: async () => undefined,
  teamSeen: call,
  remitReach: async () => ({ covers: 0, problem: SNAPSHOT_READ_ONLY }),
  invite: commit,
  waitingDevice: call,
  confirmDevice: commit,
  prepareRekey: call,
  signInInfo: call,
  beginSignIn: call,
  finishSignIn: call,
  askToJoin: call,
  trustServer: call,
  startAnew: call,
  webhook: call,
  setWebhook: call,
  sample: call,
  createSnapshot: call,
  snapshotJob: call,
  cancelSnapshot: call,
  snapshotFile: call,
};
