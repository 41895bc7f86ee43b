import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { err, ok, type Result } from '../shared/base/result.ts';
import type { HostTrouble } from '../shared/model/hostTrouble.ts';
import { type SecretName, secretName } from '../shared/model/secretName.ts';
import type { Desktop } from './facade.ts';

/** What is on disk: names, and what the system's own keychain made of the values. */
const secretsFile = z.object({ version: z.literal(1), secrets: z.record(secretName, z.base64().max(100_000)) }).strict();
type Secrets = ReadonlyMap<SecretName, string>;

const MOST_SECRETS = 1_000;
const OTHER_WAY = 'or give the secret as an environment variable or a file instead.';
const trouble = (message: string, wayOut: string) => err<HostTrouble>({ message, wayOut });

/**
 * Chromium starts what it encrypted on Linux with the kind of key: `v10` is a password that is written in its source, so
 * such bytes are as good as plain text, whatever was said of the keyring before.
 */
const isHardlyEncrypted = (bytes: Uint8Array): boolean => Buffer.from(bytes.subarray(0, 3)).toString('latin1') === 'v10';

/**
 * Secrets that a person typed on this desktop, encrypted with a key that the system keeps (`safeStorage`). They leave it for
 * the embedded server alone, one by one, and are listed by name.
 */
export class Keychain {
  readonly #desktop: Pick<Desktop, 'platform' | 'safeStorage'>;
  readonly #path: string;

  constructor(desktop: Pick<Desktop, 'platform' | 'safeStorage' | 'userData'>) {
    this.#desktop = desktop;
    this.#path = join(desktop.userData, 'keychain.json');
  }

  /** Whether the system has a place for a key that other people and programs do not have. */
  async available(): Promise<Result<null, HostTrouble>> {
    const { platform, safeStorage } = this.#desktop;
    if (platform === 'linux') {
      const backend = safeStorage.backend();
      if (backend === 'basic_text' || backend === 'unknown') return noKeyring();
    }
    try {
      return (await safeStorage.isAvailable()) ? ok(null) : locked();
    } catch {
      return locked();
    }
  }

  async keep(name: SecretName, value: string): Promise<Result<null, HostTrouble>> {
    const encrypted = await this.#encrypt(value);
    // Read after the wait: from here to the write nothing else of this program runs.
    const secrets = encrypted.ok ? this.#read() : encrypted;
    if (!encrypted.ok) return encrypted;
    if (!secrets.ok) return secrets;
    if (!secrets.value.has(name) && secrets.value.size >= MOST_SECRETS) {
      return trouble(`The keychain holds ${MOST_SECRETS} secrets already`, 'Forget some that nothing uses.');
    }
    return this.#write(new Map(secrets.value).set(name, encrypted.value));
  }

  /** Forgetting what is not there is no trouble. */
  forget(name: SecretName): Result<null, HostTrouble> {
    const secrets = this.#read();
    if (!secrets.ok) return secrets;
    const left = new Map(secrets.value);
    return left.delete(name) ? this.#write(left) : ok(null);
  }

  names(): Result<readonly SecretName[], HostTrouble> {
    const secrets = this.#read();
    return secrets.ok ? ok([...secrets.value.keys()].sort()) : secrets;
  }

  /** For the embedded server alone. */
  async reveal(name: SecretName): Promise<Result<string, HostTrouble>> {
    const available = await this.available();
    if (!available.ok) return available;
    const secrets = this.#read();
    if (!secrets.ok) return secrets;
    const encrypted = secrets.value.get(name);
    if (encrypted === undefined) {
      return trouble(`There is no secret ${name} in the keychain of this desktop`, 'Edit the source and type it again.');
    }
    try {
      const { result, shouldReEncrypt } = await this.#desktop.safeStorage.decrypt(Buffer.from(encrypted, 'base64'));
      // The system has a newer key: a failure to use it loses nothing.
      if (shouldReEncrypt) await this.keep(name, result);
      return ok(result);
    } catch {
      return trouble(`The secret ${name} cannot be decrypted on this desktop any more`, 'Edit the source and type it again.');
    }
  }

  async #encrypt(value: string): Promise<Result<string, HostTrouble>> {
    const available = await this.available();
    if (!available.ok) return available;
    const { platform, safeStorage } = this.#desktop;
    try {
      const encrypted = await safeStorage.encrypt(value);
      if (platform === 'linux' && isHardlyEncrypted(encrypted)) return noKeyring();
      return ok(Buffer.from(encrypted).toString('base64'));
    } catch {
      return locked();
    }
  }

  #read(): Result<Secrets, HostTrouble> {
    const damaged = trouble(
      `The file of secrets ${this.#path} is damaged`,
      'Restore it from a backup, or delete it and type the secrets of your sources again.',
    );
    try {
      const parsed = secretsFile.safeParse(JSON.parse(readFileSync(this.#path, 'utf8')));
      return parsed.success ? ok(new Map(Object.entries(parsed.data.secrets) as [SecretName, string][])) : damaged;
    } catch (error) {
      if (error instanceof SyntaxError) return damaged;
      const isAbsent = (error as NodeJS.ErrnoException).code === 'ENOENT';
      return isAbsent ? ok(new Map()) : trouble(`The file of secrets ${this.#path} cannot be read`, 'Check its permissions.');
    }
  }

  /** Written beside, synced and renamed: a crash leaves the old one whole. */
  #write(secrets: Secrets): Result<null, HostTrouble> {
    const beside = `${this.#path}.new`;
    try {
      const file = openSync(beside, 'w', 0o600);
      try {
        writeFileSync(file, JSON.stringify({ version: 1, secrets: Object.fromEntries(secrets) }));
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      renameSync(beside, this.#path);
      return ok(null);
    } catch {
      return trouble(`The file of secrets ${this.#path} cannot be written`, 'Check the space on the disk and its permissions.');
    }
  }
}

const noKeyring = () =>
  trouble(
    'This desktop has no keyring, so a secret would be kept as good as in plain text',
    `Install and unlock one (GNOME Keyring or KWallet) and start Muster again, ${OTHER_WAY}`,
  );
const locked = () => trouble('The keychain of this system is not available', `Unlock it and try again, ${OTHER_WAY}`);
