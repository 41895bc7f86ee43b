import { type ReactNode, useEffect } from 'react';
import { Icon, type IconName } from '../parts/Icon.tsx';
import { Changes } from './Changes.tsx';
import { toggleColours } from './colours.ts';
import { Findings } from './Findings.tsx';
import { Inventory } from './Inventory.tsx';
import { People } from './People.tsx';
import { Policy } from './Policy.tsx';
import { Text, useReport } from './parts.tsx';
import { go, type ReportPlace, usePlace, VIEWS, type ViewName } from './place.ts';
import { Sample } from './Sample.tsx';
import { Sources } from './Sources.tsx';
import { Summary } from './Summary.tsx';
import { useReportKeys } from './useReportKeys.ts';
import { momentText, number } from './words.ts';

const LABELS: Readonly<Record<ViewName, { readonly label: string; readonly icon: IconName }>> = {
  summary: { label: 'Summary', icon: 'info' },
  inventory: { label: 'Inventory', icon: 'register' },
  findings: { label: 'Findings', icon: 'found' },
  changes: { label: 'Changes', icon: 'activity' },
  sources: { label: 'Sources', icon: 'sources' },
  people: { label: 'People and devices', icon: 'people' },
  policy: { label: 'Policy', icon: 'settings' },
  sample: { label: 'Sample', icon: 'filter' },
};

export function Shell(): ReactNode {
  const place = usePlace();
  useReportKeys();
  useEffect(() => {
    document.querySelector('main')?.scrollTo(0, 0);
  }, []);
  return (
    <div className="shell">
      <Band />
      <Rail place={place} />
      <main key={place.view} aria-label={LABELS[place.view].label}>
        <View place={place} />
      </main>
    </div>
  );
}

function View({ place }: { place: ReportPlace }): ReactNode {
  switch (place.view) {
    case 'summary':
      return <Summary />;
    case 'inventory':
      return <Inventory place={place} />;
    case 'findings':
      return <Findings place={place} />;
    case 'changes':
      return <Changes place={place} />;
    case 'sources':
      return <Sources />;
    case 'people':
      return <People />;
    case 'policy':
      return <Policy />;
    case 'sample':
      return <Sample place={place} />;
  }
}

/** Nobody must take it for the register itself, nor a generated estate for a real one. */
function Band(): ReactNode {
  const { head } = useReport();
  return (
    <header className="band" data-sample={head.sample}>
      <span className="read-only">
        <Icon name="lock" size={13} />
        Read-only report
      </span>
      <b>
        <Text text={head.name} limit={80} />
      </b>
      <span>
        as of <time dateTime={head.asOf}>{momentText(head.asOf)}</time>, place {number(head.place)} of its ledger
      </span>
      {head.sample && <strong>Sample estate: nothing here is real</strong>}
      <span className="band-actions">
        <button type="button" onClick={() => print()} title="Print the summary">
          Print
        </button>
        <button type="button" onClick={toggleColours} aria-label="Light or dark" title="Light or dark">
          <Icon name="moon" size={14} />
        </button>
      </span>
    </header>
  );
}

function Rail({ place }: { place: ReportPlace }): ReactNode {
  const report = useReport();
  const { head, rows } = report;
  const counts: Partial<Record<ViewName, number>> = {
    inventory: rows.total,
    changes: head.changes.total,
    sources: head.sources.length,
    sample: report.sample.length,
  };
  return (
    <nav className="rail" aria-label="Views">
      {VIEWS.filter((view) => view !== 'sample' || report.sample.length > 0).map((view) => (
        <a
          key={view}
          href={`#${view}`}
          aria-current={place.view === view ? 'page' : undefined}
          onClick={(event) => {
            event.preventDefault();
            go({ view });
          }}
        >
          <Icon name={LABELS[view].icon} size={15} />
          {LABELS[view].label}
          {counts[view] !== undefined && <span className="count">{number(counts[view])}</span>}
        </a>
      ))}
      <p className="rail-foot">
        Made by Muster <Text text={head.software} limit={20} />. This file loads nothing from any network.
      </p>
    </nav>
  );
}
