import { flushSync } from 'react-dom';
import { type HeldKey, makeKeyQueue } from './keyQueue.ts';

/** Longer than any answer takes; after it the keyboard is free again, whatever went wrong. In milliseconds. */
const LONGEST = 8_000;
const MODIFIERS: ReadonlySet<string> = new Set(['Shift', 'Control', 'Alt', 'Meta', 'CapsLock', 'Tab']);
/** With Ctrl or ⌘ only these are the app's own; the browser keeps the others. */
const OURS: ReadonlySet<string> = new Set(['a', 'k', 'z', 'Enter']);

const queue = makeKeyQueue(press);

/** @returns what lets the keys go on. It waits for the commit that is under way: React may not be asked to flush within it. */
export function holdKeys(): () => void {
  const end = queue.hold();
  const limit = setTimeout(end, LONGEST);
  return () => {
    clearTimeout(limit);
    queueMicrotask(end);
  };
}

/** Keys wait until the work is done: what is pressed after it must find its effect. */
export async function holdingKeys<T>(work: () => Promise<T>): Promise<T> {
  const goOn = holdKeys();
  try {
    return await work();
  } finally {
    goOn();
  }
}

export function awaitLayer(): void {
  queue.awaitLayer();
  setTimeout(queue.noLayer, LONGEST);
}
export const layerIsHere = (): void => queueMicrotask(queue.layerIsHere);
export const noLayer = (): void => queueMicrotask(queue.noLayer);

/** Before anything else listens: what is held must reach nobody. */
export function listenForHeldKeys(): void {
  addEventListener(
    'keydown',
    (event) => {
      if (event.isComposing || MODIFIERS.has(event.key)) return;
      if ((event.ctrlKey || event.metaKey) && !OURS.has(event.key)) return;
      const { key, code, ctrlKey, metaKey, altKey, shiftKey } = event;
      if (!queue.take({ key, code, ctrlKey, metaKey, altKey, shiftKey })) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    },
    { capture: true },
  );
}

/** Presses a held key where the focus is now, and does what a browser does for a key that a person presses. */
function press(held: HeldKey): void {
  const target = document.activeElement ?? document.body;
  const event = new KeyboardEvent('keydown', { ...held, bubbles: true, cancelable: true });
  const wanted = flushSync(() => target.dispatchEvent(event));
  if (wanted) flushSync(() => byDefault(target, held));
}

function byDefault(target: Element, { key, ctrlKey, metaKey }: HeldKey): void {
  const isText = target instanceof HTMLTextAreaElement || (target instanceof HTMLInputElement && target.type !== 'checkbox');
  if (target instanceof HTMLButtonElement && (key === 'Enter' || key === ' ')) target.click();
  else if (!isText) return;
  else if (ctrlKey || metaKey) key === 'a' && target.select();
  else if (key === 'Backspace') document.execCommand('delete');
  else if (key === 'Enter' && target instanceof HTMLInputElement) target.form?.requestSubmit();
  else if (key.length === 1) document.execCommand('insertText', false, key);
}
