import { type ReactNode, useState } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import list from '../inbox/list.module.css';
import { ActionButton } from '../parts/ActionButton.tsx';
import { Icon } from '../parts/Icon.tsx';
import { Section } from '../parts/Section.tsx';
import { useNow } from '../parts/useNow.ts';
import { countsSentence, PlanDiff } from '../sources/PlanDiff.tsx';
import { ProblemLine } from '../sources/SourceTables.tsx';
import { ColumnTable } from './ColumnTable.tsx';
import style from './firstRun.module.css';
import { ModeChoice } from './ModeChoice.tsx';
import { OwnerTable } from './OwnerTable.tsx';
import { type OwnerDraft, ownerDrafts, sameNames } from './owners.ts';
import { SheetProblem, type UploadedSheet, useDryRun } from './SheetImport.tsx';
import { SystemChoice } from './SystemChoice.tsx';
import {
  type Mapping,
  mappingOf,
  ownersSummary,
  type SheetChoices,
  secretsSummary,
  sheetHeadline,
  sheetReportOf,
  sheetSettings,
  sheetSummary,
} from './spreadsheet.ts';
import { useTakeIn } from './useTakeIn.ts';

/** What the sheet is understood to be, one question, which system, the effect in numbers, Enter. */
export function SheetForm({ sheet, onClose }: { sheet: UploadedSheet; onClose: () => void }): ReactNode {
  const now = useNow();
  const [mode, setMode] = useState<SheetChoices['mode']>('take over');
  const [system, setSystem] = useState<SheetChoices['system']>({ kind: 'value', value: '' });
  const [mapping, setMapping] = useState<Mapping>();
  const [edited, setEdited] = useState<readonly OwnerDraft[]>();
  const choices: SheetChoices = {
    upload: sheet.upload,
    fileName: sheet.name,
    mode,
    system,
    ...(mapping === undefined ? {} : { mapping }),
    ...(sheet.type === 'party' ? { type: 'party' } : {}),
  };
  const { run, busy } = useDryRun(sheetSettings(sheet.id, choices));
  const takeIn = useTakeIn(sheet, onClose);
  const report = run?.reply && sheetReportOf(run.reply);
  if (run?.problem) return <SheetProblem problem={run.problem} />;
  if (!run?.reply) return <p role="status">Reading {visibleText(sheet.name, 80)}, without writing anything…</p>;
  const { reply } = run;
  if (!report) return <Unreadable problems={reply.problems} />;
  const drafts = edited ?? ownerDrafts(report);
  const twice = sameNames(drafts);
  const secrets = secretsSummary(report);
  const blocked = busy ? 'Reading again' : twice.length > 0 ? `Two parties are called ${twice[0]}: merge them` : undefined;
  return (
    <form
      className={`${style.sheet} ${list.inset} ${list.raised}`}
      onSubmit={(event) => {
        event.preventDefault();
        if (blocked === undefined) void takeIn.start(reply, mode, drafts);
      }}
    >
      <div>
        <h2 className={style.headline}>{visibleText(sheetHeadline({ ...report, file: sheet.name }, now), 300)}</h2>
        <p className={style.lead}>
          {sheetSummary(report)} {sheet.type === 'identity' && ownersSummary(report)}
        </p>
        {secrets !== undefined && (
          <p className={style.warning}>
            <Icon name="found" /> <strong>{secrets}</strong>
          </p>
        )}
        {reply.problems.map((problem) => (
          <ProblemLine key={problem.code + problem.message} problem={problem} />
        ))}
      </div>
      {sheet.type === 'identity' && <ModeChoice mode={mode} onChange={setMode} />}
      {sheet.type === 'identity' && <SystemChoice report={report} system={system} onChange={setSystem} />}
      <Section title="Columns">
        <ColumnTable report={report} mapping={mapping ?? mappingOf(report)} type={sheet.type} onChange={setMapping} />
        <p className={style.dim}>
          A column can be given another meaning. To leave one out, take it out of the file: what is understood is read.
        </p>
      </Section>
      {drafts.length > 0 && (
        <Section
          title="People and teams to confirm"
          aside={`${drafts.filter((draft) => draft.confirmed).length} of ${drafts.length} confirmed`}
        >
          <OwnerTable drafts={drafts} onChange={setEdited} />
        </Section>
      )}
      <Doubtful report={report} />
      <Section title="What would come in" aside={busy ? 'reading again…' : countsSentence(reply.counts)}>
        <details>
          <summary>{reply.items.length + reply.more} records, one by one</summary>
          <PlanDiff items={reply.items} more={reply.more} />
        </details>
      </Section>
      <div className={style.actions}>
        <ActionButton type="submit" tone="primary" keys="Enter" busy={takeIn.progress !== undefined} disabledReason={blocked}>
          {mode === 'take over' ? 'Take over' : 'Follow'} {reply.counts.added + reply.counts.changed} records
        </ActionButton>
        <ActionButton tone="quiet" onClick={onClose}>
          Cancel
        </ActionButton>
        {takeIn.progress !== undefined && (
          <>
            <span role="status">{takeIn.progress}</span>
            <ActionButton tone="quiet" onClick={takeIn.stop}>
              Stop waiting
            </ActionButton>
          </>
        )}
      </div>
      {takeIn.problem && <SheetProblem problem={takeIn.problem} />}
    </form>
  );
}

function Unreadable({ problems }: { problems: Parameters<typeof ProblemLine>[0]['problem'][] }): ReactNode {
  if (problems.length === 0) return <p role="alert">The server could not say how it understands this file.</p>;
  return (
    <div role="alert">
      {problems.map((problem) => (
        <ProblemLine key={problem.code + problem.message} problem={problem} />
      ))}
    </div>
  );
}

/** Rows that somebody should look at in the sheet itself. Nothing about them stops the import. */
function Doubtful({ report }: { report: NonNullable<ReturnType<typeof sheetReportOf>> }): ReactNode {
  if (report.duplicates.length + report.unnamed.length + report.secrets.length === 0) return null;
  const listed = (rows: readonly number[]): string => (rows.length > 12 ? `${rows.slice(0, 12).join(', ')} …` : rows.join(', '));
  return (
    <details>
      <summary>Duplicates, rows without a name, cells that look like secrets</summary>
      <ul style={{ marginTop: 8 }}>
        {report.duplicates.slice(0, 50).map((duplicate) => (
          <li key={duplicate.name + duplicate.rows.join()}>
            <bdi>{visibleText(duplicate.name, 100)}</bdi> <span className={style.dim}>in rows {listed(duplicate.rows)}</span>
          </li>
        ))}
        {report.unnamed.length > 0 && <li>No name in rows {listed(report.unnamed)}</li>}
        {report.secrets.slice(0, 50).map((secret) => (
          <li key={`${secret.row} ${secret.column}`}>
            Row {secret.row}, column {visibleText(secret.column, 60)}: looks like {visibleText(secret.looksLike, 80)}; not read. Rotate it.
          </li>
        ))}
      </ul>
    </details>
  );
}
