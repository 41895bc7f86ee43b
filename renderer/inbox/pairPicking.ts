import { useState } from 'react';
import type { InboxItem, ProposedPair } from '../../shared/register/view.ts';

/** Which pairs the next decision is about. */
export interface Picking {
  readonly marked: number;
  readonly chosen: readonly ProposedPair[];
  readonly toggle: (index: number) => void;
  readonly toggleMarked: () => void;
  readonly markNext: () => void;
}

/** All of them, until some are left out. What is new meanwhile is in. */
export function usePairPicking(pairs: readonly ProposedPair[]): Picking {
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [mark, setMark] = useState(0);
  const marked = Math.max(0, Math.min(mark, pairs.length - 1));
  const toggle = (index: number): void => {
    const digest = pairs[index]?.digest;
    if (digest === undefined) return;
    const next = new Set(left);
    if (!next.delete(digest)) next.add(digest);
    setLeft(next);
    setMark(index);
  };
  return {
    marked,
    chosen: pairs.filter(({ digest }) => !left.has(digest)),
    toggle,
    toggleMarked: () => toggle(marked),
    markNext: () => setMark(pairs.length === 0 ? 0 : (marked + 1) % pairs.length),
  };
}

/** An item's choices as they are for the chosen pairs alone. */
export function choicesFor({ choices, pairs }: InboxItem, chosen: readonly ProposedPair[]): InboxItem['choices'] {
  if (!pairs || chosen.length === pairs.length) return choices;
  return choices.map((choice) => {
    const { decides } = choice;
    if (decides === undefined) return choice;
    const label = choice.label.replace(/\d+$/, `${chosen.length} of ${pairs.length}`);
    return { ...choice, label, acts: chosen.flatMap((pair) => pair[decides]) };
  });
}
