import { Checkbox, TextInput } from '@mantine/core';
import { type ReactNode, useRef, useState } from 'react';
import { normalName, visibleText } from '../../shared/base/text.ts';
import type { IdentityId } from '../../shared/model/ids.ts';
import type { PartyView } from '../../shared/register/view.ts';
import { useLive } from '../app/engine.tsx';
import { useKeys } from '../app/keys.ts';
import { useNavigation } from '../app/navigation.ts';
import { useScreenReady } from '../app/useScreenReady.ts';
import { useEditing } from '../editing/useEditing.ts';
import { openFiles } from '../firstRun/openFiles.ts';
import { lineKeys } from '../inbox/lineKeys.ts';
import style from '../inbox/list.module.css';
import { ActionButton } from '../parts/ActionButton.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { AddParty } from './AddParty.tsx';
import { mergeActs } from './mergeParties.ts';
import { ownerQuery } from './ownerQuery.ts';
import { PartyRow } from './PartyRow.tsx';

const matches = (party: PartyView, text: string): boolean =>
  text === '' || [party.name, party.email ?? '', ...party.aliases].some((name) => normalName(name).includes(normalName(text)));

function toggled(selected: ReadonlySet<IdentityId>, id: IdentityId): ReadonlySet<IdentityId> {
  const next = new Set(selected);
  if (!next.delete(id)) next.add(id);
  return next;
}

/** People, teams and vendors: how many identities each answers for, and which spellings mean them. */
export function PeopleScreen(): ReactNode {
  const parties = useLive((api) => api.parties(), []);
  const { signActs, whyNot } = useEditing();
  const [text, setText] = useState('');
  const [marked, setMarked] = useState(0);
  const [selected, setSelected] = useState<ReadonlySet<IdentityId>>(new Set());
  const [adding, setAdding] = useState(false);
  const filter = useRef<HTMLInputElement>(null);
  const go = useNavigation((place) => place.go);
  const shown = (parties ?? []).filter((party) => matches(party, text));
  const party = shown[marked];
  const chosen = (parties ?? []).filter((each) => selected.has(each.id));
  const select = (id: IdentityId): void => setSelected((known) => toggled(known, id));
  const merge = async (): Promise<void> => {
    const into = chosen[0];
    if (!into || chosen.length < 2) return;
    const label = `Merged ${chosen.length} parties into ${into.name}`;
    if (await signActs(mergeActs(into, chosen.slice(1)), label)) setSelected(new Set());
  };
  const openMarked = (): void => {
    if (party) go({ screen: 'register', query: ownerQuery(party) });
  };
  useKeys({
    ...lineKeys(shown.length, (change) => setMarked(change)),
    '/': () => filter.current?.focus(),
    n: () => whyNot('create') === undefined && setAdding(true),
    x: () => party && select(party.id),
    m: () => void merge(),
    Enter: openMarked,
  });
  useScreenReady(parties !== undefined);
  if (!parties) return <div aria-busy="true" />;
  return (
    <div className={style.screen}>
      <header className={style.head}>
        <h1 className={style.title}>People and teams</h1>
        <span className={style.figures}>{parties.length}</span>
        <TextInput
          ref={filter}
          size="xs"
          placeholder="Filter (/)"
          aria-label="Filter people and teams"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <span className={style.spacer} />
        {chosen.length > 1 && (
          <ActionButton keys="m" tone="primary" disabledReason={whyNot('merge')} onClick={() => void merge()}>
            Merge {chosen.length} into {visibleText(chosen[0]?.name ?? '', 30)}
          </ActionButton>
        )}
        <ActionButton disabledReason={whyNot('create', 'set')} onClick={() => openFiles('party')}>
          Add from a CSV
        </ActionButton>
        <ActionButton icon="plus" keys="n" disabledReason={whyNot('create')} onClick={() => setAdding(true)}>
          Add
        </ActionButton>
      </header>
      {adding && <AddParty onClose={() => setAdding(false)} />}
      {parties.length === 0 ? (
        <EmptyState title="Nobody yet.">
          People, teams and vendors appear here when an owner is named, a sheet is taken over, or a list of people is added.
        </EmptyState>
      ) : (
        <PartyTable shown={shown} marked={marked} selected={selected} onMark={setMarked} onSelect={select} />
      )}
    </div>
  );
}

interface TableProps {
  readonly shown: readonly PartyView[];
  readonly marked: number;
  readonly selected: ReadonlySet<IdentityId>;
  readonly onMark: (index: number) => void;
  readonly onSelect: (id: IdentityId) => void;
}

function PartyTable({ shown, marked, selected, onMark, onSelect }: TableProps): ReactNode {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className={style.body} tabIndex={0} aria-label="People and teams">
      <table className={style.table}>
        <thead>
          <tr>
            <th scope="col" style={{ width: 40 }}>
              <span className="mu-visually-hidden">Selected</span>
            </th>
            <th scope="col">Name</th>
            <th scope="col">Kind</th>
            <th scope="col">Also known as</th>
            <th scope="col">E-mail</th>
            <th scope="col">State</th>
            <th scope="col" className={style.number}>
              Owns
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((party, index) => (
            <PartyRow
              key={party.id}
              party={party}
              active={index === marked}
              onMark={() => onMark(index)}
              box={
                <Checkbox
                  aria-label={`Select ${visibleText(party.name, 60)}`}
                  checked={selected.has(party.id)}
                  onChange={() => onSelect(party.id)}
                />
              }
            />
          ))}
        </tbody>
      </table>
      {shown.length === 0 && <p className={style.empty}>Nobody matches.</p>}
    </section>
  );
}
