import { fromBase64Url } from '../../shared/base/bytes.ts';
import { type PublicKey, publicKeyOf, type Signer, type Verify } from '../../shared/base/signature.ts';
import type { PersonId, SpaceId } from '../../shared/model/ids.ts';
import type { Role } from '../../shared/model/vocabulary.ts';
import { committed, openDatabase, readOne, writeOne } from './database.ts';
import type { EngineHost } from './host.ts';

/** Who this device was enrolled for, as the server last said. Remembered, so that the register opens with the server down. */
export interface Enrolment {
  readonly person: PersonId;
  readonly personName: string;
  readonly role: Role;
  readonly remit: string;
}

interface StoredKey {
  readonly publicKey: PublicKey;
  readonly pair: CryptoKeyPair;
}

/** The device key of one space. The private key cannot leave the browser: it is stored as a key, not as bytes. */
export interface Device {
  readonly signer: Signer;
  readonly enrolment: Enrolment | undefined;
  remember(enrolment: Enrolment): Promise<void>;
  /** Another key takes its place when it is opened next; this one is gone for ever. */
  forget(): Promise<void>;
  close(): void;
}

export async function openDevice(host: EngineHost, space: SpaceId): Promise<Device> {
  const database = await openDatabase(host.indexedDB, `${host.databases}/${space}/device`, { keys: {}, enrolment: {} });
  const key = (await readOne<StoredKey>(database, 'keys', 'device')) ?? (await createKey(host, database));
  let enrolment = await readOne<Enrolment>(database, 'enrolment', 'me');
  return {
    signer: signerOf(host, key),
    get enrolment() {
      return enrolment;
    },
    remember: (said) => {
      enrolment = said;
      return writeOne(database, 'enrolment', 'me', said);
    },
    forget: async () => {
      enrolment = undefined;
      const transaction = database.transaction(['keys', 'enrolment'], 'readwrite', { durability: 'strict' });
      transaction.objectStore('keys').clear();
      transaction.objectStore('enrolment').clear();
      await committed(transaction);
    },
    close: () => database.close(),
  };
}

async function createKey(host: EngineHost, database: IDBDatabase): Promise<StoredKey> {
  const pair = (await host.subtle.generateKey('Ed25519', false, ['sign', 'verify'])) as CryptoKeyPair;
  const publicKey = publicKeyOf(new Uint8Array(await host.subtle.exportKey('raw', pair.publicKey)));
  const key = { publicKey, pair };
  await writeOne(database, 'keys', 'device', key);
  return key;
}

const signerOf = (host: EngineHost, key: StoredKey): Signer => ({
  publicKey: key.publicKey,
  sign: async (message) => new Uint8Array(await host.subtle.sign('Ed25519', key.pair.privateKey, message)),
});

/** WebCrypto's Ed25519 verification. Imported keys are kept: a ledger has few devices and many entries. */
export function webVerify(subtle: SubtleCrypto): Verify {
  const keys = new Map<PublicKey, Promise<CryptoKey>>();
  const keyOf = (key: PublicKey): Promise<CryptoKey> => {
    const known = keys.get(key);
    if (known) return known;
    const imported = subtle.importKey('raw', fromBase64Url(key) ?? new Uint8Array(), 'Ed25519', false, ['verify']);
    keys.set(key, imported);
    return imported;
  };
  return async (key, message, signature) => {
    try {
      return await subtle.verify('Ed25519', await keyOf(key), signature, message);
    } catch {
      return false;
    }
  };
}
