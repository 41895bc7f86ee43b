import { type ReactNode, useState } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import { type ApiError, type DryRunReply, type SourceSettings, workstationReport } from '../../shared/wire/http.ts';
import { useEngine, useLive } from '../app/engine.tsx';
import { useKeys } from '../app/keys.ts';
import { useNavigation } from '../app/navigation.ts';
import { WorkstationPreview } from '../firstRun/WorkstationPreview.tsx';
import style from '../inbox/list.module.css';
import { ActionButton } from '../parts/ActionButton.tsx';
import { DryRunPreview } from './DryRunPreview.tsx';
import { type FormValues, formProblems, freeSourceId, kindOf, SOURCE_KINDS, settingsOf } from './kinds.ts';
import { NEW_SOURCE } from './newSource.ts';
import { SettingsForm } from './SettingsForm.tsx';

/** Choose a kind, say where, see exactly what would come in, and only then add it. */
export function AddSource({ kind }: { kind: string }): ReactNode {
  const back = useNavigation((place) => place.back);
  const open = useNavigation((place) => place.open);
  const known = kindOf(kind);
  useKeys({
    Escape: back,
    ...(known ? {} : Object.fromEntries(SOURCE_KINDS.map((each, index) => [`${index + 1}`, () => open(NEW_SOURCE + each.kind)]))),
  });
  return (
    <div className={style.screen}>
      <header className={style.head}>
        <ActionButton tone="quiet" onClick={() => back()} label="Back">
          ←
        </ActionButton>
        <h1 className={style.title}>{known ? `Add source: ${known.title}` : 'Add source'}</h1>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className={style.body} tabIndex={0} aria-label="Add source">
        <div className={style.page}>{known ? <Wizard key={kind} kind={kind} /> : <KindCards />}</div>
      </section>
    </div>
  );
}

function KindCards(): ReactNode {
  const open = useNavigation((place) => place.open);
  return (
    <>
      <p>What shall Muster read? Nothing is written anywhere before you have seen what would come in.</p>
      <div className={style.cards}>
        {SOURCE_KINDS.map((kind, index) => (
          <button key={kind.kind} type="button" className={style.choice} onClick={() => open(NEW_SOURCE + kind.kind)}>
            <kbd className={style.key}>{index + 1}</kbd>
            <span>
              <span style={{ display: 'block', fontWeight: 600 }}>{kind.title}</span>
              <span className={style.dim}>{kind.what}</span>
            </span>
          </button>
        ))}
      </div>
    </>
  );
}

interface Run {
  readonly settings: SourceSettings;
  readonly reply?: DryRunReply;
  readonly problem?: ApiError;
}

function Wizard({ kind: name }: { kind: string }): ReactNode {
  const { api } = useEngine();
  const kind = kindOf(name);
  const sources = useLive((each) => each.sources(), []);
  const [form, setForm] = useState<FormValues>({});
  const [checked, setChecked] = useState(false);
  const [run, setRun] = useState<Run>();
  if (!kind || !sources) return null;
  const id =
    form.id ??
    freeSourceId(
      name,
      sources.map((source) => source.status.source),
    );
  const filled = { ...form, id };
  const problems = formProblems(kind, filled);
  const dryRun = async (): Promise<void> => {
    setChecked(true);
    if (Object.keys(problems).length > 0) return;
    const settings = settingsOf(kind, filled);
    setRun({ settings });
    const reply = await api.dryRun(settings);
    // An answer that was cancelled meanwhile finds no run of its own any more.
    setRun((now) => (now?.settings === settings ? { settings, ...(reply.ok ? { reply: reply.value } : { problem: reply.error }) } : now));
  };
  if (run && !run.problem) return <Outcome run={run} onBack={() => setRun(undefined)} />;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void dryRun();
      }}
    >
      <p style={{ maxWidth: 560, marginBottom: 16 }}>{kind.what}</p>
      <SettingsForm kind={kind} form={filled} problems={checked ? problems : {}} onChange={setForm} />
      {run?.problem && (
        <p role="alert" style={{ marginTop: 12, color: 'var(--mu-red)' }}>
          {visibleText(run.problem.message, 300)} {visibleText(run.problem.wayOut ?? '', 300)}
        </p>
      )}
      <div style={{ marginTop: 16 }}>
        <ActionButton type="submit" tone="primary" keys="Enter">
          See what would come in
        </ActionButton>
      </div>
    </form>
  );
}

function Outcome({ run, onBack }: { run: Run; onBack: () => void }): ReactNode {
  const { api } = useEngine();
  const go = useNavigation((place) => place.go);
  if (!run.reply) {
    return (
      <div className={style.row} role="status">
        <span>Reading, without writing anything…</span>
        <ActionButton onClick={onBack}>Cancel</ActionButton>
      </div>
    );
  }
  const { reply } = run;
  const added = (): void => go({ screen: 'sources', page: run.settings.id });
  const report = workstationReport.safeParse(reply.report);
  if (report.success) return <WorkstationPreview reply={reply} report={report.data} onAdded={added} onCancel={onBack} />;
  return (
    <DryRunPreview
      reply={reply}
      onBack={onBack}
      onApply={async (only) => {
        const applied = await api.applyPlan(reply.digest, only);
        if (applied.ok) added();
        return applied.ok ? undefined : applied.error;
      }}
    />
  );
}
