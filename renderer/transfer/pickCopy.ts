import { useTransfer } from './transferStore.ts';

/** Opens the host's file picker for a copy of another register. */
export function pickCopy(): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.accept = '.json';
  input.hidden = true;
  input.addEventListener('change', () => {
    const file = input.files?.[0];
    input.remove();
    if (file) useTransfer.getState().take(file);
  });
  input.addEventListener('cancel', () => input.remove());
  // In the page, not beside it: what nothing refers to may be collected before the person has chosen.
  document.body.append(input);
  input.click();
}
