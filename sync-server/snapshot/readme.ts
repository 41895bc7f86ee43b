import { fromBase64Url } from '../../shared/base/bytes.ts';
import { hashHex } from '../../shared/base/hash.ts';
import { visibleText } from '../../shared/base/text.ts';
import type { ManifestDraft } from './snapshotOrder.ts';

/** `README.txt` of a snapshot: for whoever unzips it and knows nothing of Muster. */
export function readme({ name, sample, place, asOf, created, by, serverKey, software }: ManifestDraft): string {
  const key = fromBase64Url(serverKey);
  if (!key) throw new Error('the server key is no key');
  const fingerprint = hashHex(key).replace(/(.{4})(?!$)/g, '$1 ');
  return `A snapshot of the register "${visibleText(name)}" of non-human identities, made by Muster ${software}.
${sample ? '\nThis is the generated sample estate: nothing in it is real.\n' : ''}
As of        ${asOf} (place ${place} of the ledger)
Made         ${created}, asked for by ${visibleText(by.name)}
Signed with  ${fingerprint}
             (SHA-256 of the server's Ed25519 key. Compare it with one that reached you another way.)

To read it, open report.html in any browser. It needs no network.

To verify it, use a Muster that you got from somebody else than the sender of this file:

    muster snapshot verify FILE --key FINGERPRINT

with the fingerprint that reached you another way than this file; or write a verifier: shared/snapshot/FORMAT.md in Muster's source describes every byte. manifest.json lists every other part with its SHA-256;
manifest.sig signs manifest.json; ledger/ holds every change that anybody made, signed by their own device; records/ holds what the
sources reported, with the run that brought it. Everything else follows from those and can be computed again.

What a file alone cannot prove: that this key is the one you expect, that nothing newer exists, and that a source told the truth.
`;
}
