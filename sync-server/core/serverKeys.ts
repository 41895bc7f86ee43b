import { closeSync, existsSync, fsyncSync, openSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Signer } from '../../shared/base/signature.ts';
import type { DeviceId } from '../../shared/model/ids.ts';
import { WrongServerKey } from './genesis.ts';
import { loadOrCreateSigner } from './keys.ts';

export interface KeyPaths {
  /** The key in force. */
  readonly serverKey: string;
  /** The one that will take over when an administrator's act says so. */
  readonly nextServerKey: string;
}

/**
 * The server's own keys. Which one is in force the ledger says, never the files: a crash may come between the act that replaces a key
 * and the file that follows it. The next key gets the name of the old one in one step, which destroys the old file.
 */
export class ServerKeys {
  private readonly paths: KeyPaths;
  private signer: Signer;
  private successor: Signer | undefined;

  private constructor(paths: KeyPaths, signer: Signer, successor: Signer | undefined) {
    this.paths = paths;
    this.signer = signer;
    this.successor = successor;
  }

  /** @throws KeyFileDamaged. */
  static open(paths: KeyPaths): ServerKeys {
    const successor = existsSync(paths.nextServerKey) ? loadOrCreateSigner(paths.nextServerKey) : undefined;
    // With only the next one there it may be the one in force; a third one must not be made up in its place.
    const isGone = successor !== undefined && !existsSync(paths.serverKey);
    return new ServerKeys(paths, isGone ? successor : loadOrCreateSigner(paths.serverKey), successor);
  }

  get current(): Signer {
    return this.signer;
  }

  get publicKey(): DeviceId {
    return this.signer.publicKey;
  }

  /** Has the server this key, besides the one in force? */
  holds(key: DeviceId): boolean {
    return this.successor?.publicKey === key;
  }

  /** The key that may take over: made and on disk before anybody hears of it. One that was made and never used is offered again. */
  next(): Signer {
    this.successor ??= loadOrCreateSigner(this.paths.nextServerKey);
    return this.successor;
  }

  /**
   * Makes the key that the ledger names the one in force, in memory and on disk. Does nothing when it is already.
   * @throws WrongServerKey when none of the files holds it.
   */
  follow(key: DeviceId): void {
    const isNext = this.successor?.publicKey === key;
    if (!isNext && this.signer.publicKey !== key)
      throw new WrongServerKey(
        'The server key does not belong to this store. Restore server-key.pem from the backup of this data directory.',
      );
    if (!isNext || !this.successor) return;
    this.signer = this.successor;
    this.successor = undefined;
    renameSync(this.paths.nextServerKey, this.paths.serverKey);
    syncDirectory(dirname(this.paths.serverKey));
  }
}

/** A name is on disk when its directory is. Some systems cannot do this to a directory, and need it less. */
function syncDirectory(path: string): void {
  try {
    const directory = openSync(path, 'r');
    try {
      fsyncSync(directory);
    } finally {
      closeSync(directory);
    }
  } catch {
    // The rename itself is whole either way: after a crash there is the old name or the new one, and `follow` mends it.
  }
}
