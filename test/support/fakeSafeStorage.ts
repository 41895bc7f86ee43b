import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { SafeStorage } from '../../electron/facade.ts';

export interface FakeSafeStorage extends SafeStorage {
  /** What the system would answer. */
  keyring: { backend: string; isAvailable: boolean; rotated: boolean; throws: boolean; prefix: 'v10' | 'v11' };
  readonly encrypted: string[];
  /** Another profile, another computer: nothing that was encrypted before can be read. */
  loseKey(): void;
}

/** `safeStorage` as Electron 45 has it: bytes with Chromium's version in front, a rejection for what cannot be decrypted. */
export function fakeSafeStorage(): FakeSafeStorage {
  let key = randomBytes(32);
  const check = (): void => {
    if (fake.keyring.throws) throw new Error('The keyring was locked meanwhile.');
  };
  const fake: FakeSafeStorage = {
    keyring: { backend: 'gnome_libsecret', isAvailable: true, rotated: false, throws: false, prefix: 'v11' },
    encrypted: [],
    loseKey: () => {
      key = randomBytes(32);
    },
    isAvailable: async () => fake.keyring.isAvailable,
    backend: () => fake.keyring.backend,
    encrypt: async (text) => {
      check();
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      fake.encrypted.push(text);
      return Buffer.concat([Buffer.from(fake.keyring.prefix), nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    },
    decrypt: async (bytes) => {
      check();
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(3, 15));
      decipher.setAuthTag(bytes.subarray(-16));
      const result = Buffer.concat([decipher.update(bytes.subarray(15, -16)), decipher.final()]).toString('utf8');
      return { result, shouldReEncrypt: fake.keyring.rotated };
    },
  };
  return fake;
}
