import { type ReactNode, useEffect } from 'react';
import { useStatus } from '../app/engine.tsx';
import { identities } from '../editing/changeWords.ts';
import { useEditing } from '../editing/useEditing.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import { useCopied } from './copiedStore.ts';
import style from './transfer.module.css';

/** After a copy was saved: are the originals done with? Asked until it is answered, and never done by itself. */
export function CopiedBar(): ReactNode {
  const status = useStatus();
  const { ids, load, settle } = useCopied();
  const { previewAndSign, whyNot } = useEditing();
  const space = status?.snapshot === undefined ? status?.space?.id : undefined;
  useEffect(() => {
    if (space !== undefined) load(space);
  }, [space, load]);
  if (space === undefined || ids.length === 0) return null;
  const exclude = async (): Promise<void> => {
    if (await previewAndSign(ids, { kind: 'exclude', reason: 'duplicate', why: 'moved to another register' })) settle();
  };
  return (
    <section className={style.bar} aria-label="Copied to another register">
      <span>
        <strong>{identities(ids.length)} copied for another register.</strong> Once they are there, exclude them here, so that each is kept
        in one place.
      </span>
      <ActionButton disabledReason={whyNot('exclude')} onClick={() => void exclude()}>
        Exclude here as duplicates…
      </ActionButton>
      <ActionButton tone="quiet" onClick={settle}>
        Keep both
      </ActionButton>
    </section>
  );
}
