import { type ReactNode, useState } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import type { ApiError } from '../../shared/wire/http.ts';
import { useEngine, useStatus } from '../app/engine.tsx';
import { useKeys } from '../app/keys.ts';
import { useNavigation } from '../app/navigation.ts';
import list from '../inbox/list.module.css';
import { OpenSnapshotButton } from '../snapshot/OpenSnapshotButton.tsx';
import { NEW_SOURCE } from '../sources/newSource.ts';
import style from './firstRun.module.css';
import { openFiles } from './openFiles.ts';

interface Choice {
  readonly words: string;
  readonly hint: string;
  readonly act: () => void;
}

/** The four ways to begin, each one key. */
export function FourChoices({ canLook, onLook }: { canLook: boolean; onLook: () => void }): ReactNode {
  const { api } = useEngine();
  const server = useStatus()?.space?.server;
  const go = useNavigation((place) => place.go);
  const [problem, setProblem] = useState<ApiError>();
  const sample = async (): Promise<void> => {
    const reply = await api.sample('start');
    if (!reply.ok) setProblem(reply.error);
    else if (reply.value.address !== undefined) location.assign(reply.value.address);
  };
  const wizard = (kind: string): void => go({ screen: 'sources', page: NEW_SOURCE + kind });
  const choices: readonly Choice[] = [
    { words: 'Drop a spreadsheet', hint: 'Anywhere on this window, or choose a file: CSV, Excel, JSON', act: () => openFiles() },
    canLook
      ? { words: 'Look at this computer', hint: 'File names and dates; nothing is written before you say so', act: onLook }
      : {
          words: 'Look at a computer',
          hint: 'Say which home folder on the server may be read; none is read by itself',
          act: () => wizard('workstation'),
        },
    { words: 'Add a source', hint: 'Certificates and endpoints, PostgreSQL, a file that somebody keeps', act: () => wizard('') },
    { words: 'Open the sample estate', hint: 'Generated systems in a space of their own; deleted in one click', act: () => void sample() },
  ];
  useKeys(Object.fromEntries(choices.map((choice, index) => [`${index + 1}`, choice.act])));
  return (
    <>
      <h1 className={style.title}>Nothing here yet.</h1>
      <ul className={list.choices}>
        {choices.map((choice, index) => (
          <li key={choice.words}>
            <button type="button" className={list.choice} onClick={choice.act}>
              <kbd className={list.key}>{index + 1}</kbd>
              <span>
                <span style={{ display: 'block', fontWeight: 600 }}>{choice.words}</span>
                <span className={list.dim}>{choice.hint}</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
      {problem && (
        <p role="alert" style={{ color: 'var(--mu-red)' }}>
          {visibleText(problem.message, 300)} {visibleText(problem.wayOut ?? '', 300)}
        </p>
      )}
      <div className={style.actions}>
        <OpenSnapshotButton />
      </div>
      {server !== undefined && <p className={style.dim}>This register is at {visibleText(server, 120)}. Nothing leaves this computer.</p>}
    </>
  );
}
