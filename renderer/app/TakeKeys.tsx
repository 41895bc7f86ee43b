import { type ReactNode, useEffect, useRef } from 'react';
import { layerIsHere, noLayer } from './heldKeys.ts';

/** Gives the focus to what is marked `data-autofocus` within, as soon as it can have it, and then what was typed meanwhile. */
export function TakeKeys({ children }: { children: ReactNode }): ReactNode {
  const whole = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let frame = 0;
    let here = false;
    const take = (): void => {
      const element = whole.current?.querySelector<HTMLElement>('[data-autofocus]');
      element?.focus({ preventScroll: true });
      here = element !== null && element !== undefined && document.activeElement === element;
      if (here) layerIsHere();
      else frame = requestAnimationFrame(take);
    };
    take();
    return () => {
      cancelAnimationFrame(frame);
      if (!here) noLayer();
    };
  }, []);
  return (
    <div ref={whole} style={{ display: 'contents' }}>
      {children}
    </div>
  );
}
