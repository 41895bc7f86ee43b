import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { METADATA_NAMES, signedRelease } from './release.ts';
import { writeMetadata } from './writeMetadata.ts';

/**
 * For maintainers: `signRelease.ts KEY.pem FOLDER` writes `latest*.yml` for the installers of this version in the folder, `latest*.yml.sig` beside
 * each, and says which public key belongs into `releaseKey.ts`. The key is an Ed25519 key in PEM: `openssl genpkey -algorithm ed25519 -out KEY.pem`.
 */
export function signRelease(pem: string, folder: string): { readonly publicKey: string; readonly signed: readonly string[] } {
  const key = createPrivateKey(pem);
  if (key.asymmetricKeyType !== 'ed25519') throw new Error('The release key must be an Ed25519 key: openssl genpkey -algorithm ed25519');
  const signed = Object.values(METADATA_NAMES).filter((name) => existsSync(join(folder, name)));
  if (signed.length === 0)
    throw new Error(`There is no latest*.yml in ${folder}, and no installer of this version: run npm run package first.`);
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
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
  writeMetadata(folder, version, new Date());
  const { publicKey, signed } = signRelease(readFileSync(keyFile, 'utf8'), folder);
  process.stdout.write(`Signed ${signed.join(', ')}. Public key: ${publicKey}\n`);
}
