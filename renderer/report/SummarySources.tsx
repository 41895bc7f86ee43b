import type { ReactNode } from 'react';
import { Age, Mark, Section, Text, useReport } from './parts.tsx';
import { go } from './place.ts';
import { counted, number } from './words.ts';

/** How fresh each source was, in one line each. */
export function SourcesSection(): ReactNode {
  const { head } = useReport();
  return (
    <Section title="How fresh" aside={counted(head.sources.length, 'source')}>
      {head.sources.length === 0 ? (
        <p className="dim">No source was connected: everything here is what people typed.</p>
      ) : (
        <table className="small-table wide">
          <thead>
            <tr>
              <th scope="col">Source</th>
              <th scope="col">For reports</th>
              <th scope="col">Evidence</th>
              <th scope="col">Coverage</th>
              <th scope="col">Records</th>
              <th scope="col">What it is good for</th>
            </tr>
          </thead>
          <tbody>
            {head.sources.map((source) => (
              <tr key={source.status.source}>
                <td>
                  <button type="button" className="link" onClick={() => go({ view: 'sources' })}>
                    <Text text={source.status.label || source.status.source} limit={80} />
                  </button>
                </td>
                <td>
                  <Mark state={source.freshness.reporting} />
                </td>
                <td>
                  <Age at={source.asOf} />
                </td>
                <td>
                  {number(source.coverageComplete)} of {number(source.coverageTotal)} complete
                </td>
                <td>{number(source.records)}</td>
                <td>
                  <Text text={source.sentence} limit={200} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Section>
  );
}
