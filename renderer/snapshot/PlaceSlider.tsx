import { type KeyboardEvent, type PointerEvent, type ReactNode, useEffect, useState } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import type { SnapshotMark, SnapshotStatus } from '../../shared/bridge/snapshot.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import { Icon } from '../parts/Icon.tsx';
import style from './snapshot.module.css';
import { useSnapshotApi } from './snapshotEngine.ts';
import { markTitle, momentText, places } from './words.ts';

const TICKS = 160;
const LEAP = 10;

/** The ledger from its first place to its last; the register is shown as of the place that is chosen. */
export function PlaceSlider({ snapshot }: { snapshot: SnapshotStatus }): ReactNode {
  const api = useSnapshotApi();
  const last = snapshot.manifest.place;
  const ready = snapshot.replay.state === 'ready';
  const [wish, setWish] = useState(snapshot.place);
  const marks = useMarks(ready);
  const wished = useMark(wish, ready);
  // Somebody else may move it: the button, a key, the end of a computation.
  useEffect(() => {
    if (snapshot.seeking === undefined) setWish(snapshot.place);
  }, [snapshot.place, snapshot.seeking]);
  const seek = (place: number): void => {
    const to = Math.max(1, Math.min(last, place));
    setWish(to);
    void api.seek(to);
  };
  return (
    <section className={style.slider} aria-label="Through the ledger">
      <span className={style.sliderLabel}>
        <Icon name="history" size={14} /> Ledger
      </span>
      <Track last={last} wish={wish} marks={marks} mark={wished} disabled={!ready} onSeek={seek} />
      <Says snapshot={snapshot} wish={wish} mark={wished} onEnd={() => seek(last)} />
    </section>
  );
}

function useMarks(ready: boolean): readonly SnapshotMark[] {
  const api = useSnapshotApi();
  const [marks, setMarks] = useState<readonly SnapshotMark[]>([]);
  useEffect(() => {
    if (ready) void api.marks(TICKS).then(setMarks);
  }, [api, ready]);
  return marks;
}

/** What happened at a place, asked as the pointer moves; a late answer for a former place is dropped. */
function useMark(place: number | undefined, ready: boolean): SnapshotMark | undefined {
  const api = useSnapshotApi();
  const [mark, setMark] = useState<SnapshotMark>();
  useEffect(() => {
    let live = true;
    if (ready && place !== undefined) void api.mark(place).then((answer) => live && setMark(answer));
    return () => {
      live = false;
    };
  }, [api, place, ready]);
  return mark?.place === place ? mark : undefined;
}

interface TrackProps {
  readonly last: number;
  readonly wish: number;
  readonly marks: readonly SnapshotMark[];
  readonly mark: SnapshotMark | undefined;
  readonly disabled: boolean;
  readonly onSeek: (place: number) => void;
}

function Track({ last, wish, marks, mark, disabled, onSeek }: TrackProps): ReactNode {
  const [hover, setHover] = useState<number>();
  const share = (place: number): number => (last === 1 ? 1 : (place - 1) / (last - 1));
  const onKey = (event: KeyboardEvent): void => {
    const leap = event.key === 'PageUp' ? LEAP : event.key === 'PageDown' ? -LEAP : 0;
    if (leap === 0) return;
    event.preventDefault();
    onSeek(wish + leap);
  };
  const onMove = (event: PointerEvent<HTMLElement>): void => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    setHover(1 + Math.round(Math.max(0, Math.min(1, (event.clientX - left) / width)) * (last - 1)));
  };
  const words = mark === undefined ? '' : `, ${momentText(mark.at)}`;
  return (
    <div className={style.track} onPointerMove={onMove} onPointerLeave={() => setHover(undefined)}>
      <span className={style.ticks} aria-hidden="true">
        {marks.map((each) => (
          <i key={each.place} data-void={each.void} style={{ left: `${share(each.place) * 100}%` }} />
        ))}
      </span>
      <span className={style.passed} aria-hidden="true" style={{ width: `${share(wish) * 100}%` }} />
      <input
        type="range"
        className={style.range}
        aria-label="Place in the ledger"
        aria-valuetext={`Place ${wish} of ${last}${words}`}
        min={1}
        max={last}
        step={1}
        value={wish}
        disabled={disabled}
        onChange={(event) => onSeek(event.currentTarget.valueAsNumber)}
        onKeyDown={onKey}
      />
      {hover !== undefined && !disabled && <Hover place={hover} share={share(hover)} />}
    </div>
  );
}

function Hover({ place, share }: { place: number; share: number }): ReactNode {
  const mark = useMark(place, true);
  return (
    <span className={style.hover} style={{ left: `${share * 100}%` }} data-side={share > 0.7 ? 'left' : share < 0.3 ? 'right' : 'middle'}>
      <b>{mark === undefined ? `Place ${places(place)}` : markTitle(mark)}</b>
      {mark && (
        <span>
          <bdi>{visibleText(mark.who, 60)}</bdi> {visibleText(mark.what, 140)}
          {mark.void && ' (does not count)'}
        </span>
      )}
    </span>
  );
}

interface SaysProps {
  readonly snapshot: SnapshotStatus;
  readonly wish: number;
  readonly mark: SnapshotMark | undefined;
  readonly onEnd: () => void;
}

function Says({ snapshot, wish, mark, onEnd }: SaysProps): ReactNode {
  const { replay, seeking, manifest, place } = snapshot;
  if (replay.state === 'failed') return <span className={style.says}>The ledger cannot be replayed: {replay.message}</span>;
  if (replay.state === 'running') return <Working words="Reading the ledger" done={replay.done} />;
  if (seeking !== undefined) return <Working words={`Computing place ${places(seeking.place)}`} done={seeking.done} />;
  if (place === manifest.place && wish === place) return <span className={style.says}>the end, as it was signed</span>;
  return (
    <span className={style.says} data-past="true">
      <span className={style.saysWords} title={mark && `${mark.who} ${mark.what}`}>
        now showing the register as of place {places(place)}
      </span>
      <ActionButton tone="quiet" onClick={onEnd}>
        Back to the end
      </ActionButton>
    </span>
  );
}

function Working({ words, done }: { words: string; done: number }): ReactNode {
  const percent = Math.floor(done * 100);
  return (
    <span className={style.says} role="status">
      {words}: {percent} %
      <span className={style.smallBar} aria-hidden="true">
        <i style={{ width: `${percent}%` }} />
      </span>
    </span>
  );
}
