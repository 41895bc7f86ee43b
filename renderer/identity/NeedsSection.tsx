import { type ReactNode, useState } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import type { ActKind } from '../../shared/model/act.ts';
import type { FieldView, IdentityView, Need } from '../../shared/register/view.ts';
import { useSnapshotStatus } from '../app/engine.tsx';
import { useKeys } from '../app/keys.ts';
import { useEditing } from '../editing/useEditing.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import { shownValue } from '../parts/age.ts';
import { useSend } from '../writeBack/sendStore.ts';
import { AuthorLine } from './AuthorLine.tsx';
import style from './identity.module.css';
import { SeverityMark } from './SeverityMark.tsx';

/** What needs a person, worst first, each with its cure. Number keys pick within the marked one, `n` marks the next, Enter signs. */
export function NeedsSection({ view, wide }: { view: IdentityView; wide: boolean }): ReactNode {
  const [marked, setMarked] = useState(0);
  const [picked, setPicked] = useState<number>();
  const sign = useCure(view);
  const active = Math.min(marked, view.needs.length - 1);
  const need = view.needs[active];
  const snapshot = useSnapshotStatus() !== undefined;
  const choose = async (which: Need, index: number): Promise<void> => {
    setPicked(undefined);
    await sign(which, index);
  };
  const unpick = (): void => setPicked(undefined);
  const chooseNow = async (): Promise<void> => {
    if (need && picked !== undefined) await choose(need, picked);
  };
  useKeys(
    {
      ...Object.fromEntries((need?.choices ?? []).slice(0, 9).map((_, index) => [`${index + 1}`, () => setPicked(index)])),
      n: () => setMarked(view.needs.length === 0 ? 0 : (active + 1) % view.needs.length),
      ...(picked === undefined ? {} : { Enter: chooseNow, Escape: unpick }),
    },
    wide && !snapshot,
  );
  if (view.needs.length === 0) return null;
  return (
    <section className={style.section} aria-label={snapshot ? 'What needed a person' : 'What needs you'}>
      <h2 className={style.sectionHead}>
        {snapshot ? 'What needed a person' : 'What needs you'} <span className={style.dim}>{view.needs.length}</span>
      </h2>
      <ul className={style.needs} style={{ marginTop: 4 }}>
        {view.needs.map((each, index) => (
          <li key={`${each.kind} ${each.field ?? ''} ${each.title}`}>
            <NeedCard
              need={each}
              field={view.fields.find((field) => field.field === each.field)}
              active={wide && index === active}
              picked={index === active ? picked : undefined}
              onChoose={(choice) => void choose(each, choice)}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** A choice either carries acts that are ready to be signed, or opens the editor of a field. */
function useCure(view: IdentityView): (need: Need, index: number) => Promise<void> {
  const { signActs, editField } = useEditing();
  return async (need, index) => {
    const choice = need.choices[index];
    if (choice?.acts && choice.acts.length > 0) await signActs(choice.acts, `${choice.label}: ${view.row.name}`);
    else if (choice?.edit !== undefined) await editField([view.id], choice.edit);
    else if (choice?.send && need.field !== undefined) {
      const { label: fieldLabel = need.field } = view.fields.find(({ field }) => field === need.field) ?? {};
      useSend.getState().ask({ identity: view.id, name: view.row.name, field: need.field, fieldLabel, target: choice.send });
    }
  };
}

interface CardProps {
  readonly need: Need;
  readonly field: FieldView | undefined;
  readonly active: boolean;
  readonly picked: number | undefined;
  readonly onChoose: (index: number) => void;
}

function NeedCard({ need, field, active, picked, onChoose }: CardProps): ReactNode {
  const { whyNot } = useEditing();
  return (
    <div className={style.need} data-active={active}>
      <h3 className={style.needTitle}>
        <SeverityMark severity={need.severity} />
        {visibleText(need.title)}
        <span className={`${style.dim} ${style.small}`} style={{ fontWeight: 400 }}>
          {need.kind}
        </span>
      </h3>
      {need.detail !== '' && <div className={style.dim}>{visibleText(need.detail, 600)}</div>}
      {need.kind === 'conflict' && field && <Heads field={field} />}
      <div className={style.row}>
        {need.choices.map((choice, index) => (
          <ActionButton
            key={choice.label}
            disabledReason={whyNot(...kindsOf(choice))}
            tone={picked === index ? 'primary' : 'plain'}
            {...(active && index < 9 ? { keys: picked === index ? 'Enter' : String(index + 1) } : {})}
            onClick={() => onChoose(index)}
          >
            {visibleText(choice.label, 80)}
          </ActionButton>
        ))}
      </div>
    </div>
  );
}

/** A choice without acts opens an editor, or the plan of what would be sent. */
const kindsOf = ({ acts = [], send }: Need['choices'][number]): readonly ActKind[] =>
  acts.length > 0 ? acts.map(({ kind }) => kind) : [send ? 'propose' : 'set'];

/** Every value that is in conflict, with who said it, when and why. */
function Heads({ field }: { field: FieldView }): ReactNode {
  return (
    <ul className={style.plain} style={{ gap: 2 }}>
      {field.values.map((value, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two authors may say the same at the same time
        <li key={index} className={style.row} style={{ gap: 6 }}>
          <strong>{value.unread ? 'unread' : visibleText(value.text === '' ? 'blank' : shownValue(value.text), 200)}</strong>
          <AuthorLine value={value} />
          {value.why !== undefined && <span className={style.dim}>“{visibleText(value.why, 300)}”</span>}
        </li>
      ))}
    </ul>
  );
}
