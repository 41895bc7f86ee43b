import { createPrivateKey, createPublicKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fingerprintOf, groupedFingerprint } from '../../shared/snapshot/fingerprint.ts';
import { dataPaths } from '../core/dataDirectory.ts';
import { CommandError } from './commandError.ts';
import { type Format, printValue } from './output.ts';

const ALL_DIGITS = 64;

/** Reads the key file itself: nothing is opened, and a directory without a space stays without one. */
export async function printKey({ data, format }: { readonly data: string; readonly format: Format }): Promise<void> {
  const path = dataPaths(data).serverKey;
  const pem = await readFile(path, 'utf8').catch(() => {
    throw new CommandError(`There is no server key in ${data.slice(-200)}.`, {
      wayOut: 'Name the data directory with --data; a new one gets its key with the first start.',
    });
  });
  const key = publicKeyOf(pem, path);
  const fingerprint = fingerprintOf(key);
  printValue({ fingerprint, key }, format, groupedFingerprint(fingerprint, ALL_DIGITS));
}

function publicKeyOf(pem: string, path: string): string {
  try {
    return createPublicKey(createPrivateKey(pem)).export({ format: 'jwk' }).x as string;
  } catch {
    throw new CommandError(`${path.slice(-200)} is not a private key.`, { wayOut: 'Restore it from the backup of this data directory.' });
  }
}
