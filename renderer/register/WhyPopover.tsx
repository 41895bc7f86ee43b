import { type ReactNode, useEffect } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import type { AuthorValue, FieldView } from '../../shared/register/view.ts';
import { useLive } from '../app/engine.tsx';
import { noLayer } from '../app/heldKeys.ts';
import { notify } from '../app/notify.ts';
import { Anchored } from '../editing/Anchored.tsx';
import { useEditing } from '../editing/useEditing.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import { Age } from '../parts/Age.tsx';
import { shownSentence, shownValue } from '../parts/age.ts';
import { Hostile } from '../parts/Hostile.tsx';
import { StateMark } from '../parts/StateMark.tsx';
import classes from './why.module.css';
import { useWhy, type WhyAsked } from './whyStore.ts';

/** "Why this value": the rule in words, every author's value with its age, the winner marked; 1…9 picks one. */
export function WhyPopover(): ReactNode {
  const asked = useWhy((state) => state.asked);
  return asked && <Asked key={`${asked.id} ${asked.field}`} asked={asked} />;
}

/** It opens when the answer is here: an empty layer would flicker, and has nothing to take the focus. */
function Asked({ asked }: { asked: WhyAsked }): ReactNode {
  const hide = useWhy((state) => state.hide);
  const answer = useLive(async (api) => ({ view: await api.field(asked.id, asked.field) }), [asked.id, asked.field]);
  const none = answer !== undefined && answer.view === undefined;
  useEffect(() => {
    if (!none) return;
    noLayer();
    hide();
    notify('That field does not belong to this kind of record.', 'warning');
  }, [none, hide]);
  const view = answer?.view;
  if (!view) return null;
  return (
    <Anchored place={asked.place} label="Why this value" onClose={hide} width={380}>
      <Why asked={asked} view={view} hide={hide} />
    </Anchored>
  );
}

interface WhyProps {
  readonly asked: WhyAsked;
  readonly view: FieldView;
  readonly hide: () => void;
}

function Why({ asked, view, hide }: WhyProps): ReactNode {
  const { previewAndSign, editField, whyNot } = useEditing();
  const editable = view.editable && whyNot() === undefined;
  const pick = (value: AuthorValue | undefined): void => {
    if (!editable || value?.value === undefined || value.wins) return;
    hide();
    void previewAndSign([asked.id], { kind: 'set', field: asked.field, value: value.value, acknowledge: true });
  };
  const edit = (): void => {
    hide();
    void editField([asked.id], asked.field, asked.place);
  };
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (/^[1-9]$/.test(event.key)) pick(view.values[Number(event.key) - 1]);
      // Its own Escape: the panel or the page behind it stays.
      else if (event.key === 'i' || event.key === 'Escape') hide();
      else if (event.key === 'e' && editable) edit();
      else return;
      event.preventDefault();
      event.stopPropagation();
    };
    addEventListener('keydown', onKey, { capture: true });
    return () => removeEventListener('keydown', onKey, { capture: true });
  });
  return (
    <div className={classes.why} tabIndex={-1} data-autofocus>
      <header>
        <h2>{view.label}</h2>
        <span>{visibleText(view.decides)}</span>
      </header>
      <div className={classes.value}>
        {view.text === '' ? <span className="mu-none">blank</span> : <Hostile text={shownValue(view.text)} limit={300} />}
        {(view.state === 'conflict' || view.state === 'drift') && <StateMark state={view.state} />}
      </div>
      <ul className={classes.lines}>
        {view.why.map((line) => (
          <li key={line}>{visibleText(shownSentence(line), 600)}</li>
        ))}
      </ul>
      <Values view={view} editable={editable} pick={pick} />
      {view.editable && (
        <ActionButton tone="quiet" keys="e" disabledReason={whyNot()} onClick={edit}>
          Edit
        </ActionButton>
      )}
    </div>
  );
}

const nameOf = ({ author }: AuthorValue): string => (author.kind === 'steward' ? author.name : author.label);

interface ValuesProps {
  readonly view: FieldView;
  readonly editable: boolean;
  readonly pick: (value: AuthorValue) => void;
}

function Values({ view, editable, pick }: ValuesProps): ReactNode {
  return (
    <ol className={classes.values}>
      {view.values.map((value, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the number is what the keys 1 to 9 name
        <li key={index} data-wins={value.wins}>
          <button type="button" aria-disabled={!editable || value.wins} onClick={() => pick(value)}>
            <kbd>{index + 1}</kbd>
            <span className={classes.said}>
              {value.unread ? (
                <em>unread</em>
              ) : value.text === '' ? (
                <em>cleared</em>
              ) : (
                <Hostile text={shownValue(value.text)} limit={120} />
              )}
              <small>
                <Hostile text={nameOf(value)} limit={60} /> · <Age at={value.asOf} />
                {value.why !== undefined && <> · {visibleText(value.why, 600)}</>}
              </small>
            </span>
            {value.wins && <b>shown</b>}
            {value.acknowledged && <small>kept against</small>}
          </button>
        </li>
      ))}
    </ol>
  );
}
