import type { ReactNode } from 'react';
import type { CoverageState, RunSummary } from '../../shared/model/status.ts';
import type { SourceView } from '../../shared/register/view.ts';
import { duration, healthOf, runFigures } from '../sources/evidence.ts';
import { Age, Empty, Mark, Section, Text, useReport } from './parts.tsx';
import { counted, momentText, number } from './words.ts';

/** Which systems were read, how completely, and how old what they said is. */
export function Sources(): ReactNode {
  const { head } = useReport();
  if (head.sources.length === 0)
    return <Empty icon="sources">No source was connected: everything in this report is what people typed, and is shown as such.</Empty>;
  return (
    <div className="page">
      <h1>Sources</h1>
      <p className="lead">What each source covered, and when. Nothing outside this coverage can be known from this report.</p>
      {head.sources.map((source) => (
        <Source key={source.status.source} source={source} />
      ))}
    </div>
  );
}

function Source({ source }: { source: SourceView }): ReactNode {
  const { status } = source;
  return (
    <Section title={status.label || status.source} aside={<Mark state={source.freshness.reporting} />}>
      <p>
        <Text text={source.sentence} limit={400} />
      </p>
      <dl className="dates">
        <Pair name="System" value={status.kind} />
        <Pair name="Records" value={number(source.records)} />
        <Pair name="Coverage" value={`complete ${source.coverageComplete} of ${counted(source.coverageTotal, 'scope')}`} />
        <Pair name="As of" value={momentText(source.asOf)} />
        <Pair name="Mechanism" value={status.mechanism} />
        <Pair name="Good for reports" value={`up to ${duration(status.levels.reporting)} old`} />
        <Pair name="For certifying" value={status.levels.control === null ? 'never' : `up to ${duration(status.levels.control)} old`} />
        <Pair name="State" value={healthOf(status)} />
      </dl>
      {status.held.map((part) => (
        <p key={part.digest} className="notice" data-tone="violet">
          <Mark state="held" /> <Text text={part.explanation} limit={400} /> Since {momentText(part.since)}.
        </p>
      ))}
      <Coverage coverage={status.coverage} />
      <Runs runs={status.runs} />
    </Section>
  );
}

function Pair({ name, value }: { name: string; value: string }): ReactNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <Text text={value} limit={120} />
      </dd>
    </div>
  );
}

const COVERAGE_SHOWN = 200;

function Coverage({ coverage }: { coverage: readonly CoverageState[] }): ReactNode {
  if (coverage.length === 0) return <p className="dim">It never listed anything.</p>;
  return (
    <table className="small-table wide">
      <caption>Coverage</caption>
      <thead>
        <tr>
          <th scope="col">Scope</th>
          <th scope="col">Last listing</th>
          <th scope="col">Complete as of</th>
          <th scope="col">Records</th>
          <th scope="col">Problem</th>
        </tr>
      </thead>
      <tbody>
        {coverage.slice(0, COVERAGE_SHOWN).map((one) => (
          <tr key={one.id}>
            <td>
              <Text text={one.label || one.id} limit={120} />
            </td>
            <td>
              {one.outcome}
              {one.gap === true && ', events were lost since'}
            </td>
            <td>{one.completeAsOf === undefined ? 'never complete' : <Age at={one.completeAsOf} />}</td>
            <td>{number(one.records)}</td>
            <td>{one.problem ? <Text text={one.problem.message} limit={200} /> : <span className="dim">–</span>}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Runs({ runs }: { runs: readonly RunSummary[] }): ReactNode {
  if (runs.length === 0) return null;
  return (
    <details className="record">
      <summary>
        <b>Runs</b>
        <span className="dim">the last {runs.length}</span>
      </summary>
      <table className="small-table wide">
        <thead>
          <tr>
            <th scope="col">Run</th>
            <th scope="col">As of</th>
            <th scope="col">Ended</th>
            <th scope="col">Outcome</th>
            <th scope="col">Changes</th>
            <th scope="col">Problems</th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <tr key={run.id}>
              <td>{run.id}</td>
              <td>{momentText(run.asOf)}</td>
              <td>{momentText(run.ended)}</td>
              <td>{run.counts.held > 0 ? `${run.outcome}, ${run.counts.held} held` : run.outcome}</td>
              <td>{runFigures(run.counts)}</td>
              <td>{run.problems[0] ? <Text text={run.problems[0].message} limit={200} /> : <span className="dim">–</span>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
