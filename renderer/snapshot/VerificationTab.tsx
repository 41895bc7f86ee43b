import type { ReactNode } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import type { SnapshotEvidence, SnapshotStatus } from '../../shared/bridge/snapshot.ts';
import type { Check, CheckId, SnapshotRefusal } from '../../shared/snapshot/contracts.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import { Icon, type IconName } from '../parts/Icon.tsx';
import { CompareSection } from './CompareSection.tsx';
import { KeySection } from './KeySection.tsx';
import style from './snapshot.module.css';
import { useSnapshotApi } from './snapshotEngine.ts';
import { useEvidence } from './useEvidence.ts';
import { momentText, places } from './words.ts';

/** What was checked, against which key, and what a file alone cannot prove. */
export function VerificationTab({ snapshot }: { snapshot: SnapshotStatus }): ReactNode {
  const { verdict } = snapshot.verification;
  const evidence = useEvidence(snapshot);
  return (
    <>
      <Outcome snapshot={snapshot} />
      {verdict?.refusal && <Where refusal={verdict.refusal} />}
      <KeySection snapshot={snapshot} />
      <section aria-label="What was checked">
        <h3>What was checked</h3>
        <ul className={style.checks}>
          {(verdict?.checks ?? []).map((check) => (
            <CheckLine key={check.id} check={withKey(check, snapshot.key)} />
          ))}
        </ul>
      </section>
      {verdict && (
        <section aria-label="What a file alone cannot prove">
          <h3>What a file alone cannot prove</h3>
          <ul className={style.sentences}>
            {verdict.cannotKnow.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </section>
      )}
      <CompareSection />
      <Witnesses evidence={evidence} last={snapshot.manifest.place} />
      <Making snapshot={snapshot} />
      <Elsewhere fingerprint={snapshot.fingerprint} />
    </>
  );
}

const OUTCOMES: Readonly<Record<SnapshotStatus['verification']['state'], { icon: IconName; title: string; words: string }>> = {
  verified: {
    icon: 'check',
    title: 'Nothing in this file was touched, and nothing was left out of its ledger',
    words: 'Everything below was recomputed on this computer from the file alone. No server was asked.',
  },
  checking: { icon: 'stale', title: 'Checking', words: 'You can read meanwhile. What is shown is not proved until this is done.' },
  refused: { icon: 'found', title: 'This snapshot is refused', words: 'What it shows must not be relied upon.' },
  cancelled: {
    icon: 'held',
    title: 'Not verified: the check was stopped',
    words: 'What is shown is what the file says. It is not proved.',
  },
};

function Outcome({ snapshot }: { snapshot: SnapshotStatus }): ReactNode {
  const api = useSnapshotApi();
  const { state, done } = snapshot.verification;
  const { icon, title, words } = OUTCOMES[state];
  return (
    <div className={style.outcome} data-state={state} role="status">
      <Icon name={icon} size={18} />
      <div>
        <strong>
          {title}
          {state === 'checking' && `: ${Math.floor(done * 100)} %`}
        </strong>
        <p>{words}</p>
      </div>
      {state === 'checking' ? (
        <ActionButton onClick={() => void api.cancelVerification()}>Stop</ActionButton>
      ) : (
        <ActionButton onClick={() => void api.verify()}>Verify again</ActionButton>
      )}
    </div>
  );
}

function Where({ refusal }: { refusal: SnapshotRefusal }): ReactNode {
  const spots = [
    ...(refusal.part === undefined ? [] : [`part ${refusal.part}`]),
    ...(refusal.place === undefined ? [] : [`the entry at place ${places(refusal.place)}`]),
    ...(refusal.line === undefined ? [] : [`line ${places(refusal.line)}`]),
  ];
  return (
    <section aria-label="What is wrong" className={style.wrong}>
      <h3>What is wrong: {refusal.code}</h3>
      <p>{refusal.message}</p>
      {spots.length > 0 && <p>First found in {spots.join(', ')}.</p>}
      <p>Ask whoever made the file for it again. If it comes damaged twice, ask them to verify their own copy.</p>
    </section>
  );
}

const NAMES: Readonly<Record<CheckId, string>> = {
  archive: 'The archive',
  signature: 'The signature',
  key: 'The key',
  parts: 'The parts',
  ledger: 'The ledger',
  entries: 'The entries',
  records: 'The evidence',
  sample: 'The sample',
  recomputed: 'The register',
  extension: 'The older snapshot',
};
const MARKS: Readonly<Record<Check['state'], { icon: IconName; word: string }>> = {
  passed: { icon: 'check', word: 'passed' },
  failed: { icon: 'found', word: 'failed' },
  running: { icon: 'stale', word: 'running' },
  waiting: { icon: 'more', word: 'waiting' },
  'not asked': { icon: 'excluded', word: 'not asked' },
};

/** The fingerprint is compared as it is pasted, apart from the rest. */
function withKey(check: Check, key: SnapshotStatus['key']): Check {
  if (check.id !== 'key' || key === 'not compared') return check;
  if (key === 'matches') return { id: 'key', state: 'passed', sentence: 'The key is the one that you expect.' };
  return { id: 'key', state: 'failed', sentence: 'The key is another one than you expect.' };
}

function CheckLine({ check }: { check: Check }): ReactNode {
  const { icon, word } = MARKS[check.state];
  const { done, total } = check;
  return (
    <li className={style.check} data-state={check.state}>
      <span className={style.checkMark}>
        <Icon name={icon} size={14} />
      </span>
      <div>
        <strong>{NAMES[check.id]}</strong> <span className={style.checkWord}>{word}</span>
        <p>{check.sentence}</p>
        {check.state === 'running' && done !== undefined && total !== undefined && (
          <span className={style.smallBar} aria-hidden="true">
            <i style={{ width: `${total === 0 ? 0 : Math.floor((100 * done) / total)}%` }} />
          </span>
        )}
      </div>
    </li>
  );
}

function Witnesses({ evidence, last }: { evidence: SnapshotEvidence | undefined; last: number }): ReactNode {
  if (!evidence || evidence.witnesses.length === 0) return null;
  return (
    <section aria-label="Who witnessed this ledger">
      <h3>Who witnessed this ledger</h3>
      <p>
        Every entry names the root of the ledger as its author saw it. Whoever holds the server’s key can sign another past, but not without
        the keys of these devices.
      </p>
      <table className={style.facts}>
        <thead>
          <tr>
            <th scope="col">Person</th>
            <th scope="col">Device</th>
            <th scope="col" className={style.number}>
              Up to place
            </th>
          </tr>
        </thead>
        <tbody>
          {evidence.witnesses.map(({ person, device, place }) => (
            <tr key={`${person} ${device}`}>
              <td>
                <bdi>{visibleText(person, 80)}</bdi>
              </td>
              <td>
                <bdi>{visibleText(device, 60)}</bdi>
              </td>
              <td className={style.number}>
                {places(place)} <span className="mu-none">of {places(last)}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Making({ snapshot }: { snapshot: SnapshotStatus }): ReactNode {
  const { manifest } = snapshot;
  const asked = [manifest.query.text, manifest.query.where ?? ''].filter((text) => text !== '').join(' and ');
  return (
    <section aria-label="How it was made">
      <h3>How it was made</h3>
      <dl className={style.facts}>
        <dt>Made</dt>
        <dd>{momentText(manifest.created)}</dd>
        <dt>For</dt>
        <dd>
          <bdi>{visibleText(manifest.by.name, 100)}</bdi>
        </dd>
        <dt>Asked for</dt>
        <dd>{asked === '' ? 'everything' : visibleText(asked, 400)}</dd>
        <dt>Private sources</dt>
        <dd>{manifest.private}</dd>
        <dt>Left out</dt>
        <dd>
          {manifest.leftOut.length === 0
            ? 'no source'
            : manifest.leftOut.map(({ label, records }) => `${visibleText(label, 80)} (${places(records)} records)`).join(', ')}
        </dd>
        <dt>Software</dt>
        <dd>Muster {visibleText(manifest.software, 40)}</dd>
      </dl>
    </section>
  );
}

function Elsewhere({ fingerprint }: { fingerprint: string }): ReactNode {
  return (
    <section aria-label="How to verify without Muster">
      <h3>How to verify without this window</h3>
      <p>This window is a program that somebody gave you. The file does not depend on it:</p>
      <ul className={style.sentences}>
        <li>
          On a command line: <code>muster snapshot verify FILE --key {fingerprint.slice(0, 32)}</code>
        </li>
        <li>The file is a ZIP archive. README.txt in it says what each part is, and how its hashes and signatures are computed.</li>
        <li>The format is described completely in FORMAT.md of Muster’s sources, so that you can have your own verifier written.</li>
      </ul>
    </section>
  );
}
