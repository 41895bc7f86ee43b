import type { EngineApi, EngineEvent, EngineStart } from './engine.ts';

/**
 * What travels between a page and the engine's worker. A page starts with `start`, then calls methods by number; the
 * worker answers each number once and sends events unasked. Plain values only: they are structured clones.
 */
export type PageMessage<Start = EngineStart, Method = keyof EngineApi> =
  | { readonly kind: 'start'; readonly start: Start }
  | { readonly kind: 'call'; readonly id: number; readonly method: Method; readonly arguments: readonly unknown[] }
  /** Only a page may ask for persistent storage; it tells what the browser answered. */
  | { readonly kind: 'persisted'; readonly persisted: boolean }
  /** A page that goes away: a MessagePort does not say so by itself. */
  | { readonly kind: 'bye' };

export type WorkerMessage =
  | { readonly kind: 'value'; readonly id: number; readonly value: unknown }
  /** One line; a call fails this way only when the engine itself is broken, everything expected is a `Result`. */
  | { readonly kind: 'failure'; readonly id: number; readonly message: string }
  | { readonly kind: 'event'; readonly event: EngineEvent };

/** Every method of the engine; the worker answers no other. A record, so that a method which is missing here does not compile. */
const METHODS: Readonly<Record<keyof EngineApi, true>> = {
  status: true,
  window: true,
  ids: true,
  counts: true,
  row: true,
  identity: true,
  field: true,
  inbox: true,
  sources: true,
  parties: true,
  writeBacks: true,
  activity: true,
  suggestions: true,
  search: true,
  openEditor: true,
  preview: true,
  commit: true,
  newParty: true,
  newIdentity: true,
  undo: true,
  withdraw: true,
  presence: true,
  enrol: true,
  exportRows: true,
  copyRecords: true,
  planCopy: true,
  dismissRefused: true,
  addSource: true,
  updateSource: true,
  removeSource: true,
  configuredSources: true,
  dryRun: true,
  plan: true,
  applyPlan: true,
  runSource: true,
  reread: true,
  planWrite: true,
  upload: true,
  recordHistory: true,
  team: true,
  teamSeen: true,
  remitReach: true,
  invite: true,
  waitingDevice: true,
  confirmDevice: true,
  prepareRekey: true,
  signInInfo: true,
  beginSignIn: true,
  finishSignIn: true,
  askToJoin: true,
  trustServer: true,
  startAnew: true,
  webhook: true,
  setWebhook: true,
  sample: true,
  createSnapshot: true,
  snapshotJob: true,
  cancelSnapshot: true,
  snapshotFile: true,
  changeAt: true,
};
export const ENGINE_METHODS = Object.keys(METHODS) as readonly (keyof EngineApi)[];
export const isEngineMethod = (name: unknown): name is keyof EngineApi => typeof name === 'string' && Object.hasOwn(METHODS, name);
