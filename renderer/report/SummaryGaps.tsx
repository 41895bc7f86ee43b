import type { ReactNode } from 'react';
import type { Gaps } from '../../shared/snapshot/gaps.ts';
import { Mark, Section, Text, useReport } from './parts.tsx';
import { go } from './place.ts';
import { counted, number, ruleTitle } from './words.ts';

const LISTED = 40;

/** What this report cannot say: not judged, not covered, held back, not counted. Each is said, also when it is nothing. */
export function GapsSection(): ReactNode {
  const { gaps } = useReport();
  return (
    <Section title="What cannot be said">
      <CannotEvaluate gaps={gaps} />
      <Coverage gaps={gaps} />
      <Held gaps={gaps} />
      <NotCounted gaps={gaps} />
    </Section>
  );
}

function CannotEvaluate({ gaps }: { gaps: Gaps }): ReactNode {
  const groups = gaps.cannotEvaluate;
  return (
    <div className="gap">
      <h3>
        <Mark state="cannot evaluate" word="Could not be evaluated" />
      </h3>
      {groups.length === 0 && <p className="dim">Every rule could judge every row.</p>}
      {!gaps.directory && <p className="dim">No directory is read: whether owners have left cannot be judged for any row.</p>}
      <ul className="plain">
        {groups.slice(0, LISTED).map((group) => (
          <li key={`${group.rule}/${group.missing}`}>
            <button type="button" className="link" onClick={() => go({ view: 'inventory', query: `cannot:${group.rule}` })}>
              {ruleTitle(group.rule)}: {number(group.number)}
            </button>{' '}
            <span className="dim">
              for want of <Text text={group.missing} limit={200} />
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Coverage({ gaps }: { gaps: Gaps }): ReactNode {
  const wanting = gaps.sources.flatMap((source) => source.coverage.map((coverage) => ({ source, coverage })));
  return (
    <div className="gap">
      <h3>
        <Mark state="stale" word="Coverage that is wanting" />
      </h3>
      {wanting.length === 0 && gaps.withoutStatus.length === 0 && (
        <p className="dim">Every scope of every source was listed completely and in time.</p>
      )}
      <ul className="plain">
        {wanting.slice(0, LISTED).map(({ source, coverage }) => (
          <li key={`${source.source}/${coverage.coverage}`}>
            <button type="button" className="link" onClick={() => go({ view: 'sources' })}>
              <Text text={source.label} limit={60} />
            </button>
            {', '}
            <Text text={coverage.label || coverage.coverage} limit={100} />: {coverage.kinds.join(', ')}{' '}
            {coverage.problem !== undefined && (
              <span className="dim">
                <Text text={coverage.problem} limit={200} />
              </span>
            )}
          </li>
        ))}
        {wanting.length > LISTED && <li className="dim">and {number(wanting.length - LISTED)} more under Sources</li>}
        {gaps.withoutStatus.map((source) => (
          <li key={source}>{source} says nothing of its coverage.</li>
        ))}
      </ul>
    </div>
  );
}

function Held({ gaps }: { gaps: Gaps }): ReactNode {
  return (
    <div className="gap">
      <h3>
        <Mark state="held" word="Held back" />
      </h3>
      {gaps.held.length === 0 && <p className="dim">No run was held.</p>}
      <ul className="plain">
        {gaps.held.map((held) => (
          <li key={held.digest}>
            <Text text={held.label} limit={60} />: <Text text={held.explanation} limit={300} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function NotCounted({ gaps }: { gaps: Gaps }): ReactNode {
  const lines = [
    ...gaps.void.map(({ place, name, reason, acts }) => ({ place, text: `${counted(acts.length, 'act')} of ${name}: ${reason}` })),
    ...gaps.ignored.map(({ place, reason }) => ({ place, text: reason })),
  ];
  return (
    <div className="gap">
      <h3>
        <Mark state="disabled" word="In the ledger, and not counted" />
      </h3>
      {lines.length === 0 && <p className="dim">Every entry counts.</p>}
      <ul className="plain">
        {lines.slice(0, LISTED).map(({ place, text }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the list never changes
          <li key={index}>
            <button type="button" className="link" onClick={() => go({ view: 'changes', query: `#${place}` })}>
              change {number(place)}
            </button>{' '}
            <Text text={text} limit={300} />
          </li>
        ))}
        {lines.length > LISTED && <li className="dim">and {number(lines.length - LISTED)} more under Changes</li>}
      </ul>
    </div>
  );
}
