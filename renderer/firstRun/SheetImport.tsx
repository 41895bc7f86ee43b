import { Modal } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import { hashHex } from '../../shared/base/hash.ts';
import { visibleText } from '../../shared/base/text.ts';
import { type Instant, toInstant } from '../../shared/base/time.ts';
import type { ApiError, DryRunReply, SourceSettings } from '../../shared/wire/http.ts';
import { useEngine, useLive } from '../app/engine.tsx';
import style from './firstRun.module.css';
import type { PickedSheet } from './openFiles.ts';
import { SheetForm } from './SheetForm.tsx';
import { sheetSourceId } from './spreadsheet.ts';

/** A sheet that lies on the server and was not read into anything yet. */
export interface UploadedSheet {
  readonly id: SourceSettings['id'];
  readonly upload: string;
  readonly name: string;
  readonly type: PickedSheet['type'];
  /** SHA-256 of the file: the reason that its entries give. */
  readonly fingerprint: string;
}

/** From a dropped file to the screen that says what it is understood to be. */
export function SheetImport({ sheet, onClose }: { sheet: PickedSheet; onClose: () => void }): ReactNode {
  const uploaded = useUpload(sheet);
  return (
    <Modal
      opened
      onClose={onClose}
      title={sheet.type === 'party' ? 'People and teams from a file' : 'Identities from a file'}
      styles={{ header: { background: 'var(--mu-bg-raised)', zIndex: 2 } }}
      size="min(1080px, 94vw)"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {uploaded.state === 'uploading' && (
        <p role="status">
          Taking in {visibleText(sheet.file.name, 80)} ({Math.ceil(sheet.file.size / 1_024)} kB)…
        </p>
      )}
      {uploaded.state === 'failed' && <SheetProblem problem={uploaded.problem} />}
      {uploaded.state === 'ready' && <SheetForm sheet={uploaded.sheet} onClose={onClose} />}
    </Modal>
  );
}

export function SheetProblem({ problem }: { problem: Pick<ApiError, 'message'> & { readonly wayOut?: string | undefined } }): ReactNode {
  return (
    <p role="alert" className={style.warning}>
      {visibleText(problem.message, 300)} {visibleText(problem.wayOut ?? '', 300)}
    </p>
  );
}

type Upload =
  | { readonly state: 'uploading' }
  | { readonly state: 'failed'; readonly problem: ApiError }
  | { readonly state: 'ready'; readonly sheet: UploadedSheet };

function useUpload({ file, type }: PickedSheet): Upload {
  const { api } = useEngine();
  const sources = useLive((each) => each.sources(), []);
  const [upload, setUpload] = useState<Upload>({ state: 'uploading' });
  const known = sources !== undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: uploaded once, when the names that are taken are known
  useEffect(() => {
    if (!known) return;
    let live = true;
    const taken = sources.map((source) => source.status.source);
    void (async () => {
      const bytes = new Uint8Array(await file.arrayBuffer());
      // A spreadsheet is as old as its file says, never as the import (DESIGN 9).
      const modified: Instant | undefined = file.lastModified > 0 ? toInstant(file.lastModified) : undefined;
      const reply = await api.upload(file.name, bytes, modified);
      if (!live) return;
      if (!reply.ok) return setUpload({ state: 'failed', problem: reply.error });
      const sheet = { id: sheetSourceId(file.name, taken), upload: reply.value.upload, name: file.name, type, fingerprint: hashHex(bytes) };
      setUpload({ state: 'ready', sheet });
    })();
    return () => {
      live = false;
    };
  }, [api, file, known]);
  return upload;
}

export interface DryRun {
  readonly settings: SourceSettings;
  readonly reply?: DryRunReply;
  readonly problem?: ApiError;
}

/** What the sheet would do with these settings; asked again when they change, the last answer stays meanwhile. */
export function useDryRun(settings: SourceSettings): { readonly run: DryRun | undefined; readonly busy: boolean } {
  const { api } = useEngine();
  const [run, setRun] = useState<DryRun>();
  const key = JSON.stringify(settings);
  // biome-ignore lint/correctness/useExhaustiveDependencies: settings are compared by their content
  useEffect(() => {
    let live = true;
    void api.dryRun(settings).then((reply) => {
      if (live) setRun({ settings, ...(reply.ok ? { reply: reply.value } : { problem: reply.error }) });
    });
    return () => {
      live = false;
    };
  }, [api, key]);
  return { run, busy: run === undefined || JSON.stringify(run.settings) !== key };
}
