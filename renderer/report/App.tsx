import { Component, type ReactNode, useEffect, useState } from 'react';
import type { ReportHead } from '../../shared/snapshot/report/reportData.ts';
import { Icon } from '../parts/Icon.tsx';
import { Damaged } from './chunks.ts';
import { loadReport } from './load.ts';
import { ReportProvider } from './parts.tsx';
import type { Report } from './report.ts';
import { Shell } from './Shell.tsx';
import { number } from './words.ts';

type Phase =
  | { readonly kind: 'reading'; readonly head?: ReportHead; readonly rows: number }
  | { readonly kind: 'ready'; readonly report: Report }
  | { readonly kind: 'refused'; readonly message: string };

/** Reads the report, shows it, or says in one sentence why not. */
export function App(): ReactNode {
  const [phase, setPhase] = useState<Phase>({ kind: 'reading', rows: 0 });
  useEffect(() => {
    loadReport((head, rows) => setPhase({ kind: 'reading', head, rows }))
      .then((report) => {
        document.title = `${report.head.name} as of ${report.head.asOf.slice(0, 10)}: Muster report`;
        setPhase({ kind: 'ready', report });
      })
      .catch((error: unknown) =>
        setPhase({ kind: 'refused', message: error instanceof Damaged ? error.message : 'This report could not be read.' }),
      );
  }, []);
  switch (phase.kind) {
    case 'reading':
      return <Reading {...phase} />;
    case 'refused':
      return <Refused message={phase.message} />;
    case 'ready':
      return (
        <ReportProvider value={phase.report}>
          <Unbroken>
            <Shell />
          </Unbroken>
        </ReportProvider>
      );
  }
}

function Reading({ head, rows }: { head?: ReportHead; rows: number }): ReactNode {
  return (
    <main className="phase">
      <p role="status">Reading the report …</p>
      {head && (
        <>
          <progress max={head.rows.listed} value={rows} aria-label="Rows read" />
          <p className="dim">
            {number(rows)} of {number(head.rows.listed)} rows
          </p>
        </>
      )}
    </main>
  );
}

function Refused({ message }: { message: string }): ReactNode {
  return (
    <main className="phase" role="alert">
      <Icon name="found" size={20} />
      <h1>This report is not shown</h1>
      <p>{message}</p>
      <p className="dim">
        Ask whoever sent it for the snapshot that it belongs to, and verify that: <code>muster snapshot verify FILE --key FINGERPRINT</code>
      </p>
    </main>
  );
}

/** Data of another shape than the page knows ends in a sentence, not in an empty page. */
class Unbroken extends Component<{ readonly children: ReactNode }, { readonly broken: boolean }> {
  override state = { broken: false };
  static getDerivedStateFromError(): { broken: boolean } {
    return { broken: true };
  }
  override render(): ReactNode {
    return this.state.broken ? <Refused message="Something in this report is not in a form that this page knows." /> : this.props.children;
  }
}
