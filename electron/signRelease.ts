import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { METADATA_NAMES, signedRelease } from './release.ts';

/**
 * For maintainers: signs the metadata of a release. `signRelease.ts KEY.pem FOLDER` writes `latest*.yml.sig` beside each `latest*.yml` and says
 * which public key belongs into `releaseKey.ts`. The key is an Ed25519 key in PEM: `openssl genpkey -algorithm ed25519 -out KEY.pem`.
 */
export function signRelease(pem: string, folder: string): { readonly publicKey: string; readonly signed: readonly string[] } {
  const key = createPrivateKey(pem);
  if (key.asymmetricKeyType !== 'ed25519') throw new Error('The release key must be an Ed25519 key: openssl genpkey -algorithm ed25519');
  const signed = Object.values(METADATA_NAMES).filter((name) => existsSync(join(folder, name)));
  if (signed.length === 0) throw new Error(`There is no latest*.yml in ${folder}: run npm run package first.`);
  for (const name of signed) {
    const signature = sign(null, signedRelease(name, readFileSync(join(folder, name))), key);
    writeFileSync(join(folder, `${name}.sig`), `${signature.toString('base64url')}\n`);
  }
  return { publicKey: String(createPublicKey(key).export({ format: 'jwk' }).x), signed };
}

if (import.meta.main) {
  const [, , keyFile, folder] = process.argv;
  if (keyFile === undefined || folder === undefined) {
    process.stderr.write('Usage: signRelease.ts KEY.pem FOLDER\n');
    process.exit(2);
  }
  const { publicKey, signed } = signRelease(readFileSync(keyFile, 'utf8'), folder);
  process.stdout.write(`Signed ${signed.join(', ')}. Public key: ${publicKey}\n`);
}
