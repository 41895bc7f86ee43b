import { type ReactNode, useEffect, useState } from 'react';
import { Icon } from '../parts/Icon.tsx';
import { breathe } from './chunks.ts';
import { Fact, Facts, Fingerprint, Section, Text, useReport } from './parts.tsx';
import type { Report } from './report.ts';
import { counted, momentText, number } from './words.ts';

/** Who made this, and how anybody finds out whether it is true. */
export function VerifySection(): ReactNode {
  const { head } = useReport();
  return (
    <Section title="Who signed, and how to verify" id="verify">
      <Facts>
        <Fact name="Made">
          {momentText(head.created)} for <Text text={head.by.name} limit={80} />, with Muster <Text text={head.software} limit={20} />
        </Fact>
        <Fact name="Key fingerprint">
          <Fingerprint digits={head.fingerprint} label="SHA-256 of the server’s public key" />
        </Fact>
        <Fact name="Ledger">
          place {number(head.place)}, epoch {head.epoch}
          {head.restores.length > 0 && `, restored ${counted(head.restores.length, 'time')}`}; head signed {momentText(head.head.at)}
        </Fact>
        <Fact name="Root of the ledger">
          <code>{head.head.root}</code>
        </Fact>
        <Fact name="Space">
          <code>{head.space}</code>
        </Fact>
        <Fact name="Personal sources">
          {head.private === 'included'
            ? 'in this file: its maker asked for them'
            : 'not in this file: people keep them to their own devices'}
        </Fact>
      </Facts>
      <div className="verify">
        <OwnCheck />
        <p>
          <b>This page proves nothing by itself.</b> Its own check is a convenience: whoever changes a report can change what it says of
          itself. To be sure, take the snapshot (<code>.muster</code>) that this report belongs to and verify that:
        </p>
        <ol>
          <li>
            With Muster: <code>muster snapshot verify FILE --key {head.fingerprint.slice(0, 32)}</code>
          </li>
          <li>
            Without Muster: the verifier in Python that comes with its source, or one of your own. The format is published in full in{' '}
            <code>FORMAT.md</code>.
          </li>
          <li>
            Either way compare the key fingerprint above with one that reached you by another way than this file: read out by telephone,
            printed, or from an earlier snapshot that you trust.
          </li>
        </ol>
        <p className="dim">
          No file can say that no newer entry exists, that a source told the truth, or that nothing exists outside what the sources covered.
        </p>
      </div>
    </Section>
  );
}

type Check = { readonly done: number; readonly bad?: string; readonly unable?: true };

async function checkAll(report: Report, onProgress: (check: Check) => void): Promise<void> {
  let done = 0;
  for (const { name } of report.head.chunks) {
    const whole = await report.chunks.isWhole(name);
    if (whole !== true) return onProgress(whole === undefined ? { done, unable: true } : { done, bad: name });
    onProgress({ done: ++done });
    await breathe();
  }
}

/** Recomputes the digests of this file's own parts, when the page has nothing else to do. */
function OwnCheck(): ReactNode {
  const report = useReport();
  const [check, setCheck] = useState<Check>({ done: 0 });
  useEffect(() => {
    let here = true;
    void checkAll(report, (next) => here && setCheck(next));
    return () => {
      here = false;
    };
  }, [report]);
  const total = report.head.chunks.length;
  const state = check.bad !== undefined ? 'bad' : check.unable ? 'unable' : check.done === total ? 'whole' : 'running';
  return (
    <p className="own-check" data-state={state} role="status">
      <Icon name={state === 'whole' ? 'check' : state === 'bad' ? 'found' : 'info'} size={14} />
      {state === 'whole' && `Own check: all ${number(total)} parts of this page are as its list has them.`}
      {state === 'bad' && `Own check: part ${check.bad} is not as the list of this page has it. The file was changed or cut off.`}
      {state === 'unable' && 'Own check: this browser offers no way to compute digests here.'}
      {state === 'running' && `Own check: ${number(check.done)} of ${number(total)} parts …`}
    </p>
  );
}
