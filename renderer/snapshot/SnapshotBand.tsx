import type { ReactNode } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import { parseTime } from '../../shared/base/time.ts';
import type { SnapshotStatus } from '../../shared/bridge/snapshot.ts';
import { exactText } from '../parts/age.ts';
import { Icon, type IconName } from '../parts/Icon.tsx';
import { useOpenSnapshot } from './openSnapshot.ts';
import { useSnapshotPanel } from './panelStore.ts';
import style from './snapshot.module.css';
import { momentText, places } from './words.ts';

/** Over the whole top, in words, a picture and a hatch: this is a file and not the register, and from when it is. */
export function SnapshotBand({ name, snapshot }: { name: string; snapshot: SnapshotStatus }): ReactNode {
  const close = useOpenSnapshot((state) => state.close);
  const { manifest, place, at, verification } = snapshot;
  const refused = verification.state === 'refused';
  const past = place < manifest.place;
  return (
    <section className={style.band} data-refused={refused} data-past={past} aria-label="Snapshot">
      <span className={style.badge}>
        <Icon name={refused ? 'found' : 'lock'} size={14} />
        <strong>{refused ? 'Refused snapshot' : 'Snapshot, read-only'}</strong>
      </span>
      <span className={style.bandName} title={`${visibleText(name, 200)}, made by ${visibleText(manifest.by.name, 100)}`}>
        <bdi>{visibleText(manifest.name, 80)}</bdi>
      </span>
      <span className={style.bandFact} title={exactText(parseTime(at) ?? 0)}>
        as of <b>{momentText(at)}</b>
      </span>
      <span className={style.bandFact} data-past={past}>
        {past && <Icon name="history" size={14} />}
        place <b>{places(place)}</b> of {places(manifest.place)}
        {past && <em>a past state, not the last one</em>}
      </span>
      <span className={style.bandSpace} />
      <VerificationButton snapshot={snapshot} />
      <button type="button" className={style.bandButton} onClick={close}>
        <Icon name="close" size={13} />
        <span>Close</span>
      </button>
      {refused && <Distrust snapshot={snapshot} />}
    </section>
  );
}

const STATES: Readonly<Record<SnapshotStatus['verification']['state'], { readonly icon: IconName; readonly word: string }>> = {
  verified: { icon: 'check', word: 'Verified' },
  checking: { icon: 'stale', word: 'Checking' },
  refused: { icon: 'found', word: 'Refused' },
  cancelled: { icon: 'held', word: 'Not verified' },
};

function VerificationButton({ snapshot }: { snapshot: SnapshotStatus }): ReactNode {
  const show = useSnapshotPanel((panel) => panel.show);
  const { state, done } = snapshot.verification;
  const { icon, word } = STATES[state];
  const percent = state === 'checking' ? ` ${Math.floor(done * 100)} %` : '';
  return (
    <>
      <span className="mu-visually-hidden" role="status">
        {state === 'checking' ? '' : `Verification: ${word}`}
      </span>
      <button type="button" className={style.bandButton} data-state={state} onClick={() => show('verification')}>
        <Icon name={icon} size={14} />
        <span>
          {word}
          {percent}
          {state === 'verified' && snapshot.key === 'matches' && ', expected key'}
          {snapshot.key === 'differs' && ', another key'}
        </span>
      </button>
    </>
  );
}

/** What was shown before the check came to its end is not taken back, but it is said what it is worth. */
function Distrust({ snapshot }: { snapshot: SnapshotStatus }): ReactNode {
  const refusal = snapshot.verification.verdict?.refusal;
  const where = refusal?.place === undefined ? '' : ` From place ${places(refusal.place)} on nothing can be trusted.`;
  return (
    <p className={style.distrust} role="alert">
      {refusal?.message ?? 'The file is not what its signature says.'}
      {where === '' ? ' Nothing that is shown can be trusted.' : where}
    </p>
  );
}
