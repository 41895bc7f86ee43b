import type { ReactNode } from 'react';
import type { Finding } from '../../shared/register/view.ts';
import { shownSentence } from '../parts/age.ts';
import { Mark, Section, Text } from './parts.tsx';
import { ruleTitle } from './words.ts';

const ORDER: Readonly<Record<Finding['verdict'], number>> = { found: 0, 'cannot evaluate': 1, clear: 2 };

/** Every rule with its verdict: also those that are clear, so that nobody has to guess what was looked at. */
export function FindingsSection({ findings }: { findings: readonly Finding[] }): ReactNode {
  const open = findings.filter(({ verdict }) => verdict !== 'clear');
  return (
    <Section title="Findings" aside={open.length === 0 ? 'all clear' : `${open.length} of ${findings.length} rules`}>
      <ul className="verdicts">
        {findings
          .toSorted((a, b) => ORDER[a.verdict] - ORDER[b.verdict])
          .map((finding) => (
            <Verdict key={finding.rule} finding={finding} />
          ))}
      </ul>
    </Section>
  );
}

export function Verdict({ finding }: { finding: Finding }): ReactNode {
  return (
    <li data-verdict={finding.verdict}>
      <Mark state={finding.verdict} />
      <span>
        <b>{ruleTitle(finding.rule)}</b>
        {finding.verdict === 'found' && <span className="severity"> · {finding.severity}</span>}
        {': '}
        <Text text={shownSentence(finding.sentence)} limit={600} />
        {finding.missing !== undefined && (
          <>
            {' Missing: '}
            <Text text={finding.missing} limit={300} />.
          </>
        )}
      </span>
      <span className="references">{finding.references.join(' · ')}</span>
    </li>
  );
}
