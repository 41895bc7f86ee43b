import { type ReactNode, useEffect, useState } from 'react';

/**
 * What it holds is built after the frame that shows what is around it: a screen that is built at once keeps the page from answering for as
 * long as all of it takes.
 */
export function Later({ children, meanwhile = null }: { children: ReactNode; meanwhile?: ReactNode }): ReactNode {
  const [now, setNow] = useState(false);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    // A frame, and the turn after it: in the frame itself it would be drawn late. A window that is not seen has no frames.
    const frame = requestAnimationFrame(() => {
      timer = setTimeout(() => setNow(true));
    });
    const unseen = setTimeout(() => setNow(true), 100);
    return () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
      clearTimeout(unseen);
    };
  }, []);
  return now ? children : meanwhile;
}
