import type { Succession } from '../../../shared/model/act.ts';
import type { SpaceId } from '../../../shared/model/ids.ts';
import type { Manifest } from '../../../shared/snapshot/format.ts';
import { chainOf, successionOf } from '../../support/snapshot/keyChain.ts';
import { testSigner } from '../../support/snapshot/testSigner.ts';
import type { Forger, Forgery } from './forgery.ts';

const SECOND = testSigner('second server key');
const THIRD = testSigner('third server key');
const ATTACKER = testSigner('attacker');
const OTHER_SPACE = 'f'.repeat(32) as SpaceId;

/** Files whose server key was replaced, and files that say so falsely. */
export function chainForgeries(forger: Forger): Forgery[] {
  const { space, server: first } = forger.content;
  const chain = chainOf(space, [first, SECOND, THIRD]);
  const [link, last] = chain as [Succession, Succession];
  const signedBy = (signer: typeof THIRD, succession: unknown) => ({
    signer,
    manifest: (manifest: Manifest) => ({ ...manifest, serverKey: signer.publicKey, succession }),
  });
  const refused = { code: 'succession', part: 'manifest.json' } as const;
  const wrong = { code: 'manifest', part: 'manifest.json' } as const;
  const genesis = { code: 'genesis', part: 'ledger/0001.bin', place: 1 } as const;
  const said = (name: string, expected: Forgery['said'], succession: unknown, signer = THIRD): Forgery =>
    forger.seal(name, expected, signedBy(signer, succession));
  const changed = (name: string, change: Partial<Succession>): Forgery => said(name, refused, [{ ...link, ...change }, last]);
  return [
    said('one key after another', 'sound', [link], SECOND),
    said('three keys', 'sound', chain),
    said('an empty chain', wrong, []),
    said('a chain that is no list', wrong, { 0: link }),
    said('a link with a member too many', wrong, [{ ...link, why: '' }, last]),
    said('a link with a member less', wrong, [{ from: link.from, to: link.to, proof: link.proof }, last]),
    said('an endorsement of 63 bytes', wrong, [{ ...link, endorsement: link.endorsement.slice(0, 84) }, last]),
    said('a proof in a second spelling', wrong, [{ ...link, proof: `${link.proof.slice(0, -1)}_` }, last]),
    said('a key of 31 bytes', wrong, [{ ...link, to: 'A'.repeat(42) }, last]),
    said('a chain that starts with another key', genesis, [last]),
    said('a chain from the attacker', genesis, chainOf(space, [ATTACKER, THIRD])),
    said('no chain at all', genesis, undefined),
    said('the last link is missing', refused, [link]),
    said('a link is missing in between', refused, chainOf(space, [first, SECOND, THIRD, ATTACKER]).toSpliced(1, 1), ATTACKER),
    said('the links are out of order', refused, [last, link]),
    said('a link is there twice', refused, [link, link, last]),
    said('a key comes back', refused, chainOf(space, [first, SECOND, first, THIRD])),
    said('a key hands over to itself', refused, [successionOf(space, first, first)], first),
    changed('the old key did not endorse it', { endorsement: successionOf(space, ATTACKER, SECOND).endorsement }),
    changed('the new key did not agree', { proof: successionOf(space, first, ATTACKER).proof }),
    changed('endorsement and proof are exchanged', { endorsement: link.proof, proof: link.endorsement }),
    changed('signatures of another link', { endorsement: last.endorsement, proof: last.proof }),
    changed('signatures of zeros', { endorsement: 'A'.repeat(86) }),
    said('a chain of another space', refused, chainOf(OTHER_SPACE, [first, SECOND, THIRD])),
    said('the attacker takes over', refused, [link, { ...last, to: ATTACKER.publicKey }], ATTACKER),
    forger.seal(
      'signed with the key that was replaced',
      { code: 'manifest signature', part: 'manifest.sig' },
      {
        ...signedBy(THIRD, chain),
        signer: first,
      },
    ),
  ];
}
