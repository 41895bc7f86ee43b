import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, utf8 } from '../../../shared/base/bytes.ts';
import { MerkleTree, verifyConsistency, verifyInclusion } from '../../../shared/ledger/merkle.ts';

/** The leaves and roots of the reference implementation of RFC 6962 (certificate-transparency, merkle_tree_test.cc). */
const LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'].map(
  (hex) => fromHex(hex) as Uint8Array,
);
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

function treeOf(leaves: readonly Uint8Array[]): MerkleTree {
  const tree = new MerkleTree();
  for (const leaf of leaves) tree.append(leaf);
  return tree;
}
const numbered = (size: number): Uint8Array[] => Array.from({ length: size }, (_, index) => utf8(`leaf ${index}`));

describe('the Merkle tree of RFC 6962', () => {
  it('[LED16] gives the known roots, at every size, also afterwards', () => {
    const tree = new MerkleTree();
    expect(tree.root()).toBe(ROOTS[0]);
    for (const [index, leaf] of LEAVES.entries()) {
      tree.append(leaf);
      expect(tree.root()).toBe(ROOTS[index + 1]);
    }
    for (const [size, root] of ROOTS.entries()) expect(tree.root(size)).toBe(root);
  });

  it('[LED16] refuses the root of a size that it never had', () => {
    expect(() => treeOf(LEAVES).root(9)).toThrow(RangeError);
  });

  it('[LED16] proves that every leaf is in every later tree, and nothing else', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 70 }), fc.nat(), fc.nat(), (total, a, b) => {
        const size = 1 + (a % total);
        const index = b % size;
        const leaves = numbered(total);
        const tree = treeOf(leaves);
        const proof = tree.inclusionProof(index, size);
        const claim = { leaf: leaves[index] as Uint8Array, index, size, root: tree.root(size) };
        expect(verifyInclusion(claim, proof)).toBe(true);
        expect(verifyInclusion({ ...claim, leaf: utf8('another leaf') }, proof)).toBe(false);
        if (size > 1) expect(verifyInclusion(claim, proof.slice(1))).toBe(false);
      }),
    );
  });

  it('[LED16] proves that a later tree extends an earlier one, and not one with another past', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 70 }), fc.nat(), (later, a) => {
        const earlier = 1 + (a % (later - 1));
        const tree = treeOf(numbered(later));
        const claim = { earlier, earlierRoot: tree.root(earlier), later, laterRoot: tree.root(later) };
        const proof = tree.consistencyProof(earlier);
        expect(verifyConsistency(claim, proof)).toBe(true);
        const other = treeOf([utf8('rewritten'), ...numbered(later).slice(1)]);
        expect(verifyConsistency({ ...claim, laterRoot: other.root(later) }, other.consistencyProof(earlier))).toBe(false);
        expect(verifyConsistency({ ...claim, earlierRoot: other.root(earlier) }, proof)).toBe(false);
      }),
    );
  });
});
