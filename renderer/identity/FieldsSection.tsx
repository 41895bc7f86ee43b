import { Popover } from '@mantine/core';
import { type KeyboardEvent, type ReactNode, useRef, useState } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import { parseTime } from '../../shared/base/time.ts';
import type { IdentityId } from '../../shared/model/ids.ts';
import type { FieldView, IdentityView, SendTarget } from '../../shared/register/view.ts';
import { useKeys } from '../app/keys.ts';
import { PendingValue } from '../editing/PendingValue.tsx';
import { usePendingEdit } from '../editing/pendingEdits.ts';
import { useEditing } from '../editing/useEditing.ts';
import { lineKeys } from '../inbox/lineKeys.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import { shownSentence, shownValue } from '../parts/age.ts';
import { Moment } from '../parts/Moment.tsx';
import { useSend } from '../writeBack/sendStore.ts';
import { AuthorLine } from './AuthorLine.tsx';
import style from './identity.module.css';

/** Shown also when blank: what every identity should have (DOMAIN D). The other blank ones are folded away. */
const ALWAYS: ReadonlySet<string> = new Set(['owner', 'team', 'purpose', 'application', 'environment', 'criticality', 'neededUntil']);

/** The accountability fields, then what sources say. Each: value · author · age. */
export function FieldsSection({ view, wide }: { view: IdentityView; wide: boolean }): ReactNode {
  const governed = view.fields.filter((field) => field.plane === 'governance' && field.field !== 'lifecycle');
  const observed = view.fields.filter((field) => field.plane === 'observed' && field.state !== 'blank' && field.field !== 'access');
  const [all, setAll] = useState(false);
  const shown = governed.filter((field) => all || field.state !== 'blank' || ALWAYS.has(field.field));
  const folded = governed.length - shown.length;
  const list = useRef<HTMLDivElement>(null);
  const rows = (): readonly HTMLElement[] => [...(list.current?.querySelectorAll<HTMLElement>('[data-field]') ?? [])];
  // On the page, `j k` walk the fields by focus, so that `e` and `i` mean the field that visibly has it.
  useKeys(
    lineKeys(shown.length, (change) => {
      const lines = rows();
      const at = lines.findIndex((row) => row.contains(document.activeElement));
      lines[change(at)]?.querySelector<HTMLElement>('button')?.focus();
    }),
    wide,
  );
  return (
    <>
      <section className={style.section} aria-label="Accountability">
        <h2 className={style.sectionHead}>Accountability</h2>
        <div className={style.fields} ref={list}>
          {shown.map((field) => (
            <FieldRow key={field.field} view={view} field={field} />
          ))}
        </div>
        {(folded > 0 || all) && (
          <div>
            <button type="button" className={style.link} aria-expanded={all} onClick={() => setAll(!all)}>
              {all ? 'Hide blank fields' : `Show ${folded} more blank fields`}
            </button>
          </div>
        )}
      </section>
      {observed.length > 0 && (
        <section className={style.section} aria-label="As observed">
          <h2 className={style.sectionHead}>As observed</h2>
          <div className={style.fields}>
            {observed.map((field) => (
              <FieldRow key={field.field} view={view} field={field} />
            ))}
          </div>
        </section>
      )}
    </>
  );
}

const STATE_WORDS: Partial<Record<FieldView['state'], string>> = { drift: 'drift', conflict: 'conflict', unread: 'unread' };

