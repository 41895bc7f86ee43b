import type { ReactNode } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import { parseTime } from '../../shared/base/time.ts';
import type { EngineStatus } from '../../shared/bridge/engine.ts';
import { ageText, exactText } from '../parts/age.ts';
import { Icon } from '../parts/Icon.tsx';
import { useNow } from '../parts/useNow.ts';
import { useStatus } from './engine.tsx';
import { useNavigation } from './navigation.ts';
import { useShell } from './shellStore.ts';
import classes from './statusBar.module.css';

/** `Offline · 3 saved here · 2 others here · evidence: AWS 4 min, sheet 14 months (reporting only)` */
export function StatusBar(): ReactNode {
  const status = useStatus();
  if (!status) return <footer className={classes.bar} />;
  return (
    <footer className={classes.bar}>
      {status.snapshot === undefined ? <Live status={status} /> : <FromFile />}
      <Evidence status={status} />
    </footer>
  );
}

function Live({ status }: { status: EngineStatus }): ReactNode {
  return (
    <>
      <Connection status={status} />
      <Opening status={status} />
      <Saved status={status} />
      <Others status={status} />
      <Verifying status={status} />
      {status.readOnly && (
        <span className={classes.part}>
          <Icon name="lock" size={13} /> Read only
        </span>
      )}
    </>
  );
}

const FromFile = (): ReactNode => (
  <span className={classes.part} title="Everything on this screen was read from the file. Ages are ages at the moment that it shows.">
    <Icon name="lock" size={13} /> From a file: no server is asked
  </span>
);

const CONNECTION = { online: 'Online', connecting: 'Connecting', offline: 'Offline' } as const;

function Connection({ status }: { status: EngineStatus }): ReactNode {
  const since = status.offlineSince === undefined ? undefined : parseTime(status.offlineSince);
  const clock = status.clockFromServer ? '' : ' Ages are by this device’s clock alone.';
  const title = since === undefined ? `Connected to ${status.space?.server ?? 'the server'}.` : `Since ${exactText(since)}.${clock}`;
  return (
    <span className={classes.part} data-tone={status.connection} role="status" title={title}>
      <Icon name={status.connection === 'online' ? 'online' : 'offline'} size={13} />
      {CONNECTION[status.connection]}
    </span>
  );
}

/** What is on screen is not all yet: nobody takes the first rows for the register. */
function Opening({ status: { opening } }: { status: EngineStatus }): ReactNode {
  if (opening === undefined) return null;
  return (
    <span className={classes.part} data-tone="connecting" title="Counts, totals, the inbox and edits wait until all of it is here">
      Still opening: {Math.floor(opening * 100)} %
    </span>
  );
}

function Saved({ status }: { status: EngineStatus }): ReactNode {
  const open = useShell((shell) => shell.open);
  const here = status.savedHere;
  return (
    <>
      <span
        className={classes.part}
        title={
          here > 0 ? 'Safe on this device; they go to the server as soon as it answers' : 'Every change of this device is on the server'
        }
      >
        {here > 0 ? `${here.toLocaleString()} saved here` : 'All on the server'}
      </span>
      {status.refused.length > 0 && (
        <button type="button" className={classes.part} data-tone="bad" onClick={() => open('refused')}>
          <Icon name="found" size={13} /> {status.refused.length} refused
        </button>
      )}
    </>
  );
}

function Others({ status }: { status: EngineStatus }): ReactNode {
  const others = status.others.filter((one) => !one.me);
  if (others.length === 0) return null;
  const names = others.map((one) => visibleText(one.name, 60)).join(', ');
  return (
    <span className={classes.part} title={names}>
      <span className={classes.faces} aria-hidden="true">
        {others.slice(0, 4).map((one) => (
          <i key={`${one.person ?? one.name}`} style={{ borderColor: one.colour }}>
            {initials(one.name)}
          </i>
        ))}
      </span>
      {others.length === 1 ? '1 other here' : `${others.length} others here`}
    </span>
  );
}

const initials = (name: string): string =>
  name
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => visibleText(word.slice(0, 1), 1).toUpperCase())
    .join('');

function Verifying({ status }: { status: EngineStatus }): ReactNode {
  if (status.unverified === 0) return null;
  return (
    <span className={classes.part} title="The server vouches for them; this device is still checking their signatures itself">
      {status.unverified.toLocaleString()} signatures to check
    </span>
  );
}

/** Of a snapshot whose ledger is still being read nobody knows yet how old its evidence is. */
function withoutEvidence({ snapshot }: EngineStatus): string {
  if (snapshot === undefined || snapshot.replay.state === 'ready') return 'No evidence yet: everything here is what people typed';
  return snapshot.replay.state === 'running'
    ? 'How old the evidence is will be known once the ledger is read'
    : 'How old the evidence is is not known: the ledger of this file cannot be read';
}

const SHOWN = 4;
const ORDER = { unknown: 0, stale: 1, fresh: 2 } as const;

function Evidence({ status }: { status: EngineStatus }): ReactNode {
  const now = useNow();
  const go = useNavigation((place) => place.go);
  if (status.evidence.length === 0) return <span className={classes.evidence}>{withoutEvidence(status)}</span>;
  const worst = status.evidence.toSorted((a, b) => ORDER[a.level] - ORDER[b.level]);
  const more = worst.length - SHOWN;
  return (
    <button type="button" className={classes.evidence} title="Open the sources" onClick={() => go({ screen: 'sources' })}>
      <span>evidence:</span>
      {worst.slice(0, SHOWN).map((one) => (
        <EvidenceAge key={one.source} one={one} now={now} />
      ))}
      {more > 0 && <span>{more} more</span>}
    </button>
  );
}

function EvidenceAge({ one, now }: { one: EngineStatus['evidence'][number]; now: number }): ReactNode {
  const at = one.asOf === undefined ? undefined : parseTime(one.asOf);
  const age = at === undefined ? 'never read' : ageText(now - at);
  return (
    <span data-level={one.level} title={at === undefined ? undefined : exactText(at)}>
      {one.level !== 'fresh' && <Icon name={one.level} size={12} />}
      {visibleText(one.label, 40)} {age}
      {one.level === 'fresh' ? '' : `, ${one.level}`}
      {one.reportingOnly && ' (reporting only)'}
      {one.health === 'failed' && ' (failing)'}
    </span>
  );
}
