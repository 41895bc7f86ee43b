import { createContext, type ReactNode, use } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import { groupedFingerprint } from '../../shared/snapshot/fingerprint.ts';
import { Icon, type IconName } from '../parts/Icon.tsx';
import { MARKS, type MarkState } from '../parts/marks.ts';
import type { Report } from './report.ts';
import { ageAt, momentText } from './words.ts';

const ReportContext = createContext<Report | undefined>(undefined);
export const ReportProvider = ReportContext.Provider;
export function useReport(): Report {
  const report = use(ReportContext);
  if (!report) throw new Error('no report');
  return report;
}

/** Text that somebody else wrote: isolated, with hidden characters made visible, cut with an ellipsis. */
export function Text({ text, limit = 200 }: { text: string; limit?: number }): ReactNode {
  return <bdi>{visibleText(text, limit)}</bdi>;
}

/** An icon and a word; colour alone says nothing. */
export function Mark({ state, compact = false, word }: { state: MarkState; compact?: boolean; word?: string }): ReactNode {
  const mark = MARKS[state] ?? MARKS.unknown;
  return (
    <span
      className="mark"
      data-tone={mark.tone}
      title={`${mark.word}: ${mark.means}`}
      {...(compact ? { role: 'img', 'aria-label': mark.word } : {})}
    >
      <Icon name={mark.icon} size={14} />
      {!compact && (word ?? mark.word)}
    </span>
  );
}

/** How old at the moment of the report; exactly, on hover. */
export function Age({ at }: { at: string | undefined }): ReactNode {
  const { head } = useReport();
  if (at === undefined || at === '') return <span className="dim">–</span>;
  return (
    <time dateTime={at} title={momentText(at)}>
      {ageAt(at, head.now)}
    </time>
  );
}

export function Section({ title, aside, children, id }: { title: string; aside?: ReactNode; children: ReactNode; id?: string }): ReactNode {
  return (
    <section className="section" aria-label={title} id={id}>
      <header>
        <h2>{title}</h2>
        {aside !== undefined && <span className="aside">{aside}</span>}
      </header>
      {children}
    </section>
  );
}

/** Pairs of a word and what is said. */
export function Facts({ children }: { children: ReactNode }): ReactNode {
  return <dl className="facts">{children}</dl>;
}
export function Fact({ name, children }: { name: string; children: ReactNode }): ReactNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

export function Empty({ icon, children }: { icon: IconName; children: ReactNode }): ReactNode {
  return (
    <div className="empty">
      <Icon name={icon} size={18} />
      <p>{children}</p>
    </div>
  );
}

/** All 64 digits, in groups that two people can read to each other. */
export function Fingerprint({ digits, label }: { digits: string; label: string }): ReactNode {
  return (
    <code className="fingerprint" title={label}>
      {groupedFingerprint(digits, 64)}
    </code>
  );
}
