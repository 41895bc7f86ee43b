import { type ReactNode, useMemo } from 'react';
import { DAY, parseTime } from '../../shared/base/time.ts';
import type { Row } from '../../shared/register/view.ts';
import type { ReportChange, ReportCredential, ReportDetail, Rotation } from '../../shared/snapshot/report/reportData.ts';
import { shownValue } from '../parts/age.ts';
import { Verdict } from './DetailFindings.tsx';
import { Age, Mark, Section, Text, useReport } from './parts.tsx';
import { go } from './place.ts';
import { useChanges } from './useChanges.ts';
import { counted, momentText } from './words.ts';

const RIGHTS_SHOWN = 200;

export function AccessSection({ detail, row }: { detail: ReportDetail; row: Row }): ReactNode {
  const report = useReport();
  if (row.type !== 'identity') return null;
  return (
    <Section title="Access" aside={counted(detail.access.length, 'right')}>
      {detail.accessUnread && <p className="dim">Part of what it may do could not be read.</p>}
      {detail.access.length === 0 && !detail.accessUnread && <p className="dim">No source reports a right of it.</p>}
      <ul className="rights">
        {detail.access.slice(0, RIGHTS_SHOWN).map((right, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the list never changes
          <li key={index}>
            <span>
              <Text text={right.plain} limit={600} />
            </span>
            <span className="dim">
              <code>
                <Text text={right.native} limit={400} />
              </code>{' '}
              · <Text text={report.sourceLabel(right.source)} limit={60} /> · <Age at={right.asOf} />
              {right.certainty !== 'exact' && ` · ${right.certainty}`}
            </span>
          </li>
        ))}
      </ul>
      {detail.access.length > RIGHTS_SHOWN && <p className="dim">{detail.access.length - RIGHTS_SHOWN} more are in the snapshot.</p>}
    </Section>
  );
}

export function CredentialsSection({ detail, row }: { detail: ReportDetail; row: Row }): ReactNode {
  if (row.type !== 'identity')
    return (
      <Section title="Rotation">
        <Rotations rotations={detail.rotations} />
      </Section>
    );
  return (
    <Section title="Credentials" aside={counted(detail.credentials.length, 'credential')}>
      {detail.credentials.length === 0 && detail.rotations.length === 0 && <p className="dim">No source reports a credential of it.</p>}
      {detail.credentials.map((credential) => (
        <Credential key={credential.id} credential={credential} />
      ))}
      {detail.credentials.length === 0 && <Rotations rotations={detail.rotations} />}
    </Section>
  );
}

const SEVERITY = { high: 'red', warn: 'amber', unknown: 'grey', ok: 'plain' } as const;

function Credential({ credential }: { credential: ReportCredential }): ReactNode {
  const { head } = useReport();
  const from = parseTime(credential.rotated ?? credential.created ?? '');
  const days = from === undefined ? undefined : Math.max(0, Math.floor((head.now - from) / DAY));
  return (
    <div className="credential">
      <p>
        <b>
          <Text text={credential.name} limit={160} />
        </b>
        <span className="dim">
          <Text text={credential.kind} limit={40} /> · {credential.observed}
        </span>
        <span className="mark" data-tone={SEVERITY[credential.worst.severity]}>
          {credential.worst.text}
        </span>
      </p>
      <dl className="dates">
        <Dated name="Created" at={credential.created} />
        <Dated name="Rotated" at={credential.rotated} />
        <Dated name="Expires" at={credential.expires} />
        <Dated name="Last used" at={credential.lastUsed} />
        <div>
          <dt>Age</dt>
          <dd>{days === undefined ? 'unknown' : `${days} d`}</dd>
        </div>
      </dl>
      {credential.fingerprint !== undefined && (
        <p className="mono">
          <Text text={credential.fingerprint} limit={160} />
        </p>
      )}
      <Rotations rotations={credential.rotations} />
      <ul className="verdicts">
        {credential.findings.map((finding) => (
          <Verdict key={finding.rule} finding={finding} />
        ))}
      </ul>
    </div>
  );
}

function Dated({ name, at }: { name: string; at: string | undefined }): ReactNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd title={at === undefined ? undefined : momentText(at)}>{at === undefined ? 'unread' : shownValue(at)}</dd>
    </div>
  );
}

