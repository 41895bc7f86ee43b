import type { AuditKey } from './sqliteAudit.ts';
import type { StatusKey, StorageWrite, VersionKey } from './storage.ts';

/** What the storage asks its worker. Reads name a method of `SqliteDatabase`. */
export type SqliteRequest =
  | { readonly id: number; readonly kind: 'commit'; readonly writes: readonly StorageWrite[] }
  | { readonly id: number; readonly kind: 'close' }
  /** Copies the store into a file that is there and empty. */
  | { readonly id: number; readonly kind: 'copy'; readonly path: string }
  | { readonly id: number; readonly kind: SqliteRead; readonly args: readonly ReadArgument[] };

export type ReadArgument = string | number | VersionKey | StatusKey | AuditKey | undefined;

export type SqliteRead =
  | 'meta'
  | 'entries'
  | 'document'
  | 'sources'
  | 'versions'
  | 'versionsPage'
  | 'statusesPage'
  | 'recordCount'
  | 'evidence'
  | 'refused'
  | 'auditRows'
  | 'auditStructure';

export type SqliteReply =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly message: string; readonly placeTaken: boolean; readonly damaged?: string };
