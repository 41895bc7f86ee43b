import { Menu } from '@mantine/core';
import type { ReactNode } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import { exclusionReason } from '../../shared/model/vocabulary.ts';
import type { EditChange, IdentityView } from '../../shared/register/view.ts';
import { useSnapshotStatus, useStatus } from '../app/engine.tsx';
import { useKeys } from '../app/keys.ts';
import { useEditing } from '../editing/useEditing.ts';
import { Icon } from '../parts/Icon.tsx';
import { StateMark } from '../parts/StateMark.tsx';
import style from './identity.module.css';

export function IdentityHead({ view, wide }: { view: IdentityView; wide: boolean }): ReactNode {
  const { row } = view;
  const meta = [row.subtype ? `${row.kind} · ${row.subtype}` : row.kind, row.boundary, row.lifecycle, row.observed];
  return (
    <header className={style.head}>
      <div className={style.row} style={{ justifyContent: 'space-between', flexWrap: 'nowrap', alignItems: 'flex-start' }}>
        <h1 className={style.name}>
          <bdi>{visibleText(row.name, 300)}</bdi>
        </h1>
        <ActMenu view={view} wide={wide} />
      </div>
      {row.alias !== undefined && <bdi className={style.dim}>{visibleText(row.alias, 300)}</bdi>}
      <div className={style.meta}>
        {meta
          .filter((part) => part !== undefined)
          .map((part) => (
            <bdi key={part}>{visibleText(part, 120)}</bdi>
          ))}
        {row.states.map((state) => (
          <StateMark key={state} state={state} />
        ))}
        <Present view={view} />
      </div>
      <p className={style.sentence}>{visibleText(view.sentence, 1_000)}</p>
      <Succession view={view} />
    </header>
  );
}

function Present({ view }: { view: IdentityView }): ReactNode {
  const others = useStatus()?.others.filter((other) => !other.me && other.record === view.id) ?? [];
  if (others.length === 0) return null;
  const names = others.map((other) => (other.field === undefined ? other.name : `${other.name} (${other.field})`));
  return <span>Also here: {visibleText(names.join(', '), 200)}</span>;
}

function Succession({ view }: { view: IdentityView }): ReactNode {
  if (view.succeeds.length === 0 && view.succeededBy.length === 0) return null;
  const words = [
    ...(view.succeeds.length > 0 ? ['It has taken over a name that something else had before.'] : []),
    ...(view.succeededBy.length > 0 ? ['Its name now belongs to a newer identity.'] : []),
  ];
  return (
    <p className={style.dim} style={{ margin: 0 }}>
      {words.join(' ')}
    </p>
  );
}

const EXCLUDE: readonly EditChange[] = exclusionReason.options.map((reason) => ({ kind: 'exclude', reason }));

function changesFor(view: IdentityView): readonly (readonly [words: string, change: EditChange])[] {
  const { lifecycle } = view.row;
  return [
    ...(lifecycle === 'unregistered' || lifecycle === 'excluded' ? [['Accept into the register', { kind: 'accept' }] as const] : []),
    ...(lifecycle === 'active' ? [['Start to retire', { kind: 'lifecycle', state: 'retiring' }] as const] : []),
    ...(lifecycle === 'retiring' || lifecycle === 'retired'
      ? [['Take back into use', { kind: 'lifecycle', state: 'active' }] as const]
      : []),
    ...(lifecycle === 'retiring' ? [['Retired', { kind: 'lifecycle', state: 'retired' }] as const] : []),
    ...EXCLUDE.map((change) => [`Exclude: ${change.kind === 'exclude' ? change.reason : ''}`, change] as const),
  ];
}

function ActMenu({ view, wide }: { view: IdentityView; wide: boolean }): ReactNode {
  const { previewAndSign, whyNot } = useEditing();
  const snapshot = useSnapshotStatus() !== undefined;
  useKeys({ a: () => void previewAndSign([view.id], { kind: 'accept' }) }, wide && view.row.lifecycle === 'unregistered');
  if (snapshot) return null;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <button type="button" className={style.menuButton} disabled={whyNot('accept') !== undefined} title={whyNot('accept')}>
          Change state <Icon name="chevronDown" size={14} />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {changesFor(view).map(([words, change]) => (
          <Menu.Item
            key={words}
            disabled={whyNot(change.kind) !== undefined}
            title={whyNot(change.kind)}
            onClick={() => void previewAndSign([view.id], change)}
          >
            {words}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
