import type { ReactNode } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import type { ConnectorProblem, CoverageState, RunSummary, SourceStatus } from '../../shared/model/status.ts';
import style from '../inbox/list.module.css';
import { Age } from '../parts/Age.tsx';
import { StateMark } from '../parts/StateMark.tsx';
import { duration, runFigures } from './evidence.ts';

/** What went wrong and the way out, in a line. */
export function ProblemLine({ problem }: { problem: ConnectorProblem }): ReactNode {
  return (
    <div>
      <strong>{problem.code}</strong> {visibleText(problem.message, 300)}
      {problem.wayOut !== undefined && <div className={style.dim}>{visibleText(problem.wayOut, 300)}</div>}
      {problem.retry && <span className={`${style.dim} ${style.small}`}>It will be tried again.</span>}
    </div>
  );
}

export function CoverageTable({ coverage }: { coverage: readonly CoverageState[] }): ReactNode {
  if (coverage.length === 0) return <p className={style.dim}>Nothing has been listed yet.</p>;
  return (
    <table className={style.table}>
      <thead>
        <tr>
          <th scope="col">Scope</th>
          <th scope="col">Complete as of</th>
          <th scope="col">Last attempt</th>
          <th scope="col" className={style.number}>
            Records
          </th>
          <th scope="col">Problem and way out</th>
        </tr>
      </thead>
      <tbody>
        {coverage.map((scope) => (
          <tr key={scope.id}>
            <td>
              <bdi>{visibleText(scope.label, 120)}</bdi>
            </td>
            <td className={style.nowrap}>{scope.completeAsOf === undefined ? 'never' : <Age at={scope.completeAsOf} />}</td>
            <td className={style.nowrap}>
              {scope.outcome}{' '}
              <span className={style.dim}>
                <Age at={scope.lastAttempt} />
              </span>
            </td>
            <td className={style.number}>{scope.records}</td>
            <td>
              {scope.gap === true && <StateMark state="unknown" />}
              {scope.gap === true && ' Events were lost: a full listing must follow. '}
              {scope.problem && <ProblemLine problem={scope.problem} />}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const ran = (run: RunSummary): string => duration(Date.parse(run.ended) - Date.parse(run.started));

export function RunTable({ runs }: { runs: readonly RunSummary[] }): ReactNode {
  if (runs.length === 0) return <p className={style.dim}>It has not run yet.</p>;
  return (
    <table className={style.table}>
      <thead>
        <tr>
          <th scope="col">Ended</th>
          <th scope="col">Outcome</th>
          <th scope="col">Changes</th>
          <th scope="col">Held</th>
          <th scope="col">Took</th>
          <th scope="col">Started by</th>
          <th scope="col">Problems</th>
        </tr>
      </thead>
      <tbody>
        {runs.slice(0, 20).map((run) => (
          <tr key={run.id}>
            <td className={style.nowrap}>
              <Age at={run.ended} />
            </td>
            <td>{run.outcome}</td>
            <td className={style.nowrap}>{runFigures(run.counts)}</td>
            <td>{run.counts.held === 0 ? '–' : run.counts.held}</td>
            <td className={style.nowrap}>{ran(run)}</td>
            <td>{run.trigger}</td>
            <td>
              {run.problems.length === 0
                ? '–'
                : run.problems.map((problem) => <ProblemLine key={problem.code + problem.message} problem={problem} />)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function RereadTable({ rereads }: { rereads: SourceStatus['rereads'] }): ReactNode {
  return (
    <table className={style.table}>
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">Record</th>
          <th scope="col">Result</th>
        </tr>
      </thead>
      <tbody>
        {rereads.map((each) => (
          <tr key={`${each.at} ${each.externalId}`}>
            <td className={style.nowrap}>
              <Age at={each.at} />
            </td>
            <td>
              <bdi>{visibleText(each.externalId, 160)}</bdi>
            </td>
            <td>{each.outcome}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
