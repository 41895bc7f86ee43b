import { describe, expect, test } from 'vitest';
import { type HeldKey, type KeyQueue, makeKeyQueue } from '../../../renderer/app/keyQueue.ts';

const key = (name: string): HeldKey => ({ key: name, code: '', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false });
const type = (queue: KeyQueue, text: string): void => {
  for (const name of text) queue.take(key(name));
};

function recorder(): { readonly queue: KeyQueue; readonly pressed: () => string } {
  let pressed = '';
  return {
    queue: makeKeyQueue(({ key: name }) => {
      pressed += name;
    }),
    pressed: () => pressed,
  };
}

describe('keys that are typed before their layer is there', () => {
  test('[UI6] a key goes its own way while nothing is awaited', () => {
    expect(recorder().queue.take(key('a'))).toBe(false);
  });

  test('[UI6] what is typed for a layer reaches it, in order, and nothing else', () => {
    const { queue, pressed } = recorder();
    queue.awaitLayer();
    type(queue, 'Pay');
    expect(pressed()).toBe('');
    queue.layerIsHere();
    expect(pressed()).toBe('Pay');
  });

  test('[UI6] what was typed for a layer that does not come is forgotten', () => {
    const { queue, pressed } = recorder();
    queue.awaitLayer();
    type(queue, 'a');
    queue.noLayer();
    expect(pressed()).toBe('');
    expect(queue.take(key('b'))).toBe(false);
  });

  test('[UI6] keys wait until every hold has ended, and a hold ends once', () => {
    const { queue, pressed } = recorder();
    const first = queue.hold();
    const second = queue.hold();
    type(queue, 'x');
    first();
    first();
    expect(pressed()).toBe('');
    second();
    expect(pressed()).toBe('x');
  });

  test('[UI6] a key that asks for the next layer leaves the rest to that one', () => {
    const pressed: string[] = [];
    const queue: KeyQueue = makeKeyQueue(({ key: name }) => {
      pressed.push(name);
      if (name === 'o') queue.awaitLayer();
    });
    const goOn = queue.hold();
    type(queue, 'joPay');
    goOn();
    expect(pressed).toEqual(['j', 'o']);
    queue.layerIsHere();
    expect(pressed).toEqual(['j', 'o', 'P', 'a', 'y']);
  });
});
