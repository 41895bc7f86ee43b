import * as z from 'zod';
import { utf8 } from '../../shared/base/bytes.ts';
import { canonicalJson } from '../../shared/base/json.ts';
import { signedMessage } from '../../shared/base/signature.ts';
import { deviceId, hash, spaceId } from '../../shared/model/ids.ts';
import { instant } from '../../shared/model/record.ts';

/**
 * A backup is a tar file (POSIX.1-2001): the members that `isBackedUp` names, then `manifest.json`, then `manifest.sig`. Any tar program reads
 * it; this one believes nothing of it but these names.
 */
export const MANIFEST = 'manifest.json';
/** 64 raw bytes by the server key, purpose `muster/backup/1`, over exactly the bytes of the manifest. */
export const SIGNATURE = 'manifest.sig';
export const STORE = 'store.sqlite';
export const SERVER_KEY = 'server-key.pem';
export const LOCAL_KEY = 'local-device-key.pem';

/** Without these a directory is no space. */
export const REQUIRED = [STORE, SERVER_KEY, LOCAL_KEY, 'space'] as const;
/** What people configured; a space that never had a source has none. */
export const OPTIONAL = ['sources.json', 'runner.json', 'sign-in.json', 'webhook.json', 'server-key.next.pem'] as const;

/** The names that the server gives to dropped files, and no way out of their folder: a name of dots alone is none. */
const UPLOAD = /^uploads\/(?=.*[A-Za-z0-9])[A-Za-z0-9.]{1,64}$/;

export const isBackedUp = (name: string): boolean => [...REQUIRED, ...OPTIONAL].some((known) => known === name) || UPLOAD.test(name);

/** A manifest names each file; more uploads than that are no register's. */
const MOST_FILES = 10_000;
/** What a manifest and a key file may have at most: they are read into memory. */
export const LARGEST_MANIFEST = 4 * 1_024 * 1_024;

const backedUpFile = z.object({ name: z.string().refine(isBackedUp), size: z.number().int().min(0), sha256: hash }).strict();

export const backupManifest = z
  .object({
    format: z.literal('muster-backup'),
    v: z.literal(1),
    space: spaceId,
    serverKey: deviceId,
    /** Where the ledger ends in it. */
    epoch: z.number().int().min(0),
    place: z.number().int().min(1),
    root: hash,
    created: instant,
    software: z.string().max(64),
    files: z.array(backedUpFile).min(REQUIRED.length).max(MOST_FILES),
  })
  .strict();
export type BackupManifest = z.infer<typeof backupManifest>;
export type BackedUpFile = BackupManifest['files'][number];

export const manifestBytes = (manifest: BackupManifest): Uint8Array<ArrayBuffer> => utf8(canonicalJson(manifest));

export const manifestMessage = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => signedMessage('muster/backup/1', bytes);