/** What its source said of its dates from run to run. */
function Rotations({ rotations }: { rotations: readonly Rotation[] }): ReactNode {
  if (rotations.length === 0) return null;
  return (
    <table className="small-table">
      <caption>Rotation history, as its source reported it</caption>
      <thead>
        <tr>
          <th scope="col">As of</th>
          <th scope="col">Run</th>
          <th scope="col">Created</th>
          <th scope="col">Rotated</th>
          <th scope="col">Expires</th>
        </tr>
      </thead>
      <tbody>
        {rotations.toReversed().map((rotation) => (
          <tr key={`${rotation.at}/${rotation.run}`}>
            <td title={momentText(rotation.at)}>{shownValue(rotation.at)}</td>
            <td>{rotation.run}</td>
            <td>{rotation.created === undefined ? '–' : shownValue(rotation.created)}</td>
            <td>{rotation.rotated === undefined ? '–' : shownValue(rotation.rotated)}</td>
            <td>{rotation.expires === undefined ? '–' : shownValue(rotation.expires)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Where it stands: each record of each source, with the run, the moment and the digest of every version. */
export function RecordsSection({ detail }: { detail: ReportDetail }): ReactNode {
  const report = useReport();
  return (
    <Section title="Evidence" aside={counted(detail.records.length, 'record')}>
      {detail.records.length === 0 && <p className="dim">No source reports it: everything here is what people said.</p>}
      {detail.records.map((record) => (
        <details key={`${record.source}/${record.externalId}`} className="record">
          <summary>
            <b>
              <Text text={report.sourceLabel(record.source)} limit={80} />
            </b>
            <span className="mono">
              <Text text={record.externalId} limit={120} />
            </span>
            <span className="dim">
              <Age at={record.asOf} /> · {counted(record.versions.length + (record.more ?? 0), 'version')}
            </span>
            {record.missingSince !== undefined && <Mark state="missing" />}
          </summary>
          <p className="dim">
            Coverage <Text text={record.coverage} limit={120} /> · first seen {momentText(record.firstSeen)}
            {record.missingSince !== undefined && ` · missing since ${momentText(record.missingSince)}`}
          </p>
          <table className="small-table">
            <thead>
              <tr>
                <th scope="col">As of</th>
                <th scope="col">Run</th>
                <th scope="col">Ledger then</th>
                <th scope="col">SHA-256 of the record</th>
              </tr>
            </thead>
            <tbody>
              {record.versions.toReversed().map((version) => (
                <tr key={`${version.run}/${version.hash}`}>
                  <td>{momentText(version.at)}</td>
                  <td>{version.run}</td>
                  <td>{version.place}</td>
                  <td>
                    <code>{version.hash}</code>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      ))}
    </Section>
  );
}

const RELATION: Readonly<Record<string, string>> = { 'has-credential': 'has credential' };

export function LinksSection({ detail }: { detail: ReportDetail }): ReactNode {
  const report = useReport();
  if (detail.links.length === 0) return null;
  return (
    <Section title="Used by and reaches" aside={counted(detail.links.length, 'link')}>
      <ul className="plain">
        {detail.links.slice(0, RIGHTS_SHOWN).map((link, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the list never changes
          <li key={index}>
            <span className="dim">
              {link.direction === 'in' ? '← ' : '→ '}
              {RELATION[link.relation] ?? link.relation.replaceAll('-', ' ')}
            </span>{' '}
            {link.target !== undefined && report.has(link.target) ? (
              <button type="button" className="link" onClick={() => go({ id: link.target ?? '' })}>
                <Text text={link.text} limit={160} />
              </button>
            ) : (
              <Text text={link.text} limit={160} />
            )}
            {link.certainty !== 'exact' && (
              <span className="dim">
                {' · '}
                {link.certainty}
                {link.who !== undefined && ` by ${link.who}`}
              </span>
            )}
            {link.open !== undefined && <span className="dim"> · {link.open}</span>}
          </li>
        ))}
      </ul>
    </Section>
  );
}

const CHANGES_SHOWN = 100;

/** The entries that touch it, newest first. */
export function ChangesSection({ detail }: { detail: ReportDetail }): ReactNode {
  const { changes } = useChanges();
  const byPlace = useMemo(() => new Map(changes?.map((change) => [change.place, change])), [changes]);
  return (
    <Section title="History" aside={counted(detail.changes.length, 'change')}>
      {detail.changes.length === 0 && <p className="dim">Nobody has ever changed anything about it.</p>}
      <ul className="history">
        {detail.changes.slice(0, CHANGES_SHOWN).map((place) => (
          <HistoryLine key={place} place={place} change={byPlace.get(place)} />
        ))}
      </ul>
      {detail.changes.length > CHANGES_SHOWN && (
        <p className="dim">{detail.changes.length - CHANGES_SHOWN} older ones are under Changes.</p>
      )}
      {detail.comments.length > 0 && (
        <ul className="plain">
          {detail.comments.map((comment) => (
            <li key={`${comment.at}/${comment.who}`}>
              <span className="dim">
                <Text text={comment.who} limit={60} />, {momentText(comment.at)}:
              </span>{' '}
              <Text text={comment.text} limit={1_000} />
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function HistoryLine({ place, change }: { place: number; change: ReportChange | undefined }): ReactNode {
  return (
    <li>
      <button type="button" className="link" onClick={() => go({ view: 'changes', query: `#${place}` })}>
        {place}
      </button>
      {change ? (
        <span>
          <Text text={change.who} limit={60} /> <Text text={change.what} limit={300} />
          {change.why !== undefined && (
            <span className="dim">
              {' '}
              (<Text text={change.why} limit={200} />)
            </span>
          )}
        </span>
      ) : (
        <span className="dim">…</span>
      )}
      <span className="dim">
        <Age at={change?.received} />
      </span>
    </li>
  );
}
