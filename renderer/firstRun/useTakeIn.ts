import { useRef, useState } from 'react';
import type { EngineApi } from '../../shared/bridge/engine.ts';
import type { SourceId } from '../../shared/model/ids.ts';
import type { DryRunReply } from '../../shared/wire/http.ts';
import { type EngineHandle, useEngine } from '../app/engine.tsx';
import { useNavigation } from '../app/navigation.ts';
import { type Arrangement, useColumns } from '../register/columnStore.ts';
import { openView } from '../register/savedViews.ts';
import type { OwnerDraft } from './owners.ts';
import type { UploadedSheet } from './SheetImport.tsx';
import type { SheetChoices } from './spreadsheet.ts';
import { confirmedParties, identityViews, takeOverActs } from './takeOver.ts';

interface Problem {
  readonly message: string;
  readonly wayOut?: string | undefined;
}

interface TakeIn {
  /** What is being done, in words; undefined when nothing is. */
  readonly progress: string | undefined;
  readonly problem: Problem | undefined;
  readonly start: (reply: DryRunReply, mode: SheetChoices['mode'], drafts: readonly OwnerDraft[]) => Promise<void>;
  /** The way out while records are under way. */
  readonly stop: () => void;
}

/** Applies exactly the plan that was shown; for "take it over once", signs what the sheet says as the steward's own entries. */
export function useTakeIn(sheet: UploadedSheet, onDone: () => void): TakeIn {
  const engine = useEngine();
  const go = useNavigation((place) => place.go);
  const [progress, setProgress] = useState<string>();
  const [problem, setProblem] = useState<Problem>();
  const stopping = useRef<AbortController>(undefined);
  const start: TakeIn['start'] = async (reply, mode, drafts) => {
    setProblem(undefined);
    stopping.current = new AbortController();
    const failed = await takeIn(engine, { sheet, reply, mode, drafts, say: setProgress, stop: stopping.current.signal });
    setProgress(undefined);
    setProblem(failed);
    if (failed) return;
    onDone();
    if (sheet.type === 'party') go({ screen: 'people' });
    else openView({ query: 'owner:none', columns: byApplication() });
  };
  return { progress, problem, start, stop: () => stopping.current?.abort() };
}

/** Owners are found application by application. */
const byApplication = (): Arrangement => {
  const { shown, widths } = useColumns.getState();
  return { shown, widths, sort: [{ column: 'application', direction: 'ascending' }] };
};

interface Work {
  readonly sheet: UploadedSheet;
  readonly reply: DryRunReply;
  readonly mode: SheetChoices['mode'];
  readonly drafts: readonly OwnerDraft[];
  readonly say: (progress: string) => void;
  /** The person does not want to wait any longer. */
  readonly stop: AbortSignal;
}

async function takeIn(engine: EngineHandle, work: Work): Promise<Problem | undefined> {
  work.say('Adding the records…');
  const applied = await engine.api.applyPlan(work.reply.digest);
  if (!applied.ok) return applied.error;
  if (work.sheet.type === 'party') return undefined;
  const { counts } = work.reply;
  const expected = counts.added + counts.changed + counts.returned + counts.unchanged;
  const arrival = await recordsArrived(engine, applied.value.source, expected, work);
  if (arrival === 'stopped') return STOPPED;
  return signEntries(engine.api, applied.value.source, work);
}

const STOPPED: Problem = {
  message: 'Stopped waiting. The records are added; nothing was taken over.',
  wayOut: 'They stay the word of the file. Accept them in the inbox, or remove the source and import the file again.',
};

/** In milliseconds: records that became one are fewer than rows, so that a full count may never come. */
const QUIET = 1_500;

/**
 * Resolves when this device holds the run: as many records as the plan had, or the run and then nothing new for a moment, for
 * records with one strong key become one.
 */
function recordsArrived(engine: EngineHandle, source: SourceId, expected: number, work: Work): Promise<'here' | 'stopped'> {
  return new Promise((resolve) => {
    let quiet: ReturnType<typeof setTimeout> | undefined;
    const end = (how: 'here' | 'stopped'): void => {
      clearTimeout(quiet);
      unsubscribe();
      resolve(how);
    };
    const look = async (): Promise<void> => {
      const view = (await engine.api.sources()).find((each) => each.status.source === source);
      work.say(`Taking in ${view?.records ?? 0} of ${expected} records…`);
      if (!view || view.status.runs.length === 0) return;
      if (view.records >= expected) return end('here');
      clearTimeout(quiet);
      quiet = setTimeout(() => end('here'), QUIET);
    };
    const unsubscribe = engine.subscribe((event) => event.kind === 'changed' && void look());
    work.stop.addEventListener('abort', () => end('stopped'), { once: true });
    void look();
  });
}

async function signEntries(api: EngineApi, source: SourceId, work: Work): Promise<Problem | undefined> {
  const { sheet, mode, drafts, say } = work;
  const parties = await confirmedParties(api, drafts, await api.parties());
  const ids = await api.ids({ text: `source:${source}`, sort: [] });
  const total = ids.length;
  // What the author has seen is fixed before the values are read: whatever arrives meanwhile is concurrent.
  const editor = await api.openEditor();
  const views = mode === 'take over' ? await identityViews(api, ids, (done) => say(`Reading ${done} of ${total}…`)) : [];
  const why = `Taken over from ${sheet.name.slice(0, 200)}, SHA-256 ${sheet.fingerprint}`;
  const acts = [...parties.acts, ...takeOverActs(views, source, parties, why)];
  if (acts.length === 0) return undefined;
  say(`Signing ${acts.length} changes…`);
  const committed = await api.commit(acts, editor, mode === 'take over' ? `Took over ${sheet.name.slice(0, 100)}` : 'Confirmed owners');
  return committed.ok ? undefined : committed.error;
}
