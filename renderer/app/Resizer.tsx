import { type KeyboardEvent, type PointerEvent, type ReactNode, useRef } from 'react';
import classes from './shell.module.css';

interface ResizerProps {
  readonly label: string;
  readonly value: number;
  readonly least: number;
  readonly most: number;
  /** The panel lies to the right of the line: moving left makes it wider. */
  readonly fromRight?: boolean;
  readonly onChange: (width: number) => void;
}

const STEP = 16;

/** The line between two panels (ARIA window splitter): dragged, or moved with the arrow keys. */
export function Resizer({ label, value, least, most, fromRight = false, onChange }: ResizerProps): ReactNode {
  const from = useRef<{ x: number; width: number }>(undefined);
  const set = (width: number): void => onChange(Math.round(Math.min(most, Math.max(least, width))));
  const sign = fromRight ? -1 : 1;
  const onMove = (event: PointerEvent): void => {
    if (from.current) set(from.current.width + sign * (event.clientX - from.current.x));
  };
  const onKey = (event: KeyboardEvent): void => {
    const by = event.key === 'ArrowRight' ? STEP : event.key === 'ArrowLeft' ? -STEP : 0;
    if (by === 0) return;
    event.preventDefault();
    set(value + sign * by);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: <hr> cannot be dragged or take the focus
    <div
      className={classes.resizer}
      role="separator"
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={value}
      aria-valuemin={least}
      aria-valuemax={most}
      tabIndex={0}
      onKeyDown={onKey}
      onPointerDown={(event) => {
        from.current = { x: event.clientX, width: value };
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={onMove}
      onPointerUp={() => {
        from.current = undefined;
      }}
    />
  );
}
