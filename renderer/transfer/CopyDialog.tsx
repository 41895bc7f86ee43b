import { Modal } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import { toDay } from '../../shared/base/time.ts';
import type { CopyFile } from '../../shared/bridge/engine.ts';
import { type SpacePlace, spaceWords } from '../../shared/bridge/hostSpaces.ts';
import type { IdentityId } from '../../shared/model/ids.ts';
import { COPY_ENDING } from '../../shared/transfer/registerCopy.ts';
import type { ApiError } from '../../shared/wire/http.ts';
import { useEngine } from '../app/engine.tsx';
import { notify, notifyTrouble } from '../app/notify.ts';
import { useBridge } from '../app/useBridge.ts';
import { useSpaces } from '../app/useSpaces.ts';
import { identities } from '../editing/changeWords.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import { Hostile } from '../parts/Hostile.tsx';
import { useNow } from '../parts/useNow.ts';
import { useCopied } from './copiedStore.ts';
import style from './transfer.module.css';

const SHOWN = 5;

/** What would go into the file and what stays, before it is saved. */
export function CopyDialog({ ids, onClose }: { ids: readonly IdentityId[]; onClose: () => void }): ReactNode {
  const { api } = useEngine();
  const [made, setMade] = useState<CopyFile>();
  const [problem, setProblem] = useState<ApiError>();
  useEffect(() => {
    let live = true;
    void api.copyRecords(ids).then((reply) => {
      if (!live) return;
      if (reply.ok) setMade(reply.value);
      else setProblem(reply.error);
    });
    return () => {
      live = false;
    };
  }, [api, ids]);
  return (
    <Modal opened onClose={onClose} title="Copy to another register" size={560} closeButtonProps={{ 'aria-label': 'Close' }}>
      {problem && (
        <p role="alert" className={style.problem}>
          {problem.message} {problem.wayOut}
        </p>
      )}
      {made && <Made made={made} ids={ids} onClose={onClose} />}
      {!made && !problem && <p role="status">Looking at what would go…</p>}
    </Modal>
  );
}

function Made({ made, ids, onClose }: { made: CopyFile; ids: readonly IdentityId[]; onClose: () => void }): ReactNode {
  const bridge = useBridge();
  const now = useNow();
  const { spaces, current } = useSpaces();
  const others = spaces.filter(({ place }) => place !== current);
  const remember = useCopied((copied) => copied.add);
  const save = async (): Promise<void> => {
    const name = `muster-${toDay(now)}${COPY_ENDING}`;
    if (!(await bridge.saveFile({ name, bytes: made.bytes }))) return;
    remember(ids);
    notify(`Saved ${name}. Import it in the other register.`);
    onClose();
  };
  const carry = async (place: SpacePlace): Promise<void> => {
    remember(ids);
    await bridge.openSpace({ place, copy: made.bytes });
  };
  return (
    <div className={style.dialog}>
      <dl className={style.figures}>
        <div>
          <dt>{made.records === 1 ? 'identity goes' : 'identities go'}</dt>
          <dd>{made.records.toLocaleString()}</dd>
        </div>
        <div>
          <dt>{made.values === 1 ? 'value goes with them' : 'values go with them'}</dt>
          <dd>{made.values.toLocaleString()}</dd>
        </div>
        {made.conflicts.length > 0 && (
          <div data-tone="red">
            <dt>{made.conflicts.length === 1 ? 'field in conflict stays' : 'fields in conflict stay'}</dt>
            <dd>{made.conflicts.length.toLocaleString()}</dd>
          </div>
        )}
        {made.others > 0 && (
          <div data-tone="amber">
            <dt>chosen that are no identities</dt>
            <dd>{made.others.toLocaleString()}</dd>
          </div>
        )}
      </dl>
      <p>
        <strong>What goes:</strong> what people decide, as it holds now: owner, purpose, review dates, tags, lifecycle and the rest, each
        with who said it.
      </p>
      <p>
        <strong>What stays:</strong> what sources observe (credentials, access, evidence), comments and history. The other register reads
        its own sources. Nothing is changed here.
      </p>
      {made.conflicts.length > 0 && (
        <ul className={style.lines}>
          {made.conflicts.slice(0, SHOWN).map(({ name, field }) => (
            <li key={`${name} ${field}`}>
              <Hostile text={name} limit={60} />{' '}
              <span className={style.dim}>{field} is in conflict: settle it here first, or say it there</span>
            </li>
          ))}
          {made.conflicts.length > SHOWN && <li className={style.dim}>and {(made.conflicts.length - SHOWN).toLocaleString()} more</li>}
        </ul>
      )}
      {others.length > 0 && (
        <ul className={style.places} aria-label="Registers of this window">
          {others.map((space) => (
            <li key={space.place}>
              <ActionButton tone="primary" onClick={() => void carry(space.place).catch((error: unknown) => notifyTrouble(error))}>
                Copy to {spaceWords(space)}
              </ActionButton>
            </li>
          ))}
          <li className={style.dim}>This window changes to it and shows what would happen there, before anything is signed.</li>
        </ul>
      )}
      <p className={style.dim}>
        {others.length > 0 ? 'Or it becomes a file: in' : 'It becomes a file. In'} the other register choose Export, then “Import a copy of
        another register…”. The file names people: keep it as you keep the register.
      </p>
      <div className={style.actions}>
        <ActionButton onClick={onClose}>Cancel</ActionButton>
        <ActionButton
          tone={others.length > 0 ? 'plain' : 'primary'}
          onClick={() => void save().catch((error: unknown) => notifyTrouble(error))}
        >
          Save the copy of {identities(made.records)}
        </ActionButton>
      </div>
    </div>
  );
}
