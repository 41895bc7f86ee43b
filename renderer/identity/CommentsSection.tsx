import { Textarea } from '@mantine/core';
import { type ReactNode, useRef, useState } from 'react';
import { MAX_TEXT, visibleText } from '../../shared/base/text.ts';
import type { Instant } from '../../shared/base/time.ts';
import type { IdentityView } from '../../shared/register/view.ts';
import { useSnapshotStatus } from '../app/engine.tsx';
import { useKeys } from '../app/keys.ts';
import { useEditing } from '../editing/useEditing.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import { Age } from '../parts/Age.tsx';
import style from './identity.module.css';

/** Comments are appended and never change: no edit, no conflict. */
export function CommentsSection({ view, wide }: { view: IdentityView; wide: boolean }): ReactNode {
  const box = useRef<HTMLTextAreaElement>(null);
  const snapshot = useSnapshotStatus() !== undefined;
  useKeys({ c: () => box.current?.focus() }, wide);
  return (
    <section className={style.section} aria-label="Comments">
      <h2 className={style.sectionHead}>
        Comments <span className={style.dim}>{view.comments.length}</span>
      </h2>
      <ul className={style.plain}>
        {view.comments.map((comment) => (
          <li key={`${comment.ref.entry} ${comment.ref.act}`}>
            <div className={`${style.dim} ${style.small}`}>
              {visibleText(comment.who, 80)} · <Age at={comment.at as Instant} />
              {!comment.placed && ' · saved here'}
            </div>
            <div style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>{linesShown(comment.text)}</div>
          </li>
        ))}
      </ul>
      {!snapshot && <NewComment view={view} box={box} />}
    </section>
  );
}

/** Line breaks are the author's; every other control character is shown as one. */
const linesShown = (text: string): string =>
  text
    .split('\n')
    .map((line) => visibleText(line, MAX_TEXT))
    .join('\n');

function NewComment({ view, box }: { view: IdentityView; box: React.RefObject<HTMLTextAreaElement | null> }): ReactNode {
  const [text, setText] = useState('');
  const { signActs, whyNot: mayNot } = useEditing();
  const whyNot = mayNot('comment');
  const add = async (): Promise<void> => {
    if (text.trim() === '') return;
    const signed = await signActs([{ kind: 'comment', anchors: [...view.anchors], text: text.trim() }], `Comment on ${view.row.name}`);
    if (signed) setText('');
  };
  return (
    <div className={style.row} style={{ alignItems: 'flex-end' }}>
      <Textarea
        ref={box}
        aria-label="Add a comment"
        placeholder={whyNot ?? 'Add a comment (c)'}
        disabled={whyNot !== undefined}
        autosize
        minRows={1}
        maxRows={8}
        maxLength={MAX_TEXT}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void add();
          if (event.key === 'Escape') event.currentTarget.blur();
        }}
        style={{ flex: 1 }}
      />
      {text.trim() !== '' && (
        <ActionButton tone="primary" keys="mod+Enter" onClick={() => void add()}>
          Add
        </ActionButton>
      )}
    </div>
  );
}
