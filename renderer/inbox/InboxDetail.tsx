import { TextInput } from '@mantine/core';
import { type ReactNode, useRef, useState } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import type { Act } from '../../shared/model/act.ts';
import type { InboxItem, ProposedPair } from '../../shared/register/view.ts';
import { useKeys } from '../app/keys.ts';
import { useNavigation } from '../app/navigation.ts';
import { useEditing } from '../editing/useEditing.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import { ChoiceList, safeChoice } from './ChoiceList.tsx';
import { HeldDiff } from './HeldDiff.tsx';
import { ItemWrites } from './ItemWrites.tsx';
import style from './list.module.css';
import { PairList } from './PairList.tsx';
import { PutOff } from './PutOff.tsx';
import { choicesFor, usePairPicking } from './pairPicking.ts';

const NO_PAIRS: readonly ProposedPair[] = [];

/** A choice without acts: the records are looked at one by one, in the register or, where no query finds them, in the panel. */
function oneByOne(item: InboxItem): void {
  const { go, peekAt } = useNavigation.getState();
  if (item.query !== undefined) go({ screen: 'register', query: item.query });
  else peekAt(item.records[0]?.id);
}

/** Only decisions take it: what is set or accepted has its own. */
const withReason = (acts: readonly Act[], why: string): readonly Act[] =>
  why.trim() === '' ? acts : acts.map((act) => (act.kind === 'approve' || act.kind === 'reject' ? { ...act, why: why.trim() } : act));

/** One item: what, why now, its records, and the choices. Picking is one key, signing is Enter. */
export function InboxDetail({ item: whole, onPutOff }: { item: InboxItem; onPutOff: (days: number) => void }): ReactNode {
  const picking = usePairPicking(whole.pairs ?? NO_PAIRS);
  const item = { ...whole, choices: choicesFor(whole, picking.chosen) };
  const [picked, setPicked] = useState<number>();
  const [busy, setBusy] = useState(false);
  const [diff, setDiff] = useState(false);
  const [why, setWhy] = useState('');
  const pane = useRef<HTMLDivElement>(null);
  const { signActs } = useEditing();
  const sign = async (index: number): Promise<void> => {
    const choice = item.choices[index];
    if (!choice || busy) return;
    if (choice.acts.length === 0) return choice.decides === undefined ? oneByOne(item) : undefined;
    setBusy(true);
    await signActs(withReason(choice.acts, why), `${choice.label}: ${item.what}`);
    setBusy(false);
    setPicked(undefined);
  };
  const unpick = (): void => setPicked(undefined);
  const signOrFocus = async (): Promise<void> => {
    if (picked === undefined) pane.current?.focus();
    else await sign(picked);
  };
  // What would go is on screen before its number can be typed.
  const openDiff = (): void => {
    if (!item.held) return;
    setDiff(true);
    const release = item.choices.findIndex((choice) => choice.typeNumber !== undefined);
    if (release >= 0) setPicked(release);
  };
  useKeys({
    ...Object.fromEntries(item.choices.slice(0, 9).map((_, index) => [`${index + 1}`, () => setPicked(index)])),
    a: () => setPicked(safeChoice(item.choices)),
    d: openDiff,
    ...(whole.pairs ? { x: picking.toggleMarked, n: picking.markNext } : {}),
    Enter: signOrFocus,
    Escape: unpick,
  });
  return (
    <div className={style.detail} ref={pane} tabIndex={-1}>
      <div>
        <h2 className={style.title}>{visibleText(item.what)}</h2>
        <p className={style.dim} style={{ margin: '4px 0 0' }}>
          {visibleText(item.whyNow, 400)}
        </p>
      </div>
      {item.held && <HeldDiff held={item.held} open={diff} onToggle={() => setDiff(!diff)} />}
      {item.reasoned && (
        <TextInput
          label="Reason"
          description="Kept with the decision"
          value={why}
          maxLength={1_000}
          onChange={(event) => setWhy(event.currentTarget.value)}
          onKeyDown={(event) => event.key === 'Enter' && void signOrFocus()}
        />
      )}
      <ChoiceList item={item} picked={picked} busy={busy} onPick={setPicked} onSign={sign} />
      {item.writes && <ItemWrites writes={item.writes} count={item.count} />}
      {whole.pairs && <PairList pairs={whole.pairs} picking={picking} />}
      {!item.writes && !whole.pairs && <ItemRecords item={item} />}
      <PutOff onPutOff={onPutOff} />
    </div>
  );
}

function ItemRecords({ item }: { item: InboxItem }): ReactNode {
  const go = useNavigation((place) => place.go);
  const peekAt = useNavigation((place) => place.peekAt);
  if (item.records.length === 0) return null;
  const shown = item.records.slice(0, 12);
  return (
    <section aria-label="Records">
      <h3 className={style.heading}>{item.count === 1 ? '1 record' : `${item.count} records`}</h3>
      <ul className={style.plainList}>
        {shown.map((record) => (
          <li key={record.id}>
            <button type="button" className={style.name} style={{ padding: '3px 0', fontWeight: 400 }} onClick={() => peekAt(record.id)}>
              <bdi>{visibleText(record.name, 120)}</bdi>
            </button>
          </li>
        ))}
      </ul>
      {item.query !== undefined && (
        <div style={{ marginTop: 8 }}>
          <ActionButton keys="o" onClick={() => go({ screen: 'register', query: item.query ?? '' })}>
            {item.count > shown.length ? `All ${item.count} in the register` : 'Show in the register'}
          </ActionButton>
        </div>
      )}
    </section>
  );
}