function FieldRow({ view, field }: { view: IdentityView; field: FieldView }): ReactNode {
  const [why, setWhy] = useState(false);
  const { editField, whyNot } = useEditing();
  const editable = field.editable && whyNot() === undefined;
  const row = useRef<HTMLDivElement>(null);
  const edit = (): void => void editField([view.id], field.field, row.current?.getBoundingClientRect());
  const ask = useSend((state) => state.ask);
  const sends = whyNot('propose') === undefined ? (field.sends ?? []) : [];
  const send = (target: SendTarget): void => {
    setWhy(false);
    ask({ identity: view.id, name: view.row.name, field: field.field, fieldLabel: field.label, target });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'i') setWhy(!why);
    else if (event.key === 'e' && editable) edit();
    else if (event.key === 's' && sends[0]) send(sends[0]);
    else if (event.key === 'Escape' && why) setWhy(false);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const winner = field.values.find((value) => value.wins);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: single keys on top of the buttons inside, which do the same
    <div className={style.field} ref={row} data-field={field.field} onKeyDown={onKeyDown}>
      <span className={style.dim} title={field.hint}>
        {field.label}
      </span>
      <FieldValue id={view.id} field={field} editable={editable} onEdit={edit} onWhy={() => setWhy(true)} />
      <Popover opened={why} onChange={setWhy} position="bottom-end" withArrow width={380} shadow="md">
        <Popover.Target>
          <button type="button" className={style.author} aria-expanded={why} title="Why this value (i)" onClick={() => setWhy(!why)}>
            {STATE_WORDS[field.state] !== undefined && <strong>{STATE_WORDS[field.state]}</strong>}
            {winner ? <AuthorLine value={winner} /> : <span>{visibleText(field.decides)}</span>}
          </button>
        </Popover.Target>
        <Popover.Dropdown>
          <Why field={field} />
          {sends.length > 0 && (
            <div className={style.row} style={{ marginTop: 12 }}>
              {sends.map((target, index) => (
                <ActionButton key={target.source} icon="arrowUp" {...(index === 0 ? { keys: 's' } : {})} onClick={() => send(target)}>
                  Send to {target.label}…
                </ActionButton>
              ))}
            </div>
          )}
        </Popover.Dropdown>
      </Popover>
    </div>
  );
}

interface FieldValueProps {
  readonly id: IdentityId;
  readonly field: FieldView;
  readonly editable: boolean;
  readonly onEdit: () => void;
  readonly onWhy: () => void;
}

function FieldValue({ id, field, editable, onEdit, onWhy }: FieldValueProps): ReactNode {
  const pending = usePendingEdit(id, field.field);
  const blank = pending === undefined && (field.state === 'blank' || field.text === '');
  const text = field.state === 'unread' ? 'could not be read' : blank ? '–' : visibleText(field.text, 600);
  return (
    <button
      type="button"
      className={`${style.value} ${blank ? style.blank : ''}`}
      title={editable ? 'Edit (e)' : 'Why this value (i)'}
      onClick={editable ? onEdit : onWhy}
    >
      {/* The name holds what is seen: speech input presses what it reads. */}
      <span className="mu-visually-hidden">{`${field.label}: ${blank ? 'blank' : ''}`}</span>
      {pending ? (
        <PendingValue edit={pending} />
      ) : (
        <span aria-hidden={blank}>
          <FieldText field={field} text={text} />
        </span>
      )}
      <span className="mu-visually-hidden">{editable ? '. Edit' : '. Why this value'}</span>
    </button>
  );
}

/** A moment or a day as people read it; everything else as it stands. */
function FieldText({ field, text }: { field: FieldView; text: string }): ReactNode {
  if ((field.type === 'instant' || field.type === 'day') && parseTime(field.text) !== undefined) return <Moment at={field.text} />;
  return <bdi>{text}</bdi>;
}

/** "Why this value": the sentences, who decides, and every author's value. */
function Why({ field }: { field: FieldView }): ReactNode {
  return (
    <div className={style.section} style={{ gap: 8, fontSize: 13 }}>
      <strong>{visibleText(field.decides)}</strong>
      {field.why.length > 0 && (
        <ul className={style.why}>
          {field.why.map((line) => (
            <li key={line}>{visibleText(shownSentence(line), 600)}</li>
          ))}
        </ul>
      )}
      {field.values.map((value, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two authors may say the same at the same time
        <div key={index}>
          <bdi style={{ fontWeight: value.wins ? 600 : 400 }}>
            {value.unread ? 'unread' : visibleText(shownValue(value.text) || 'blank', 300)}
          </bdi>{' '}
          <AuthorLine value={value} />
          {value.acknowledged && <span className={style.dim}> · kept against the source</span>}
          {value.why !== undefined && <div className={style.dim}>“{visibleText(value.why, 600)}”</div>}
        </div>
      ))}
    </div>
  );
}
