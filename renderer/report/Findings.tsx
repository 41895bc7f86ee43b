import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { RULES } from '../../shared/findings/findings.ts';
import type { IdentityId } from '../../shared/model/ids.ts';
import type { Finding, FindingRule, Severity } from '../../shared/register/view.ts';
import { shownSentence } from '../parts/age.ts';
import { Detail } from './Detail.tsx';
import { DownloadButtons } from './DownloadButtons.tsx';
import { GridCell } from './grid.tsx';
import { Empty, Mark, Text, useReport } from './parts.tsx';
import { go, type ReportPlace } from './place.ts';
import type { Report } from './report.ts';
import { inventoryTable } from './tables.ts';
import { VirtualList } from './VirtualList.tsx';
import { counted, number, RULE_WORDS } from './words.ts';

const ROW_HEIGHT = 44;

interface Marked {
  readonly id: IdentityId;
  readonly severity: Severity;
}
interface RuleGroup {
  readonly rule: FindingRule;
  readonly references: readonly string[];
  readonly found: readonly Marked[];
  readonly cannot: readonly Marked[];
}

const RANK: Readonly<Record<Severity, number>> = { high: 0, medium: 1, low: 2 };

/** Every rule that there is, also those that found nothing: by the queries that the inventory answers too. */
function groupsOf({ rows }: Report): readonly RuleGroup[] {
  const marked = (rule: FindingRule, text: string): readonly Marked[] =>
    rows
      .answer({ text, sort: [] })
      .ids.map((id) => ({ id, severity: rows.row(id)?.findings.find((mark) => mark.rule === rule)?.severity ?? 'low' }))
      .sort((a, b) => RANK[a.severity] - RANK[b.severity]);
  return RULES.map(({ rule, references }) => ({
    rule,
    references,
    found: marked(rule, `finding:${rule}`),
    cannot: marked(rule, `cannot:${rule}`),
  }));
}

const keyOf = (rule: string, verdict: Finding['verdict']): string => `${rule}${verdict === 'found' ? '' : ':cannot'}`;

export function Findings({ place }: { place: ReportPlace }): ReactNode {
  const report = useReport();
  const groups = useMemo(() => groupsOf(report), [report]);
  const first = groups.find(({ found }) => found.length > 0) ?? groups[0];
  const wanted = place.query || (first ? keyOf(first.rule, 'found') : '');
  const [rule = '', cannot] = wanted.split(':');
  const group = groups.find((one) => one.rule === rule);
  const verdict: Finding['verdict'] = cannot === undefined ? 'found' : 'cannot evaluate';
  const list = group === undefined ? [] : verdict === 'found' ? group.found : group.cannot;
  return (
    <div className="split">
      <nav className="rules" aria-label="Rules">
        {groups.map((one) => (
          <RuleItem key={one.rule} group={one} wanted={wanted} />
        ))}
      </nav>
      {group && <RuleList group={group} list={list} verdict={verdict} place={place} />}
      {place.id !== '' && <Detail id={place.id} />}
    </div>
  );
}

function RuleItem({ group, wanted }: { group: RuleGroup; wanted: string }): ReactNode {
  const { title } = RULE_WORDS[group.rule];
  const verdicts = [
    ['found', group.found.length],
    ['cannot evaluate', group.cannot.length],
  ] as const;
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      <p className="dim">{group.references.join(' · ') || 'no control is near enough to cite'}</p>
      <p>
        {verdicts.map(([verdict, count]) => (
          <button
            key={verdict}
            type="button"
            aria-pressed={wanted === keyOf(group.rule, verdict)}
            onClick={() => go({ query: keyOf(group.rule, verdict), id: '' })}
          >
            <Mark state={verdict} /> <b>{number(count)}</b>
          </button>
        ))}
      </p>
    </section>
  );
}

function RuleList({
  group,
  list,
  verdict,
  place,
}: {
  group: RuleGroup;
  list: readonly Marked[];
  verdict: Finding['verdict'];
  place: ReportPlace;
}): ReactNode {
  const report = useReport();
  const cursor = useMemo(() => list.findIndex(({ id }) => id === place.id), [list, place.id]);
  const { title, means } = RULE_WORDS[group.rule];
  return (
    <div className="main">
      <div className="bar">
        <div className="rule-head">
          <h1>
            {title}: {verdict}
          </h1>
          <p className="dim">
            {means} {counted(list.length, 'row')}.
          </p>
        </div>
        <DownloadButtons
          table={() =>
            inventoryTable(
              report,
              list.map(({ id }) => id),
            )
          }
          query={`${title}: ${verdict}`}
        />
      </div>
      <VirtualList
        count={list.length}
        rowHeight={ROW_HEIGHT}
        label={`${title}: ${verdict}`}
        columns={2}
        selected={cursor}
        onMove={(index) => go({ id: list[index]?.id ?? '' }, true)}
        onOpen={(index) => go({ id: list[index]?.id ?? '' }, true)}
        head={null}
        row={(index) => <Line marked={list[index]} rule={group.rule} />}
        empty={
          <Empty icon={verdict === 'found' ? 'check' : 'info'}>
            {verdict === 'found' ? 'Nothing was found.' : 'All of them could be judged.'}
          </Empty>
        }
      />
    </div>
  );
}

/** The sentence stands in the details: it is read for the lines in sight. */
function Line({ marked, rule }: { marked: Marked | undefined; rule: FindingRule }): ReactNode {
  const report = useReport();
  const [said, setSaid] = useState<{ readonly id: string; readonly finding: Finding | undefined }>();
  const id = marked?.id;
  useEffect(() => {
    if (id === undefined) return;
    let here = true;
    report
      .detail(id)
      .then((detail) => here && setSaid({ id, finding: detail?.findings.find((one) => one.rule === rule) }))
      .catch(() => here && setSaid({ id, finding: undefined }));
    return () => {
      here = false;
    };
  }, [report, id, rule]);
  const row = id === undefined ? undefined : report.rows.row(id);
  if (!row || !marked) return null;
  const finding = said?.id === id ? said?.finding : undefined;
  return (
    <GridCell column="finding">
      <span className="finding-name">
        <b>
          <Text text={row.name} limit={160} />
        </b>
        <span className="dim">
          <Text text={row.kind} limit={40} />
        </span>
        <span className="severity" data-severity={marked.severity}>
          {finding?.verdict === 'cannot evaluate' ? '' : marked.severity}
        </span>
      </span>
      <small>
        {finding ? (
          <Text
            text={`${shownSentence(finding.sentence)}${finding.missing === undefined ? '' : ` Missing: ${finding.missing}.`}`}
            limit={400}
          />
        ) : (
          ' '
        )}
      </small>
    </GridCell>
  );
}
