import type { ReactNode } from 'react';
import type { ReportDetail, ReportField, ReportRecord, ReportValue } from '../../shared/snapshot/report/reportData.ts';
import { shownSentence, shownValue } from '../parts/age.ts';
import { Age, Mark, Section, Text, useReport } from './parts.tsx';
import { go } from './place.ts';
import { momentText } from './words.ts';

/** Each field with its value, who said it, when and why; opened, everything else that was said and the evidence it stood against. */
export function FieldsSection({ detail, plane, title }: { detail: ReportDetail; plane: ReportField['plane']; title: string }): ReactNode {
  const fields = detail.fields.filter((field) => field.plane === plane);
  if (fields.length === 0) return null;
  return (
    <Section title={title}>
      {fields.map((field) => (
        <Field key={field.field} field={field} records={detail.records} />
      ))}
    </Section>
  );
}

function Field({ field, records }: { field: ReportField; records: readonly ReportRecord[] }): ReactNode {
  const said = field.values.find(({ wins }) => wins === true) ?? field.values[0];
  return (
    <details className="field">
      <summary>
        <span className="field-label">{field.label}</span>
        <span className="field-value">
          {field.state === 'blank' || field.text === '' ? (
            <span className="soft">{field.state === 'unread' ? 'unread' : 'not set'}</span>
          ) : (
            <Text text={shownValue(field.text)} limit={600} />
          )}
          {(field.state === 'conflict' || field.state === 'drift') && <Mark state={field.state} />}
        </span>
        <span className="field-author">
          {field.inherited ? 'inherited' : said && field.state !== 'blank' ? <Author value={said} /> : ''}
        </span>
      </summary>
      <div className="why">
        <ul>
          {field.why.length === 0 && <li>Only one source reports it, and nobody else may say it.</li>}
          {field.why.map((line) => (
            <li key={line}>
              <Text text={shownSentence(line)} limit={800} />
            </li>
          ))}
        </ul>
        {field.values.map((value, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the list never changes
          <Said key={index} value={value} records={records} />
        ))}
        <p className="dim">System of record: {field.decides}.</p>
      </div>
    </details>
  );
}

function Author({ value }: { value: ReportValue }): ReactNode {
  return (
    <>
      <Text text={value.name} limit={60} /> · <Age at={value.at} />
    </>
  );
}

function Said({ value, records }: { value: ReportValue; records: readonly ReportRecord[] }): ReactNode {
  return (
    <div className="said" data-wins={value.wins}>
      <p>
        <b>{value.unread ? 'unread' : value.text === '' ? 'cleared' : <Text text={shownValue(value.text)} limit={600} />}</b>
        {value.wins && <span className="tag">counts</span>}
        {value.acknowledged && <span className="tag">seen and overruled</span>}
        {value.freshness !== undefined && <Mark state={value.freshness} />}
      </p>
      <p className="dim">
        {value.by === 'steward' ? 'Set by ' : value.by === 'rule' ? 'By the rule ' : 'Reported by '}
        <Text text={value.name} limit={80} />
        {value.device !== undefined && value.device !== '' && (
          <>
            {' on '}
            <Text text={value.device} limit={80} />
          </>
        )}
        {value.at !== undefined && `, ${value.by === 'source' ? 'as of ' : ''}${momentText(value.at)}`}
        {value.place !== undefined && (
          <>
            {', '}
            <button type="button" className="link" onClick={() => go({ view: 'changes', query: `#${value.place}` })}>
              change {value.place}
            </button>
          </>
        )}
        {value.until !== undefined && `, until ${momentText(value.until)}`}
      </p>
      {value.why !== undefined && (
        <p>
          Reason: <Text text={value.why} limit={800} />
        </p>
      )}
      {value.stood !== undefined && (
        <ul className="stood">
          {value.stood.length === 0 && <li>No source had reported this identity when it was said.</li>}
          {value.stood.map(([record, version]) => (
            <Stood key={record} record={records[record]} version={version} />
          ))}
        </ul>
      )}
    </div>
  );
}

function Stood({ record, version }: { record: ReportRecord | undefined; version: number }): ReactNode {
  const report = useReport();
  const held = record?.versions[version];
  if (!record || !held) return null;
  return (
    <li>
      Evidence it stood against: <Text text={report.sourceLabel(record.source)} limit={60} />, run {held.run}, as of {momentText(held.at)},{' '}
      <code title="SHA-256 of the record">{held.hash.slice(0, 16)}…</code>
    </li>
  );
}
