/** A key as it was pressed, to be pressed again. */
export interface HeldKey {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

export interface KeyQueue {
  /** From now on keys wait. @returns what ends this hold; the keys go on when every hold has ended. */
  readonly hold: () => () => void;
  /** A layer was asked for that will take the keys. */
  readonly awaitLayer: () => void;
  readonly layerIsHere: () => void;
  /** The layer will not come: what was typed for it must not reach anything else. */
  readonly noLayer: () => void;
  /** @returns whether the key waits now. */
  readonly take: (key: HeldKey) => boolean;
}

const LAYER = Symbol('layer');

/**
 * What is typed while an editor, a dialog or an answer is on its way. A person types faster than a worker answers: without
 * this the letters of a name would reach the page as commands. A key that is pressed again may ask for the next layer: the
 * rest waits for that one.
 */
export function makeKeyQueue(press: (key: HeldKey) => void): KeyQueue {
  const holds = new Set<symbol>();
  let keys: HeldKey[] = [];
  const goOn = (): void => {
    while (holds.size === 0) {
      const next = keys.shift();
      if (next === undefined) return;
      press(next);
    }
  };
  const end = (hold: symbol): void => {
    if (holds.delete(hold)) goOn();
  };
  return {
    hold: () => {
      const hold = Symbol('hold');
      holds.add(hold);
      return () => end(hold);
    },
    awaitLayer: () => void holds.add(LAYER),
    layerIsHere: () => end(LAYER),
    noLayer: () => {
      if (holds.has(LAYER)) keys = [];
      end(LAYER);
    },
    take: (key) => {
      if (holds.size === 0) return false;
      keys.push(key);
      return true;
    },
  };
}
