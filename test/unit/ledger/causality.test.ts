import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EntryNode, hook, isAncestor } from '../../../shared/ledger/causality.ts';

function nodeBelow(parent: EntryNode | undefined): EntryNode {
  const node = { place: 0, seenPlace: 0, acts: [] } as unknown as EntryNode;
  hook(node, parent);
  return node;
}

function isAncestorByWalking(ancestor: EntryNode, node: EntryNode): boolean {
  for (let current = node.parent; current; current = current.parent) if (current === ancestor) return true;
  return false;
}

/** How many links `isAncestor` follows from a node to a depth. */
function stepsUp(node: EntryNode, depth: number): number {
  let steps = 0;
  for (let current = node; current.depth > depth && current.parent; steps++) {
    current = current.jump.depth >= depth ? current.jump : current.parent;
  }
  return steps;
}

describe('ancestors through prev', () => {
  it('[LED3] are the same as by walking every link, in any forest', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 9 }), { maxLength: 60 }), (choices) => {
        const nodes: EntryNode[] = [];
        for (const choice of choices) nodes.push(nodeBelow(choice === 0 ? undefined : nodes[nodes.length - choice]));
        for (const a of nodes) for (const b of nodes) expect(isAncestor(a, b)).toBe(isAncestorByWalking(a, b));
      }),
    );
  });

  it('are reached in O(log n) steps on a chain of 100,000, forks or not', () => {
    const chain = [nodeBelow(undefined)];
    while (chain.length < 100_000) {
      const parent = chain.at(-1);
      nodeBelow(parent);
      chain.push(nodeBelow(parent));
    }
    const last = chain.at(-1) as EntryNode;
    const steps = Array.from({ length: 1_000 }, (_, index) => stepsUp(last, index * 97));
    expect(Math.max(...steps)).toBeLessThanOrEqual(3 * Math.log2(100_000));
  });
});
