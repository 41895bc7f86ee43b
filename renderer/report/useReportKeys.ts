import { useEffect } from 'react';
import { go, placeOf } from './place.ts';

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;

const GO: Readonly<Record<string, Parameters<typeof go>[0]['view']>> = {
  '1': 'summary',
  '2': 'inventory',
  '3': 'findings',
  '4': 'changes',
  '5': 'sources',
  '6': 'people',
  '7': 'policy',
  '8': 'sample',
};

/** `/` goes to the filter, `Esc` closes what is open, digits go to the views. Off while one types (WCAG 2.1.4). */
export function useReportKeys(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (event.key === 'Escape' && placeOf(location.hash).id !== '') {
        go({ id: '' });
        document.querySelector<HTMLElement>('[role=grid]')?.focus();
      } else if (isTyping(event.target)) return;
      else if (event.key === '/') document.querySelector<HTMLElement>('[data-filter]')?.focus();
      else if (GO[event.key] !== undefined) go({ view: GO[event.key] ?? 'summary' });
      else return;
      event.preventDefault();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
}
