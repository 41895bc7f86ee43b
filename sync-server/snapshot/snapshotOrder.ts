import type { Manifest } from '../../shared/snapshot/format.ts';
import type { DerivedFrom } from '../../shared/snapshot/replayed.ts';

/** Names of the working files beside each other in the folder of a job, and of what comes of them. */
export const WORK = { ledger: 'ledger', records: 'records', statuses: 'statuses', result: 'result' } as const;

/** What the server's thread knows of a snapshot; the worker adds the parts. */
export type ManifestDraft = Omit<Manifest, 'parts'> & DerivedFrom;

export interface SnapshotOrder {
  readonly folder: string;
  readonly draft: ManifestDraft;
  /** `report`: only `report.html`. */
  readonly format: 'muster' | 'report';
}

export type FromSnapshotWorker =
  | { readonly kind: 'progress'; readonly what: string; readonly done: number }
  /** Answered with `signature`: the key never leaves the server's thread. */
  | { readonly kind: 'sign'; readonly manifest: Uint8Array }
  | { readonly kind: 'done'; readonly bytes: number }
  /** `message` is for the log: it may quote what was read. */
  | { readonly kind: 'failed'; readonly code: string; readonly message: string };

export interface ToSnapshotWorker {
  readonly kind: 'signature';
  readonly signature: Uint8Array;
}
